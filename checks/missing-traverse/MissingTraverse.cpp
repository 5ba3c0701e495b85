// Reports a type whose instances own references to arbitrary objects while the collector cannot see them: the
// type has no Py_TPFLAGS_HAVE_GC and inherits none; or it has tp_traverse without the flag, or the flag
// without tp_traverse.
//
// Does not report types whose fields hold strings, numbers or objects of such types of the same module only,
// fields that are borrowed or that the tp_traverse of an owner visits, and types whose base is not known.
//
// Known holes: classes that pybind11 and nanobind bind. Reported as possible: fields into which nothing gets
// that Python code passes, iterators, whose fields are set once, and a tp_traverse that subclasses made in
// Python get to use.

#include "analysis/EdgeNotes.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class MissingTraverse : public Check {
public:
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
        if (E->ReleasedByType && (Traverses || !visitedByOwner(U, *E)))
          Owned.push_back(E);
      if (!Owned.empty())
        Found.push_back(describe(*T, Owned, Traverses));
    }
    return Found;
  }

private:
  /// Parts of another object, whose tp_traverse visits what they hold.
  static bool visitedByOwner(Unit &U, const Edge &E) {
    return llvm::any_of(U.types().references().on(E.Field),
                        [](const ReferenceOp &Op) { return Op.What == ReferenceOp::Visit; });
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

  static Diagnosis describe(const TypeInfo &T, const std::vector<const Edge *> &Owned, bool Traverses) {
    bool One = Owned.size() == 1;
    Diagnosis D;
    D.Where = nameRange(T.Definition);
    D.Message =
        "type '" + T.Name + "' owns reference field" + (One ? " " : "s ") + quotedFields(Owned) +
        (Traverses ? " and has tp_traverse, but not Py_TPFLAGS_HAVE_GC, so the collector does not call it"
                   : std::string(" but has no tp_traverse")) +
        "; cycles through " + (One ? "it" : "them") + " are never freed";
    D.Sureness = (Traverses ? T.has("basetype") : needsOwnContainer(T, Owned)) ? Confidence::Possible
                                                                               : Confidence::Likely;
    for (const Edge *E : Owned)
      explainEdge(*E, "can hold any object", D.Path);
    D.Path.push_back(
        {D.Where, Traverses
                      ? "add Py_TPFLAGS_HAVE_GC, and allocate and free the instances as the collector needs"
                      : "add Py_TPFLAGS_HAVE_GC, tp_traverse and tp_clear, and untrack first in tp_dealloc"});
    return D;
  }

  /// No object that Python code chose gets into the fields, or they are set once, to the module's own
  /// objects: a cycle needs one of those to refer back.
  static bool needsOwnContainer(const TypeInfo &T, const std::vector<const Edge *> &Owned) {
    return llvm::all_of(Owned, [&](const Edge *E) {
      bool Typed = !E->Field->getType()->isPointerType() ||
                   E->Field->getType()->getPointeeType()->getAsRecordDecl() == nullptr ||
                   E->Field->getType()->getPointeeType()->getAsRecordDecl()->getName() != "_object";
      return !E->FromPython || (!E->ChangesLater && (Typed || T.slot("tp_iternext")));
    });
  }
};

} // namespace

UNGIL_CHECK(MissingTraverse)

} // namespace ungil
