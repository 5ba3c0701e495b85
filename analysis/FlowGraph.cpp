#include "analysis/FlowGraph.h"

#include "llvm/ADT/SmallVector.h"

namespace ungil {

using namespace clang;

std::unique_ptr<FlowGraph> FlowGraph::of(const FunctionDecl *F) { return of(F, F->getBody()); }

std::unique_ptr<FlowGraph> FlowGraph::of(const FunctionDecl *F, Stmt *Part) {
  CFG::BuildOptions Options;
  Options.setAllAlwaysAdd();
  Options.AddImplicitDtors = true;
  Options.AddTemporaryDtors = true;
  Options.AddInitializers = true;
  Options.PruneTriviallyFalseEdges = true;
  auto Graph = CFG::buildCFG(F, Part, &F->getASTContext(), Options);
  return Graph ? std::unique_ptr<FlowGraph>(new FlowGraph(std::move(Graph))) : nullptr;
}

FlowGraph::FlowGraph(std::unique_ptr<CFG> G) : Graph(std::move(G)) {
  llvm::SmallVector<const CFGBlock *, 16> Pending{&Graph->getEntry()};
  while (!Pending.empty()) {
    const CFGBlock *Block = Pending.pop_back_val();
    if (!Reachable.insert(Block).second)
      continue;
    for (const CFGBlock *Next : Block->succs())
      if (Next)
        Pending.push_back(Next);
  }
  for (const CFGBlock *Block : *Graph)
    for (const CFGElement &Element : *Block)
      if (auto S = Element.getAs<CFGStmt>())
        BlockOf[S->getStmt()] = Block;
}

bool FlowGraph::reaches(const Stmt *S) const {
  auto Block = BlockOf.find(S);
  return Block == BlockOf.end() || Reachable.contains(Block->second);
}

} // namespace ungil
