// Reports an atomic store that hands over data written before it, a new object behind a pointer or other
// variables behind a flag, without release order; and an atomic load of such a flag, without acquire order,
// before the data is read. Also the plain store of double-checked locking, whose first test takes no lock.
//
// Does not report atomics that are the whole payload, functions with a fence of their own, readers and
// writers with a lock in common, initialisation, pointers to what has existed before, and atomics that act as
// a lock, a borrow flag or a reference count, which are ungil-relaxed-borrow-state's. Relaxed loads of
// pointers, which data dependency orders on today's machines, are reported with StrictConsume.
//
// Known holes: data that a callee fills; publication in one unit and use in another.

#include "analysis/AtomicRoles.h"
#include "analysis/BodyVisitor.h"
#include "analysis/LazyInit.h"
#include "analysis/Names.h"
#include "analysis/OrderRepair.h"
#include "analysis/Races.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

class Fences : public BodyVisitor {
public:
  bool Found = false;
  bool VisitExpr(Expr *E) override { return !(Found |= isFence(E)); }
};

class RelaxedPublication : public Check {
public:
  explicit RelaxedPublication(const CheckOptions &Options) : StrictConsume(Options.flag("StrictConsume")) {}

  std::vector<Diagnosis> run(Unit &U) override {
    for (const AtomicUse &Use : atomicRoles(U))
      WithRole.insert(Use.Op.Site);
    for (const auto &[Location, All] : U.shared().locations())
      for (const SharedAccess &A : All)
        if (!A.Atomic && A.What != SharedAccess::Exposed)
          Plain[A.In].push_back(&A);
    std::vector<Diagnosis> Found;
    for (const auto &[Location, All] : U.shared().locations())
      judge(U, All, Found);
    for (const LazyInit &L : lazyInits(U))
      if (L.What == LazyInit::DoubleChecked && L.Value != LazyInit::Idempotent && !L.Excludes)
        Found.push_back(atPlainStore(U, L));
    return Found;
  }

private:
  void judge(Unit &U, const SharedState::Accesses &All, std::vector<Diagnosis> &Found) {
    if (llvm::any_of(All, [&](const SharedAccess &A) { return WithRole.contains(A.At); }))
      return;
    llvm::SmallPtrSet<const Expr *, 4> Told;
    for (const SharedAccess &Store : All)
      for (const SharedAccess &Load : All) {
        if (!isStore(U, Store) || !isLoad(U, Load) || Store.In == Load.In)
          continue;
        const SharedAccess *Payload = nullptr;
        bool Pointer = isNewObject(U, Store);
        if (!Pointer && !(Payload = payload(U, Store, Load)))
          continue;
        if (!releases(*Store.Atomic->Order) && !hasFence(*Store.In) && Told.insert(Store.At).second)
          Found.push_back(atStore(U, Store, Load));
        if (!acquires(*Load.Atomic->Order) && !hasFence(*Load.In) && (!Pointer || StrictConsume) &&
            Told.insert(Load.At).second)
          Found.push_back(atLoad(U, Store, Load, Payload));
      }
  }

  static bool isStore(Unit &U, const SharedAccess &A) {
    return A.Atomic && A.Atomic->writes() && A.Atomic->Order && A.Value && U.shared().isConcurrent(A);
  }

  static bool isLoad(Unit &U, const SharedAccess &A) {
    return A.Atomic && A.Atomic->What == AtomicOperation::Load && A.Atomic->Order &&
           U.shared().isConcurrent(A);
  }

  bool hasFence(const Function &F) {
    auto [At, New] = Fenced.try_emplace(&F, false);
    if (New) {
      Fences In;
      In.TraverseStmt(F.Decl->getBody());
      At->second = In.Found;
    }
    return At->second;
  }

  /// A pointer to what this function has made.
  static bool isNewObject(Unit &U, const SharedAccess &Store) {
    const Expr *Value = Store.Value->IgnoreParenCasts();
    const auto *R = dyn_cast<DeclRefExpr>(Value);
    const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
    return Store.Value->getType()->isPointerType() && V && V->hasLocalStorage() && !isa<ParmVarDecl>(V) &&
           U.shared().freshness().isFreshValue(*Store.In, Value);
  }

  /// Something plain that is written before the flag is set and read after it was seen, with no lock in
  /// common.
  const SharedAccess *payload(Unit &U, const SharedAccess &Store, const SharedAccess &Load) const {
    Expr::EvalResult Value;
    if (Store.Atomic->What != AtomicOperation::Store || Store.Value->isValueDependent() ||
        !Store.Value->EvaluateAsInt(Value, U.context()) || Value.Val.getInt() == 0)
      return nullptr;
    auto Written = Plain.find(Store.In), Read = Plain.find(Load.In);
    if (Written == Plain.end() || Read == Plain.end())
      return nullptr;
    for (const SharedAccess *W : Written->second)
      for (const SharedAccess *R : Read->second)
        if (W->writes() && W->Location == R->Location && before(U, W->At, Store.At) &&
            before(U, Load.At, R->At) && U.shared().isConcurrent(*W) &&
            !U.shared().guardsOf(*W).shareWith(U.shared().guardsOf(*R)))
          return R;
    return nullptr;
  }

  static bool before(Unit &U, const Expr *A, const Expr *B) {
    const SourceManager &SM = U.sources();
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A->getBeginLoc()),
                                        SM.getExpansionLoc(B->getBeginLoc()));
  }

  static Confidence surenessOf(Unit &U, const SharedAccess &Store, const SharedAccess &Load) {
    return isKnownConcurrent(U, Store) && isKnownConcurrent(U, Load) ? Confidence::Likely
                                                                     : Confidence::Possible;
  }

  static Diagnosis atStore(Unit &U, const SharedAccess &Store, const SharedAccess &Load) {
    Diagnosis D;
    D.Where = Store.At->getSourceRange();
    D.Message = locationName(Store.Location) +
                " publishes what was written before, but this operation is memory_order_" +
                orderName(*Store.Atomic->Order) + "; a thread can see it without the data (needs release)";
    D.Sureness = surenessOf(U, Store, Load);
    explainRoute(U, Store, D);
    D.Path.push_back({Load.At->getSourceRange(), "read here in '" + displayName(*Load.In->Decl) + "'"});
    D.Path.push_back({Store.At->getSourceRange(), "store with release here, and load with acquire there"});
    bool Swaps = Store.Atomic->reads() && acquires(*Store.Atomic->Order);
    MemoryOrder Needed = Swaps ? MemoryOrder::AcqRel : MemoryOrder::Release;
    if (auto Hint = withOrder(U, *Store.Atomic, Needed))
      D.Repairs.push_back({std::string("make it ") + orderName(Needed), {std::move(*Hint)}});
    return D;
  }

  /// The other half of double-checked locking, see ungil-unsynchronized-lazy-init for the test.
  static Diagnosis atPlainStore(Unit &U, const LazyInit &L) {
    const SharedAccess &Store = *L.Store;
    Diagnosis D;
    D.Where = Store.At->getSourceRange();
    D.Message = locationName(Store.Location) +
                " is published by a plain store to a thread that tests it without '" +
                U.shared().guardsOf(Store).Spelling +
                "'; the thread can see it without the data (needs an atomic store with release)";
    D.Sureness = Confidence::Likely; // who takes a lock expects company
    explainRoute(U, Store, D);
    D.Path.push_back({L.Test->getSourceRange(), "tested without the lock here"});
    D.Path.push_back({Store.At->getSourceRange(), "store with release here, and load with acquire there"});
    return D;
  }

  static Diagnosis atLoad(Unit &U, const SharedAccess &Store, const SharedAccess &Load,
                          const SharedAccess *Payload) {
    Diagnosis D;
    D.Where = Load.At->getSourceRange();
    D.Message = locationName(Load.Location) +
                " says that other data is ready, but this load is memory_order_" +
                orderName(*Load.Atomic->Order) + "; the data can be read as it was before (needs acquire)";
    D.Sureness = surenessOf(U, Store, Load);
    explainRoute(U, Load, D);
    D.Path.push_back(
        {Store.At->getSourceRange(), "published here in '" + displayName(*Store.In->Decl) + "'"});
    D.Path.push_back({(Payload ? Payload : &Load)->At->getSourceRange(),
                      "load with acquire before the data is read here"});
    if (auto Hint = withOrder(U, *Load.Atomic, MemoryOrder::Acquire))
      D.Repairs.push_back({"make it acquire", {std::move(*Hint)}});
    return D;
  }

  bool StrictConsume;
  llvm::DenseSet<const Expr *> WithRole;
  llvm::DenseMap<const Function *, std::vector<const SharedAccess *>> Plain;
  llvm::DenseMap<const Function *, bool> Fenced;
};

} // namespace

UNGIL_CHECK(RelaxedPublication)

} // namespace ungil
