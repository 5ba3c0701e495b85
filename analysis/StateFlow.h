// The data-flow behind ThreadStates: one function, entered in one state.
#pragma once

#include "analysis/PathFacts.h"
#include "analysis/ThreadState.h"

#include "clang/Analysis/Analyses/Dominators.h"

namespace ungil {

struct ThreadStates::Facts {
  static constexpr unsigned Final = ~0u;
  unsigned DependsOn = Final; ///< place in Active of the outermost function whose facts these are as good as
  Attachment Exit = Attachment::Unknown;
  bool Returns = false;    ///< some path reaches the end
  bool KeepsToken = false; ///< returns with a token that somebody else must give back
  std::vector<DetachedUse> Uses;
  std::vector<StateImbalance> Imbalances;
  llvm::DenseMap<const clang::Stmt *, Attachment> At;       ///< before calls
  llvm::DenseMap<const clang::VarDecl *, Attachment> AtEnd; ///< where variables are destroyed
  llvm::DenseMap<const clang::Stmt *, const clang::Expr *>
      KeptIn; ///< what the token of a detaching call is assigned to
};

/// The ways in which a point can be reached that differ in their state or in the tokens that are out.
struct World {
  struct Token {
    const void *Holder = nullptr; ///< the call that made it, then the variable
    Attachment Before = Attachment::Unknown;
    StateOrigin Since = {};

    bool operator==(const Token &O) const { return Holder == O.Holder && Before == O.Before; }
    bool operator<(const Token &O) const { return std::less<const void *>()(Holder, O.Holder); }
  };
  Attachment State = Attachment::Unknown;
  StateOrigin Since;
  llvm::SmallVector<Token, 2> Tokens; ///< sorted
  PathFacts Facts;

  const Token *find(const void *Holder) const {
    auto At = llvm::find_if(Tokens, [&](const Token &T) { return T.Holder == Holder; });
    return At == Tokens.end() ? nullptr : At;
  }
  void drop(const void *Holder) {
    llvm::erase_if(Tokens, [&](const Token &T) { return T.Holder == Holder; });
  }
  /// Remembers the state as it is.
  void keep(const void *Holder) {
    drop(Holder);
    Tokens.push_back({Holder, State, Since});
    llvm::sort(Tokens);
  }
  bool sameKey(const World &O) const { return State == O.State && Tokens == O.Tokens; }
};

class StateFlow {
public:
  using State = std::vector<World>;

  /// Region: when the graph is that of an OpenMP region alone, as its other threads run it.
  StateFlow(ThreadStates &All, ThreadStates::Facts &Out, const Function &In, const FlowGraph &Graph,
            Attachment Entry, const clang::OMPExecutableDirective *Region = nullptr);

  State entry();
  bool join(State &Into, const State &From);
  void apply(State &, const clang::CFGElement &);
  void applyEdge(State &, const clang::CFGBlock &From, unsigned Successor);
  void visit(const State &, const clang::CFGElement &);
  void leave(const State &);

private:
  void statement(State &, const clang::Stmt *);
  void declare(State &, const clang::VarDecl *);
  void assign(State &, const clang::Expr *Target, const clang::Expr *Value);
  void construct(State &, const clang::CXXConstructExpr *);
  void call(State &, const clang::CallExpr *);
  void operation(World &, const StateOperation &, const clang::Expr *Site);
  void callee(State &, const Function *, const clang::Expr *Site, const void *Object);
  /// Object: the variable, or what made the temporary.
  void destroy(State &, clang::QualType, const void *Object, const clang::Stmt *Trigger);
  void restore(World &, const void *Key, const clang::Stmt *Site);
  void forgetArguments(State &, const clang::CallExpr *);
  /// Parameters and captures that die with the function, when it is entered detached.
  std::vector<const clang::VarDecl *> ownedAtEntry() const;
  void moveFrom(State &, const clang::Expr *Argument);
  void know(State &, const clang::ValueDecl *, std::optional<bool> Holds);
  void rename(State &, const clang::Expr *Maker, const void *Holder);
  void followCondition(State &, const clang::CFGBlock &From, unsigned Successor);
  void become(World &, Attachment, const clang::Stmt *Site, bool ByTest = false);
  const clang::Stmt *first(const clang::Stmt *, const clang::Stmt *) const;
  bool collapse(State &);

  void visitCall(const State &, const clang::Expr *Site, const clang::FunctionDecl *Callee);
  void visitOperation(const State &, const StateOperation &, const clang::Expr *Site);
  void visitConstruction(const State &, const clang::CXXConstructExpr *);
  void visitCopy(const State &, const clang::CXXConstructExpr *);
  bool copiesContent(DetachedUse &, const clang::Expr *From) const;
  static Attachment agreedIn(const State &);
  void visitDestruction(const State &, clang::QualType, const clang::VarDecl *, clang::SourceRange Where);
  std::vector<const DetachedUse *> usesInside(const Function &Callee, const clang::Expr *Call,
                                              DetachedUse &Here);
  void visitThrowingCall(const State &, const clang::Expr *Site, const Function &Callee);
  void visitCallbacks(const State &, const clang::CallExpr *);
  bool followsDetaching(const State &, const clang::Stmt *);
  const clang::Expr *attachesLater(const State &, const clang::Stmt *);
  bool comesFirst(const Call &);
  bool postDominates(const clang::CFGBlock &Later, const clang::CFGBlock &Earlier);
  const clang::VarDecl *privateToken(const clang::Stmt *Operation) const;
  void judgeExits();
  void judgeExit(const clang::CFGBlock &, const State &);
  void use(const State &, DetachedUse);

  ThreadStates &All;
  ThreadStates::Facts &Out;
  const Function &In;
  const FlowGraph &Graph;
  Attachment Entry;
  const clang::OMPExecutableDirective *Region;
  clang::ASTContext &Context;
  const clang::SourceManager &SM;
  PredicateTable Predicates;
  llvm::DenseMap<const clang::CFGBlock *, State> AtExit;
  llvm::DenseMap<const void *, const clang::Stmt *> TokenMakers; ///< by the variable that holds the token
  llvm::DenseMap<const clang::Stmt *, const clang::ValueDecl *> Holders; ///< of what operations result in
  llvm::DenseSet<const void *> GivenBack;                                ///< tokens that some path gives back
  std::unique_ptr<clang::CFGPostDomTree> PostDominators;                 ///< built when they are first asked for
  std::unique_ptr<clang::CFGDomTree> Dominators;
};

} // namespace ungil
