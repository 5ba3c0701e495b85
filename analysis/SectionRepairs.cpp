#include "analysis/SectionRepairs.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Lex/Lexer.h"

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

} // namespace ungil
