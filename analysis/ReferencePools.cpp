#include "analysis/ReferencePools.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

/// What the local variables of one function hold: elements of which container, or the contents of which
/// container.
class Locals : public BodyVisitor {
public:
  explicit Locals(const PathResolver &Paths) : Paths(Paths) {}

  /// The container that the expression is an element of.
  std::optional<AccessPath> containerOf(const Expr *E) const {
    E = E->IgnoreParenCasts();
    if (const auto *S = dyn_cast<ArraySubscriptExpr>(E))
      return contents(S->getBase());
    if (const auto *O = dyn_cast<CXXOperatorCallExpr>(E); O && O->getOperator() == OO_Subscript)
      return contents(O->getArg(0));
    if (const auto *M = dyn_cast<CXXMemberCallExpr>(E); M && isPeek(M->getMethodDecl()))
      return contents(M->getImplicitObjectArgument());
    const auto *R = dyn_cast<DeclRefExpr>(E);
    auto Known = R ? Elements.find(R->getDecl()) : Elements.end();
    return Known == Elements.end() ? std::nullopt : std::optional(Known->second);
  }

  /// The container that the expression names, or whose contents a local one got.
  std::optional<AccessPath> contents(const Expr *E) const {
    E = E->IgnoreParenCasts();
    if (const auto *R = dyn_cast<DeclRefExpr>(E))
      if (auto Known = Contents.find(R->getDecl()); Known != Contents.end())
        return Known->second;
    auto Path = Paths.resolve(E);
    if (!Path)
      return std::nullopt;
    Path->IsAddress = false;
    AccessPath ByType = Path->byType();
    bool Shared = ByType.Kind == AccessPath::Static || ByType.Kind == AccessPath::ModuleState ||
                  ByType.Kind == AccessPath::Object;
    return Shared ? std::optional(ByType) : std::nullopt;
  }

  bool VisitCXXForRangeStmt(CXXForRangeStmt *S) override {
    if (auto From = contents(S->getRangeInit()))
      Elements[S->getLoopVariable()] = *From;
    return true;
  }
  bool VisitVarDecl(VarDecl *V) override {
    if (!V->getInit())
      return true;
    const Expr *Init = V->getInit()->IgnoreImplicit();
    if (const auto *C = dyn_cast<CXXConstructExpr>(Init); C && C->getNumArgs() == 1)
      Init = C->getArg(0);
    if (const auto *Move = dyn_cast<CallExpr>(Init->IgnoreParenCasts()); Move && Move->isCallToStdMove())
      if (auto From = contents(Move->getArg(0)))
        Contents[V] = *From;
    if (auto From = containerOf(Init))
      Elements[V] = *From;
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    const auto *R = dyn_cast<DeclRefExpr>(B->getLHS()->IgnoreParens());
    if (B->getOpcode() == BO_Assign && R)
      if (auto From = containerOf(B->getRHS()))
        Elements[R->getDecl()] = *From;
    return true;
  }
  bool VisitCallExpr(CallExpr *C) override {
    const FunctionDecl *F = C->getDirectCallee();
    if (!F || !F->getIdentifier() || F->getName() != "swap")
      return true;
    const Expr *A = isa<CXXMemberCallExpr>(C) ? argumentOf(C, ThisArgument) : argumentOf(C, 0);
    const Expr *B = isa<CXXMemberCallExpr>(C) ? argumentOf(C, 0) : argumentOf(C, 1);
    exchange(A, B);
    exchange(B, A);
    return true;
  }

private:
  static bool isPeek(const CXXMethodDecl *M) {
    const Knowledge &K = Knowledge::get();
    return M && M->getIdentifier() && K.Containers.contains(qualifiedName(*M->getParent())) &&
           (K.ContainerPeeks.contains(M->getName()) || M->getName() == "at");
  }
  void exchange(const Expr *Local, const Expr *Other) {
    const auto *R = Local ? dyn_cast<DeclRefExpr>(Local->IgnoreParenCasts()) : nullptr;
    const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
    if (!V || !V->hasLocalStorage() || !Other)
      return;
    if (auto From = contents(Other))
      Contents[V] = *From;
  }

  const PathResolver &Paths;
  llvm::DenseMap<const ValueDecl *, AccessPath> Elements, Contents;
};

bool isObjectPointer(QualType T) {
  const RecordDecl *Record = T->isPointerType() ? T->getPointeeType()->getAsRecordDecl() : nullptr;
  return Record && isObjectStruct(Record);
}

class Collector {
public:
  explicit Collector(Unit &U) : U(U) {}

  std::vector<ReferencePool> run() {
    for (const auto &F : U.index().functions()) {
      std::vector<const Expr *> Taken;
      for (const Call &C : F->Calls)
        if (U.threadStates().api().needOf(C.Callee) == PythonApi::Increment && argumentOf(C.Site, 0))
          Taken.push_back(C.Site);
      if (!Taken.empty())
        addIncrements(*F, Taken);
    }
    if (Pools.empty())
      return {};
    for (const auto &F : U.index().functions())
      addPushes(*F);
    return std::move(Pools);
  }

private:
  void addIncrements(const Function &F, const std::vector<const Expr *> &Taken) {
    U.paths().enter(F.Decl);
    Locals Here(U.paths());
    Here.TraverseStmt(F.Decl->getBody());
    for (const Expr *Site : Taken) {
      auto Pool = Here.containerOf(argumentOf(Site, 0));
      if (!Pool)
        continue;
      auto Same = llvm::find_if(Pools, [&](const ReferencePool &P) { return P.Pool == *Pool; });
      if (Same == Pools.end())
        Same = Pools.insert(Pools.end(), {*Pool, {}, {}});
      Same->Increments.push_back({&F, Site});
    }
  }

  void addPushes(const Function &F) {
    U.paths().enter(F.Decl);
    Locals Here(U.paths());
    for (const Call &C : F.Calls)
      if (const auto *M = dyn_cast<CXXMemberCallExpr>(C.Site);
          M && M->getNumArgs() && M->getMethodDecl()->getIdentifier() &&
          Knowledge::get().ContainerPushes.contains(M->getMethodDecl()->getName()))
        addPush(F, Here.contents(M->getImplicitObjectArgument()), C.Site, M->getArg(0));
    for (const BinaryOperator *B : assignments(F))
      if (const auto *S = dyn_cast<ArraySubscriptExpr>(B->getLHS()->IgnoreParens()))
        addPush(F, Here.contents(S->getBase()), B, B->getRHS());
  }

  static std::vector<const BinaryOperator *> assignments(const Function &F) {
    struct Finder : BodyVisitor {
      std::vector<const BinaryOperator *> Found;
      bool VisitBinaryOperator(BinaryOperator *B) override {
        if (B->getOpcode() == BO_Assign)
          Found.push_back(B);
        return true;
      }
    } Assignments;
    Assignments.TraverseStmt(F.Decl->getBody());
    return std::move(Assignments.Found);
  }

  void addPush(const Function &F, const std::optional<AccessPath> &Into, const Expr *Site,
               const Expr *Value) {
    auto Pool =
        Into ? llvm::find_if(Pools, [&](const ReferencePool &P) { return P.Pool == *Into; }) : Pools.end();
    if (Pool == Pools.end() || !isObjectPointer(Value->IgnoreParenImpCasts()->getType()))
      return;
    Pool->Pushes.push_back({&F, Site, U.threadStates().at(F, Site), takesReference(F, Value)});
  }

  /// Whether the function takes a reference to the value, or gets it as a new one.
  bool takesReference(const Function &F, const Expr *Value) {
    Value = Value->IgnoreParenCasts();
    if (isa<CallExpr>(Value))
      return true;
    const auto *R = dyn_cast<DeclRefExpr>(Value);
    return R && llvm::any_of(F.Calls, [&](const Call &C) {
             const Expr *Argument = argumentOf(C.Site, 0);
             const auto *Taken = Argument ? dyn_cast<DeclRefExpr>(Argument->IgnoreParenCasts()) : nullptr;
             return Taken && Taken->getDecl() == R->getDecl() &&
                    U.threadStates().api().needOf(C.Callee) == PythonApi::Increment;
           });
  }

  Unit &U;
  std::vector<ReferencePool> Pools;
};

} // namespace

std::vector<ReferencePool> referencePools(Unit &U) { return Collector(U).run(); }

} // namespace ungil
