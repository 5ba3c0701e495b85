// Reports a collected type whose mutable owned fields no tp_clear empties, so that the collector finds a
// cycle and cannot break it; a tp_clear that releases a field while the field still points at the object; and
// a tp_dealloc that frees the instance without releasing what tp_clear releases.
//
// Does not report fields that are set once when the object is made (a cycle then goes through something
// mutable), fields that hold strings and numbers, clears shared with tp_dealloc through a helper, and arrays
// that are freed as a whole.
//
// Known holes: fields that only another unit stores in.

#include "analysis/AccessPath.h"
#include "analysis/EdgeNotes.h"
#include "analysis/Names.h"
#include "analysis/Teardown.h"
#include "checks/Check.h"

#include "clang/AST/Expr.h"

namespace ungil {
namespace {

class MissingClear : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    Judged.clear();
    for (const auto &T : U.types().types()) {
      judgeDealloc(U, *T, Found);
      const Function *Traverse = T->slot("tp_traverse").Body;
      if (!Traverse || U.types().isCollected(*T) != Answer::Yes || T->Base.What == BaseType::Unknown)
        continue;
      Slot Clear = T->slot("tp_clear");
      if (Clear.Body && Judged.insert(Clear.Body).second)
        judgeReleases(U, *T, Clear.Body, Found);
      if (!Clear || Clear.Body)
        judgeFields(U, *T, Traverse, Clear.Body, Found);
    }
    return Found;
  }

private:
  void judgeFields(Unit &U, const TypeInfo &T, const Function *Traverse, const Function *Clear,
                   std::vector<Diagnosis> &Found) {
    std::vector<const Edge *> Kept;
    for (const Edge *E : TypeGraph::collectable(T))
      if (E->ReleasedByType && E->ChangesLater && U.types().visits(Traverse, E->Field) == Answer::Yes &&
          (!Clear || U.types().releases(Clear, E->Field) == Answer::No))
        Kept.push_back(E);
    if (!Kept.empty())
      Found.push_back(describe(U, T, Traverse, Clear, Kept));
    else if (Clear)
      judgeEmptyClear(U, T, Traverse, Clear, Found);
  }

  /// A tp_dealloc that frees the instance with a reference in it, which tp_clear shows to be owned.
  void judgeDealloc(Unit &U, const TypeInfo &T, std::vector<Diagnosis> &Found) {
    const Function *Dealloc = T.slot("tp_dealloc").Body;
    const Function *Clear = T.slot("tp_clear").Body;
    if (!Dealloc || !Clear || !Judged.insert(Dealloc).second)
      return;
    const References &Refs = U.types().references();
    Teardown Steps = teardownOf(Refs, Dealloc);
    bool CallsClear = llvm::any_of(Refs.of(Dealloc).Indirect,
                                   [](const IndirectCall &I) { return I.What == IndirectCall::Clear; });
    if (!Steps.Frees || Steps.ChainsToBase || !Steps.Bounded || CallsClear)
      return;
    std::vector<const Edge *> Kept;
    std::vector<Remark> Shown;
    for (const Edge &E : T.Edges) {
      const ReferenceOp *Release =
          E.Kind != Edge::Borrowed ? Refs.of(Clear).find(ReferenceOp::Release, E.Field) : nullptr;
      if (!Release || U.types().releases(Dealloc, E.Field) != Answer::No)
        continue;
      Kept.push_back(&E);
      Shown.push_back({Release->At->getSourceRange(), "'" + displayName(*Release->In->Decl) + "' releases '" +
                                                          E.Field->getNameAsString() + "' here"});
    }
    if (Kept.empty())
      return;
    bool One = Kept.size() == 1;
    Diagnosis D;
    D.Where = nameRange(Dealloc->Decl);
    D.Message =
        "'" + displayName(*Dealloc->Decl) + "' frees an instance of '" + T.Name + "' without releasing " +
        quotedFields(Kept) +
        (One ? "; the object that it holds is never freed" : "; the objects that they hold are never freed");
    D.Sureness = Confidence::Certain;
    D.Path = std::move(Shown);
    D.Path.push_back(
        {D.Where, "call '" + displayName(*Clear->Decl) + "' in tp_dealloc, after PyObject_GC_UnTrack"});
    Found.push_back(std::move(D));
  }

  static Diagnosis describe(Unit &U, const TypeInfo &T, const Function *Traverse, const Function *Clear,
                            const std::vector<const Edge *> &Kept) {
    Diagnosis D;
    D.Where = nameRange(Clear ? Clear->Decl : Traverse->Decl);
    D.Message =
        "'" + T.Name + "' visits " + quotedFields(Kept) + " in tp_traverse, but " +
        (Clear ? "'" + displayName(*Clear->Decl) + "' does not clear " + (Kept.size() == 1 ? "it" : "them")
               : std::string("has no tp_clear")) +
        "; cycles through " + (Kept.size() == 1 ? "it" : "them") + " are found and never broken";
    bool EndsByItself = !Clear && T.slot("tp_iternext"); // an iterator lets go of what it holds at the end
    if (!isVisible(T) || EndsByItself)
      D.Sureness = Confidence::Possible;
    for (const Edge *E : Kept)
      explainEdge(*E, "is set after the object is made and never cleared", D.Path);
    D.Path.push_back({D.Where, Clear ? "clear what tp_traverse visits, with Py_CLEAR"
                                     : "add a tp_clear that empties them with Py_CLEAR"});
    if (auto R = Clear ? repair(U, T, Clear, Kept) : std::nullopt)
      D.Repairs.push_back(std::move(*R));
    return D;
  }

  static std::optional<Repair> repair(Unit &U, const TypeInfo &T, const Function *Clear,
                                      const std::vector<const Edge *> &Kept) {
    std::string Self = spellingOfSelf(Clear, T.Struct, U.context());
    std::vector<std::string> Statements;
    for (const Edge *E : Kept) {
      if (Self.empty() || !isReference(E->Field->getType()) ||
          E->Field->getParent()->getCanonicalDecl() != T.Struct->getCanonicalDecl())
        return std::nullopt;
      Statements.push_back("Py_CLEAR(" + Self + "->" + E->Field->getNameAsString() + ");");
    }
    return insertBeforeReturn(Clear->Decl, Statements, "clear what the object owns", U.context());
  }

  /// A tp_clear that releases nothing at all, beside a tp_traverse that visits what tp_dealloc releases.
  void judgeEmptyClear(Unit &U, const TypeInfo &T, const Function *Traverse, const Function *Clear,
                       std::vector<Diagnosis> &Found) {
    const References &Refs = U.types().references();
    const Effects &Clearing = Refs.of(Clear);
    const Function *Dealloc = T.slot("tp_dealloc").Body;
    bool Releases =
        llvm::any_of(Clearing.Ops, [](const ReferenceOp &Op) { return Op.What == ReferenceOp::Release; });
    if (!Dealloc || !Clearing.Bounded || Releases || !EmptyJudged.insert(Clear).second)
      return;
    for (const ReferenceOp &Op : Refs.of(Traverse).Ops) {
      const auto *Field = llvm::dyn_cast_or_null<clang::FieldDecl>(Op.Where.Decl);
      const ReferenceOp *Release = Field && Op.What == ReferenceOp::Visit
                                       ? Refs.of(Dealloc).find(ReferenceOp::Release, Field)
                                       : nullptr;
      if (!Release ||
          llvm::any_of(T.Edges, [&](const Edge &E) { return E.Field == Field && E.Kind == Edge::Leaf; }))
        continue;
      Edge E;
      E.Field = Field;
      E.ShownAt = Release->At->getSourceRange();
      E.ShownBy = "'" + displayName(*Release->In->Decl) + "' releases it here";
      Found.push_back(describe(U, T, Traverse, Clear, {&E}));
      return;
    }
  }

  static void judgeReleases(Unit &U, const TypeInfo &T, const Function *Clear,
                            std::vector<Diagnosis> &Found) {
    const Effects &Clearing = U.types().references().of(Clear);
    for (const ReferenceOp &Op : Clearing.Ops) {
      const auto *Field = Op.What == ReferenceOp::Release && Op.Direct
                              ? llvm::dyn_cast_or_null<clang::FieldDecl>(Op.Where.Decl)
                              : nullptr;
      if (!Field || !isReference(Field->getType()) || !isObjectStruct(Field->getParent()) ||
          clearedBefore(U, Clearing, Op))
        continue;
      const ReferenceOp *Nulled = Clearing.find(ReferenceOp::Null, Field);
      bool Leaf =
          llvm::any_of(T.Edges, [&](const Edge &E) { return E.Field == Field && E.Kind == Edge::Leaf; });
      if (Nulled && Leaf)
        continue;
      std::string Name = Field->getNameAsString();
      Diagnosis D;
      D.Where = Op.At->getSourceRange();
      D.Message = "'" + displayName(*Clear->Decl) + "' releases '" + Name + "' " +
                  (Nulled ? "before it sets the field to NULL" : "and leaves the field pointing at it") +
                  "; code that the release runs can use a dead object";
      D.Sureness = Nulled ? Confidence::Likely : Confidence::Certain;
      D.Path.push_back({nameRange(Field), "use Py_CLEAR, which sets the field to NULL first"});
      if (auto R = clearInstead(U, Op))
        D.Repairs.push_back(std::move(*R));
      Found.push_back(std::move(D));
    }
  }

  /// Py_XDECREF(self->f); becomes Py_CLEAR(self->f);
  static std::optional<Repair> clearInstead(Unit &U, const ReferenceOp &Release) {
    const auto *Drop = llvm::dyn_cast<clang::CallExpr>(Release.At);
    if (!Drop || Drop->getNumArgs() != 1)
      return std::nullopt;
    // In CPython's headers the function is wrapped in a macro that casts its argument.
    std::string Field = sourceText(Drop->getArg(0)->IgnoreParenCasts()->getSourceRange(), U.context());
    clang::CharSourceRange Range = U.sources().getExpansionRange(Release.At->getSourceRange());
    std::string Written = sourceText({Range.getBegin(), Range.getEnd()}, U.context());
    if (Field.empty() || !isStatement(Release.At, U.context()) || Written.find(Field) == std::string::npos)
      return std::nullopt;
    return Repair{"set the field to NULL before the release",
                  {clang::FixItHint::CreateReplacement(Range, "Py_CLEAR(" + Field + ")")}};
  }

  /// self->f = NULL comes first, as where a copy is released.
  static bool clearedBefore(Unit &U, const Effects &Clearing, const ReferenceOp &Release) {
    return llvm::any_of(Clearing.Ops, [&](const ReferenceOp &Op) {
      return (Op.What == ReferenceOp::Null || Op.What == ReferenceOp::Store) && Op.Where == Release.Where &&
             Op.In == Release.In && writtenBefore(Op.At, Release.At, U.sources());
    });
  }

  llvm::DenseSet<const Function *> Judged, EmptyJudged;
};

} // namespace

UNGIL_CHECK(MissingClear)

} // namespace ungil
