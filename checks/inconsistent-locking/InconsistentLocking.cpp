// Reports an access that takes no lock, or another one, to a field or variable that most functions use under
// a lock, when several threads can be in both: a getter beside locked methods, a test before the section
// begins, a slot that the generated wrapper does not cover. One finding for each type and function. Also a
// C++ member that a binding library lets Python code store in, which takes no lock, when most functions take
// one.
//
// Does not report construction, tear-down and traversal, functions whose callers hold the lock or whose name
// leaves it to the caller, atomics, fields that no concurrent function writes, and locations that are mostly
// unguarded (see ungil-unlocked-object-state and ungil-mutable-global-state).
//
// Known holes: locks taken in other translation units; different instances of one lock type.

#include "analysis/Names.h"
#include "analysis/Races.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class InconsistentLocking : public Check {
public:
  explicit InconsistentLocking(const CheckOptions &Options) : Scalars(Options.flag("Scalars")) {}

  std::vector<Diagnosis> run(Unit &U) override {
    Claims Claimed(U);
    std::vector<Diagnosis> All;
    std::map<std::pair<const clang::Decl *, const Function *>, std::vector<Open>> Found;
    std::vector<std::pair<const clang::Decl *, const Function *>> Order;
    for (const auto &[Location, Accesses] : U.shared().locations()) {
      if (Location.Kind != AccessPath::Object)
        continue;
      if (const ExposedMember *Member = U.shared().writableMember(Location); Member && Member->IsBound)
        judgeMember(U, Location, Accesses, *Member, All);
      if (Claimed.has(Location))
        continue;
      auto R = raceAt(U, Location, Accesses);
      if (!R || !R->isMostlyGuarded() || !isReported(*R))
        continue;
      for (const SharedAccess *A : R->Unguarded) {
        const SharedAccess *Partner = partnerOf(U, *A, *R);
        if (!Partner)
          continue;
        auto &Of = Found[{Location.Root, A->owner()}];
        if (Of.empty())
          Order.push_back({Location.Root, A->owner()});
        Of.push_back({A, Partner, *R});
      }
    }
    for (const auto &Key : Order)
      All.push_back(describe(U, Found[Key]));
    return All;
  }

private:
  struct Open {
    const SharedAccess *Access, *Partner;
    Race Of;
  };

  /// `.def_readwrite("size", &Stack::size)` beside functions that guard the member.
  static void judgeMember(Unit &U, const AccessPath &Location, const SharedState::Accesses &Accesses,
                          const ExposedMember &Member, std::vector<Diagnosis> &Found) {
    std::set<const Function *> Guarded, Open;
    const SharedAccess *Sample = nullptr;
    for (const SharedAccess &A : Accesses) {
      if (A.Atomic)
        return;
      const Guards &Held = U.shared().guardsOf(A);
      if (!U.shared().isConcurrent(A) || !isKnownConcurrent(U, A) || Held.Unknown)
        continue;
      (Held.none() ? Open : Guarded).insert(A.owner());
      if (!Held.none() && (!Sample || (A.writes() && !Sample->writes())))
        Sample = &A;
    }
    if (Guarded.size() <= Open.size())
      return;
    const std::string Lock = "'" + U.shared().guardsOf(*Sample).Spelling + "'";
    Diagnosis D;
    D.Where = Member.At->getSourceRange();
    D.Message = locationName(Location) + " is offered to Python code as '" + Member.Name +
                "', which reads and writes it without " + Lock + ", which " + std::to_string(Guarded.size()) +
                " of " + std::to_string(Guarded.size() + Open.size()) + " functions that use it hold";
    D.Sureness = Confidence::Likely;
    D.Path.push_back({Sample->At->getSourceRange(), std::string(Sample->writes() ? "written" : "read") +
                                                        " here in '" + displayName(*Sample->In->Decl) +
                                                        "', holding " + Lock});
    D.Path.push_back({Member.At->getSourceRange(), "bind a getter and a setter that take the lock instead"});
    Found.push_back(std::move(D));
  }

  bool isReported(const Race &R) const {
    return Scalars || (R.What != Stake::Scalar && R.What != Stake::Buffer);
  }

  /// A guarded access that this one races with.
  static const SharedAccess *partnerOf(Unit &U, const SharedAccess &A, const Race &R) {
    const SharedAccess *Best = nullptr;
    for (const SharedAccess *Other : R.Guarded)
      if ((A.writes() || Other->writes()) && !U.shared().guardsOf(*Other).shareWith(U.shared().guardsOf(A)))
        if (!Best || (Other->writes() && !Best->writes()))
          Best = Other;
    return Best;
  }

  /// A helper that some callers call under a lock: the others may well have an object of their own.
  static bool isLockedForOthers(Unit &U, const Function &F) {
    return llvm::any_of(F.Callers, [&](const Call *C) {
      return U.shared().isUnderContract(*C->In) || !U.locks().at(*C->In, C->Site).empty();
    });
  }

  static Diagnosis describe(Unit &U, const std::vector<Open> &Opens) {
    const Open *Worst = &Opens.front();
    auto Rank = [](const Open &O) { return std::tuple(O.Access->IsShown, O.Of.What, !O.Access->writes()); };
    for (const Open &O : Opens)
      if (Rank(O) < Rank(*Worst))
        Worst = &O;
    const SharedAccess &A = *Worst->Access, &P = *Worst->Partner;
    const Race &R = Worst->Of;
    Diagnosis D;
    D.Where = A.At->getSourceRange();
    D.Message = locationName(*R.Location) + " is " + (A.writes() ? "written" : "read") + " in '" +
                displayName(*A.In->Decl) + "' without '" + U.shared().guardsOf(P).Spelling + "', which " +
                std::to_string(R.GuardedFunctions) + " of " +
                std::to_string(R.GuardedFunctions + R.UnguardedFunctions) + " functions that use it hold";
    D.Sureness = isKnownConcurrent(U, A) && isKnownConcurrent(U, P) && (R.GuardedWrite || A.writes()) &&
                         (A.writes() || !isLockedForOthers(U, *A.owner())) && !A.IsShown
                     ? Confidence::Likely
                     : Confidence::Possible;
    explainRoute(U, A, D);
    D.Path.push_back({P.At->getSourceRange(), std::string(P.writes() ? "written" : "read") + " here in '" +
                                                  displayName(*P.In->Decl) + "', holding '" +
                                                  U.shared().guardsOf(P).Spelling + "'"});
    D.Path.push_back({A.At->getSourceRange(), "take the same lock before this access"});
    std::vector<const AccessPath *> Named{R.Location};
    for (const Open &O : Opens)
      if (!llvm::is_contained(Named, O.Of.Location)) {
        Named.push_back(O.Of.Location);
        D.Related.push_back({O.Access->At->getSourceRange(), "so is " + locationName(*O.Of.Location)});
      }
    return D;
  }

  bool Scalars;
};

} // namespace

UNGIL_CHECK(InconsistentLocking)

} // namespace ungil
