// Reports, once for each object type, fields that one method changes while another thread can use the same
// object with no lock: pointers, references, library state, lengths and indices first. The inventory of the
// functions to lock follows as notes. Plain flags and numbers are reported with Scalars.
//
// Does not report fields that only construction writes, objects that nobody else can see yet, tear-down,
// traversal,
// __init__, functions whose callers hold the object's lock or whose name says so, atomics,
// and fields that most functions guard (see ungil-inconsistent-locking).
//
// Known holes: C++ classes that are bound in another unit; objects that a lock in Python code guards; fields
// reached through pointers kept in containers.

#include "analysis/Names.h"
#include "analysis/Races.h"
#include "checks/Check.h"

#include <algorithm>
#include <set>

namespace ungil {
namespace {

class UnlockedObjectState : public Check {
public:
  explicit UnlockedObjectState(const CheckOptions &Options) : Scalars(Options.flag("Scalars")) {}

  std::vector<Diagnosis> run(Unit &U) override {
    Claims Claimed(U);
    llvm::MapVector<const clang::Decl *, std::vector<Race>> ByType;
    for (const auto &[Location, Accesses] : U.shared().locations()) {
      if (Location.Kind != AccessPath::Object || Claimed.has(Location))
        continue;
      auto R = raceAt(U, Location, Accesses);
      if (R && !R->isMostlyGuarded() && isReported(*R))
        ByType[Location.Root].push_back(std::move(*R));
    }
    std::vector<ToldRace> Found;
    for (auto &[Type, Races] : ByType) {
      std::sort(Races.begin(), Races.end(), [&U](const Race &A, const Race &B) {
        return std::tuple(!isKnown(U, A), A.What, A.Write->At->getBeginLoc()) <
               std::tuple(!isKnown(U, B), B.What, B.Write->At->getBeginLoc());
      });
      Found.push_back({Races.front(), describe(U, Races)});
    }
    return reported(U, std::move(Found), "types of objects");
  }

private:
  bool isReported(const Race &R) const {
    return Scalars || R.What == Stake::Pointer || R.What == Stake::Container || R.What == Stake::Index ||
           R.What == Stake::Counter || R.What == Stake::Temporary;
  }

  static Diagnosis describe(Unit &U, const std::vector<Race> &Races) {
    const Race &Worst = Races.front();
    const SharedAccess &W = *Worst.Write, &O = *Worst.Other;
    std::string Writer = displayName(*W.In->Decl), User = displayName(*O.In->Decl);
    Diagnosis D;
    D.Where = W.At->getSourceRange();
    D.Message = locationName(*Worst.Location, W) + message(Worst, Writer, User);
    D.Sureness = isKnown(U, Worst) ? Confidence::Likely : Confidence::Possible;
    explainRoute(U, W, D);
    if (O.At != W.At)
      D.Path.push_back({O.At->getSourceRange(),
                        std::string(O.writes() ? "modified" : "used") + " here in '" + User + "'"});
    if (O.owner() != W.owner())
      explainRoute(U, O, D);
    D.Path.push_back({W.At->getSourceRange(), advice(Worst)});
    inventory(U, Races, D);
    return D;
  }

  static std::string advice(const Race &R) {
    const auto *Class = clang::dyn_cast_or_null<clang::RecordDecl>(R.Location->Root);
    return std::string(Class && !isObjectStruct(Class)
                           ? "hold one mutex, a member of the class,"
                           : "hold the object's critical section, or a lock of its own,") +
           " in every function that the notes name";
  }

  static std::string message(const Race &R, const std::string &Writer, const std::string &User) {
    const SharedAccess &W = *R.Write, &O = *R.Other;
    if (R.What == Stake::Temporary)
      return " is changed in '" + Writer +
             "' for a while and put back without synchronisation; others see the temporary value, and lose "
             "what they store meanwhile";
    return " is modified in '" + Writer + "' without synchronisation while " +
           (W.owner() == O.owner() || W.In == O.In
                ? "another thread runs the same function"
                : "'" + User + "' " + (O.writes() ? "modifies" : "uses") + " it") +
           "; " + consequence(R.What);
  }

  /// Whether it is certain that several threads come there, that the memory is the object's, and that it matters.
  static bool isKnown(Unit &U, const Race &R) {
    if (R.What == Stake::Temporary) // what is put back was there before
      return servesPython(U, *R.Write);
    return isKnownConcurrent(U, *R.Write) && isKnownConcurrent(U, *R.Other) && isOwned(U, R) &&
           !isHarmless(U, R);
  }

  /// A struct behind a pointer may be somebody else's; one that the object has made, and a library's state
  /// that is passed on, are the object's.
  static bool isOwned(Unit &U, const Race &R) {
    if (!isSureWrite(U, *R.Write))
      return false;
    auto Last = llvm::find(llvm::reverse(R.Location->Fields), nullptr);
    if (Last == R.Location->Fields.rend() || R.Write->What == SharedAccess::Exposed)
      return true;
    AccessPath Pointer = *R.Location;
    Pointer.Fields.resize(std::size_t(R.Location->Fields.rend() - Last) - 1);
    return isMadeHere(U, Pointer);
  }

  /// Whether all that the pointer is ever given has just been allocated.
  static bool isMadeHere(Unit &U, const AccessPath &Pointer) {
    auto Known = U.shared().locations().find(Pointer);
    bool Made = false;
    for (const SharedAccess &A :
         Known == U.shared().locations().end() ? SharedState::Accesses() : Known->second)
      if (A.What == SharedAccess::Write && A.Value) {
        if (!U.shared().freshness().isFreshValue(*A.In, A.Value))
          return false;
        Made = true;
      }
    return Made;
  }

  /// The functions that need the lock, each with the fields that it uses.
  static void inventory(Unit &U, const std::vector<Race> &Races, Diagnosis &D) {
    struct Use {
      const clang::Expr *First = nullptr; ///< a write if there is one
      std::vector<std::string> Writes, Reads;
    };
    llvm::MapVector<const Function *, Use> Uses;
    OpenEntries Entries(U);
    for (const Race &R : Races)
      for (const SharedAccess *A : R.Unguarded)
        for (auto [F, At] : Entries.of(*A)) {
          Use &Of = Uses[F];
          if (!Of.First || (A->writes() && Of.Writes.empty()))
            Of.First = At;
          auto &Names = A->writes() ? Of.Writes : Of.Reads;
          std::string Name = fieldName(*R.Location);
          if (!llvm::is_contained(Names, Name))
            Names.push_back(std::move(Name));
        }
    std::set<std::pair<clang::SourceLocation, std::string>> Told; // instances of a template tell the same
    for (const auto &[F, Of] : Uses) {
      if (Races.size() == 1 && isTold(D, Of.First))
        continue;
      std::string Text = "'" + displayName(*F->Decl) + "'";
      if (!Of.Writes.empty())
        Text += " writes " + list(Of.Writes);
      if (!Of.Reads.empty())
        Text += std::string(Of.Writes.empty() ? "" : " and") + " reads " + list(Of.Reads);
      if (Told.emplace(U.sources().getExpansionLoc(Of.First->getBeginLoc()), Text).second)
        D.Related.push_back({Of.First->getSourceRange(), Text});
    }
  }

  static bool isTold(const Diagnosis &D, const clang::Expr *At) {
    auto IsThere = [At](clang::SourceRange Where) { return Where.getBegin() == At->getBeginLoc(); };
    return IsThere(D.Where) || llvm::any_of(D.Path, [&](const Remark &R) { return IsThere(R.Where); });
  }

  static std::string fieldName(const AccessPath &P) {
    std::string Name = locationName(P);
    auto Dot = Name.find('.');
    return Dot == std::string::npos ? Name : "'" + Name.substr(Dot + 1);
  }

  static std::string list(const std::vector<std::string> &Names) {
    std::string Text;
    for (std::size_t I = 0; I != Names.size(); ++I)
      Text += (I == 0 ? "" : I + 1 == Names.size() ? " and " : ", ") + Names[I];
    return Text;
  }

  bool Scalars;
};

} // namespace

UNGIL_CHECK(UnlockedObjectState)

} // namespace ungil
