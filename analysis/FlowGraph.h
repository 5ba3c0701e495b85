// The control-flow graph of one function and a forward data-flow over it.
#pragma once

#include "clang/AST/Decl.h"
#include "clang/Analysis/CFG.h"
#include "llvm/ADT/DenseMap.h"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace ungil {

class FlowGraph {
public:
  /// Null when Clang cannot build a graph of the body.
  static std::unique_ptr<FlowGraph> of(const clang::FunctionDecl *);
  /// Of a part of the function's body.
  static std::unique_ptr<FlowGraph> of(const clang::FunctionDecl *, clang::Stmt *Part);

  const clang::CFG &cfg() const { return *Graph; }
  /// Whether some path from the entry leads to the statement; branches on constants are pruned, so that code
  /// switched off by `if (0)` does not count.
  bool reaches(const clang::Stmt *) const;
  /// The block that the statement is an element of; null when it is none.
  const clang::CFGBlock *blockOf(const clang::Stmt *S) const { return BlockOf.lookup(S); }

private:
  explicit FlowGraph(std::unique_ptr<clang::CFG>);

  std::unique_ptr<clang::CFG> Graph;
  llvm::DenseMap<const clang::Stmt *, const clang::CFGBlock *> BlockOf;
  llvm::DenseSet<const clang::CFGBlock *> Reachable;
};

/// Runs a forward data-flow to its fixed point, then once more to report.
///
/// Flow provides
///   using State = …;                                       copyable, comparable
///   State entry();
///   bool join(State &Into, const State &From);             returns whether Into changed
///   void apply(State &, const clang::CFGElement &);
///   void applyEdge(State &, const clang::CFGBlock &From, unsigned Successor);
///   void visit(const State &, const clang::CFGElement &);  the state before each element, at the fixed point
///   void leave(const State &);                             the state at the exit, when it is reached
/// Returns false when the cost bound was hit; visit and leave were then not called.
template <class Flow> bool solveForward(const clang::CFG &Graph, Flow &F) {
  using State = typename Flow::State;
  const unsigned Bound = 64 * Graph.getNumBlockIDs() + 64;
  std::vector<std::optional<State>> AtEntry(Graph.getNumBlockIDs());
  std::deque<const clang::CFGBlock *> Pending{&Graph.getEntry()};
  AtEntry[Graph.getEntry().getBlockID()] = F.entry();
  for (unsigned Steps = 0; !Pending.empty(); ++Steps) {
    if (Steps > Bound)
      return false;
    const clang::CFGBlock *Block = Pending.front();
    Pending.pop_front();
    State Now = *AtEntry[Block->getBlockID()];
    for (const clang::CFGElement &Element : *Block)
      F.apply(Now, Element);
    unsigned Position = 0;
    for (const clang::CFGBlock *Next : Block->succs()) {
      State Out = Now;
      F.applyEdge(Out, *Block, Position++);
      if (!Next)
        continue;
      auto &In = AtEntry[Next->getBlockID()];
      bool Changed = !In;
      if (!In)
        In = std::move(Out);
      else
        Changed = F.join(*In, Out);
      if (Changed && !llvm::is_contained(Pending, Next))
        Pending.push_back(Next);
    }
  }
  for (const clang::CFGBlock *Block : Graph) {
    if (!AtEntry[Block->getBlockID()])
      continue;
    State Now = *AtEntry[Block->getBlockID()];
    for (const clang::CFGElement &Element : *Block) {
      F.visit(Now, Element);
      F.apply(Now, Element);
    }
    if (Block == &Graph.getExit())
      F.leave(Now);
  }
  return true;
}

} // namespace ungil
