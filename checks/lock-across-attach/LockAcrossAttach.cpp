// Reports a native lock that one thread waits for while attached, and that is also held while a thread
// attaches or runs Python code. The holder waits for a stop-the-world pause to end (or for the GIL), the
// pause waits for the attached waiter, the waiter waits for the holder.
//
// Does not report locks whose waiters detach (PyMutex, critical sections), locks that are always waited for
// detached, locks that cover C code only, and tries that do not wait.
//
// Known holes: locks taken in one function and released in another unit's; locks that other units hold.

#include "analysis/LockUses.h"
#include "analysis/Names.h"
#include "analysis/StateRepairs.h"
#include "checks/Check.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {
namespace {

class LockAcrossAttach : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const LockUse &Use : lockUses(U)) {
      if (Use.Detaches)
        continue;
      auto Wait = llvm::find_if(Use.Waits, [](const LockWait &W) { return W.State == Attachment::Attached; });
      auto Hold = llvm::find_if(Use.Holds, [](const LockHold &H) { return meetsInterpreter(H); });
      if (Wait != Use.Waits.end() && Hold != Use.Holds.end())
        Found.push_back(describe(U, Use, *Wait, *Hold));
    }
    return Found;
  }

private:
  static bool meetsInterpreter(const LockHold &Hold) {
    return Hold.What == LockHold::Attaches || Hold.State == Attachment::Attached;
  }

  static Diagnosis describe(Unit &U, const LockUse &Use, const LockWait &Wait, const LockHold &Hold) {
    std::string Lock = "'" + Use.Lock.spelling() + "'", Holder = "'" + displayName(*Hold.In->Decl) + "'";
    Diagnosis D;
    D.Where = Wait.Where;
    D.Message = "an attached thread waits for " + Lock + ", which " + Holder + " holds while it " +
                (Hold.What == LockHold::Attaches ? "attaches" : "runs Python code") +
                "; a stop-the-world pause between the two never ends";
    D.Path.push_back({Hold.Taken, "in " + Holder + ", " + Lock + " is taken here"});
    D.Path.push_back(
        {Hold.Site->getSourceRange(),
         Hold.What == LockHold::Attaches
             ? "'" + Hold.Name + "' attaches here, and may have to wait for the pause"
             : "'" + Hold.Name + "' runs Python code here, which may have to wait for the pause"});
    for (const Call *C : Hold.Through)
      D.Path.push_back({C->Site->getSourceRange(), "in '" + displayName(*C->In->Decl) + "', '" +
                                                       displayName(*C->Callee) + "' is called here"});
    D.Path.push_back({Wait.Where, "detach before waiting for the lock and release it before attaching, or "
                                  "use a PyMutex, whose waiters detach"});
    // The lock's guard and, right after it, one that detaches: the other order is right.
    if (Wait.Site && Wait.In == Hold.In && Hold.What == LockHold::Attaches &&
        isa<clang::CXXConstructExpr>(Hold.Site))
      if (auto R = declareBefore(Wait.Site, Hold.Site->getSourceRange(), U.context()))
        D.Repairs.push_back({"detach before taking the lock", std::move(R->Hints)});
    return D;
  }
};

} // namespace

UNGIL_CHECK(LockAcrossAttach)

} // namespace ungil
