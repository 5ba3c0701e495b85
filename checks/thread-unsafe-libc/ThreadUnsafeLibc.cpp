// Reports a call of a C library function that keeps state for the whole process (a static result, the locale,
// the environment), in code that several threads can run. The global interpreter lock used to serialise such
// calls.
//
// Does not report calls that only module initialisation makes, calls that give a buffer or state of their
// own, calls under a lock, and Windows, where the C runtime keeps this state per thread.
//
// Known holes: other libraries that call the same function; functions that are called through pointers;
// libraries beyond the C library.

#include "analysis/BorrowedUses.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

#include "clang/Basic/TargetInfo.h"
#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

using namespace clang;

class ThreadUnsafeLibc : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    if (U.context().getTargetInfo().getTriple().isOSWindows())
      return Found;
    for (const Call &C : U.index().externalCalls()) {
      auto Row = Knowledge::get().HiddenStates.find(qualifiedName(*C.Callee));
      if (Row == Knowledge::get().HiddenStates.end() || !isLibrary(U, C) || !isUnsafe(U, C, Row->second))
        continue;
      Found.push_back(describe(U, C, Row->second));
    }
    return Found;
  }

private:
  static bool isLibrary(Unit &U, const Call &C) {
    return C.Callee->isExternC() && U.sources().isInSystemHeader(C.Callee->getLocation());
  }

  static bool isUnsafe(Unit &U, const Call &C, const HiddenState &Row) {
    return U.contexts().of(C.In).intersects(ManyThreads) && U.locks().reaches(*C.In, C.Site) &&
           U.locks().at(*C.In, C.Site).empty() && !isHeldByContract(*C.In->Decl) &&
           !(Row.UnlessGiven && isGiven(U, C, *Row.UnlessGiven)) &&
           !(Row.OnlyIfGiven && !isGiven(U, C, *Row.OnlyIfGiven));
  }

  static bool isGiven(Unit &U, const Call &C, ArgumentIndex Index) {
    const Expr *E = argumentOf(C.Site, Index);
    return E && !E->IgnoreParenCasts()->isNullPointerConstant(U.context(), Expr::NPC_ValueDependentIsNotNull);
  }

  static Diagnosis describe(Unit &U, const Call &C, const HiddenState &Row) {
    std::string Name = C.Callee->getNameAsString();
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = "'" + Name + "' uses state that all threads of the process share; use " +
                quoted(Row.Replacement) + " or one lock";
    D.Sureness = Row.Sureness;
    D.Path = routeTo(C.In, ManyThreads, U.contexts());
    D.Path.push_back({C.Site->getSourceRange(), "two threads in '" + Name +
                                                    "' overwrite each other's result; nothing else "
                                                    "serialises the calls once the GIL is gone"});
    if (auto Fix = Row.TakesBuffer ? withBuffer(U, C, Row) : std::nullopt)
      D.Repairs.push_back(std::move(*Fix));
    return D;
  }

  static std::string quoted(const std::string &Replacement) {
    return Replacement.find(' ') == std::string::npos ? "'" + Replacement + "'" : Replacement;
  }

  /// `struct tm *t = gmtime(&x);` gets a buffer beside it, when the result does not outlive the function.
  static std::optional<Repair> withBuffer(Unit &U, const Call &C, const HiddenState &Row) {
    PythonCalls Python(U.index());
    BorrowedUses Uses(*C.In, Python);
    const auto *Site = dyn_cast<CallExpr>(C.Site);
    const VarDecl *V = Site ? Uses.assignedTo(Site) : nullptr;
    if (!V || V->getInit() != Site || Site->getBeginLoc().isMacroID() || V->getBeginLoc().isMacroID())
      return std::nullopt;
    const auto *Statement = dyn_cast_or_null<DeclStmt>(Uses.parents().getParent(Site));
    if (!Statement || !Statement->isSingleDecl() || Uses.ofVariable(V, Site).What > BorrowedUse::AfterPython)
      return std::nullopt;
    std::string Buffer = V->getNameAsString() + "_buffer";
    std::string Indent = Lexer::getIndentationForLine(Statement->getBeginLoc(), U.sources()).str();
    return Repair{
        "give the result a buffer of its own",
        {FixItHint::CreateInsertion(Statement->getBeginLoc(), "struct tm " + Buffer + ";\n" + Indent),
         FixItHint::CreateReplacement(Site->getCallee()->getSourceRange(), Row.Replacement),
         FixItHint::CreateInsertion(Site->getRParenLoc(), ", &" + Buffer)}};
  }
};

} // namespace

UNGIL_CHECK(ThreadUnsafeLibc)

} // namespace ungil
