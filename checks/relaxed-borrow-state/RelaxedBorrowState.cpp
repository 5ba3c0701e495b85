// Reports an atomic that acts as a lock, a borrow flag or a reference count, where the operation that takes
// it does not acquire or the one that gives it back does not release: the protected data is not ordered with
// the flag. Also a reference count of the unit's own that is no atomic at all, and no lock guards.
//
// Does not report increments, failure orders, loads that feed a compare-and-swap, atomics with no such role
// (statistics, identifiers, once flags), functions with a fence of their own, and orders that are no
// constants.
//
// Known holes: atomics that are reached only through a wrapper's parameter; locks taken in one unit and
// released in another; sequence locks.

#include "analysis/AtomicRoles.h"
#include "analysis/Names.h"
#include "analysis/OrderRepair.h"
#include "analysis/PlainRoles.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

class RelaxedBorrowState : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    const std::vector<AtomicUse> &Uses = atomicRoles(U);
    std::vector<Diagnosis> Found;
    llvm::DenseSet<SourceLocation> Told; // instances of a template are at one place
    for (const AtomicUse &Use : Uses)
      if (Use.Op.Order && !suffices(Use) && Told.insert(Use.Op.Site->getExprLoc()).second)
        Found.push_back(describe(U, Use, Uses));
    for (const PlainRole &R : plainRoles(U))
      if (R.What == PlainRole::ReferenceCount)
        Found.push_back(describe(U, R));
    return Found;
  }

private:
  static bool suffices(const AtomicUse &Use) {
    switch (Use.What) {
    case AtomicUse::Takes:
      return acquires(*Use.Op.Order);
    case AtomicUse::Drops:
      return releases(*Use.Op.Order);
    case AtomicUse::DropsLast:
      return acquires(*Use.Op.Order) && releases(*Use.Op.Order);
    case AtomicUse::Other:
      break;
    }
    return true;
  }

  static MemoryOrder needed(const AtomicUse &Use) {
    return Use.What == AtomicUse::Takes   ? MemoryOrder::Acquire
           : Use.What == AtomicUse::Drops ? MemoryOrder::Release
                                          : MemoryOrder::AcqRel;
  }

  static const char *roleName(AtomicRole Role) {
    return Role == AtomicRole::Lock         ? "lock"
           : Role == AtomicRole::BorrowFlag ? "borrow flag"
                                            : "reference count";
  }

  static const char *operationName(const AtomicOperation &Op) {
    switch (Op.What) {
    case AtomicOperation::Store:
      return "store";
    case AtomicOperation::Exchange:
      return "exchange";
    case AtomicOperation::CompareExchange:
      return "compare-exchange";
    default:
      return "decrement";
    }
  }

  static Diagnosis describe(Unit &U, const AtomicUse &Use, const std::vector<AtomicUse> &All) {
    std::string Name = Use.Variable->getNameAsString();
    Diagnosis D;
    D.Where = Use.Op.Site->getSourceRange();
    D.Message = "'" + Name + "' acts as a " + roleName(Use.Role) + ", but this " + operationName(Use.Op) +
                " is memory_order_" + orderName(*Use.Op.Order) +
                "; protected data is not ordered with it (needs " + orderName(needed(Use)) + ")";
    D.Sureness = Confidence::Certain;
    for (const AtomicUse &Other : All)
      if (Other.Variable == Use.Variable && Other.What != Use.What) {
        D.Path.push_back({Other.Op.Site->getSourceRange(),
                          std::string(Other.What == AtomicUse::Takes ? "taken" : "given back") +
                              " here in '" + displayName(*Other.In->Decl) + "'"});
        break;
      }
    D.Path.push_back({Use.Op.Site->getSourceRange(), advice(Use)});
    if (auto Hint = withOrder(U, Use.Op, needed(Use)))
      D.Repairs.push_back({std::string("make it ") + orderName(needed(Use)), {std::move(*Hint)}});
    return D;
  }

  static Diagnosis describe(Unit &U, const PlainRole &R) {
    Diagnosis D;
    D.Where = R.At->getSourceRange();
    D.Message = R.Name +
                " acts as a reference count, but is no atomic; two threads can both bring it to zero, or "
                "neither";
    ContextSet Known{Context::Alloc, Context::Reinit, Context::Concurrent, Context::Exclusive,
                     Context::Detached};
    bool Both = U.contexts().of(R.In).intersects(Known) && U.contexts().of(R.OtherIn).intersects(Known);
    D.Sureness = Both ? Confidence::Likely : Confidence::Possible;
    D.Path = routeTo(R.In, ManyThreads, U.contexts());
    D.Path.push_back(
        {R.Other->getSourceRange(), "incremented here in '" + displayName(*R.OtherIn->Decl) + "'"});
    D.Path.push_back(
        {R.At->getSourceRange(),
         "count with an atomic, acq_rel for this decrement; or hold one lock from here until the "
         "struct is destroyed, and for each increment"});
    return D;
  }

  static std::string advice(const AtomicUse &Use) {
    if (Use.What == AtomicUse::Takes)
      return "without acquire, reads and writes that follow can happen before the flag is taken";
    if (Use.What == AtomicUse::Drops)
      return "without release, the next holder can miss the writes made before this";
    return "the thread that destroys the object must see what every other holder did: release to pass it on, "
           "acquire "
           "before destroying";
  }
};

} // namespace

UNGIL_CHECK(RelaxedBorrowState)

} // namespace ungil
