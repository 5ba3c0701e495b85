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

namespace {

/// The local number that the branch asks for, when it starts with a constant.
const VarDecl *constantAsked(const CFGBlock &Block) {
  const auto *Condition =
      Block.succ_size() == 2 ? dyn_cast_or_null<Expr>(Block.getTerminatorCondition()) : nullptr;
  const auto *R = Condition ? dyn_cast<DeclRefExpr>(Condition->IgnoreParenImpCasts()) : nullptr;
  const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
  return V && V->hasLocalStorage() && !isa<ParmVarDecl>(V) && V->getType()->isIntegerType() &&
                 !V->getType().isVolatileQualified() && V->getInit() && !V->getInit()->isValueDependent()
             ? V
             : nullptr;
}

/// Whether the variable is read and nothing else: neither assigned nor handed on.
bool isOnlyRead(const VarDecl *V, const CFG &Graph) {
  llvm::DenseSet<const Stmt *> Read, Named;
  for (const CFGBlock *Block : Graph)
    for (const CFGElement &Element : *Block) {
      auto S = Element.getAs<CFGStmt>();
      if (!S)
        continue;
      if (const auto *C = dyn_cast<CastExpr>(S->getStmt()); C && C->getCastKind() == CK_LValueToRValue)
        Read.insert(C->getSubExpr()->IgnoreParens());
      else if (const auto *R = dyn_cast<DeclRefExpr>(S->getStmt()); R && R->getDecl() == V)
        Named.insert(R);
      else if (isa<LambdaExpr, AsmStmt>(S->getStmt()))
        return false;
    }
  return llvm::all_of(Named, [&](const Stmt *R) { return Read.contains(R); });
}

} // namespace

FlowGraph::FlowGraph(std::unique_ptr<CFG> G) : Graph(std::move(G)) {
  llvm::DenseMap<const VarDecl *, int> Settled;
  /// Position of the successor that is never taken, since the variable keeps its constant; -1 for none.
  auto NeverTaken = [&](const CFGBlock &Block) {
    const VarDecl *V = constantAsked(Block);
    if (!V)
      return -1;
    auto [At, New] = Settled.try_emplace(V, -1);
    Expr::EvalResult Value;
    if (New && V->getInit()->EvaluateAsInt(Value, V->getASTContext()) && isOnlyRead(V, *Graph))
      At->second = Value.Val.getInt() != 0 ? 1 : 0;
    return At->second;
  };
  llvm::SmallVector<const CFGBlock *, 16> Pending{&Graph->getEntry()};
  while (!Pending.empty()) {
    const CFGBlock *Block = Pending.pop_back_val();
    if (!Reachable.insert(Block).second)
      continue;
    int Skipped = NeverTaken(*Block), Position = 0;
    for (const CFGBlock *Next : Block->succs())
      if (Position++ != Skipped && Next)
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
