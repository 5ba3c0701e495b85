// Whether the thread has an attached thread state, at every point of every function: what CPython calls
// holding the GIL on other builds. Detaching and attaching calls, guards, tokens that remember the state
// before, tests of the state, and branches on one condition taken twice are followed; callees by summaries,
// for each state that they are entered in.
//
// Where paths disagree the state is unknown, and unknown is never reported. Source of the rules:
// Doc/c-api/threads.rst; the effects of functions are in knowledge/thread-state.json.
#pragma once

#include "analysis/Contexts.h"
#include "analysis/FlowGraph.h"
#include "analysis/PythonApi.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ungil {

enum class Attachment : std::uint8_t {
  Unknown,
  Attached,
  Detached,
  Outer, ///< what it was before the object or token that ends here was made; only in summaries
};

/// Where the thread state became what it is; null when the function was entered so.
struct StateOrigin {
  const clang::Stmt *At = nullptr;
  bool ByTest = false; ///< a test of the state told, nothing changed it
  /// The place is further on, and attaches with a thread state that somebody else has kept: only a detached
  /// thread may do that.
  bool ByAttach = false;
};

/// Python touched while detached.
struct DetachedUse {
  PythonApi::Need What = PythonApi::Attached;
  clang::SourceRange Where;
  std::string Name; ///< the function of the API, or the class whose copy or destructor does it
  const clang::VarDecl *Variable = nullptr; ///< destroyed here, for implicit destructors
  bool IsDestruction = false, IsCopy = false;
  const clang::CXXRecordDecl *Unseen = nullptr; ///< class whose destructor another unit defines
  bool Conditional = false;                     ///< detached on some paths only, and used on all of those
  /// Parameters of the function that must be nonzero, or zero, for the use to be reached.
  llvm::SmallVector<std::pair<unsigned, bool>, 1> Requires;
  const Function *Callee = nullptr; ///< the use is inside this function, which is called here
  const DetachedUse *Inner = nullptr;
  StateOrigin Since;

  const DetachedUse &innermost() const { return Inner ? Inner->innermost() : *this; }
};

/// A path that breaks the pairing of detaching and attaching.
struct StateImbalance {
  enum Kind { LeftDetached, ThrownDetached, AttachedTwice, DetachedTwice, TokenKept, RestoredDetached } What;
  clang::SourceRange Where;
  clang::SourceRange Before;               ///< the operation that is not undone, or done a second time
  const clang::ValueDecl *Token = nullptr; ///< variable that holds the token
  const clang::ReturnStmt *Return = nullptr;
};

class ThreadStates {
public:
  ThreadStates(const UnitIndex &, const EntryPoints &, const Contexts &);
  ~ThreadStates();

  /// Uses in a stretch of code that the function itself detached.
  std::vector<const DetachedUse *> usesAfterDetaching(const Function &);
  /// Uses in OpenMP regions of the function by the threads that those start.
  std::vector<const DetachedUse *> usesInRegions(const Function &);
  /// Uses with the state in which the function was entered, if that is detached.
  std::vector<const DetachedUse *> usesWhenEnteredDetached(const Function &);
  std::vector<StateImbalance> imbalances(const Function &);
  /// What the token of a detaching call is assigned to; null when it initialises a variable or is dropped.
  const clang::Expr *keptIn(const Function &, const clang::Stmt *Call);
  /// The state just before a call or deletion, and at the end of an OpenMP region, whatever way the function
  /// was reached; unknown when the ways disagree.
  Attachment at(const Function &, const clang::Stmt *);
  /// The same where a local variable is destroyed.
  Attachment atEndOf(const Function &, const clang::VarDecl *);

  /// Whether the destructor of the type drops a reference: in its body, in a member, or in what a container
  /// holds. Fills in how.
  bool destroysReference(DetachedUse &, clang::QualType, unsigned Depth = 0);
  /// The same for what the variable's type hides: the closure in a std::function, the deleter of a pointer.
  bool destroysContent(DetachedUse &, const clang::VarDecl &);

  /// The guards that an object of the type is or holds in members and bases, in the order of construction.
  const std::vector<StateOperation::Kind> &guardsIn(clang::QualType);

  /// Whether the function, or one that it calls, attaches or detaches.
  bool changesState(const Function &F) const { return Users.contains(&F); }

  PythonApi &api() { return Api; }
  unsigned functionsAnalysed() const { return Analysed; }
  unsigned functionsGivenUp() const { return GivenUp; }
  /// Places that detach, and those of them that every way to them is known to reach attached.
  struct RegionCounts {
    unsigned Present = 0, Resolved = 0;
  };
  RegionCounts regions();

private:
  friend class StateFlow;
  struct Facts;

  using Key = std::pair<const Function *, unsigned>;
  const Facts &factsOf(const Function &, Attachment Entry);
  /// What is known of the function so far: while it is being analysed, what the round before has found.
  const Facts *effectOf(const Function *, Attachment Entry);
  std::unique_ptr<Facts> analyse(const Function &, Attachment Entry);
  void analyseRegion(const Function &, const clang::OMPExecutableDirective *, Facts &);
  bool throwsOut(const Function &);
  bool deletesReference(DetachedUse &, const clang::FunctionDecl *Deleter);
  /// Whether every path through the function throws or ends the process.
  bool neverReturns(const Function &);
  void findUsers();
  unsigned enteredFromOutside(const Function &) const;
  void findEntries();
  /// What all ways to the function agree on.
  Attachment agreed(const Function &, llvm::function_ref<Attachment(const Facts &)>);
  Attachment stateIn(const Function &, Attachment Entry, const clang::Stmt *);

  const UnitIndex &Index;
  const Contexts &Reach;
  PythonApi Api;
  llvm::DenseMap<const Function *, ContextSet> EnteredIn; ///< from outside the unit
  llvm::DenseSet<const Function *> DropsClosure; ///< entered by a thread that destroys the lambda afterwards
  llvm::DenseSet<const Function *> Users;        ///< of operations on the state, directly or through callees
  llvm::DenseMap<const Function *, unsigned> Entries; ///< bits of Attachment
  llvm::DenseMap<Key, std::unique_ptr<Facts>> Known;
  /// The functions that are being analysed, outermost first, with the outermost one that each depends on.
  std::vector<std::pair<Key, unsigned>> Active;
  std::vector<Key> Provisional;                   ///< known, but only as well as a function that is active
  std::vector<std::unique_ptr<Facts>> Superseded; ///< uses of later rounds refer to them
  /// How functions end, where it has been asked for.
  struct Endings {
    std::optional<bool> Throws, NeverReturns;
  };
  llvm::DenseMap<const Function *, Endings> Ends;
  llvm::DenseMap<const Function *, std::unique_ptr<FlowGraph>> Graphs;
  llvm::DenseMap<const clang::CXXRecordDecl *, std::unique_ptr<std::vector<StateOperation::Kind>>> Guards;
  bool EntriesKnown = false;
  unsigned Analysed = 0, GivenUp = 0;
};

} // namespace ungil
