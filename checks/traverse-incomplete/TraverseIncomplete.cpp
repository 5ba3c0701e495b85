// Reports a field that an object owns, because its tp_dealloc or tp_clear releases it, new references are
// stored in it, or Python code can assign it, while the type's tp_traverse does not hand it to the collector.
// Also a field that tp_traverse visits although nobody ever takes a reference for it.
//
// Does not report fields that hold strings and numbers only, borrowed pointers, fields that tp_traverse
// reaches through helpers, loops, macros or the base, and fields that it mentions without visiting, which is
// taken for a decision.
//
// Known holes: fields of structs that another unit tears down; a field visited under a condition that never
// holds.

#include "analysis/EdgeNotes.h"
#include "analysis/Names.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class TraverseIncomplete : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    llvm::DenseSet<std::pair<const Function *, const clang::FieldDecl *>> Judged;
    for (const auto &T : U.types().types()) {
      Slot Traverse = T->slot("tp_traverse");
      if (!Traverse.Body || U.types().isCollected(*T) == Answer::No)
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
