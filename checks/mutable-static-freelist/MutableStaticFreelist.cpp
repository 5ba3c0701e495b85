// Reports a free list (array stack, intrusive list, single slot, C++ container) in static storage, in module
// state, or in an object together with its own allocator, that is popped in one function and pushed in
// another while no lock is common to both, when several threads can be in them at once.
//
// Does not report lists that are thread-local, that are compiled out under Py_GIL_DISABLED, whose pop and
// push hold the same lock (also through every caller), that are exchanged atomically, or that only
// initialisation or finalisation touches.
//
// Known holes: lists whose pop and push are in different translation units; lists kept in an object with the
// block's allocation elsewhere; untagged compare-and-swap lists (ABA).

#include "analysis/ListOperations.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

#include <algorithm>

namespace ungil {
namespace {

using Operation = ListOperation;

class MutableStaticFreelist : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Operation> Operations;
    for (const Operation &Op : listOperations(U))
      if (isShared(U, Op))
        Operations.push_back(Op);
    std::vector<Diagnosis> Found;
    std::vector<AccessPath> Judged;
    for (const Operation &Op : Operations) {
      if (llvm::is_contained(Judged, Op.list()))
        continue;
      Judged.push_back(Op.list());
      if (auto D = judge(U, Op.list(), Operations))
        Found.push_back(std::move(*D));
    }
    return Found;
  }

private:
  static bool isShared(Unit &U, const Operation &Op) {
    return U.shared().isConcurrent(Op.Access) && (Op.list().Kind != AccessPath::Object || Op.FallsBack);
  }

  static std::optional<Diagnosis> judge(Unit &U, const AccessPath &List, const std::vector<Operation> &All) {
    for (const Operation &Pop : All) {
      if (Pop.What != Operation::Pop || !(Pop.list() == List))
        continue;
      for (const Operation &Push : All)
        if (Push.What == Operation::Push && Push.list() == List && !guards(U, Pop).shareWith(guards(U, Push)))
          return describe(U, Pop, Push, All);
    }
    return std::nullopt;
  }

  static const Guards &guards(Unit &U, const Operation &Op) { return U.shared().guardsOf(Op.Access); }

  static Diagnosis describe(Unit &U, const Operation &Pop, const Operation &Push,
                            const std::vector<Operation> &All) {
    std::string List = Pop.list().spelling(), Popper = displayName(*Pop.Access.In->Decl),
                Pusher = displayName(*Push.Access.In->Decl);
    const Guards &AtPop = guards(U, Pop), &AtPush = guards(U, Push);
    Diagnosis D;
    D.Where = Pop.Access.At->getSourceRange();
    D.Message = "free list '" + List + "' is popped in '" + Popper + "' and pushed in '" + Pusher +
                "' without " + missing(AtPop, AtPush, Popper, Pusher) +
                "; two threads can get the same block on a free-threaded build";
    D.Sureness = isCertain(U, Pop) && isCertain(U, Push) ? Confidence::Certain : Confidence::Likely;
    explainRoute(U, Pop, D);
    D.Path.push_back({Push.Access.At->getSourceRange(), "pushed here in '" + Pusher + "'" + holding(AtPush)});
    explainRoute(U, Push, D);
    D.Path.push_back({Pop.list().Root->getSourceRange(), advice(Pop.list())});
    for (const Operation &Other : All)
      if (Other.list() == Pop.list() && Other.Access.At != Pop.Access.At && Other.Access.At != Push.Access.At)
        D.Related.push_back({Other.Access.At->getSourceRange(),
                             std::string("also ") + (Other.What == Operation::Pop ? "popped" : "pushed") +
                                 " in '" + displayName(*Other.Access.In->Decl) + "'"});
    return D;
  }

  static std::string missing(const Guards &AtPop, const Guards &AtPush, const std::string &Popper,
                             const std::string &Pusher) {
    if (AtPop.none() && AtPush.none())
      return "synchronisation";
    if (AtPop.none() || AtPush.none())
      return "a common lock ('" + (AtPop.none() ? AtPush : AtPop).Spelling + "' is held in '" +
             (AtPop.none() ? Pusher : Popper) + "', not in '" + (AtPop.none() ? Popper : Pusher) + "')";
    return "a common lock ('" + AtPop.Spelling + "' is held in '" + Popper + "', '" + AtPush.Spelling +
           "' in '" + Pusher + "')";
  }

  static std::string holding(const Guards &Held) {
    return Held.none() ? "" : ", holding '" + Held.Spelling + "'";
  }

  static bool isCertain(Unit &U, const Operation &Op) {
    ContextSet Known{Context::Alloc, Context::Reinit, Context::Concurrent, Context::Exclusive,
                     Context::Detached};
    return Op.list().Kind != AccessPath::Object && U.contexts().of(Op.Access.owner()).intersects(Known);
  }

  /// Notes from the entry point down to the operation.
  static void explainRoute(Unit &U, const Operation &Op, Diagnosis &D) {
    llvm::append_range(D.Path, routeTo(Op.Access.owner(), SharedState::racing(Op.list()), U.contexts()));
    for (const Call *C : llvm::reverse(Op.Access.Through))
      D.Path.push_back({C->Site->getSourceRange(), "which calls '" + displayName(*C->Callee) + "' here"});
  }

  static std::string advice(const AccessPath &List) {
    if (List.Kind == AccessPath::Object)
      return "hold the object's critical section, or a lock of its own, at every pop and push";
    return "guard every pop and push with one PyMutex (release it before allocating), give each thread its "
           "own list, or "
           "compile the list out with #ifndef Py_GIL_DISABLED";
  }
};

} // namespace

UNGIL_CHECK(MutableStaticFreelist)

} // namespace ungil
