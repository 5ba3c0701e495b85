// Which locks are waited for by attached threads, and which are held while a thread runs Python code or
// attaches: the two halves of the deadlocks between a lock and the interpreter.
#pragma once

#include "analysis/Unit.h"

#include <optional>
#include <string>
#include <vector>

namespace ungil {

/// A call or the construction of a guard that waits for a lock.
struct LockWait {
  const Function *In = nullptr;
  clang::SourceRange Where;
  Attachment State = Attachment::Unknown;
  const clang::Expr *Site = nullptr; ///< null for locks that guards of the project's own take
};

/// A place that holds a lock across something that the interpreter decides.
struct LockHold {
  enum Kind { RunsPython, DropsReference, Attaches } What = RunsPython;
  const Function *In = nullptr;
  const clang::Expr *Site = nullptr;
  std::string Name;                  ///< of the function of the API
  std::vector<const Call *> Through; ///< calls from Site down to it
  clang::SourceLocation Taken;       ///< where the lock was taken
  Attachment State = Attachment::Unknown;
  /// Only what is unlikely runs Python code: elements of a container of the unit's own that are hashed or
  /// dropped, a subclass of a type of the unit's own.
  bool Weak = false;
};

struct LockUse {
  AccessPath Lock;         ///< by type
  bool Detaches = false;   ///< waiting for it detaches
  bool Reentrant = false;  ///< the thread that holds it may take it again
  bool FromPython = false; ///< functions that Python code can call take it
  std::vector<LockWait> Waits;
  std::vector<LockHold> Holds;
  bool FromOtherUnits =
      false; ///< it is an object's own, and methods of other units may take it through these
};

/// Critical sections, which a detached thread gives up, are left out.
std::vector<LockUse> lockUses(Unit &);

/// Whether Python code can run in the function; the calls that lead there, outermost first, and the
/// function's name.
class PythonRuns {
public:
  explicit PythonRuns(Unit &U) : U(U) {}
  struct Way {
    std::vector<const Call *> Calls;
    std::string Name;
    bool Weak = false; ///< see LockHold
  };
  std::optional<Way> in(const Function &);
  /// Whether a call that runs Python code by its name does so only in the unlikely case.
  bool isWeak(const Call &);
  /// The function of the API that a call runs Python code through, by its name.
  static bool byName(const clang::FunctionDecl &);
  /// Whether what is called is a type written in C, such as an exception of the interpreter's.
  static bool callsBuiltIn(const clang::Expr *Site);

private:
  std::optional<Way> through(const Call &);

  Unit &U;
  llvm::DenseMap<const Function *, std::optional<Way>> Known;
};

} // namespace ungil
