#include "analysis/StateRepairs.h"

#include "analysis/BodyVisitor.h"
#include "analysis/EdgeNotes.h"

#include "clang/AST/ParentMapContext.h"
#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {

class Calls : public BodyVisitor {
public:
  unsigned Count = 0;
  bool VisitCallExpr(CallExpr *) override {
    ++Count;
    return true;
  }
};

unsigned callsIn(const Stmt *S) {
  Calls Visitor;
  if (S)
    Visitor.TraverseStmt(const_cast<Stmt *>(S));
  return Visitor.Count;
}

/// After the semicolon of the statement; invalid when it is part of a macro. It may end in one, as `return
/// NULL;`.
SourceLocation endOfStatement(const Stmt *S, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  if (S->getBeginLoc().isMacroID())
    return {};
  return Lexer::findLocationAfterToken(SM.getExpansionRange(S->getEndLoc()).getEnd(), tok::semi, SM,
                                       Context.getLangOpts(), /*SkipTrailingWhitespaceAndNewLine=*/false);
}

/// What separates lines where the statement stands.
std::string newLine(const Stmt *S, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  unsigned Column = SM.getSpellingColumnNumber(S->getBeginLoc());
  llvm::StringRef Buffer = SM.getBufferData(SM.getFileID(S->getBeginLoc()));
  unsigned Offset = SM.getFileOffset(S->getBeginLoc());
  llvm::StringRef Lead = Buffer.slice(Offset - (Column - 1), Offset);
  return Lead.trim(" \t").empty() ? "\n" + Lead.str() : " ";
}

} // namespace

std::optional<Repair> detachAround(const Expr *Call, ASTContext &Context) {
  SourceLocation End = endOfStatement(Call, Context);
  if (End.isInvalid() || !isStatement(Call, Context) || callsIn(Call) != 1)
    return std::nullopt;
  std::string Break = newLine(Call, Context);
  return Repair{"detach around the wait",
                {FixItHint::CreateInsertion(Call->getBeginLoc(), "Py_BEGIN_ALLOW_THREADS" + Break),
                 FixItHint::CreateInsertion(End, Break + "Py_END_ALLOW_THREADS")}};
}

std::optional<Repair> attachBefore(const ReturnStmt *Return, ASTContext &Context) {
  SourceLocation End = endOfStatement(Return, Context);
  if (End.isInvalid() || callsIn(Return->getRetValue()))
    return std::nullopt;
  auto Parents = Context.getParents(*Return);
  if (!Parents.empty() && Parents[0].get<CompoundStmt>())
    return Repair{
        "attach again before the return",
        {FixItHint::CreateInsertion(Return->getBeginLoc(), "Py_BLOCK_THREADS" + newLine(Return, Context))}};
  return Repair{"attach again before the return",
                {FixItHint::CreateInsertion(Return->getBeginLoc(), "{ Py_BLOCK_THREADS "),
                 FixItHint::CreateInsertion(End, " }")}};
}

} // namespace ungil
