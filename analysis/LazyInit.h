// Recognises check-then-initialise: `if (!x) x = make();`, `if (x) return x; … x = make();`, flag and
// payload; the store may be in a helper of the function that tests.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

struct LazyInit {
  enum Form {
    Unlocked,      ///< no lock from test to store
    NotRetested,   ///< tested before the lock is taken, stored under it without a second test
    DoubleChecked, ///< the second test is under the lock, the first one is a plain read
    Suspended,     ///< in a critical section, which a call between test and store can suspend
  } What = Unlocked;
  enum Payload {
    Reference,  ///< the loser's object leaks, or is freed under a reader
    Flag,       ///< the variable says that other data is ready
    Idempotent, ///< every thread stores the same complete value
  } Value = Reference;
  const SharedAccess *Store = nullptr;
  const clang::Expr *Test = nullptr;
  const clang::Expr *Suspension = nullptr; ///< for Suspended: the call
  /// The variable is set back when the function is done: it keeps others out, and initialises nothing.
  bool Excludes = false;
  /// Who calls the initialiser is not seen, and other functions use the value as it is: something sets it
  /// before.
  bool ReliedOn = false;
};

/// A type of a binding library that is made when a look-up has not found it.
struct LazyRegistration {
  const clang::Expr *Test;
  const clang::Expr *Made;
  const Function *In;
};
/// Those that hold no lock, in functions that several threads can run at once.
std::vector<LazyRegistration> lazyRegistrations(Unit &);

/// One for each location and function, for accesses that other threads can run at the same time. Atomics are
/// left out.
const std::vector<LazyInit> &lazyInits(Unit &);

} // namespace ungil
