// Who can reach an object, and therefore change a container while this thread reads it. Objects are private
// while they are fresh and have not been handed on; keyword dictionaries are private by the calling
// convention; everything that an argument, an attribute or a variable with static storage leads to is shared,
// unless nothing changes it any more.
//
// Source of the rules: Doc/howto/free-threading-extensions.rst, Doc/c-api/structures.rst (METH_KEYWORDS);
// which calls make or keep objects is in knowledge/object-flow.json.
#pragma once

#include "analysis/ContainerUses.h"
#include "analysis/Finding.h"
#include "analysis/Locksets.h"

#include "llvm/ADT/StringSet.h"

#include <map>
#include <string>

namespace ungil {

struct ContainerOrigin {
  enum Kind {
    Fresh,     ///< made here, or by a caller, and not handed on yet
    Immutable, ///< nothing changes it after initialisation
    Guarded,   ///< it never leaves its variable, and one lock is held here and wherever it is changed
    Shared
  } What = Shared;
  /// How sure it is that others can change it: other units may be the only ones that do.
  Confidence Sureness = Confidence::Likely;
  std::string Description; ///< "the argument 'd'"
  /// Nothing that is in it is replaced or removed, so that it keeps alive what it holds.
  bool OnlyGrows = false;
  /// The function itself keeps it up, and nothing is replaced but what a second such function has just added.
  bool KeptUpHere = false;
  /// By what name other units know it, where it is private or only grows as far as this unit shows.
  std::string KnownElsewhereAs;

  bool isPrivate() const { return What != Shared; }
};

/// Something that the unit does with a container which other units know, too.
struct NamedChange {
  std::string Container;
  bool Releases; ///< what was in it may lose the reference; or somebody else gets the container
  const Function *In;
  const clang::Stmt *Where;
};

class Containers {
public:
  Containers(const UnitIndex &, const EntryPoints &, const Contexts &, const PathResolver &, Locksets &);
  ~Containers();

  /// What the expression stands for when the call of the function, or the access to a member, runs.
  ContainerOrigin originAt(const Function &, const clang::Expr *Container, const clang::Expr *Call);

  /// What threads may do to containers that other units know.
  std::vector<NamedChange> changesForOthers();

private:
  friend class FreshnessFlow;
  struct Facts;
  /// Everything that the unit does with one variable or field that holds a container.
  struct Uses {
    struct Change {
      const Function *In;
      const clang::Expr *Site; ///< a call or a store
      ContainerChange What;
    };
    /// Where someone may keep or return what it holds, if not only while the module is initialised.
    const Function *EscapesIn = nullptr;
    const clang::Stmt *Escapes = nullptr;
    bool IsShown = false; ///< initialisation gives it to Python code: as an attribute of the module
    std::vector<Change> Changes;
  };
  static constexpr ContextSet RacingForFields{Context::Concurrent, Context::Detached, Context::Escaped};

  Facts &factsOf(const Function &);
  Facts &summaryOf(const Function &);
  Facts &solve(const Function &, std::unique_ptr<Facts> &, bool WithCallers);
  bool returnsFresh(const clang::FunctionDecl *);
  bool keeps(const clang::FunctionDecl *, unsigned Parameter);
  bool isRetained(const clang::CallExpr *, unsigned Argument);
  bool isSeen(const clang::CallExpr *) const;
  bool isFreshCall(const clang::Expr *);
  bool isPrivateParameter(const Function &, unsigned Parameter);
  bool ownsArguments(const Function &) const;
  bool isAccessor(const clang::CallExpr *) const;
  bool isOfFresh(const Function &, const clang::Expr *Member);
  bool isForPackage(const Function &) const;
  bool isClassNamespace(const Function &, const clang::CallExpr *Parser, const clang::Expr *Out) const;
  bool isAlwaysImmutable(const Function &, const clang::VarDecl *) const;
  std::optional<ContainerOrigin> ofCall(const Function &, const clang::CallExpr *);
  ContainerOrigin ofPath(const Function &, const AccessPath &, const clang::Expr *Call);
  ContainerOrigin ofSameOrFresh(const Function &, const clang::CallExpr *);
  ContainerOrigin ofElement(const Function &, const clang::Expr *Container, const clang::Expr *Use);
  ContainerOrigin ofLocal(const Function &, const clang::VarDecl *);
  ContainerOrigin ofParameter(const Function &, const clang::ParmVarDecl *);
  ContainerOrigin ofField(const AccessPath &);
  ContainerOrigin ofPlainField(const clang::FieldDecl *);
  const Uses &usesOf(const clang::ValueDecl *);
  void settle(ContainerOrigin &, const AccessPath &, const Function &, const clang::Expr *Call);

  const UnitIndex &Index;
  const Contexts &Reach;
  const PathResolver &Paths;
  Locksets &Locks;
  UseSites Sites;
  llvm::DenseMap<const Function *, std::vector<const EntryPoint *>> EntriesOf;
  llvm::DenseMap<const Function *, std::unique_ptr<Facts>> Known, Summaries;
  std::map<std::pair<const Function *, unsigned>, bool> Parameters;
  std::map<const clang::VarDecl *, ContainerOrigin> Locals, Given;
  std::map<const clang::FieldDecl *, ContainerOrigin> Stored;
  llvm::DenseMap<const clang::ValueDecl *, std::unique_ptr<Uses>> KnownUses;
};

/// The variable or parameter that an expression names through casts; null for anything else.
const clang::VarDecl *variableOf(const clang::Expr *);

/// Whether the call's callee, by its name in analysis/knowledge, is in the set.
bool calls(const clang::Expr *, const llvm::StringSet<> &);

} // namespace ungil
