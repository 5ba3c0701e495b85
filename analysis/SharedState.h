// Every access of the unit to memory that several threads can reach: variables with static storage, module
// state, fields of objects and of what objects own. Who, from where, under which locks, atomically or not.
//
// The idea is RacerD's: each access is summarised with the locks held and the ownership of the object,
// helpers that get the object as an argument are followed to their callers, and two accesses race when they
// share no lock. Threads are not modelled; contexts are (see Context.h).
#pragma once

#include "analysis/Atomics.h"
#include "analysis/Freshness.h"
#include "analysis/ThreadAffinity.h"

#include "llvm/ADT/MapVector.h"

#include <map>
#include <set>

namespace ungil {

struct SharedAccess {
  enum Kind {
    Read,
    Write,
    Update,  ///< reads and writes: ++, |=, a container's own mutators
    Exposed, ///< handed to code that is not seen and may write it
  } What = Read;
  AccessPath Location; ///< one name for all instances, functions and calls
  AccessPath Here;     ///< as owner() names it
  const clang::Expr *At = nullptr;
  const clang::Expr *Value = nullptr;      ///< what a Write stores
  const clang::FunctionDecl *To = nullptr; ///< what it is Exposed to, where that is known
  const Function *In = nullptr;
  std::vector<const Call *> Through; ///< calls that hand the memory to In, innermost first
  std::optional<AtomicOperation> Atomic;
  bool IsShown = false; ///< a number that is read to be shown: nothing is decided by it

  bool writes() const { return What != Read; }
  /// The function in which the location gets its name.
  const Function *owner() const { return Through.empty() ? In : Through.back()->In; }
};

/// A lock as other functions would name it: relative to the object whose field is accessed, or one for the
/// process.
struct Guard {
  bool OfObject = false;
  AccessPath Lock; ///< for OfObject: the fields from the object to the lock; none for its critical section
  bool Shared = false; ///< held for reading
};

struct Guards {
  std::vector<Guard> Held;
  bool Unknown = false; ///< a lock is held, but which one cannot be told: the caller's by contract
  std::string Spelling; ///< of one of the locks, for messages

  bool none() const { return Held.empty() && !Unknown; }
  /// Whether nobody else writes meanwhile, but others may read.
  bool onlyForReading() const {
    return !Unknown && !Held.empty() && llvm::all_of(Held, [](const Guard &G) { return G.Shared; });
  }
  /// Whether a common lock keeps the two apart; one of them must write.
  bool shareWith(const Guards &) const;
};

/// A field that the interpreter offers as an attribute: an entry of a PyMemberDef table, or a member that a
/// binding library lets Python code store in.
struct ExposedMember {
  const clang::Expr *At = nullptr;
  std::string Name;
  bool IsObject = false; ///< stored and read in the object's critical section
  bool IsWritable = false;
  bool IsBound = false; ///< by a binding library, which takes no lock
};

class SharedState {
public:
  SharedState(const UnitIndex &, const EntryPoints &, const Contexts &, const PathResolver &, Locksets &);

  using Accesses = std::vector<SharedAccess>;
  /// By location, in source order.
  const llvm::MapVector<AccessPath, Accesses, std::map<AccessPath, unsigned>> &locations() const {
    return Locations;
  }

  /// The contexts in which other threads can use the location: nobody else uses an object that is being made
  /// or torn down.
  static ContextSet racing(const AccessPath &Location);

  /// Whether another thread can be at the location at the time of the access.
  bool isConcurrent(const SharedAccess &);

  const Guards &guardsOf(const SharedAccess &);
  /// Locks held at some statement of the access's function, relative to the accessed object.
  Guards guardsAt(const SharedAccess &, const clang::Expr *Where);

  /// Whether the value is used as an index, is compared with one, or is the size of memory.
  bool isBound(const AccessPath &Location) const { return Bounds.contains(Location); }
  /// Whether it is used as one itself, or given to a function that may, not only compared.
  bool isIndex(const AccessPath &Location) const { return Indices.contains(Location); }

  /// What makes the field an attribute that Python code can set; null when nothing does.
  const ExposedMember *writableMember(const AccessPath &Location) const;

  /// Whether some function of the unit takes a pointer to a record of the type that it may not change.
  bool isTakenConst(const clang::RecordDecl &);

  Freshness &freshness() { return Fresh; }
  /// Whether a caller of the function must hold a lock, as its name says, or as that of each of its callers
  /// does.
  bool isUnderContract(const Function &);

private:
  /// Whether the access is to an element that an atomic step gave to this thread alone: `nodes[take()]`.
  bool isClaimedElement(const SharedAccess &);
  bool claims(const Function &);

  friend class AccessCollector;
  void collect(const Function &);
  void collectMembers(const clang::Expr *Table);
  void collectBoundMembers();
  void add(SharedAccess);
  /// The locks that every caller holds for the object that it passes; callers whose object nobody else has
  /// are left out. Empty when all are.
  std::optional<Lockset> heldByCallers(const Function &, const AccessPath &Object, ContextSet Racing,
                                       unsigned Depth);
  void nameInCallers(SharedAccess, unsigned Depth);
  bool isMutableLocation(const AccessPath &) const;
  bool isWrapped(const AccessPath &Location) const;

  const UnitIndex &Index;
  const Contexts &Reach;
  const PathResolver &Paths;
  Locksets &Locks;
  Freshness Fresh;
  ThreadAffinity Owners;
  llvm::DenseMap<const Function *, bool> Claiming; ///< whether the function changes an atomic in one step
  llvm::MapVector<AccessPath, Accesses, std::map<AccessPath, unsigned>> Locations;
  std::map<std::tuple<const Function *, const clang::Expr *, std::vector<const Call *>>, Guards> KnownGuards;
  llvm::DenseMap<const Function *, ContextSet> EnteredIn;
  llvm::DenseMap<const Function *, bool> Contracts;
  std::optional<llvm::DenseSet<const clang::RecordDecl *>> TakenConst;
  std::set<AccessPath> Bounds, Indices;
  std::map<AccessPath, ExposedMember> Members;
  std::map<std::pair<const Function *, int>, std::optional<Lockset>> CallersHold;
};

/// The path from the type of the innermost object on it, as every function would name it; the path itself for
/// static storage and module state. Empty when the memory is not shared or belongs to somebody else's type.
std::optional<AccessPath> sharedLocation(const AccessPath &, const UnitIndex &);

} // namespace ungil
