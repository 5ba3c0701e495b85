// Reports a field that an object owns, because its tp_dealloc or tp_clear releases it, new references are
// stored in it, or Python code can assign it, while the type's tp_traverse does not hand it to the collector.
// Also a field that tp_traverse visits although nobody ever takes a reference for it, and one that it visits
// twice.
//
// Does not report fields that hold strings and numbers only, borrowed pointers, fields that tp_traverse
// reaches through helpers, loops, macros or the base, types whose instances are made immortal, and fields
// that it mentions without visiting, which is taken for a decision.
//
// Known holes: fields of structs that another unit tears down; a field visited under a condition that never
// holds.

#include "analysis/EdgeNotes.h"
#include "analysis/Immortals.h"
#include "analysis/Names.h"
#include "analysis/TypeDiscovery.h"
#include "checks/Check.h"

#include <map>

namespace ungil {
namespace {

class TraverseIncomplete : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    llvm::DenseSet<std::pair<const Function *, const clang::FieldDecl *>> Judged;
    llvm::DenseSet<const Function *> Twice;
    for (const auto &T : U.types().types()) {
      Slot Traverse = T->slot("tp_traverse");
      if (!Traverse.Body || U.types().isCollected(*T) == Answer::No || hasImmortalInstances(U, *T))
        continue;
      std::vector<const Edge *> Unvisited;
      for (const Edge *E : TypeGraph::collectable(*T))
        if (U.types().visits(Traverse.Body, E->Field) == Answer::No &&
            Judged.insert({Traverse.Body, E->Field}).second)
          Unvisited.push_back(E);
      if (!Unvisited.empty())
        Found.push_back(describe(U, *T, Traverse.Body, Unvisited));
      for (const Edge &E : T->Edges)
        if (E.Kind == Edge::Borrowed && Judged.insert({Traverse.Body, E.Field}).second)
          judgeBorrowed(U, *T, Traverse.Body, E, Found);
      if (Twice.insert(Traverse.Body).second) {
        judgeRepeatedFields(U, *T, Traverse.Body, Found);
        judgeRepeatedType(U, *T, Traverse.Body, Found);
      }
    }
    return Found;
  }

private:
  static Diagnosis describe(Unit &U, const TypeInfo &T, const Function *Traverse,
                            const std::vector<const Edge *> &Unvisited) {
    bool One = Unvisited.size() == 1;
    Diagnosis D;
    D.Where = nameRange(Traverse->Decl);
    D.Message = quotedFields(Unvisited) + (One ? " is" : " are") + " owned by '" + T.Name +
                "' but not visited in '" + displayName(*Traverse->Decl) + "'; cycles through " +
                (One ? "it" : "them") + " are never freed";
    D.Sureness = Confidence::Certain;
    for (const Edge *E : Unvisited) {
      explainEdge(*E, "is not visited", D.Path);
      if (!E->ReleasedByType)
        D.Sureness = Confidence::Likely;
    }
    D.Path.push_back({D.Where, std::string("add a Py_VISIT for ") + (One ? "it" : "each of them") + " here"});
    if (auto R = repair(U, T, Traverse, Unvisited))
      D.Repairs.push_back(std::move(*R));
    return D;
  }

  /// Plain pointers of the object's own struct can be visited where the others are.
  static std::optional<Repair> repair(Unit &U, const TypeInfo &T, const Function *Traverse,
                                      const std::vector<const Edge *> &Unvisited) {
    std::string Self = spellingOfSelf(Traverse, T.Struct, U.context());
    std::vector<std::string> Statements;
    for (const Edge *E : Unvisited) {
      bool Plain = isReference(E->Field->getType()) &&
                   E->Field->getParent()->getCanonicalDecl() == T.Struct->getCanonicalDecl();
      if (!Plain || Self.empty() || !canUseVisitMacro(Traverse->Decl))
        return std::nullopt;
      Statements.push_back("Py_VISIT(" + Self + "->" + E->Field->getNameAsString() + ");");
    }
    return insertBeforeReturn(Traverse->Decl, Statements, "visit what the object owns", U.context());
  }

  /// A visit without a reference makes the collector count one too few.
  static void judgeBorrowed(Unit &U, const TypeInfo &T, const Function *Traverse, const Edge &E,
                            std::vector<Diagnosis> &Found) {
    const References &Refs = U.types().references();
    const ReferenceOp *Visit = Refs.of(Traverse).find(ReferenceOp::Visit, E.Field);
    const ReferenceOp *Stored = nullptr;
    for (const ReferenceOp &Op : Refs.on(E.Field)) {
      if (Op.What == ReferenceOp::Release || Op.What == ReferenceOp::Take)
        return;
      if (Op.What == ReferenceOp::Store) {
        if (!copiesField(Refs, Op))
          return;
        Stored = &Op;
      }
    }
    if (!Visit || !Stored)
      return;
    Diagnosis D;
    D.Where = Visit->At->getSourceRange();
    D.Message = "'" + E.Field->getNameAsString() + "' is visited but '" + T.Name +
                "' owns no reference to it; the collector may clear a live object";
    D.Path.push_back({Stored->At->getSourceRange(), "stored here without a new reference"});
    D.Path.push_back({nameRange(E.Field), "do not visit it, or own the reference"});
    Found.push_back(std::move(D));
  }

  /// Py_VISIT(self->f) more than once among the statements that always run.
  static void judgeRepeatedFields(Unit &U, const TypeInfo &T, const Function *Traverse,
                                  std::vector<Diagnosis> &Found) {
    const auto *Body = llvm::dyn_cast<clang::CompoundStmt>(Traverse->Decl->getBody());
    std::map<std::pair<const clang::FieldDecl *, const clang::VarDecl *>, const ReferenceOp *> First;
    for (const Edge &E : T.Edges)
      for (const ReferenceOp &Op : U.types().references().on(E.Field)) {
        const clang::VarDecl *Of =
            Op.In == Traverse && Op.What == ReferenceOp::Visit ? ownerOf(Op, E.Field) : nullptr;
        if (!Of || !Body || !alwaysRuns(U, *Body, Op.At))
          continue;
        auto [Known, New] = First.try_emplace({E.Field, Of}, &Op);
        if (!New)
          Found.push_back(describeTwice("'" + E.Field->getNameAsString() + "'",
                                        Known->second->At->getSourceRange(), Op.At->getSourceRange(),
                                        "visit it once"));
      }
  }

  /// The variable in variable->field; null when the visitor gets something else.
  static const clang::VarDecl *ownerOf(const ReferenceOp &Visit, const clang::FieldDecl *Field) {
    const auto *C = llvm::dyn_cast<clang::CallExpr>(Visit.At);
    const auto *M =
        C && C->getNumArgs() ? llvm::dyn_cast<clang::MemberExpr>(C->getArg(0)->IgnoreParenCasts()) : nullptr;
    return M && M->getMemberDecl()->getCanonicalDecl() == Field ? variableNamedBy(M->getBase()) : nullptr;
  }

  /// In the body itself, or in the loop that Py_VISIT is, not under a condition.
  static bool alwaysRuns(Unit &U, const clang::CompoundStmt &Body, const clang::Expr *E) {
    clang::SourceLocation At = U.sources().getExpansionLoc(E->getBeginLoc());
    return llvm::any_of(Body.body(), [&](const clang::Stmt *S) {
      return llvm::isa<clang::DoStmt>(S) && S->getBeginLoc().isMacroID() &&
             U.sources().getExpansionLoc(S->getBeginLoc()) == At;
    });
  }

  /// Py_VISIT(Py_TYPE(self)) beside the call of a base that does the same.
  static void judgeRepeatedType(Unit &U, const TypeInfo &T, const Function *Traverse,
                                std::vector<Diagnosis> &Found) {
    const References &Refs = U.types().references();
    const Slot Base =
        T.Base.What == BaseType::InUnit ? U.types().effective(*T.Base.Type, "tp_traverse") : Slot();
    const ReferenceOp *Own = nullptr;
    for (const ReferenceOp &Op : Refs.of(Traverse).Ops)
      if (!Own && Op.What == ReferenceOp::Visit && Op.Where.What == Origin::TypeOfObject && Op.In == Traverse)
        Own = &Op;
    for (const Call &C : Traverse->Calls)
      if (Own && Base.Body && Base.Body != Traverse && U.index().find(C.Callee) == Base.Body &&
          Refs.of(Base.Body).visitsType())
        Found.push_back(
            describeTwice("the type of the instance", Own->At->getSourceRange(), C.Site->getSourceRange(),
                          "'" + displayName(*Base.Body->Decl) + "' visits it already; leave it to the base"));
  }

  static Diagnosis describeTwice(const std::string &What, clang::SourceRange First, clang::SourceRange Second,
                                 const std::string &Advice) {
    Diagnosis D;
    D.Where = Second;
    D.Message =
        What + " is visited twice; the collector counts a reference too few and may clear a live object";
    D.Path.push_back({First, "visited here first"});
    D.Path.push_back({Second, Advice});
    return D;
  }

  /// The value is another field, read without taking a reference anywhere in the function.
  static bool copiesField(const References &Refs, const ReferenceOp &Store) {
    if (!llvm::isa<clang::MemberExpr>(Store.Value->IgnoreParenCasts()))
      return false;
    for (const ReferenceOp &Op : Refs.of(Store.In).Ops)
      if (Op.What == ReferenceOp::Take)
        for (const Origin &O : Refs.originsOf(Store.Value))
          if (Op.Where == O && Op.At->getBeginLoc() != Store.At->getBeginLoc())
            return Op.In != Store.In;
    return true;
  }
};

} // namespace

UNGIL_CHECK(TraverseIncomplete)

} // namespace ungil
