// Reports pools of object pointers into which threads put objects that they hold no reference to, and whose
// references are taken later, when somebody attached empties the pool. The object can be gone by then.
//
// Does not report pools that attached threads fill, pools whose callers take the reference before they put
// the object in, and pools of pending decrements, which are sound: the reference in the pool keeps the object
// alive.
//
// Known holes: pools that are filled in one translation unit and emptied in another; intrusive lists;
// lock-free queues.

#include "analysis/Names.h"
#include "analysis/ReferencePools.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class DeferredRefcountPool : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const ReferencePool &P : referencePools(U)) {
      auto Push = llvm::find_if(P.Pushes, [](const PoolPush &Push) {
        return Push.State != Attachment::Attached && !Push.TakesReference;
      });
      if (Push != P.Pushes.end())
        Found.push_back(describe(U, P, *Push));
    }
    return Found;
  }

private:
  static Diagnosis describe(Unit &U, const ReferencePool &P, const PoolPush &Push) {
    auto [In, Increment] = P.Increments.front();
    std::string Pool = "'" + P.Pool.spelling() + "'", Pusher = "'" + displayName(*Push.In->Decl) + "'";
    Diagnosis D;
    D.Where = Increment->getSourceRange();
    D.Message =
        "references to the objects in " + Pool + " are taken here, after " + Pusher +
        " put them in without one; an object can be freed in between, and is then revived and freed again";
    Contexts::Route Route = U.contexts().routeTo(Push.In, {Context::Detached});
    if (Route.Entry)
      D.Path.push_back({Route.Entry->Registered, "'" + displayName(*Route.Entry->Target->Decl) +
                                                     "' is handed over here as " + Route.Entry->Role +
                                                     "; it starts without an attached thread state"});
    for (const Call *C : Route.Calls)
      D.Path.push_back({C->Site->getSourceRange(), "which calls '" + displayName(*C->Callee) + "' here"});
    D.Path.push_back({Push.Site->getSourceRange(),
                      "put in here, by a thread that may be detached and holds no reference"});
    D.Path.push_back(
        {Increment->getSourceRange(),
         "attach and take the reference before the object goes into the pool; only decrements can wait"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(DeferredRefcountPool)

} // namespace ungil
