#include "analysis/SlotExpectations.h"

#include "analysis/BodyVisitor.h"
#include "analysis/NullTests.h"
#include "analysis/TypeDiscovery.h"

namespace ungil {

using namespace clang;

namespace {

/// The field, of pointer type and no object's, that the expression or the variable has its value from.
const FieldDecl *pointerIn(const Expr *E, const References &Refs) {
  if (const VarDecl *V = variableNamedBy(E); V && Refs.valuesOf(V).size() == 1)
    E = Refs.valuesOf(V).front()->IgnoreParenCasts();
  const FieldDecl *Field = fieldNamedBy(E);
  return Field && Field->getType()->isPointerType() && !isReference(Field->getType()) ? Field : nullptr;
}

/// Pointers that a body tests, and the counts of its loops.
class SlotReader : public BodyVisitor {
public:
  explicit SlotReader(const References &Refs) : Refs(Refs) {}
  llvm::DenseSet<const FieldDecl *> Tested;
  std::vector<std::pair<const FieldDecl *, const FieldDecl *>> Counts; ///< and the arrays

  bool VisitStmt(Stmt *S) override {
    const Expr *Condition = nullptr;
    const Stmt *Body = nullptr;
    if (const auto *F = dyn_cast<ForStmt>(S))
      Condition = F->getCond(), Body = F->getBody();
    else if (const auto *W = dyn_cast<WhileStmt>(S))
      Condition = W->getCond(), Body = W->getBody();
    if (Condition && Body) {
      test(Condition);
      pair(Condition, Body);
    }
    return true;
  }
  bool VisitIfStmt(IfStmt *S) override { return test(S->getCond()); }
  bool VisitConditionalOperator(ConditionalOperator *C) override { return test(C->getCond()); }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->isLogicalOp()) {
      test(B->getLHS());
      test(B->getRHS());
    }
    return true;
  }

private:
  struct Members : BodyVisitor {
    std::vector<const FieldDecl *> Found;
    bool ElementsOnly = false;
    bool VisitMemberExpr(MemberExpr *M) override {
      if (const FieldDecl *F = ElementsOnly ? nullptr : fieldNamedBy(M))
        Found.push_back(F);
      return true;
    }
    bool VisitArraySubscriptExpr(ArraySubscriptExpr *S) override {
      if (const FieldDecl *F = ElementsOnly ? fieldNamedBy(S->getBase()) : nullptr)
        Found.push_back(F);
      return true;
    }
  };

  bool test(const Expr *Condition) {
    const Expr *Operand = nullTestOf(Condition, Refs.index().context()).Operand;
    if (const FieldDecl *Field = Operand ? pointerIn(Operand->IgnoreParenCasts(), Refs) : nullptr)
      Tested.insert(Field);
    return true;
  }

  void pair(const Expr *Condition, const Stmt *Body) {
    Members Bounds, Elements;
    Elements.ElementsOnly = true;
    Bounds.TraverseStmt(const_cast<Expr *>(Condition));
    Elements.TraverseStmt(const_cast<Stmt *>(Body));
    for (const FieldDecl *Count : Bounds.Found)
      for (const FieldDecl *Array : Elements.Found)
        if (Count->getType()->isIntegerType())
          Counts.push_back({Count, Array});
  }

  const References &Refs;
};

/// What a function follows whatever the fields of its object hold: outside of branches and loops, and before
/// it leaves because of a field.
class UnguardedReader {
public:
  UnguardedReader(const References &Refs, std::vector<Followed> &Found) : Refs(Refs), Found(Found) {}

  void read(const Function *F, bool InTraverse, unsigned Depth = 0) {
    constexpr unsigned MaxDepth = 3;
    if (!F || Depth > MaxDepth)
      return;
    const Function *Outer = In;
    In = F;
    Traverses = InTraverse;
    std::vector<const Function *> Callees;
    walk(F->Decl->getBody(), Callees);
    for (const Function *Callee : Callees)
      read(Callee, InTraverse, Depth + 1);
    In = Outer;
  }

private:
  struct MentionsField : BodyVisitor {
    bool Found = false;
    bool VisitMemberExpr(MemberExpr *M) override {
      Found |= fieldNamedBy(M) != nullptr;
      return !Found;
    }
  };
  static bool mentionsField(const Stmt *S) {
    MentionsField Visitor;
    if (S)
      Visitor.TraverseStmt(const_cast<Stmt *>(S));
    return Visitor.Found;
  }

  /// Returns and jumps, but for those that the result of a visit decides.
  static bool leaves(const Stmt *S) {
    if (!S || isa<ReturnStmt, GotoStmt, BreakStmt, ContinueStmt>(S))
      return S;
    const auto *If = dyn_cast<IfStmt>(S);
    return (!If || mentionsField(If->getCond())) && llvm::any_of(S->children(), leaves);
  }

  /// False when a field decides whether what follows runs.
  bool walk(const Stmt *S, std::vector<const Function *> &Callees) {
    if (!S)
      return true;
    if (const auto *If = dyn_cast<IfStmt>(S)) {
      bool Decides =
          mentionsField(If->getCond()) && (leaves(If->getThen()) || (If->getElse() && leaves(If->getElse())));
      return walk(If->getCond(), Callees) && !Decides;
    }
    if (const auto *L = dyn_cast<ForStmt>(S))
      return walk(L->getInit(), Callees) && walk(L->getCond(), Callees);
    if (const auto *L = dyn_cast<WhileStmt>(S))
      return walk(L->getCond(), Callees);
    if (const auto *C = dyn_cast<AbstractConditionalOperator>(S))
      return walk(C->getCond(), Callees);
    if (const auto *B = dyn_cast<BinaryOperator>(S); B && B->isLogicalOp())
      return walk(B->getLHS(), Callees);
    if (isa<SwitchStmt, CXXForRangeStmt, LambdaExpr>(S))
      return true;
    for (const Stmt *Child : S->children())
      if (!walk(Child, Callees))
        return false;
    if (const auto *C = dyn_cast<CallExpr>(S))
      if (const Function *Callee = Refs.index().find(calleeOf(C)))
        Callees.push_back(Callee);
    if (const auto *M = dyn_cast<MemberExpr>(S); M && M->isArrow())
      if (const FieldDecl *Field = pointerIn(M->getBase()->IgnoreParenCasts(), Refs))
        Found.push_back({Field, M, In, Traverses});
    return true;
  }

  const References &Refs;
  std::vector<Followed> &Found;
  const Function *In = nullptr;
  bool Traverses = false;
};

} // namespace

Expectations expectationsOf(const RecordDecl *Struct, const TypeGraph &Types) {
  Expectations Found;
  llvm::DenseSet<const FieldDecl *> Tested;
  bool Any = false, Collected = true;
  for (const auto &T : Types.types()) {
    if (!T->Struct || T->Struct->getCanonicalDecl() != Struct->getCanonicalDecl())
      continue;
    Any = true;
    Collected = Collected && Types.isCollected(*T) == Answer::Yes && !T->slot("tp_alloc");
    for (const char *Name : {"tp_traverse", "tp_dealloc"}) {
      const Function *Body = Types.effective(*T, Name).Body;
      if (!Body)
        continue;
      bool Traverses = llvm::StringRef(Name) == "tp_traverse";
      const Effects &E = Types.references().of(Body);
      for (const ReferenceOp &Op : E.Ops)
        if (const auto *Field = dyn_cast_or_null<FieldDecl>(Op.Where.Decl);
            Field && Traverses && Op.What == ReferenceOp::Visit)
          Found.Visited.insert(Field);
      UnguardedReader(Types.references(), Found.Pointers).read(Body, Traverses);
      for (const Function *F : E.Functions) {
        SlotReader Reader(Types.references());
        Reader.TraverseStmt(F->Decl->getBody());
        Tested.insert(Reader.Tested.begin(), Reader.Tested.end());
        if (Traverses)
          Found.Counts.insert(Found.Counts.end(), Reader.Counts.begin(), Reader.Counts.end());
      }
    }
  }
  Found.TrackedByAlloc = Any && Collected;
  llvm::erase_if(Found.Pointers, [&](const Followed &P) {
    return Tested.contains(P.Field) || P.Field->getParent()->getCanonicalDecl() != Struct->getCanonicalDecl();
  });
  return Found;
}

} // namespace ungil
