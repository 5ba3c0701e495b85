// Reports a type whose instances own references to arbitrary objects while the collector cannot see them: the
// type has no Py_TPFLAGS_HAVE_GC and inherits none; or it has tp_traverse without the flag, or the flag
// without tp_traverse.
//
// Does not report types whose fields hold strings, numbers or objects of such types of the same module only,
// fields that are borrowed or that the tp_traverse of an owner visits, and types whose base is not known.
//
// Classes that pybind11 and nanobind bind are judged when asked for: members that own references and no slots
// with tp_traverse.
//
// Known holes: bound classes whose members are hidden behind a pointer. Reported as possible: fields into
// which nothing gets that Python code passes, iterators, whose fields are set once, and a tp_traverse that
// subclasses made in Python get to use.

#include "analysis/BoundClasses.h"
#include "analysis/EdgeNotes.h"
#include "analysis/Names.h"
#include "analysis/TypeDiscovery.h"
#include "checks/Check.h"

#include "clang/AST/DeclCXX.h"

namespace ungil {
namespace {

class MissingTraverse : public Check {
public:
  explicit MissingTraverse(const CheckOptions &Options) : BindingTypes(Options.flag("BindingTypes")) {}

  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &T : U.types().types()) {
      bool Traverses = bool(T->slot("tp_traverse"));
      if (T->has("collected") && !Traverses && TypeGraph::isCollected(T->Base, U.types()) == Answer::No)
        Found.push_back(flagAlone(*T));
      if (U.types().isCollected(*T) != Answer::No || TypeGraph::isCollected(T->Base, U.types()) != Answer::No)
        continue;
      std::vector<const Edge *> Owned;
      for (const Edge *E : TypeGraph::collectable(*T))
        if (E->ReleasedByType && !visitedByOwner(U, *T, *E))
          Owned.push_back(E);
      if (!Owned.empty())
        Found.push_back(describe(U, *T, Owned, Traverses));
    }
    if (BindingTypes)
      for (const BoundClass &B : boundClasses(U))
        if (!B.Traversed && !B.Members.empty())
          Found.push_back(describe(B));
    return Found;
  }

private:
  static Diagnosis describe(const BoundClass &B) {
    bool One = B.Members.size() == 1;
    std::string Names;
    for (const clang::FieldDecl *Member : B.Members)
      Names += (Names.empty() ? "'" : ", '") + Member->getNameAsString() + "'";
    Diagnosis D;
    D.Where = B.At->getSourceRange();
    D.Message = "class '" + qualifiedName(*B.Class) + "' owns reference member" + (One ? " " : "s ") + Names +
                ", but the type that is bound here has no tp_traverse; cycles through " +
                (One ? "it" : "them") + " are never freed";
    for (const clang::FieldDecl *Member : B.Members)
      D.Path.push_back({nameRange(Member), "'" + Member->getNameAsString() + "' can hold any object"});
    D.Path.push_back({D.Where, "give the type tp_traverse and tp_clear with " + B.SlotsBy});
    return D;
  }

  /// Parts of another object, whose tp_traverse visits what they hold.
  static bool visitedByOwner(Unit &U, const TypeInfo &T, const Edge &E) {
    const References &Refs = U.types().references();
    return llvm::any_of(U.types().types(), [&](const auto &Owner) {
      const Function *Traverse = Owner->slot("tp_traverse").Body;
      const ReferenceOp *Visit =
          Traverse && Owner->Struct ? Refs.of(Traverse).find(ReferenceOp::Visit, E.Field) : nullptr;
      return Visit &&
             (!beginsWith(Owner->Struct, T.Struct) || (Visit->In == Traverse && visitsAnother(Refs, *Visit)));
    });
  }

  /// What is visited belongs to an object that a field leads to, and not to the owner itself.
  static bool visitsAnother(const References &Refs, const ReferenceOp &Visit) {
    const auto *Call = llvm::dyn_cast<clang::CallExpr>(Visit.At->IgnoreParenCasts());
    const clang::Expr *Visited = Call && Call->getNumArgs() ? Call->getArg(0) : Visit.At;
    const auto *Member = llvm::dyn_cast<clang::MemberExpr>(Visited->IgnoreParenCasts());
    while (Member && !Member->isArrow()) // self->root.item is a part of self
      Member = llvm::dyn_cast<clang::MemberExpr>(Member->getBase()->IgnoreParenCasts());
    return Member && llvm::any_of(Refs.originsOf(Member->getBase()),
                                  [](const Origin &O) { return O.What == Origin::Field; });
  }

  /// The struct is the other one or has it as its first member, as the objects of derived types do.
  static bool beginsWith(const clang::RecordDecl *Struct, const clang::RecordDecl *Other) {
    while (Struct && Struct != Other) {
      const auto *Class = llvm::dyn_cast<clang::CXXRecordDecl>(Struct);
      clang::QualType First = Class && Class->getNumBases() ? Class->bases_begin()->getType()
                              : Struct->field_empty()       ? clang::QualType()
                                                            : Struct->field_begin()->getType();
      Struct = First.isNull() ? nullptr : First->getAsRecordDecl();
      Struct = Struct ? Struct->getDefinition() : nullptr;
    }
    return Struct;
  }

  static Diagnosis flagAlone(const TypeInfo &T) {
    Diagnosis D;
    D.Where = nameRange(T.Definition);
    D.Message = "type '" + T.Name +
                "' sets Py_TPFLAGS_HAVE_GC without tp_traverse; making the type raises SystemError";
    D.Sureness = Confidence::Certain;
    D.Path.push_back({D.Where, "add tp_traverse and tp_clear, or drop the flag"});
    return D;
  }

  static Diagnosis describe(Unit &U, const TypeInfo &T, const std::vector<const Edge *> &Owned,
                            bool Traverses) {
    bool One = Owned.size() == 1;
    Diagnosis D;
    D.Where = nameRange(T.Definition);
    D.Message =
        "type '" + T.Name + "' owns reference field" + (One ? " " : "s ") + quotedFields(Owned) +
        (Traverses ? " and has tp_traverse, but not Py_TPFLAGS_HAVE_GC, so the collector does not call it"
                   : std::string(" but has no tp_traverse")) +
        "; cycles through " + (One ? "it" : "them") + " are never freed";
    D.Sureness = (Traverses ? T.has("basetype") : needsOwnContainer(U, T, Owned)) ? Confidence::Possible
                                                                                  : Confidence::Likely;
    for (const Edge *E : Owned)
      explainEdge(*E, "can hold any object", D.Path);
    D.Path.push_back(
        {D.Where, Traverses
                      ? "add Py_TPFLAGS_HAVE_GC, and allocate and free the instances as the collector needs"
                      : "add Py_TPFLAGS_HAVE_GC, tp_traverse and tp_clear, and untrack first in tp_dealloc"});
    return D;
  }

  /// No object that Python code chose gets into the fields, as far as the unit shows what gets there; or they
  /// are set once, to the module's own objects, or hold objects of a type that is not seen: a cycle needs one
  /// of those to refer back.
  static bool needsOwnContainer(Unit &U, const TypeInfo &T, const std::vector<const Edge *> &Owned) {
    return llvm::all_of(Owned, [&](const Edge *E) {
      clang::QualType Target = E->Field->getType()->getPointeeType();
      const clang::RecordDecl *Record = Target.isNull() ? nullptr : Target->getAsRecordDecl();
      bool Typed = !Record || isOwnStruct(Record);
      if ((Record && Typed && !U.types().typeOfStruct(Record)) || isFilledElsewhere(U, T, *E))
        return true;
      return !E->FromPython || (!E->ChangesLater && (Typed || T.slot("tp_iternext")));
    });
  }

  /// A part of another object, and no store is in the unit: what gets into the field is not known.
  static bool isFilledElsewhere(Unit &U, const TypeInfo &T, const Edge &E) {
    return !isVisible(T) && !E.ChangesLater &&
           llvm::none_of(U.types().references().on(E.Field),
                         [](const ReferenceOp &Op) { return Op.What == ReferenceOp::Store; });
  }

  bool BindingTypes;
};

} // namespace

UNGIL_CHECK(MissingTraverse)

} // namespace ungil
