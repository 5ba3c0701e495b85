#include "analysis/BorrowedUses.h"

#include "analysis/Containers.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include <set>
#include <tuple>

namespace ungil {

using namespace clang;

namespace {

bool runsPython(const FunctionDecl *Callee) {
  return Callee && Callee->getIdentifier() && Knowledge::get().RunsPython.contains(qualifiedName(*Callee));
}

/// Beginning another section gives up the one that is open when it has to wait.
bool beginsSection(const Expr *Call) {
  const FunctionDecl *Callee = calleeOf(Call);
  if (!Callee || !Callee->getIdentifier())
    return false;
  auto Known = Knowledge::get().LockFunctions.find(qualifiedName(*Callee));
  return Known != Knowledge::get().LockFunctions.end() && Known->second.Section &&
         Known->second.What == LockEffect::Acquire;
}

} // namespace

PythonCalls::PythonCalls(const UnitIndex &Index, const PathResolver *Paths) : Index(Index), Paths(Paths) {
  std::vector<const Function *> Pending;
  auto Add = [&](const Function *F) {
    if (Running.insert(F).second)
      Pending.push_back(F);
  };
  for (const Call &C : Index.externalCalls())
    if (runsPython(C.Callee))
      Add(C.In);
  while (!Pending.empty()) {
    const Function *F = Pending.back();
    Pending.pop_back();
    for (const Call *Caller : F->Callers)
      Add(Caller->In);
  }
}

bool PythonCalls::mayRun(const Expr *Call) const {
  if (runsPython(calleeOf(Call)) || beginsSection(Call) || calls(Call, Knowledge::get().StateSavers) ||
      dropOf(Call) != Drop::None)
    return true;
  const Function *Callee = Index.find(calleeOf(Call));
  return Callee && Running.contains(Callee);
}

bool PythonCalls::onlyForSomeTypes(const Expr *Call) const {
  return calls(Call, Knowledge::get().RunsPythonForSomeTypes) || dropOf(Call) == Drop::Unlikely;
}

bool PythonCalls::isDrop(const Expr *Call) {
  const FunctionDecl *Callee = calleeOf(Call);
  return Callee && Callee->getIdentifier() &&
         Knowledge::get().DropsReferences.contains(qualifiedName(*Callee));
}

/// What memory that others see refers to can be of any type, and have no other reference. A local reference
/// is seldom the last one to an object with a finalizer.
PythonCalls::Drop PythonCalls::dropOf(const Expr *Call) const {
  const Expr *Dropped = Paths && isDrop(Call) ? argumentOf(Call, 0) : nullptr;
  if (!Dropped)
    return Drop::None;
  auto Path = Paths->resolve(Dropped);
  if (Path && (!Path->Fields.empty() || Path->Kind == AccessPath::Static))
    return Drop::Likely;
  const VarDecl *V = variableOf(Dropped);
  const Expr *Made = V && V->hasLocalStorage() ? Paths->onlyValueOf(V) : nullptr;
  const FunctionDecl *Maker = Made ? calleeOf(Made->IgnoreParenCasts()) : nullptr;
  bool Leaf = Maker && Maker->getIdentifier() &&
              Knowledge::get().Collector.LeafResults.contains(qualifiedName(*Maker));
  return Leaf ? Drop::None : Drop::Unlikely;
}

BorrowedUses::BorrowedUses(const Function &F, const PythonCalls &Python)
    : F(F), Python(Python), Parents(F.Decl->getBody()) {}

std::pair<const Stmt *, const Expr *> BorrowedUses::consumer(const Expr *E) const {
  for (;;) {
    const Stmt *Up = Parents.getParent(E);
    const auto *Conditional = dyn_cast_or_null<ConditionalOperator>(Up);
    bool Passes = isa_and_nonnull<CastExpr>(Up) || isa_and_nonnull<ParenExpr>(Up) ||
                  isa_and_nonnull<ExprWithCleanups>(Up) || (Conditional && Conditional->getCond() != E);
    if (!Passes)
      return {Up, E};
    E = cast<Expr>(Up);
  }
}

const VarDecl *BorrowedUses::assignedTo(const Expr *Value) const {
  auto [By, Seen] = consumer(Value);
  if (const auto *B = dyn_cast_or_null<BinaryOperator>(By);
      B && B->getOpcode() == BO_Assign && B->getRHS() == Seen) {
    const VarDecl *V = variableOf(B->getLHS());
    return V && V->hasLocalStorage() ? V : nullptr;
  }
  if (const auto *D = dyn_cast_or_null<DeclStmt>(By))
    for (const Decl *Declared : D->decls())
      if (const auto *V = dyn_cast<VarDecl>(Declared); V && V->getInit() == Seen && V->hasLocalStorage())
        return V;
  return nullptr;
}

BorrowedUse::Kind BorrowedUses::kindOf(const Expr *Use) const {
  auto [By, Seen] = consumer(Use);
  if (!By || isa<IfStmt>(By) || isa<WhileStmt>(By) || isa<DoStmt>(By) || isa<ForStmt>(By) ||
      isa<CompoundStmt>(By) || isa<ConditionalOperator>(By) || isa<UnaryExprOrTypeTraitExpr>(By))
    return BorrowedUse::None;
  if (const auto *U = dyn_cast<UnaryOperator>(By))
    return U->getOpcode() == UO_LNot || U->getOpcode() == UO_AddrOf ? BorrowedUse::None : BorrowedUse::Read;
  if (const auto *B = dyn_cast<BinaryOperator>(By)) {
    if (B->isComparisonOp() || B->isLogicalOp() || B->getOpcode() == BO_Comma)
      return BorrowedUse::None;
    if (B->getOpcode() != BO_Assign || B->getRHS() != Seen)
      return BorrowedUse::Read;
    const VarDecl *V = variableOf(B->getLHS());
    return V && V->hasLocalStorage() ? BorrowedUse::Read : BorrowedUse::Stored;
  }
  if (isa<ReturnStmt>(By))
    return BorrowedUse::Returned;
  if (const auto *C = dyn_cast<CallExpr>(By); C && calls(C, Knowledge::get().References))
    return BorrowedUse::Referenced;
  return BorrowedUse::Read;
}

bool BorrowedUses::isGivenToPython(const Expr *Use) const {
  const auto *C = dyn_cast_or_null<CallExpr>(consumer(Use).first);
  return C && Python.mayRun(C) && !PythonCalls::isDrop(C) && !Python.onlyForSomeTypes(C);
}

BorrowedUse BorrowedUses::ofResult(const Expr *C) {
  if (const VarDecl *V = assignedTo(C))
    return ofVariable(V, C);
  BorrowedUse Use{kindOf(C), C};
  Use.DuringPython = isGivenToPython(C);
  if (Use.DuringPython)
    Use.Python = cast<Expr>(consumer(C).first);
  if (Use.What == BorrowedUse::Stored || Use.What == BorrowedUse::Returned)
    Use.At = consumer(C).first;
  return Use;
}

BorrowedUse BorrowedUses::ofVariable(const VarDecl *V, const Expr *SetBy) {
  return follow(V, SetBy, [&](const DeclRefExpr *R) { return kindOf(R); });
}

BorrowedUse BorrowedUses::ofVariable(const VarDecl *V, const Expr *SetBy,
                                     llvm::function_ref<bool(const DeclRefExpr *)> Relevant) {
  return follow(V, SetBy,
                [&](const DeclRefExpr *R) { return Relevant(R) ? BorrowedUse::Read : BorrowedUse::None; });
}

BorrowedUse BorrowedUses::follow(const VarDecl *V, const Expr *SetBy,
                                 llvm::function_ref<BorrowedUse::Kind(const DeclRefExpr *)> KindOf) {
  if (!Graph)
    Graph = FlowGraph::of(F.Decl);
  BorrowedUse Gravest;
  if (!Graph)
    return Gravest;
  struct Position {
    const CFGBlock *Block;
    std::size_t Index;
    const Expr *After;  ///< the call that is likeliest to have run Python code
    bool Owned = false; ///< a reference has been taken, and not been dropped again
  };
  std::vector<Position> Pending;
  for (const CFGBlock *Block : Graph->cfg())
    for (std::size_t I = 0; I != Block->size(); ++I)
      if (auto S = (*Block)[I].getAs<CFGStmt>(); S && S->getStmt() == SetBy)
        Pending.push_back({Block, I + 1, nullptr, false});
  auto Likelihood = [&](const Expr *After) { return !After ? 0 : Python.onlyForSomeTypes(After) ? 1 : 2; };
  std::set<std::tuple<const CFGBlock *, int, bool>> Seen;
  auto Note = [&](BorrowedUse::Kind Kind, const Stmt *At, const Expr *After) {
    if (Kind != BorrowedUse::None && After && Kind < BorrowedUse::AfterPython)
      Kind = BorrowedUse::AfterPython;
    bool Rather = Kind > Gravest.What || (Kind == BorrowedUse::AfterPython && Kind == Gravest.What &&
                                          Likelihood(After) > Likelihood(Gravest.After));
    if (Rather && Kind == BorrowedUse::AfterPython)
      Gravest = {Kind, At, After, Gravest.DuringPython, Gravest.Python, Likelihood(After) == 1};
    else if (Rather)
      Gravest = {Kind, At, nullptr, Gravest.DuringPython, Gravest.Python};
  };
  while (!Pending.empty()) {
    Position At = Pending.back();
    Pending.pop_back();
    bool Ends = false;
    for (; At.Index != At.Block->size() && !Ends; ++At.Index) {
      auto Statement = (*At.Block)[At.Index].getAs<CFGStmt>();
      if (!Statement)
        continue;
      const Stmt *S = Statement->getStmt();
      if (S == SetBy) {
        Ends = true;
      } else if (const auto *R = dyn_cast<DeclRefExpr>(S); R && R->getDecl() == V) {
        auto [By, Value] = consumer(R);
        const auto *B = dyn_cast_or_null<BinaryOperator>(By);
        if (B && B->isAssignmentOp() && B->getLHS() == Value) {
          Ends = consumer(SetBy).first != B;
          continue;
        }
        const auto *C = dyn_cast_or_null<CallExpr>(By);
        if (At.Owned) {
          At.Owned = !C || !calls(C, Knowledge::get().ReferenceDrops);
          continue;
        }
        BorrowedUse::Kind Kind = KindOf(R);
        Note(Kind, By ? By : S, At.After);
        if (isGivenToPython(R)) {
          Gravest.DuringPython = true;
          Gravest.Python = Gravest.Python ? Gravest.Python : C;
        }
        At.Owned = Kind == BorrowedUse::Referenced && !calls(C, Knowledge::get().NewReferences);
        Ends = Kind == BorrowedUse::Referenced && !At.Owned;
      } else if (const auto *C = dyn_cast<CallExpr>(S);
                 C && Likelihood(At.After) < Likelihood(C) && Python.mayRun(C)) {
        At.After = C;
      }
    }
    if (Ends)
      continue;
    for (const CFGBlock *Next : At.Block->succs())
      if (Next && Seen.insert({Next, Likelihood(At.After), At.Owned}).second)
        Pending.push_back({Next, 0, At.After, At.Owned});
  }
  return Gravest;
}

} // namespace ungil
