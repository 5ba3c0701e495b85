#include "analysis/SectionRepairs.h"

#include "analysis/BodyVisitor.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/StringSet.h"

namespace ungil {

using namespace clang;

bool canBeLeft(const Stmt *S) {
  if (!S)
    return false;
  return isa<ReturnStmt>(S) || isa<GotoStmt>(S) || isa<LabelStmt>(S) || isa<CXXThrowExpr>(S) ||
         llvm::any_of(S->children(), [](const Stmt *Child) { return canBeLeft(Child); });
}

std::optional<Repair> sectionAround(const Stmt *Loop, const VarDecl *Object, const ParentMap &Parents,
                                    const ASTContext &Context) {
  const auto *While = dyn_cast_or_null<WhileStmt>(Loop);
  const auto *For = dyn_cast_or_null<ForStmt>(Loop);
  const Stmt *Body = While ? While->getBody() : For ? For->getBody() : nullptr;
  if (!Object || !isa_and_nonnull<CompoundStmt>(Body) || Loop->getBeginLoc().isMacroID() ||
      Loop->getEndLoc().isMacroID() || !isa_and_nonnull<CompoundStmt>(Parents.getParent(Loop)) ||
      canBeLeft(Body))
    return std::nullopt;
  const SourceManager &SM = Context.getSourceManager();
  std::string Indent = Lexer::getIndentationForLine(Loop->getBeginLoc(), SM).str();
  std::string Name = Object->getNameAsString();
  SourceLocation End = Lexer::getLocForEndOfToken(Loop->getEndLoc(), 0, SM, Context.getLangOpts());
  return Repair{
      "hold a critical section on '" + Name + "' around the loop",
      {FixItHint::CreateInsertion(Loop->getBeginLoc(), "Py_BEGIN_CRITICAL_SECTION(" + Name + ");\n" + Indent),
       FixItHint::CreateInsertion(End, "\n" + Indent + "Py_END_CRITICAL_SECTION();")}};
}

namespace {

class Names : public BodyVisitor {
public:
  llvm::StringSet<> Used;
  bool VisitVarDecl(VarDecl *V) override {
    Used.insert(V->getName());
    return true;
  }
  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    Used.insert(R->getNameInfo().getAsString());
    return true;
  }
};

const Stmt *statementOf(const Expr *E, const ParentMap &Parents) {
  const Stmt *S = E;
  while (S && !isa_and_nonnull<CompoundStmt>(Parents.getParent(S)))
    S = Parents.getParent(S);
  return S;
}

/// After the semicolon that ends the statement; invalid when there is none, as in a macro.
SourceLocation behind(const Stmt *S, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  return Lexer::findLocationAfterToken(SM.getExpansionRange(S->getEndLoc()).getEnd(), tok::semi, SM,
                                       Context.getLangOpts(), false);
}

llvm::StringRef lineAround(SourceLocation Loc, const SourceManager &SM, unsigned &Column) {
  Column = SM.getSpellingColumnNumber(Loc) - 1;
  llvm::StringRef Text = SM.getBufferData(SM.getFileID(Loc));
  unsigned Start = SM.getFileOffset(Loc) - Column;
  return Text.substr(Start, Text.find('\n', Start) - Start);
}

} // namespace

std::optional<Repair> sectionAroundResult(const Expr *Read, const VarDecl *Object, const FunctionDecl &F) {
  const ASTContext &Context = F.getASTContext();
  const SourceManager &SM = Context.getSourceManager();
  ParentMap Parents(F.getBody());
  const auto *Return = dyn_cast_or_null<ReturnStmt>(statementOf(Read, Parents));
  Names In;
  In.TraverseStmt(F.getBody());
  for (const ParmVarDecl *P : F.parameters())
    In.Used.insert(P->getName());
  SourceLocation End = Return ? behind(Return, Context) : SourceLocation();
  if (!Object || End.isInvalid() || Return->getReturnLoc().isMacroID() || In.Used.contains("result"))
    return std::nullopt;
  std::string Break = "\n" + Lexer::getIndentationForLine(Return->getReturnLoc(), SM).str();
  std::string Type = F.getReturnType().getAsString(Context.getPrintingPolicy());
  std::string Name = Object->getNameAsString();
  return Repair{
      "take the reference in a critical section on '" + Name + "'",
      {FixItHint::CreateReplacement(Return->getReturnLoc(),
                                    Type + (Type.back() == '*' ? "result;" : " result;") + Break +
                                        "Py_BEGIN_CRITICAL_SECTION(" + Name + ");" + Break + "result ="),
       FixItHint::CreateInsertion(End, Break + "Py_END_CRITICAL_SECTION();" + Break + "return result;")}};
}

std::optional<Repair> onlyWithGil(llvm::ArrayRef<const Expr *> Sites, const FunctionDecl &F) {
  const ASTContext &Context = F.getASTContext();
  const SourceManager &SM = Context.getSourceManager();
  ParentMap Parents(F.getBody());
  std::vector<const Stmt *> Statements;
  for (const Expr *Site : Sites)
    if (const Stmt *S = statementOf(Site, Parents); !llvm::is_contained(Statements, S))
      Statements.push_back(S);
  if (Statements.empty() || !Statements.front())
    return std::nullopt;
  const auto *Block = cast<CompoundStmt>(Parents.getParent(Statements.front()));
  const auto *First =
      llvm::find_if(Block->body(), [&](const Stmt *S) { return llvm::is_contained(Statements, S); });
  for (std::size_t I = 0; I != Statements.size(); ++I)
    if (First + I == Block->body_end() || !llvm::is_contained(Statements, First[I]))
      return std::nullopt;
  SourceLocation Begin = SM.getExpansionLoc((*First)->getBeginLoc()),
                 End = behind(First[Statements.size() - 1], Context);
  unsigned Before = 0, After = 0;
  if (End.isInvalid() || !lineAround(Begin, SM, Before).take_front(Before).trim().empty() ||
      !lineAround(End, SM, After).drop_front(After).trim().empty())
    return std::nullopt;
  return Repair{
      "leave the release to tp_dealloc on free-threaded builds",
      {FixItHint::CreateInsertion(Begin.getLocWithOffset(-int(Before)), "#ifndef Py_GIL_DISABLED\n"),
       FixItHint::CreateInsertion(End, "\n#endif")}};
}

} // namespace ungil
