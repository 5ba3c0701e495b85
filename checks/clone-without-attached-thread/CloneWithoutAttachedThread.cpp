// Reports changes of reference counts by a thread that has no attached thread state: Py_INCREF and its kin,
// and in C++ copies and destructors of objects that own a reference, also inside members and containers.
//
// Does not report None and other objects that are never freed, values that are NULL on the path, objects that
// were moved from or released, references and handles that own nothing, and code that only some paths reach
// detached.
//
// Known holes: helpers in other translation units; by-value parameters of bound functions; exception paths;
// ownership inside a std::function or std::any that is a member, a parameter or assigned later.

#include "analysis/DetachedPath.h"
#include "analysis/Names.h"
#include "analysis/StateRepairs.h"
#include "analysis/StaticOwners.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

class CloneWithoutAttachedThread : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const DetachedStretch &S :
         detachedStretches(U, [](const DetachedUse &Use) { return Use.What != PythonApi::Attached; }))
      Found.push_back(describe(U, S));
    for (const VarDecl *V : staticOwners(U))
      Found.push_back(describe(*V));
    return Found;
  }

private:
  /// Variables of a thread die when it ends, long after it has detached; others after the interpreter.
  static Diagnosis describe(const VarDecl &V) {
    const bool OfThread = V.getTLSKind() != VarDecl::TLS_None;
    Diagnosis D;
    D.Where = V.getLocation();
    D.Message = "'" + V.getNameAsString() + "' drops its Python reference when " +
                (OfThread ? "its thread ends, which is detached by then"
                          : "the process ends, and no thread is attached after the interpreter has gone") +
                "; a destructor that runs there crashes";
    D.Path.push_back({V.getLocation(),
                      OfThread ? "drop the reference before the thread detaches for the last time, or let "
                                 "the object attach in its destructor"
                               : "empty it in a function that atexit calls, or never destroy it: keep it in "
                                 "the module's state, in a pointer, or in a gil_safe_call_once_and_store"});
    return D;
  }

  static Diagnosis describe(Unit &U, const DetachedStretch &S) {
    const DetachedUse &Use = *S.Uses.front();
    Diagnosis D;
    D.Where = Use.Where;
    D.Sureness = surenessOf(U, S, Use);
    D.Message = subject(Use) + ", " + whyDetached(U, S) + "; " + consequence(Use);
    explainDetached(U, S, Use, D);
    for (const DetachedUse *Other : llvm::drop_begin(S.Uses))
      D.Related.push_back({Other->Where, subject(*Other) + " here too"});
    D.Path.push_back({Use.Where, advice(Use, S)});
    if (auto R = repair(Use, S, U.context()))
      D.Repairs.push_back(std::move(*R));
    return D;
  }

  /// A guard in a block can begin later or end sooner.
  static std::optional<Repair> repair(const DetachedUse &Use, const DetachedStretch &S, ASTContext &Context) {
    const auto *Guard = dyn_cast_or_null<CXXConstructExpr>(S.Since.At);
    if (!Guard || S.Since.ByTest || Use.Conditional)
      return std::nullopt;
    auto R = declareBefore(Guard, Use.Where, Context);
    return R ? R : endBefore(Guard, Use.Where, Context);
  }

  static std::string subject(const DetachedUse &Use) {
    if (Use.IsCopy)
      return "a '" + Use.Name + "' is copied";
    if (Use.IsDestruction && Use.Variable)
      return "'" + Use.Variable->getNameAsString() + "' is destroyed and drops its Python reference";
    if (Use.IsDestruction)
      return "a '" + Use.Name + "' is destroyed and drops its Python reference";
    if (Use.Inner)
      return "'" + Use.Name + "' reaches " + reached(Use.innermost());
    return "'" + Use.Name + "' changes a reference count";
  }

  static std::string reached(const DetachedUse &Use) {
    if (Use.IsCopy)
      return "a copy of a '" + Use.Name + "'";
    if (Use.IsDestruction)
      return "the destructor of a '" + Use.Name + "', which drops its Python reference";
    return "'" + Use.Name + "', which changes a reference count";
  }

  static std::string consequence(const DetachedUse &Use) {
    if (Use.innermost().What == PythonApi::Decrement)
      return "a destructor that runs here crashes, and the collector can be rewriting the count";
    return "another thread can free the object meanwhile, and the collector can be rewriting the count";
  }

  static std::string advice(const DetachedUse &Use, const DetachedStretch &S) {
    if (isa_and_nonnull<OMPExecutableDirective>(S.Since.At))
      return Use.IsCopy
                 ? "share a reference or the raw pointer with the threads instead of copies"
                 : "attach around it in each thread, or leave it to the thread that started the region";
    if (Use.IsDestruction && S.Since.At)
      return "enclose the detached stretch in a block of its own, so that the object outlives it";
    if (!S.Since.At)
      return "attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached "
             "thread";
    return "take or drop the reference before detaching or after attaching again";
  }
};

} // namespace

UNGIL_CHECK(CloneWithoutAttachedThread)

} // namespace ungil
