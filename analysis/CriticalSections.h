// Critical sections of a function: where each is begun and ended, which is innermost where, and how control
// leaves them. A critical section is a record on the C stack that the thread state points to; only the
// innermost one is certain to be held, and none is held while the thread is detached.
//
// Source of the rules: Doc/c-api/synchronization.rst; the functions and guards are in knowledge/locks.json.
#pragma once

#include "analysis/Locksets.h"

namespace ungil {

struct Section {
  const clang::VarDecl *Token = nullptr; ///< the PyCriticalSection, or the guard object
  const clang::Stmt *Begin = nullptr;    ///< the call or the declaration that begins it
  std::vector<const clang::Stmt *> Ends; ///< the calls that end it; none for guards
  std::vector<const clang::Expr *> Operands;
  std::vector<AccessPath> Objects; ///< what the operands point to, as far as they are paths
  bool IsGuard = false;            ///< ends with its scope
  bool OnMutex = false;            ///< the operands are mutexes, not objects

  bool isOn(const AccessPath &Object) const;
};

/// Something wrong, or at least remarkable, with a section.
struct SectionEvent {
  enum Kind {
    Leaves,         ///< return, goto, break, continue or throw while it is open
    StaysOpen,      ///< the function can end while it is open
    BeginsAgain,    ///< begun while it is still open, in a loop that was left or continued
    NotBegun,       ///< ended where it is not open
    NotInnermost,   ///< ended while Other, begun later, is open
    Nested,         ///< begun while Other is innermost, on another object
    BeginsDetached, ///< begun after PyEval_SaveThread
    EndsDetached,   ///< ended after PyEval_SaveThread
    OutlivesState,  ///< open when the PyGILState_Ensure that came before it is undone
  } What = Leaves;
  const clang::Stmt *At = nullptr;
  const Section *Of = nullptr;
  const Section *Other = nullptr;
};

class CriticalSections {
public:
  CriticalSections(const UnitIndex &, const PathResolver &, Locksets &);
  ~CriticalSections();

  /// Whether the function begins any.
  bool hasSections(const Function &F);

  /// In source order; empty for functions that the analysis gave up on.
  const std::vector<SectionEvent> &eventsOf(const Function &);

  /// The section that is innermost whenever the statement runs; null when it differs or there is none.
  const Section *innermostAt(const Function &, const clang::Stmt *);

  /// Whether a section on the object is innermost whenever the call runs, or the function's callers hold one.
  bool guards(const Function &, const clang::Expr *Call, const AccessPath &Object);

  /// The same, but a section that is begun under a condition counts too: "lock it if it is a list".
  bool guardsWhereNeeded(const Function &, const clang::Expr *Access, const AccessPath &Object);

private:
  friend class SectionFlow;
  struct Facts;
  Facts &factsOf(const Function &);

  const UnitIndex &Index;
  const PathResolver &Paths;
  Locksets &Locks;
  llvm::DenseMap<const Function *, std::unique_ptr<Facts>> Known;
};

/// The object that an expression of pointer or reference type leads to.
std::optional<AccessPath> objectOf(const clang::Expr *, const PathResolver &);

} // namespace ungil
