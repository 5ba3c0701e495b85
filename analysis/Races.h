// Pairs of accesses that two threads can make at the same time with no lock in common, and what is at stake.
#pragma once

#include "analysis/Diagnosis.h"
#include "analysis/Unit.h"

namespace ungil {

/// What can go wrong with a location, worst first.
enum class Stake {
  Pointer,   ///< freed or replaced under a reader
  Container, ///< a C++ container or a library's state: corrupted from inside
  Index,     ///< an index, length or bound: access outside the buffer
  Counter,   ///< read-modify-write: updates get lost, numbers are given out twice
  Temporary, ///< overwritten for a while and put back: seen meanwhile, or put back over another thread's
  Buffer,    ///< content of an array: mixed from several threads
  Scalar,    ///< a stale or a torn value
};

/// What the loss is, as the end of a sentence.
const char *consequence(Stake);

struct Race {
  const AccessPath *Location = nullptr;
  Stake What = Stake::Scalar;
  const SharedAccess *Write = nullptr,
                     *Other = nullptr; ///< the same access when the function races with itself
  std::vector<const SharedAccess *> Unguarded,
      Guarded; ///< all accesses that other threads can run at the same time
  unsigned UnguardedFunctions = 0, GuardedFunctions = 0;
  std::string Lock; ///< the lock that guarded accesses hold
  bool GuardedWrite = false;

  /// Whether the project treats the location as shared: most functions that use it hold a lock.
  bool isMostlyGuarded() const { return GuardedFunctions > UnguardedFunctions && GuardedFunctions > 0; }
};

/// The race at a location, if there is one: plain accesses only, at least one of them a write. Locations with
/// atomic accesses are left out, see mixedAccess().
std::optional<Race> raceAt(Unit &, const AccessPath &Location, const SharedState::Accesses &);

/// Locations that a more specific rule reports: free lists, lazily initialised variables, references that
/// fields hold.
class Claims {
public:
  explicit Claims(Unit &);
  bool has(const AccessPath &Location) const;

private:
  const std::vector<AccessPath> &Claimed;
};

/// The type of what is stored at the location.
clang::QualType typeOf(const AccessPath &, const clang::ASTContext &);

/// A race and how a rule tells of it.
struct ToldRace {
  Race What;
  Diagnosis Told;
};

/// What a rule reports: each race; or, for a module that declares GIL-free support and takes no lock
/// anywhere, one finding with an inventory, worst first, since the module has not been looked at yet.
/// Subject: "variables", "fields of objects".
std::vector<Diagnosis> reported(Unit &, std::vector<ToldRace>, const char *Subject);

/// Notes that lead from an entry point to the access; those that take no lock on the way, if there are any.
void explainRoute(Unit &, const SharedAccess &, Diagnosis &);

/// The functions that would have to take the lock for accesses that hold none.
class OpenEntries {
public:
  explicit OpenEntries(Unit &U) : U(U) {}

  using Entries = std::vector<std::pair<const Function *, const clang::Expr *>>;
  /// Entry points from which the access is reached without a lock, each with the access or the call that
  /// leads to it.
  Entries of(const SharedAccess &);

private:
  /// The same for all accesses to an object in a function, which has none itself here.
  const Entries &leadingTo(const Function &, const AccessPath &Object, ContextSet Racing);

  Unit &U;
  std::map<std::pair<const Function *, AccessPath>, Entries> Known;
};

/// Whether a write is one for certain: not a pointer that a library gets which may only look at what is
/// behind it.
bool isSureWrite(Unit &, const SharedAccess &);

/// Whether the access can be reached from a function that is known to be called by several threads.
bool isKnownConcurrent(Unit &, const SharedAccess &);

/// Whether no value that a thread can see does harm: a number that is advanced by iteration alone and may be
/// given out twice, or a bound that is only set and compared.
bool isHarmless(Unit &, const Race &);

/// Whether Python code leads there: the same, or a function of the unit's interface that works on an object.
bool servesPython(Unit &, const SharedAccess &);

/// Whether users call what leads to the access: not only methods that are named as private to the package, by
/// which it sets itself up.
bool isForUsers(Unit &, const SharedAccess &);

/// "'T.field'" or "'variable'".
std::string locationName(const AccessPath &);
/// The same, with the bit-field that the access writes: all of a word are one location.
std::string locationName(const AccessPath &Location, const SharedAccess &);

} // namespace ungil
