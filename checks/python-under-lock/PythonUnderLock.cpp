// Reports calls that can run any Python code while a lock is held that the same thread cannot take twice,
// when functions that Python code can call take that lock: a __del__, an __eq__ or a callback re-enters the
// module and waits for itself. Dropping a reference counts when the object comes from shared memory, because
// its destructor can be anyone's.
//
// Does not report critical sections (they are suspended), recursive locks, locks that no entry point takes,
// and locks whose other half, waiting for them while attached, makes them a case for
// ungil-lock-across-attach.
//
// Known holes: locks taken in helpers of other translation units; callbacks called through pointers under a
// lock.

#include "analysis/LockUses.h"
#include "analysis/Names.h"
#include "analysis/StateRepairs.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class PythonUnderLock : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    llvm::DenseSet<const clang::Expr *> Reached; // a helper is told for the first of its callers
    for (const LockUse &Use : lockUses(U)) {
      if (Use.Reentrant || !(Use.FromPython || Use.FromOtherUnits) ||
          (!Use.Detaches && waitedForAttached(Use)))
        continue;
      std::vector<const Function *> Told;
      for (const LockHold &Hold : Use.Holds) {
        if (Hold.What == LockHold::Attaches || Hold.State == Attachment::Detached ||
            (Hold.What == LockHold::DropsReference && !Use.FromPython) || llvm::is_contained(Told, Hold.In))
          continue;
        Told.push_back(Hold.In);
        if (!Hold.Through.empty() && !Reached.insert(Hold.Through.back()->Site).second)
          continue;
        Found.push_back(describe(U, Use, Hold));
      }
    }
    return Found;
  }

private:
  static bool waitedForAttached(const LockUse &Use) {
    return llvm::any_of(Use.Waits, [](const LockWait &W) { return W.State == Attachment::Attached; });
  }

  static Diagnosis describe(Unit &U, const LockUse &Use, const LockHold &Hold) {
    std::string Lock = "'" + Use.Lock.spelling() + "'";
    Diagnosis D;
    D.Where = Hold.Site->getSourceRange();
    constexpr std::size_t Far = 4; // calls, each of which may have its conditions
    if (Hold.Through.size() > Far || Hold.Weak)
      D.Sureness = Confidence::Possible;
    D.Message =
        "'" + Hold.Name + "' can run " +
        (Hold.What == LockHold::DropsReference ? "a destructor written in Python" : "any Python code") +
        " while " + Lock + " is held; if that comes back to this module, the thread waits for itself";
    D.Path.push_back({Hold.Taken, Lock + " is taken here"});
    for (const Call *C : Hold.Through)
      D.Path.push_back({C->Site->getSourceRange(), "in '" + displayName(*C->In->Decl) + "', '" +
                                                       displayName(*C->Callee) + "' is called here"});
    const LockWait &Again = Use.Waits.back().In == Hold.In ? Use.Waits.front() : Use.Waits.back();
    D.Path.push_back({Again.Where, "'" + displayName(*Again.In->Decl) + "' would wait for it here"});
    D.Path.push_back(
        {Hold.Site->getSourceRange(),
         Hold.What == LockHold::DropsReference
             ? "move the old object to a local variable under the lock, and drop it after unlocking"
             : "do it before locking or after unlocking, or use a critical section, which is suspended "
               "meanwhile"});
    if (Hold.What == LockHold::DropsReference)
      if (auto R = dropAfterUnlock(Hold.Site, U.context()))
        D.Repairs.push_back(std::move(*R));
    return D;
  }
};

} // namespace

UNGIL_CHECK(PythonUnderLock)

} // namespace ungil
