// Reports the tp_dealloc of a collected type that releases fields, clears weak references or calls tp_clear
// or runs Python code while the collector still tracks the object: a collection that starts in another thread
// finds an object with reference count zero, half torn down. Also one that frees the object and never
// untracks it.
//
// Does not report what happens while the object is resurrected for its finalizer, releases of strings and
// numbers, and deallocs that first chain to one that untracks.
//
// Known holes: plain memory that is freed before the object is untracked.
#include "analysis/EdgeNotes.h"
#include "analysis/Names.h"
#include "analysis/Teardown.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class DeallocUntrackOrder : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    llvm::DenseSet<const Function *> Judged;
    for (const auto &T : U.types().types()) {
      const Function *Dealloc = T->slot("tp_dealloc").Body;
      if (!Dealloc || U.types().isCollected(*T) != Answer::Yes || !Judged.insert(Dealloc).second)
        continue;
      auto IsLeaf = [&](const clang::FieldDecl *F) {
        return llvm::any_of(T->Edges, [&](const Edge &E) { return E.Field == F && E.Kind == Edge::Leaf; });
      };
      Teardown Steps = teardownOf(U.types().references(), Dealloc, IsLeaf);
      if (Steps.BeforeUntrack)
        Found.push_back(describe(U, *T, Dealloc, Steps));
      else if (Steps.Frees && !Steps.Untracks && !Steps.ChainsToBase && Steps.Bounded)
        Found.push_back(describeNever(U, *T, Dealloc, Steps));
    }
    return Found;
  }

private:
  static Diagnosis describeNever(Unit &U, const TypeInfo &T, const Function *Dealloc, const Teardown &Steps) {
    Diagnosis D;
    D.Where = Steps.Frees->getSourceRange();
    D.Message = "'" + displayName(*Dealloc->Decl) + "' frees an instance of '" + T.Name +
                "' that the collector still tracks; call PyObject_GC_UnTrack first";
    D.Path.push_back({nameRange(Dealloc->Decl),
                      "untrack the object before anything else, after the finalizer if there is one"});
    addRepair(U, Dealloc, Steps, D);
    return D;
  }

  static void addRepair(Unit &U, const Function *Dealloc, const Teardown &Steps, Diagnosis &D) {
    if (Steps.Untracks || Steps.Finalizes || Dealloc->Decl->getNumParams() == 0)
      return;
    std::string Call = "PyObject_GC_UnTrack(" + Dealloc->Decl->getParamDecl(0)->getNameAsString() + ");";
    if (auto R = insertFirst(Dealloc->Decl, Call, "untrack the object first", U.context()))
      D.Repairs.push_back(std::move(*R));
  }

  static Diagnosis describe(Unit &U, const TypeInfo &T, const Function *Dealloc, const Teardown &Steps) {
    Diagnosis D;
    D.Where = Steps.BeforeUntrack->getSourceRange();
    D.Message = "'" + displayName(*Dealloc->Decl) + "' " + Steps.Does +
                " while the collector still tracks '" + T.Name +
                "', whose reference count is zero; call PyObject_GC_UnTrack first";
    D.Sureness = Steps.Untracks || Steps.Bounded ? Confidence::Certain : Confidence::Likely;
    if (Steps.BeforeUntrackIn != Dealloc)
      D.Path.push_back({nameRange(Dealloc->Decl), "'" + displayName(*Dealloc->Decl) + "' calls '" +
                                                      displayName(*Steps.BeforeUntrackIn->Decl) +
                                                      "', which does that"});
    if (Steps.Untracks)
      D.Path.push_back({Steps.Untracks->getSourceRange(), "untracked only here"});
    D.Path.push_back({nameRange(Dealloc->Decl),
                      "untrack the object before anything else, after the finalizer if there is one"});
    addRepair(U, Dealloc, Steps, D);
    return D;
  }
};

} // namespace

UNGIL_CHECK(DeallocUntrackOrder)

} // namespace ungil
