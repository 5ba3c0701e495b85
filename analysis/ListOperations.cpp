#include "analysis/ListOperations.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

constexpr unsigned MaxHelperDepth = 4; // callers of a helper that gets the list as an argument

struct Assignment {
  const Expr *To;          ///< null for the initialiser of a variable
  const VarDecl *Declared; ///< the variable of an initialiser
  const Expr *Value;
  const Expr *At;
};

struct CounterStep {
  AccessPath Counter;
  bool Up;
};

struct Element {
  AccessPath Array;
  const Expr *Index; ///< null for *--top and *top++
  const Expr *At;
};

/// What one function does that matters for lists.
class Actions : public BodyVisitor {
public:
  explicit Actions(const PathResolver &Paths) : Paths(Paths) {}

  std::vector<Assignment> Assignments;
  std::vector<CounterStep> Steps;
  std::vector<Element> Elements;
  std::vector<const CallExpr *> Calls;
  llvm::DenseSet<const Expr *> Written;
  std::vector<const Expr *> Released; ///< arguments of deallocators
  bool Allocates = false;

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }

  bool VisitVarDecl(VarDecl *V) override {
    if (V->getInit())
      Assignments.push_back({nullptr, V, V->getInit(), V->getInit()});
    return true;
  }

  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (!B->isAssignmentOp())
      return true;
    const Expr *To = B->getLHS()->IgnoreParens();
    Written.insert(To);
    if (B->getOpcode() == BO_Assign) {
      Assignments.push_back({To, nullptr, B->getRHS(), B});
      if (const auto *Sum = dyn_cast<BinaryOperator>(B->getRHS()->IgnoreParenImpCasts());
          Sum && Sum->isAdditiveOp())
        if (auto Counter = Paths.resolve(To); Counter && Counter == Paths.resolve(Sum->getLHS()))
          Steps.push_back({*Counter, Sum->getOpcode() == BO_Add});
    } else if (B->getOpcode() == BO_AddAssign || B->getOpcode() == BO_SubAssign) {
      step(To, B->getOpcode() == BO_AddAssign);
    }
    return true;
  }

  bool VisitUnaryOperator(UnaryOperator *U) override {
    if (U->isIncrementDecrementOp())
      step(U->getSubExpr(), U->isIncrementOp());
    if (U->getOpcode() == UO_Deref)
      if (const auto *Moved = dyn_cast<UnaryOperator>(U->getSubExpr()->IgnoreParenImpCasts());
          Moved && Moved->isIncrementDecrementOp())
        if (auto Top = Paths.resolve(Moved->getSubExpr()))
          Elements.push_back({*Top, nullptr, U});
    return true;
  }

  bool VisitArraySubscriptExpr(ArraySubscriptExpr *S) override {
    if (auto Array = Paths.resolve(S))
      Elements.push_back({*Array, S->getIdx(), S});
    return true;
  }

  bool VisitCallExpr(CallExpr *C) override {
    Calls.push_back(C);
    const Knowledge &K = Knowledge::get();
    llvm::StringRef Name = calledName(C);
    Allocates |= K.Allocators.contains(Name);
    if (K.Deallocators.contains(Name) || K.ReferenceDrops.contains(Name))
      for (const Expr *Argument : C->arguments())
        Released.push_back(Argument);
    return true;
  }

  bool VisitCXXNewExpr(CXXNewExpr *) override { return Allocates = true; }
  bool VisitCXXDeleteExpr(CXXDeleteExpr *D) override {
    Released.push_back(D->getArgument());
    return true;
  }

private:
  /// Name of the function or, for calls through a member such as type->tp_free, of the member.
  static llvm::StringRef calledName(const CallExpr *C) {
    if (const FunctionDecl *F = C->getDirectCallee())
      return F->getIdentifier() ? F->getName() : llvm::StringRef();
    const auto *M = dyn_cast<MemberExpr>(C->getCallee()->IgnoreParenImpCasts());
    return M && M->getMemberDecl()->getIdentifier() ? M->getMemberDecl()->getName() : llvm::StringRef();
  }

  void step(const Expr *Operand, bool Up) {
    if (auto Counter = Paths.resolve(Operand); Counter && !Operand->getType()->isAtomicType())
      Steps.push_back({*Counter, Up});
  }

  const PathResolver &Paths;
};

bool isNullPointer(const Expr *E, const ASTContext &Context) {
  return E->IgnoreParenCasts()->isNullPointerConstant(
             const_cast<ASTContext &>(Context), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull;
}

/// Finds the operations of one function.
class Recogniser {
public:
  Recogniser(const Function &F, Unit &U, std::vector<ListOperation> &Out)
      : F(F), U(U), Paths(U.paths()), Out(Out), Seen(Paths) {
    Paths.enter(F.Decl);
    Seen.TraverseStmt(F.Decl->getBody());
  }

  void run() {
    arrayStacks();
    linkedLists();
    slots();
    containers();
  }

private:
  using Kind = ListOperation::Kind;

  void add(Kind What, ListOperation::Form Shape, const AccessPath &List, const Expr *At,
           std::optional<AccessPath> Counter = {}) {
    for (const ListOperation &Other : Out)
      if (Other.Access.In == &F && Other.What == What && Other.list() == List)
        return;
    if (!U.locks().reaches(F, At))
      return;
    bool FallsBack = What == Kind::Pop ? Seen.Allocates : !Seen.Released.empty();
    SharedAccess A;
    A.What = SharedAccess::Update;
    A.Location = A.Here = List;
    A.At = At;
    A.In = &F;
    Out.push_back({What, Shape, std::move(A), std::move(Counter), FallsBack});
  }

  bool holdsPointers(QualType T) const {
    return T->isPointerType() || Knowledge::get().OwningPointers.contains(typeName(T));
  }

  // x = items[--n], items[n++] = x, and the forms in which the step is a statement of its own.
  void arrayStacks() {
    for (const Element &E : Seen.Elements) {
      if (!holdsPointers(E.At->getType()) || !mayBeShared(E.Array))
        continue;
      bool Writes = Seen.Written.contains(E.At);
      for (const CounterStep &Step : Seen.Steps)
        if (Step.Up == Writes && sameOwner(Step.Counter, E.Array) && counts(Step.Counter, E))
          add(Writes ? Kind::Push : Kind::Pop, ListOperation::ArrayStack, E.Array, E.At, Step.Counter);
    }
  }

  bool counts(const AccessPath &Counter, const Element &E) const {
    return E.Index ? mentions(E.Index, Counter, 0) : Counter == E.Array;
  }

  /// Whether the value is made from the counter, directly or through local variables.
  bool mentions(const Expr *E, const AccessPath &Counter, unsigned Depth) const {
    if (Depth > 3)
      return false;
    if (auto P = Paths.resolve(E); P && *P == Counter)
      return true;
    if (const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenImpCasts()))
      for (const Assignment &A : Seen.Assignments)
        if (assigns(A, R->getDecl()) && mentions(A.Value, Counter, Depth + 1))
          return true;
    for (const Stmt *Child : E->children())
      if (const auto *Inner = dyn_cast_or_null<Expr>(Child); Inner && mentions(Inner, Counter, Depth))
        return true;
    return false;
  }

  // x = head; head = x->next, and x->next = head; head = x.
  void linkedLists() {
    for (const Assignment &Head : Seen.Assignments) {
      auto List = Head.To && Head.To->getType()->isPointerType() ? Paths.resolve(Head.To) : std::nullopt;
      if (!List || !mayBeShared(*List))
        continue;
      if (readsThrough(Head.Value, *List))
        add(Kind::Pop, ListOperation::LinkedList, *List, Head.At);
      else if (isLinkedTo(Head.Value, *List))
        add(Kind::Push, ListOperation::LinkedList, *List, Head.At);
    }
  }

  /// Whether the value is read from inside the block that the list's head points to.
  bool readsThrough(const Expr *Value, const AccessPath &List) const {
    Value = Value->IgnoreParenCasts();
    if (const auto *C = dyn_cast<CallExpr>(Value)) {
      const FunctionDecl *Callee = C->getDirectCallee();
      return Callee && Callee->getIdentifier() &&
             Knowledge::get().TypeLinkReads.contains(Callee->getName()) && C->getNumArgs() == 1 &&
             isHead(C->getArg(0), List);
    }
    if (const auto *M = dyn_cast<MemberExpr>(Value))
      return M->isArrow() ? isHead(M->getBase(), List) : readsThrough(M->getBase(), List);
    if (const auto *D = dyn_cast<UnaryOperator>(Value); D && D->getOpcode() == UO_Deref)
      return isHead(D->getSubExpr(), List);
    if (const auto *S = dyn_cast<ArraySubscriptExpr>(Value))
      return isHead(S->getBase(), List) || readsThrough(S->getBase(), List);
    return false;
  }

  /// Whether the expression is the head's value: the head itself or a variable that was assigned it.
  bool isHead(const Expr *E, const AccessPath &List) const {
    auto P = Paths.resolve(E);
    if (P && *P == List)
      return true;
    const VarDecl *Local = variable(E);
    return Local && llvm::any_of(Seen.Assignments, [&](const Assignment &A) {
             return assigns(A, Local) && Paths.resolve(A.Value) == List;
           });
  }

  /// Whether the block has been made to point to the list's head.
  bool isLinkedTo(const Expr *Block, const AccessPath &List) const {
    auto New = Paths.resolve(Block);
    if (!New || *New == List)
      return false;
    for (const Assignment &A : Seen.Assignments) {
      auto Link = A.To ? Paths.resolve(A.To) : std::nullopt;
      if (Link && *Link != *New && Link->Kind == New->Kind && Link->Root == New->Root &&
          isHead(A.Value, List))
        return true;
    }
    return llvm::any_of(Seen.Calls, [&](const CallExpr *C) {
      const FunctionDecl *Callee = C->getDirectCallee();
      return Callee && Callee->getIdentifier() &&
             Knowledge::get().TypeLinkWrites.contains(Callee->getName()) && C->getNumArgs() == 2 &&
             Paths.resolve(C->getArg(0)) == New && isHead(C->getArg(1), List);
    });
  }

  // x = slot; slot = NULL, and if (!slot) slot = x; else free(x).
  void slots() {
    for (const Assignment &A : Seen.Assignments) {
      auto List = A.To && holdsPointers(A.To->getType()) ? Paths.resolve(A.To) : std::nullopt;
      if (!List || !mayBeShared(*List))
        continue;
      if (isNullPointer(A.Value, U.context())) {
        if (isTaken(*List))
          add(Kind::Pop, ListOperation::Slot, *List, A.At);
      } else if (auto Block = Paths.resolve(A.Value); Block && Block->Kind == AccessPath::Parameter &&
                                                      Block->Fields.empty() && isReleased(*Block)) {
        add(Kind::Push, ListOperation::Slot, *List, A.At);
      }
    }
    for (const CallExpr *C : Seen.Calls)
      if (const FunctionDecl *Callee = C->getDirectCallee();
          Callee && qualifiedName(*Callee) == "std::exchange" && isNullPointer(C->getArg(1), U.context()))
        if (auto List = Paths.resolve(C->getArg(0)); List && mayBeShared(*List))
          add(Kind::Pop, ListOperation::Slot, *List, C);
  }

  /// Whether the slot's value is kept in a variable that the function does not give up again.
  bool isTaken(const AccessPath &List) const {
    for (const Assignment &A : Seen.Assignments) {
      const VarDecl *Taker = A.Declared ? A.Declared : variable(A.To);
      if (!Taker || !Taker->hasLocalStorage() || Paths.resolve(A.Value) != List)
        continue;
      if (llvm::none_of(Seen.Released, [&](const Expr *E) { return variable(E) == Taker; }))
        return true;
    }
    return false;
  }

  bool isReleased(const AccessPath &Block) const {
    return llvm::any_of(Seen.Released, [&](const Expr *E) { return Paths.resolve(E) == Block; });
  }

  void containers() {
    const Knowledge &K = Knowledge::get();
    for (const CallExpr *C : Seen.Calls) {
      const auto *M = dyn_cast<CXXMemberCallExpr>(C);
      const CXXMethodDecl *Method = M ? M->getMethodDecl() : nullptr;
      if (!Method || !Method->getIdentifier() || !isPointerContainer(Method->getParent()))
        continue;
      bool Pops = K.ContainerPops.contains(Method->getName());
      if (!Pops && !K.ContainerPushes.contains(Method->getName()))
        continue;
      if (auto List = Paths.resolve(M->getImplicitObjectArgument()); List && mayBeShared(*List))
        add(Pops ? Kind::Pop : Kind::Push, ListOperation::Container, *List, C);
    }
  }

  bool isPointerContainer(const CXXRecordDecl *R) const {
    const auto *Instance = dyn_cast<ClassTemplateSpecializationDecl>(R);
    if (!Instance || !Knowledge::get().Containers.contains(qualifiedName(*R)))
      return false;
    const TemplateArgument &Element = Instance->getTemplateArgs()[0];
    return Element.getKind() == TemplateArgument::Type && holdsPointers(Element.getAsType());
  }

  static const VarDecl *variable(const Expr *E) {
    const auto *R = E ? dyn_cast<DeclRefExpr>(E->IgnoreParenCasts()) : nullptr;
    return R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
  }

  static bool assigns(const Assignment &A, const ValueDecl *V) {
    return A.Declared ? A.Declared == V : variable(A.To) == V;
  }

  static bool mayBeShared(const AccessPath &P) {
    switch (P.Kind) {
    case AccessPath::Static:
    case AccessPath::ModuleState:
    case AccessPath::Object:
      return true;
    case AccessPath::Parameter:
    case AccessPath::This:
    case AccessPath::Local:
      return !P.Fields.empty();
    case AccessPath::ThreadLocal:
      return false;
    }
    return false;
  }

  /// A counter belongs to an array of the same object, or both are static.
  static bool sameOwner(const AccessPath &Counter, const AccessPath &Array) {
    return Counter.Kind == Array.Kind && (Counter.Kind == AccessPath::Static || Counter.Root == Array.Root);
  }

  const Function &F;
  Unit &U;
  const PathResolver &Paths;
  std::vector<ListOperation> &Out;
  Actions Seen;
};

/// Adds what an operation on a parameter is in each caller that says which list it is.
void nameInCallers(Unit &U, const ListOperation &Op, std::vector<ListOperation> &Out) {
  AccessPath ByType = Op.Access.Here.byType();
  if (ByType.Kind == AccessPath::Static || ByType.Kind == AccessPath::ModuleState ||
      ByType.Kind == AccessPath::Object) {
    ListOperation Named = Op;
    Named.Access.Location = ByType;
    Out.push_back(std::move(Named));
    return;
  }
  if (Op.Access.Through.size() == MaxHelperDepth)
    return;
  for (const Call *C : Op.Access.owner()->Callers) {
    U.paths().enter(C->In->Decl);
    auto Outside = U.paths().atCall(Op.Access.Here, C->Site);
    if (!Outside)
      continue;
    ListOperation Caller = Op;
    Caller.Access.Here = *Outside;
    if (Op.Counter)
      Caller.Counter = U.paths().atCall(*Op.Counter, C->Site);
    Caller.Access.Through.push_back(C);
    nameInCallers(U, Caller, Out);
  }
}

} // namespace

static std::vector<ListOperation> findListOperations(Unit &U) {
  std::vector<ListOperation> Local, Named;
  for (const auto &F : U.index().functions())
    Recogniser(*F, U, Local).run();
  for (const ListOperation &Op : Local)
    nameInCallers(U, Op, Named);
  return Named;
}
const std::vector<ListOperation> &listOperations(Unit &U) { return U.once(findListOperations); }

} // namespace ungil
