// Reports a variable with static storage or a field of module state that one function writes and another
// function, or another thread in the same one, uses at the same time with no common lock: pointers,
// containers, indices, counters, scratch buffers and tables, and what a function overwrites for a while and
// puts back. Other plain flags and settings are reported with Scalars.
//
// Does not report what is thread-local, atomic, constant, guarded by one lock everywhere, written by
// initialisation or finalisation alone, given the same constant by every writer, or reported by the rules for
// free lists and lazy initialisation.
//
// Known holes: writers in other translation units; memory reached through pointers that are stored in
// containers; macros of locks that are compiled out.

#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Races.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class MutableGlobalState : public Check {
public:
  explicit MutableGlobalState(const CheckOptions &Options) : Scalars(Options.flag("Scalars")) {}

  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<ToldRace> Found;
    Claims Claimed(U);
    std::vector<AccessPath> Reported;
    for (const AccessPath &Location : variablesFirst(U.shared())) {
      const SharedState::Accesses &Accesses = U.shared().locations().find(Location)->second;
      if (Location.Kind == AccessPath::Object || Claimed.has(Location) ||
          isPartOfReported(Location, Reported))
        continue;
      auto R = raceAt(U, Location, Accesses);
      if (!R || (R->What == Stake::Scalar && !Scalars) || !isAtStake(U, *R) || isSibling(*R, Found))
        continue;
      Found.push_back({*R, describe(U, *R)});
      if (Found.back().Told.Sureness != Confidence::Possible) // what is hardly shown hides nothing
        Reported.push_back(Location);
    }
    return reported(U, std::move(Found), "variables");
  }

private:
  /// Before what they point to.
  static std::vector<AccessPath> variablesFirst(const SharedState &S) {
    std::multimap<std::size_t, AccessPath> ByLength;
    for (const auto &[Location, Accesses] : S.locations())
      ByLength.emplace(Location.Fields.size(), Location);
    std::vector<AccessPath> All;
    for (auto &[Length, Location] : ByLength)
      All.push_back(std::move(Location));
    return All;
  }

  /// One finding for a variable, not one more for what it points to.
  static bool isPartOfReported(const AccessPath &P, const std::vector<AccessPath> &Reported) {
    return llvm::any_of(Reported, [&](const AccessPath &R) {
      return R.Kind == P.Kind && R.Root == P.Root && R.Fields.size() < P.Fields.size() &&
             std::equal(R.Fields.begin(), R.Fields.end(), P.Fields.begin());
    });
  }

  /// One finding for the fields of a struct that one function sets together.
  static bool isSibling(const Race &R, const std::vector<ToldRace> &Reported) {
    return llvm::any_of(Reported, [&](const ToldRace &Earlier) {
      const Race &Other = Earlier.What;
      const AccessPath &A = *R.Location, &B = *Other.Location;
      return A.Kind == B.Kind && A.Root == B.Root && !A.Fields.empty() &&
             A.Fields.size() == B.Fields.size() &&
             std::equal(A.Fields.begin(), A.Fields.end() - 1, B.Fields.begin()) && R.What == Other.What &&
             R.Write->In == Other.Write->In && R.Other->In == Other.Other->In;
    });
  }

  /// What is behind a pointer is only known to be shared when the variable itself owns it.
  static bool isAtStake(Unit &, const Race &R) {
    bool Behind = !R.Location->Fields.empty() && llvm::is_contained(R.Location->Fields, nullptr);
    return !Behind || R.What == Stake::Temporary || R.What == Stake::Pointer || R.What == Stake::Container ||
           R.What == Stake::Counter;
  }

  static Diagnosis describe(Unit &U, const Race &R) {
    const SharedAccess &W = *R.Write, &O = *R.Other;
    std::string Writer = displayName(*W.In->Decl), User = displayName(*O.In->Decl);
    Diagnosis D;
    D.Where = W.At->getSourceRange();
    D.Message =
        locationName(*R.Location) + written(R) + " in '" + Writer + "'" +
        (W.owner() == O.owner() ? ""
                                : std::string(O.writes() ? " and" : " and read") + " in '" + User + "'") +
        " with no common lock; " + consequence(R.What);
    D.Sureness = surenessOf(U, R);
    explainRoute(U, W, D);
    if (&O != &W && O.At != W.At)
      D.Path.push_back({O.At->getSourceRange(), std::string(O.writes() ? "written" : "read") + " here in '" +
                                                    User + "'" + holding(U, O)});
    if (O.owner() != W.owner())
      explainRoute(U, O, D);
    D.Path.push_back({R.Location->Root->getSourceRange(), advice(R)});
    std::vector<const Function *> Named{W.owner(), O.owner()};
    for (const SharedAccess *A : R.Unguarded)
      if (A->writes() && !llvm::is_contained(Named, A->owner())) {
        Named.push_back(A->owner());
        D.Related.push_back({A->At->getSourceRange(), "also written in '" + displayName(*A->In->Decl) + "'"});
      }
    return D;
  }

  static std::string written(const Race &R) {
    return R.Write->What == SharedAccess::Update ? " is updated"
           : R.What == Stake::Buffer             ? " is filled"
                                                 : " is written";
  }

  static std::string holding(Unit &U, const SharedAccess &A) {
    const Guards &Held = U.shared().guardsOf(A);
    return Held.none() ? "" : ", holding '" + Held.Spelling + "'";
  }

  static Confidence surenessOf(Unit &U, const Race &R) {
    if (R.What == Stake::Scalar)
      return Confidence::Possible;
    if (!isKnownConcurrent(U, *R.Write) || !isKnownConcurrent(U, *R.Other))
      return isBesideLock(R) && R.What < Stake::Counter && isPlainWrite(*R.Write) ? Confidence::Likely
                                                                                  : Confidence::Possible;
    if (isOnlyHandedOut(U, R) || isSetUp(U, R))
      return Confidence::Possible;
    bool Plain = R.Guarded.empty() && R.Location->Kind == AccessPath::Static &&
                 R.Write->What != SharedAccess::Exposed && !llvm::is_contained(R.Location->Fields, nullptr);
    return Plain && isEntered(U, *R.Write) && isEntered(U, *R.Other) ? Confidence::Certain
                                                                     : Confidence::Likely;
  }

  /// A struct that has a lock is meant for several threads.
  static bool isBesideLock(const Race &R) {
    const Knowledge &K = Knowledge::get();
    return llvm::any_of(R.Location->Fields, [&](const clang::FieldDecl *Field) {
      return Field && llvm::any_of(Field->getParent()->fields(), [&](const clang::FieldDecl *Other) {
               std::string Name = typeName(Other->getType());
               return K.LockTypes.contains(Name) ||
                      (K.SynchronisedTypes.contains(Name) && !isAtomicType(Other->getType()));
             });
    });
  }

  static bool isPlainWrite(const SharedAccess &A) { return A.What == SharedAccess::Write; }

  /// Whether nothing but methods of the package's own store there, what they store is the whole value, and it
  /// is for others.
  static bool isSetUp(Unit &U, const Race &R) {
    auto IsForOthers = [&](const SharedAccess *A) { return isForUsers(U, *A); };
    if (llvm::none_of(R.Unguarded, IsForOthers) && llvm::none_of(R.Guarded, IsForOthers))
      return false;
    auto SetsUp = [&](const SharedAccess *A) {
      return !A->writes() || (A->What == SharedAccess::Write && !isForUsers(U, *A));
    };
    return llvm::all_of(R.Unguarded, SetsUp) && llvm::all_of(R.Guarded, SetsUp);
  }

  /// Whether the interpreter or a thread is known to come there, not just some other unit.
  static bool isEntered(Unit &U, const SharedAccess &A) {
    return U.contexts().of(A.owner()) != ContextSet(Context::Escaped);
  }

  /// A struct whose address is passed on, with no write in sight. A number that is read after that was filled
  /// there.
  static bool isOnlyHandedOut(Unit &U, const Race &R) {
    clang::QualType T = typeOf(*R.Location, U.context());
    auto Writes = [](const SharedAccess *A) { return A->writes() && A->What != SharedAccess::Exposed; };
    auto Reads = [](const SharedAccess *A) { return A->What == SharedAccess::Read; };
    if (T->isScalarType() && isUninitialised(*R.Location) &&
        (R.What == Stake::Buffer || llvm::any_of(R.Unguarded, Reads)))
      return false;
    bool Scratch = T->isArrayType() && (isUninitialised(*R.Location) || !isTableOfPointers(T));
    return R.Location->Kind == AccessPath::Static && !Scratch && llvm::none_of(R.Unguarded, Writes) &&
           llvm::none_of(R.Guarded, Writes);
  }

  static bool isTableOfPointers(clang::QualType T) { return T->getBaseElementTypeUnsafe()->isPointerType(); }

  static bool isUninitialised(const AccessPath &P) {
    const auto *V = clang::dyn_cast<clang::VarDecl>(P.Root);
    return V && P.Fields.empty() && !V->getAnyInitializer();
  }

  static std::string advice(const Race &R) {
    switch (R.What) {
    case Stake::Buffer:
      return "give each call its own buffer on the stack, or guard every use with one PyMutex";
    case Stake::Temporary:
      return "pass the value on as an argument, or keep it in a variable of each thread";
    case Stake::Counter:
      return "make it atomic, or guard every use with one PyMutex";
    default:
      return "guard every use with one PyMutex, or give each thread or module its own";
    }
  }

  bool Scalars;
};

} // namespace

UNGIL_CHECK(MutableGlobalState)

} // namespace ungil
