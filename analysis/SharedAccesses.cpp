// Finds what each function does to memory: the accesses that SharedState keeps.
#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/SharedState.h"

#include "clang/AST/ExprCXX.h"
#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {

bool isPointerToConst(QualType T) {
  return (T->isPointerType() || T->isReferenceType()) && T->getPointeeType().isConstQualified();
}

} // namespace

/// Finds what one function does to memory.
class AccessCollector : public BodyVisitor {
public:
  AccessCollector(SharedState &Out, const Function &F) : Out(Out), F(F), Context(Out.Index.context()) {}

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool visitsUnevaluated() const override { return false; }

  bool VisitCastExpr(CastExpr *C) override {
    if (C->getCastKind() != CK_LValueToRValue || Atomics.contains(C->getSubExpr()->IgnoreParens()))
      return true;
    if (atomic(C))
      return true;
    Loaded.insert(C->getSubExpr()->IgnoreParens());
    note(SharedAccess::Read, C->getSubExpr());
    return true;
  }

  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->isRelationalOp() && !B->isValueDependent() && !B->getRHS()->isEvaluatable(Context)) {
      bound(B->getLHS(), Out.Bounds);
      bound(B->getRHS(), Out.Bounds);
    }
    if (B->isAdditiveOp() && B->getType()->isPointerType()) {
      bound(B->getLHS(), Out.Indices);
      bound(B->getRHS(), Out.Indices);
    }
    if (!B->isAssignmentOp() || atomic(B))
      return true;
    auto To = Out.Paths.resolve(B->getLHS());
    bool Collects = B->getOpcode() == BO_OrAssign || B->getOpcode() == BO_AndAssign;
    if (Collects) // the next reader decides what the flags are for
      Shown.insert(B->getLHS()->IgnoreParens());
    bool Updates = B->isCompoundAssignmentOp() || (To && mentions(B->getRHS(), *To));
    note(Updates ? SharedAccess::Update : SharedAccess::Write, B->getLHS(), B->getRHS());
    return true;
  }

  bool VisitUnaryOperator(UnaryOperator *U) override {
    if (U->isIncrementDecrementOp() && !atomic(U))
      note(SharedAccess::Update, U->getSubExpr());
    return true;
  }

  bool VisitArraySubscriptExpr(ArraySubscriptExpr *S) override {
    index(S->getIdx());
    return true;
  }

  bool VisitVarDecl(VarDecl *V) override {
    if (const auto *Sized = Context.getAsVariableArrayType(V->getType()))
      index(Sized->getSizeExpr());
    return true;
  }

  bool VisitAtomicExpr(AtomicExpr *A) override {
    atomic(A);
    return true;
  }

  bool VisitCallExpr(CallExpr *C) override {
    if (atomic(C) || isLockOperation(C))
      return true;
    if (const auto *M = dyn_cast<CXXMemberCallExpr>(C))
      method(M);
    else if (const auto *O = dyn_cast<CXXOperatorCallExpr>(C))
      return overloaded(O);
    const FunctionDecl *Callee = C->getDirectCallee();
    llvm::StringRef Name = Callee && Callee->getIdentifier() ? Callee->getName() : llvm::StringRef();
    const SharingKnowledge &K = Knowledge::get().Sharing;
    if (K.Showing.contains(Name))
      for (const Expr *Argument : C->arguments())
        shown(Argument, K.KeepAddress.contains(Name));
    else
      numbers(C, Name);
    arguments(C, Callee, C->arguments(), C);
    return true;
  }

  bool VisitCXXConstructExpr(CXXConstructExpr *C) override {
    if (!Knowledge::get().GuardTypes.contains(typeName(C->getType())))
      arguments(C, C->getConstructor(), C->arguments());
    return true;
  }

private:
  bool isLockOperation(const CallExpr *C) const {
    const FunctionDecl *Callee = C->getDirectCallee();
    return Callee && Knowledge::get().LockFunctions.contains(qualifiedName(*Callee));
  }

  bool mentions(const Expr *E, const AccessPath &P) const {
    if (auto Here = Out.Paths.resolve(E); Here && *Here == P)
      return true;
    return llvm::any_of(E->children(), [&](const Stmt *Child) {
      const auto *Inner = dyn_cast_or_null<Expr>(Child);
      return Inner && mentions(Inner, P);
    });
  }

  void index(const Expr *E) {
    bound(E, Out.Bounds);
    bound(E, Out.Indices);
  }

  /// Integers that the value is made from, local copies followed.
  void bound(const Expr *E, std::set<AccessPath> &Found, unsigned Depth = 0) {
    if (auto P = Out.Paths.resolve(E); P && E->getType()->isIntegerType())
      if (auto Location = sharedLocation(*P, Out.Index))
        Found.insert(*Location);
    if (Depth > 3)
      return;
    if (const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenImpCasts())) {
      const auto &Assigned = Out.Fresh.valuesOf(F).Assigned;
      if (auto Values = Assigned.find(dyn_cast<VarDecl>(R->getDecl())); Values != Assigned.end())
        for (const Expr *Value : Values->second)
          bound(Value, Found, Depth + 1);
      return;
    }
    if (isa<CallExpr>(E->IgnoreParenImpCasts()))
      return;
    for (const Stmt *Child : E->children())
      if (const auto *Inner = dyn_cast_or_null<Expr>(Child))
        bound(Inner, Found, Depth + 1);
  }

  /// Numbers that a function gets beside something else: `item(list, self->next)`.
  void numbers(const CallExpr *C, llvm::StringRef Callee) {
    if (C->getNumArgs() < 2 || Knowledge::get().Sharing.AnyNumber.contains(Callee))
      return;
    for (const Expr *Argument : C->arguments())
      if (Argument->getType()->isIntegerType())
        bound(Argument, Out.Indices);
  }

  /// `PyLong_FromLong(self->hits)`: the numbers that the value is made of, and the answer to whether there is
  /// something, are shown. What is behind a pointer is more than that.
  void shown(const Expr *E, bool Asked) {
    E = E->IgnoreParens();
    if (const auto *C = dyn_cast<CastExpr>(E)) {
      if (C->getCastKind() == CK_LValueToRValue && (Asked || C->getType()->isArithmeticType()))
        Shown.insert(C->getSubExpr()->IgnoreParens());
      else
        shown(C->getSubExpr(), Asked || C->getCastKind() == CK_PointerToBoolean);
    } else if (const auto *O = dyn_cast<ConditionalOperator>(E)) {
      shown(O->getCond(), true);
      shown(O->getTrueExpr(), Asked);
      shown(O->getFalseExpr(), Asked);
    } else if (const auto *B = dyn_cast<BinaryOperator>(E);
               B && (B->isAdditiveOp() || B->isComparisonOp() ||
                     (B->isMultiplicativeOp() && B->getRHS()->isEvaluatable(Context)))) {
      shown(B->getLHS(), Asked || B->isComparisonOp());
      shown(B->getRHS(), Asked || B->isComparisonOp());
    } else if (const auto *U = dyn_cast<UnaryOperator>(E); U && U->getOpcode() == UO_LNot) {
      shown(U->getSubExpr(), true);
    }
  }

  /// Records an atomic access; its operands are then no plain ones.
  bool atomic(const Expr *E) {
    auto Op = atomicOperation(E, Context);
    if (!Op)
      return false;
    const Expr *Object = Op->Object;
    auto P = Out.Paths.resolve(Object);
    Atomics.insert(Object->IgnoreParenCasts());
    if (const auto *U = dyn_cast<UnaryOperator>(Object->IgnoreParenCasts()))
      Atomics.insert(U->getSubExpr()->IgnoreParens());
    if (!P)
      return true;
    bool ByPointer = Object->getType()->isPointerType();
    SharedAccess A;
    A.What = !Op->writes() ? SharedAccess::Read : Op->reads() ? SharedAccess::Update : SharedAccess::Write;
    A.Here = ByPointer ? P->pointee() : *P;
    A.At = E;
    A.Value = Op->Operand;
    A.Atomic = Op;
    emit(std::move(A));
    return true;
  }

  void method(const CXXMemberCallExpr *C) {
    const CXXMethodDecl *Method = C->getMethodDecl();
    const Expr *Object = C->getImplicitObjectArgument();
    if (!Method || Out.Index.find(Method) || Object->getType()->isPointerType())
      return;
    llvm::StringRef Name = Method->getIdentifier() ? Method->getName() : llvm::StringRef();
    if (C->getNumArgs() && (Name == "find" || Name == "count" || Name == "contains"))
      if (auto Map = Out.Paths.resolve(Object))
        LookedUp.emplace(std::move(*Map), keyNamedBy(C->getArg(0)));
    bool Reads = Method->isConst() || Knowledge::get().Sharing.ReadingMethods.contains(Name);
    auto P = Out.Paths.resolve(Object);
    if (Reads || !P || !Out.Index.scope().contains(Method->getLocation())) {
      note(Reads ? SharedAccess::Read : SharedAccess::Update, Object);
      return;
    }
    SharedAccess A; // what the body, in another unit, does with the object is not seen
    A.What = SharedAccess::Exposed;
    A.At = Object;
    A.To = Method;
    A.Here = std::move(*P);
    emit(std::move(A));
  }

  static const Decl *keyNamedBy(const Expr *E) {
    const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenImpCasts());
    return R ? R->getDecl() : nullptr;
  }

  /// `if (map.find(key) != map.end()) use(map[key]);` inserts nothing.
  bool findsWhatIsThere(const CXXOperatorCallExpr *O) const {
    const Decl *Key = O->getNumArgs() > 1 ? keyNamedBy(O->getArg(1)) : nullptr;
    auto Map = Key && Loaded.contains(O) ? Out.Paths.resolve(O->getArg(0)) : std::nullopt;
    return Map && LookedUp.contains({*Map, Key});
  }

  bool overloaded(const CXXOperatorCallExpr *O) {
    if (Out.Index.find(O->getDirectCallee()) || O->getNumArgs() == 0)
      return true;
    const Expr *Object = O->getArg(0);
    if (Object->getType()->isPointerType() || !Object->isLValue())
      return true;
    const auto *Method = dyn_cast_or_null<CXXMethodDecl>(O->getDirectCallee());
    if (Method && Method->isConst())
      Loaded.insert(Object->IgnoreParenImpCasts());
    bool IsMap = llvm::StringRef(typeName(Object->getType())).ends_with("map");
    if (O->getOperator() == OO_Equal) {
      note(SharedAccess::Write, Object, O->getNumArgs() > 1 ? O->getArg(1) : nullptr);
      if (Method && Method->isMoveAssignmentOperator())
        note(SharedAccess::Update, movedFrom(O->getArg(1)));
    } else if (O->getOperator() == OO_Subscript && IsMap && !findsWhatIsThere(O))
      note(SharedAccess::Update, Object);
    else if (Method && !Method->isConst() && O->isAssignmentOp())
      note(SharedAccess::Update, Object);
    else
      note(SharedAccess::Read, Object);
    return true;
  }

  /// The field that the called function pointer is kept in.
  static llvm::StringRef pointerCalled(const CallExpr *C) {
    const auto *M = C ? dyn_cast<MemberExpr>(C->getCallee()->IgnoreParenImpCasts()) : nullptr;
    return M && M->getMemberDecl()->getIdentifier() ? M->getMemberDecl()->getName() : llvm::StringRef();
  }

  /// Memory handed by address to code that is not seen is written there, unless its type says otherwise.
  template <class Range>
  void arguments(const Expr *Site, const FunctionDecl *Callee, Range Arguments,
                 const CallExpr *Call = nullptr) {
    if (Callee && Out.Index.find(Callee))
      return;
    llvm::StringRef Name = Callee && Callee->getIdentifier() ? Callee->getName() : llvm::StringRef();
    const SharingKnowledge &K = Knowledge::get().Sharing;
    if (K.KeepAddress.contains(Name))
      return;
    llvm::StringRef Pointer = Callee ? llvm::StringRef() : pointerCalled(Call);
    bool OnlyReads = K.TakenOver.contains(Name) || llvm::any_of(K.ReadingVerbs, [&](const std::string &Verb) {
                       return hasWord(Pointer, Verb);
                     });
    unsigned Position = 0;
    for (const Expr *Argument : Arguments) {
      unsigned Index = Position++;
      QualType T = Callee && Index < Callee->getNumParams() ? Callee->getParamDecl(Index)->getType()
                                                            : Argument->getType();
      if (!T->isPointerType() && !T->isReferenceType())
        continue;
      auto P = Out.Paths.resolve(isTakenOut(Callee, T) ? movedFrom(Argument) : Argument);
      if (!P || isObjectReference(T) || isObjectReference(Argument->IgnoreParenCasts()->getType()))
        continue;
      bool Const = OnlyReads || isPointerToConst(T) || (isExtra(Callee, Index) && !isParser(Name));
      SharedAccess A;
      A.At = Argument;
      A.To = Callee;
      A.Here = T->isReferenceType() && !P->IsAddress ? *P : P->pointee();
      A.What = Const                                                     ? SharedAccess::Read
               : Index == 0 && K.Fill.contains(Name) && isRecord(A.Here) ? SharedAccess::Write
               : isTakenOut(Callee, T)                                   ? SharedAccess::Update
                                                                         : SharedAccess::Exposed;
      emit(std::move(A));
    }
  }

  /// A variable or field that holds a struct; memory behind a pointer may be anything.
  static bool isRecord(const AccessPath &P) {
    if (P.Fields.empty()) {
      const auto *V = dyn_cast_or_null<VarDecl>(P.Root);
      return V && V->getType()->isRecordType();
    }
    return P.Fields.back() && P.Fields.back()->getType()->isRecordType();
  }

  /// `std::swap(list, empty)`, `List taken(std::move(list))`.
  static bool isTakenOut(const FunctionDecl *Callee, QualType Parameter) {
    if (!Callee || !Parameter->isReferenceType())
      return false;
    const auto *Made = dyn_cast<CXXConstructorDecl>(Callee);
    return (Made && Made->isMoveConstructor()) ||
           Knowledge::get().Sharing.Swap.contains(qualifiedName(*Callee));
  }

  /// `std::move(list)` is the list.
  static const Expr *movedFrom(const Expr *E) {
    const auto *C = dyn_cast<CallExpr>(E->IgnoreParenImpCasts());
    return C && C->isCallToStdMove() ? C->getArg(0) : E;
  }

  /// An argument after those that the function names.
  static bool isExtra(const FunctionDecl *Callee, unsigned Index) {
    return Callee && Callee->isVariadic() && Index >= Callee->getNumParams();
  }
  /// What such functions get they print, except for those that read a text: PyArg_ParseTuple, sscanf.
  static bool isParser(llvm::StringRef Name) {
    return Name.contains_insensitive("parse") || Name.contains_insensitive("scan") ||
           Name.contains_insensitive("unpack");
  }

  /// Pointers to Python objects: what is behind them is the callee's business, and it has its own locks.
  bool isObjectReference(QualType T) const {
    if (!T->isPointerType())
      return false;
    const RecordDecl *R = T->getPointeeType()->getAsRecordDecl();
    return R && (isObjectStruct(R) || Knowledge::get().Sharing.RuntimeTypes.contains(typeName(T)));
  }

  void note(SharedAccess::Kind What, const Expr *E, const Expr *Value = nullptr) {
    if (isCopy(E))
      return;
    if (auto P = Out.Paths.resolve(E))
      emit(What, *P, E, Value);
  }

  /// A local variable stands for the memory that it was read from, but using it touches that memory no more.
  static bool isCopy(const Expr *E) {
    const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts());
    const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
    return V && V->hasLocalStorage() && !V->getType()->isReferenceType();
  }

  void emit(SharedAccess::Kind What, AccessPath P, const Expr *At, const Expr *Value = nullptr) {
    SharedAccess A;
    A.What = What;
    A.Here = std::move(P);
    A.At = At;
    A.Value = Value;
    A.IsShown = Shown.contains(At->IgnoreParens());
    emit(std::move(A));
  }

  void emit(SharedAccess A) {
    if (A.Here.Kind == AccessPath::ThreadLocal || (A.Here.Kind == AccessPath::Local && A.Here.Fields.empty()))
      return;
    if (A.Here.Kind == AccessPath::Parameter && A.Here.Fields.empty() &&
        !cast<ParmVarDecl>(A.Here.Root)->getType()->isReferenceType())
      return; // the parameter itself
    if (inAssertion(A.At))
      return;
    A.Here.IsAddress = false;
    A.In = &F;
    if (A.What == SharedAccess::Write && !A.Here.Fields.empty() && A.Here.Fields.back() &&
        A.Here.Fields.back()->isBitField())
      A.What = SharedAccess::Update;
    Out.add(std::move(A));
  }

  bool inAssertion(const Expr *E) const {
    SourceLocation Loc = E->getBeginLoc();
    const SourceManager &SM = Context.getSourceManager();
    while (Loc.isMacroID()) {
      if (Knowledge::get().Sharing.AssertionMacros.contains(
              Lexer::getImmediateMacroName(Loc, SM, Context.getLangOpts())))
        return true;
      Loc = SM.getImmediateMacroCallerLoc(Loc);
    }
    return false;
  }

  SharedState &Out;
  const Function &F;
  const ASTContext &Context;
  llvm::DenseSet<const Expr *> Atomics;
  llvm::DenseSet<const Expr *> Loaded;                    ///< lvalues that are only read
  llvm::DenseSet<const Expr *> Shown;                     ///< lvalues that are read to be shown
  std::set<std::pair<AccessPath, const Decl *>> LookedUp; ///< containers and the keys that were asked for
};

void SharedState::collect(const Function &F) {
  if (Reach.of(&F).empty())
    return;
  Paths.enter(F.Decl);
  AccessCollector(*this, F).TraverseStmt(F.Decl->getBody());
}

} // namespace ungil
