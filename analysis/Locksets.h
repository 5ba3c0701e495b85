// Which locks are held where: native mutexes, PyMutex, critical sections, RAII guards, spin flags, once
// flags. Locks are told apart by access path. Only what holds on every path counts ("must").
//
// Source of the rules: Doc/howto/free-threading-extensions.rst; the effects themselves are in
// knowledge/locks.json.
#pragma once

#include "analysis/AccessPath.h"
#include "analysis/Contexts.h"
#include "analysis/FlowGraph.h"

#include <memory>
#include <vector>

namespace ungil {

struct HeldLock {
  AccessPath Lock;
  const clang::VarDecl *Token =
      nullptr;                 ///< the guard object or PyCriticalSection whose end releases the lock
  clang::SourceLocation Where; ///< where it was taken; not part of its identity
  bool Shared = false;         ///< taken for reading: others can hold it too; not part of its identity

  bool operator==(const HeldLock &O) const { return Lock == O.Lock && Token == O.Token; }
  bool operator<(const HeldLock &O) const { return std::tie(Lock, Token) < std::tie(O.Lock, O.Token); }
};

/// Sorted, without duplicates.
using Lockset = std::vector<HeldLock>;

/// The lock of the first set that is in the second too, whatever guard holds it; null when there is none. A
/// lock that a function's name says its callers hold ("…_lock_held") has no name of its own and is common to
/// every set.
const HeldLock *commonLock(const Lockset &, const Lockset &);

/// What waits for a lock: a function by name, or a guard by its type.
struct LockAcquisition {
  AccessPath Lock;
  std::string By, LockType;
};
std::optional<LockAcquisition> lockAcquiredBy(const clang::Expr *Site, const PathResolver &);
/// The lock that a call of a known function gives back.
std::optional<AccessPath> lockReleasedBy(const clang::Expr *Site, const PathResolver &);

/// Whether the function's name says that its callers hold a lock: "…_lock_held", but not "is_locked".
bool isNamedAsHeld(const clang::FunctionDecl &);
/// Whether its name or an annotation says so.
bool isHeldByContract(const clang::FunctionDecl &);

class Locksets {
public:
  Locksets(const UnitIndex &, const EntryPoints &, const Contexts &, const PathResolver &);
  ~Locksets();

  /// Locks held whenever the statement of the function runs in one of the contexts, those that every caller
  /// from such a context holds included.
  Lockset at(const Function &, const clang::Stmt *, ContextSet Racing = ManyThreads);
  /// Locks that the function itself has taken, on every path to the statement.
  Lockset within(const Function &, const clang::Stmt *);
  /// False for code that constant conditions switch off.
  bool reaches(const Function &, const clang::Stmt *);

  unsigned functionsGivenUp() const { return GivenUp; }

private:
  friend class LockFlow;
  /// Effect of a call of the function, in terms of its own parameters.
  struct Summary {
    Lockset Acquires;
    std::vector<AccessPath> Releases;
  };
  struct Facts;

  Facts &factsOf(const Function &);
  const Summary &summaryOf(const Function *);
  Lockset atEntry(const Function &, ContextSet Racing);
  Lockset atCallSite(const Call &, const Function &Callee, ContextSet Racing);
  void findLockUsers();

  const UnitIndex &Index;
  const Contexts &Reach;
  const PathResolver &Paths;
  llvm::DenseMap<const Function *, Lockset> BoundUnder;   ///< what a binding library holds around it
  llvm::DenseMap<const Function *, ContextSet> EnteredIn; ///< from outside the unit, with no lock held
  llvm::DenseSet<const Function *> UsesLocks;             ///< directly or through callees
  llvm::DenseMap<const Function *, std::unique_ptr<Facts>> Known;
  unsigned GivenUp = 0;
};

} // namespace ungil
