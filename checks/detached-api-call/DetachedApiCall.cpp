// Reports calls of the Python API by a thread that has no attached thread state: between detaching and
// attaching again, and in functions that threads and foreign callbacks enter. Calls in helpers count where
// the helper is called.
//
// Does not report what CPython lets detached threads call (raw allocator, locks, thread-specific storage,
// queries of the state), accessors of immutable fields, code that PyGILState_Check() guards, and code that
// only some paths reach detached. Changes of reference counts are ungil-clone-without-attached-thread.
//
// Known holes: helpers in other translation units; calls through function pointers, among them NumPy's C API;
// callbacks whose registration analysis/knowledge does not know.

#include "analysis/DetachedPath.h"
#include "analysis/Names.h"
#include "analysis/StateRepairs.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class DetachedApiCall : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const DetachedStretch &S :
         detachedStretches(U, [](const DetachedUse &Use) { return Use.What == PythonApi::Attached; }))
      Found.push_back(describe(U, S));
    return Found;
  }

private:
  static Diagnosis describe(Unit &U, const DetachedStretch &S) {
    const DetachedUse &Use = *S.Uses.front();
    Diagnosis D;
    D.Where = Use.Where;
    D.Sureness = surenessOf(U, S, Use);
    D.Message = needs(Use) + whyDetached(U, S);
    explainDetached(U, S, Use, D);
    for (const DetachedUse *Other : llvm::drop_begin(S.Uses))
      D.Related.push_back({Other->Where, "'" + Other->Name + "' is called detached here too"});
    D.Path.push_back({Use.Where, adviceFor(Use, S)});
    for (const Call &C : S.In->Calls)
      if (C.Site->getSourceRange() == Use.Where)
        if (auto R = allocateRaw(S.In->Decl, C.Site, U.context()))
          D.Repairs.push_back(std::move(*R));
    return D;
  }

  static std::string needs(const DetachedUse &Use) {
    if (Use.IsDestruction)
      return "destroying " +
             (Use.Variable ? "'" + Use.Variable->getNameAsString() + "'" : "a '" + Use.Name + "'") +
             " needs an attached thread state but happens ";
    if (!Use.Inner)
      return "'" + Use.Name + "' needs an attached thread state but is called ";
    return "'" + Use.Name + "' reaches '" + Use.innermost().Name +
           "', which needs an attached thread state, but is called ";
  }
};

} // namespace

UNGIL_CHECK(DetachedApiCall)

} // namespace ungil
