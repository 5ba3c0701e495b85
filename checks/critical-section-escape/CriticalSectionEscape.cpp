// Reports a return, goto, break, continue, throw or longjmp that leaves a critical section while it is open.
// The section is a record on the C stack that the thread state points to: the next section, or the next time
// that the thread detaches, follows a dangling pointer.
//
// Does not report jumps that stay inside the section, sections that the function ends before it leaves,
// guards whose destructor ends the section, and sections that are begun and ended under the same condition.
//
// Known holes: sections whose record is a member of an object; exceptions and long jumps of a called
// function.

#include "analysis/Names.h"
#include "checks/Check.h"

#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

using namespace clang;

class CriticalSectionEscape : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &F : U.index().functions()) {
      std::vector<const Section *> Left;
      for (const SectionEvent &E : U.sections().eventsOf(*F)) {
        if (E.What == SectionEvent::Leaves) {
          Left.push_back(E.Of);
          Found.push_back(leaves(U, E));
        }
      }
      for (const SectionEvent &E : U.sections().eventsOf(*F))
        if ((E.What == SectionEvent::StaysOpen || E.What == SectionEvent::BeginsAgain) &&
            !llvm::is_contained(Left, E.Of))
          Found.push_back(staysOpen(*F, E));
    }
    return Found;
  }

private:
  static std::string statement(Unit &U, const Stmt *S) {
    SourceLocation Begin = S->getBeginLoc();
    if (Begin.isMacroID())
      return "the macro '" +
             Lexer::getImmediateMacroName(outermost(U, Begin), U.sources(), U.context().getLangOpts()).str() +
             "'";
    if (isa<ReturnStmt>(S))
      return "'return'";
    if (isa<BreakStmt>(S))
      return "'break'";
    if (isa<ContinueStmt>(S))
      return "'continue'";
    if (isa<CallExpr>(S))
      return "'longjmp'";
    return isa<CXXThrowExpr>(S) ? "'throw'" : "'goto'";
  }

  /// The location in the macro that the user wrote, when macros are nested.
  static SourceLocation outermost(Unit &U, SourceLocation Loc) {
    for (;;) {
      SourceLocation Up = U.sources().getImmediateMacroCallerLoc(Loc);
      if (!Up.isMacroID())
        return Loc;
      Loc = Up;
    }
  }

  static Diagnosis leaves(Unit &U, const SectionEvent &E) {
    Diagnosis D;
    D.Where = E.At->getSourceRange();
    D.Message = statement(U, E.At) +
                " leaves a critical section without ending it; the thread state keeps a pointer to a record "
                "on this function's stack";
    D.Sureness = Confidence::Certain;
    D.Path.push_back({E.Of->Begin->getSourceRange(), "the section is begun here"});
    D.Path.push_back({E.At->getSourceRange(), "keep the result in a variable and go to a label before the "
                                              "end of the section, or move the body into a "
                                              "function of its own that the section surrounds"});
    return D;
  }

  static Diagnosis staysOpen(const Function &F, const SectionEvent &E) {
    Diagnosis D;
    D.Where = E.Of->Begin->getSourceRange();
    D.Message =
        E.What == SectionEvent::BeginsAgain
            ? std::string("the critical section that is begun here can still be open from the last time")
            : "the critical section that is begun here can still be open when '" + displayName(*F.Decl) +
                  "' ends";
    D.Message += "; the thread state keeps a pointer to a record on this function's stack";
    D.Path.push_back({E.Of->Begin->getSourceRange(), "end it on every path"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(CriticalSectionEscape)

} // namespace ungil
