#include "analysis/EdgeNotes.h"

#include "analysis/BodyVisitor.h"

#include "clang/AST/ParentMapContext.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/StringExtras.h"

namespace ungil {

using namespace clang;

std::string sourceText(SourceRange Range, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  CharSourceRange InFile =
      Lexer::makeFileCharRange(CharSourceRange::getTokenRange(Range), SM, Context.getLangOpts());
  if (InFile.isInvalid() && SM.isMacroArgExpansion(Range.getBegin()) &&
      SM.isMacroArgExpansion(Range.getEnd()))
    InFile = CharSourceRange::getTokenRange(SM.getSpellingLoc(Range.getBegin()),
                                            SM.getSpellingLoc(Range.getEnd()));
  bool Invalid = false;
  llvm::StringRef Text = Lexer::getSourceText(InFile, SM, Context.getLangOpts(), &Invalid);
  return Invalid || Text.contains('\n') ? "" : Text.str();
}

bool isStatement(const Expr *E, ASTContext &Context) {
  for (const DynTypedNode &Parent : Context.getParents(*E)) {
    if (const auto *Inner = Parent.get<Expr>())
      return (isa<ParenExpr>(Inner) || isa<CStyleCastExpr>(Inner) || isa<ExprWithCleanups>(Inner)) &&
             isStatement(Inner, Context);
    if (Parent.get<Stmt>())
      return Parent.get<CompoundStmt>();
  }
  return false;
}

namespace {

class SelfSpelling : public BodyVisitor {
public:
  const RecordDecl *Record;
  const ASTContext &Context;
  std::string Found;
  SelfSpelling(const RecordDecl *Record, const ASTContext &Context) : Record(Record), Context(Context) {}

  bool VisitMemberExpr(MemberExpr *M) override {
    const auto *Field = dyn_cast<FieldDecl>(M->getMemberDecl());
    if (Found.empty() && Field && M->isArrow() &&
        Field->getParent()->getCanonicalDecl() == Record->getCanonicalDecl())
      Found = sourceText(M->getBase()->getSourceRange(), Context);
    return true;
  }
};

std::optional<Repair> insertAt(const Stmt *Before, llvm::ArrayRef<std::string> Statements,
                               std::string Description, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  SourceLocation Where = Before->getBeginLoc();
  if (Where.isMacroID())
    Where = SM.getImmediateExpansionRange(Where).getBegin();
  if (Where.isInvalid() || Where.isMacroID() || Statements.empty())
    return std::nullopt;
  std::string Indent(SM.getSpellingColumnNumber(Where) - 1, ' '), Text;
  llvm::StringRef Buffer = SM.getBufferData(SM.getFileID(Where));
  unsigned Offset = SM.getFileOffset(Where), Start = Offset - unsigned(Indent.size());
  llvm::StringRef Lead = Buffer.slice(Start, Offset);
  bool OwnLine = Lead.trim(" \t").empty();
  for (const std::string &S : Statements)
    Text += S + (OwnLine ? "\n" + Lead.str() : " ");
  return Repair{std::move(Description), {FixItHint::CreateInsertion(Where, Text)}};
}

const CompoundStmt *bodyOf(const FunctionDecl *F) { return dyn_cast_or_null<CompoundStmt>(F->getBody()); }

} // namespace

std::string quotedFields(llvm::ArrayRef<const Edge *> Edges) {
  constexpr std::size_t Most = 5; // each has a note of its own
  std::vector<std::string> Names;
  for (const Edge *E : Edges)
    Names.push_back("'" + E->Field->getNameAsString() + "'");
  if (Names.size() > Most) {
    std::size_t Left = Names.size() - (Most - 1);
    Names.resize(Most - 1);
    Names.push_back(std::to_string(Left) + " more");
  }
  std::string Last = Names.back();
  Names.pop_back();
  return Names.empty() ? Last : llvm::join(Names, ", ") + " and " + Last;
}

void explainEdge(const Edge &E, llvm::StringRef Trouble, std::vector<Remark> &Notes) {
  Notes.push_back({nameRange(E.Field), "'" + E.Field->getNameAsString() + "' " + Trouble.str()});
  if (E.ShownAt.isValid())
    Notes.push_back({E.ShownAt, "it owns a reference: " + E.ShownBy});
}

bool isVisible(const TypeInfo &T) {
  return llvm::any_of(T.Given, [](const auto &Given) {
    llvm::StringRef Name = Given.first();
    return Name == "tp_new" || Name == "tp_init" || Name == "tp_methods" || Name == "tp_getset" ||
           Name == "tp_members" || Name == "tp_call";
  });
}

Remark heapTypeNote(const TypeInfo &T) {
  bool Table = T.Definition->getType()->isArrayType();
  return {nameRange(T.Definition),
          "'" + T.Name + "' is a heap type: it is made from " + (Table ? "these slots" : "this spec")};
}

SourceRange nameRange(const NamedDecl *D) { return D->getLocation(); }

std::string spellingOfSelf(const Function *F, const RecordDecl *Record, const ASTContext &Context) {
  SelfSpelling Finder(Record, Context);
  Finder.TraverseStmt(F->Decl->getBody());
  if (!Finder.Found.empty() || F->Decl->getNumParams() == 0)
    return Finder.Found;
  const ParmVarDecl *Self = F->Decl->getParamDecl(0);
  const RecordDecl *Own =
      Self->getType()->isPointerType() ? Self->getType()->getPointeeType()->getAsRecordDecl() : nullptr;
  return Own && Own->getCanonicalDecl() == Record->getCanonicalDecl() ? Self->getNameAsString() : "";
}

std::optional<Repair> insertBeforeReturn(const FunctionDecl *F, llvm::ArrayRef<std::string> Statements,
                                         std::string Description, const ASTContext &Context) {
  const CompoundStmt *Body = bodyOf(F);
  const auto *Last = Body && !Body->body_empty() ? dyn_cast<ReturnStmt>(Body->body_back()) : nullptr;
  Expr::EvalResult Value;
  if (!Last || !Last->getRetValue() || !Last->getRetValue()->EvaluateAsInt(Value, Context) ||
      Value.Val.getInt() != 0)
    return std::nullopt;
  return insertAt(Last, Statements, std::move(Description), Context);
}

std::optional<Repair> insertFirst(const FunctionDecl *F, llvm::ArrayRef<std::string> Statements,
                                  std::string Description, const ASTContext &Context) {
  const CompoundStmt *Body = bodyOf(F);
  if (!Body)
    return std::nullopt;
  for (const Stmt *S : Body->body())
    if (!isa<DeclStmt>(S))
      return insertAt(S, Statements, std::move(Description), Context);
  return std::nullopt;
}

bool canUseVisitMacro(const FunctionDecl *F) {
  return F->getNumParams() == 3 && F->getParamDecl(1)->getName() == "visit" &&
         F->getParamDecl(2)->getName() == "arg";
}

} // namespace ungil
