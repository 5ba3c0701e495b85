// Reports an object that is handed to the collector with PyObject_GC_Track before a field is set that
// tp_traverse visits: PyObject_GC_New leaves the fields uninitialised, and a collection that another thread
// starts in between reads them.
//
// Does not report objects that tp_alloc makes, whose fields are zero, and fields that are set before and
// after.
//
// Known holes: fields that a helper sets; a count that is set before the array it counts.

#include "analysis/EdgeNotes.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Teardown.h"
#include "analysis/TypeDiscovery.h"
#include "checks/Check.h"

#include "clang/AST/Expr.h"

namespace ungil {
namespace {

class GcTrackBeforeInit : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const Call &C : U.index().externalCalls()) {
      const clang::Expr *Object =
          Knowledge::get().Collector.Track.contains(calleeName(C.Site)) ? argumentOf(C.Site, 0) : nullptr;
      const clang::VarDecl *V = Object ? variableNamedBy(Object) : nullptr;
      if (V && isUninitialised(U, V))
        judge(U, C, V, Found);
    }
    return Found;
  }

private:
  /// All values of the variable come straight from an allocation that leaves the fields as they are.
  static bool isUninitialised(Unit &U, const clang::VarDecl *V) {
    bool Allocated = false;
    for (const clang::Expr *Value : U.types().references().valuesOf(V)) {
      if (isNullConstant(Value, U.context()))
        continue;
      if (!Knowledge::get().Collector.AllocateCollected.contains(calleeName(Value->IgnoreParenCasts())))
        return false;
      Allocated = true;
    }
    return Allocated;
  }

  static void judge(Unit &U, const Call &Track, const clang::VarDecl *V, std::vector<Diagnosis> &Found) {
    const clang::RecordDecl *Struct =
        V->getType()->isPointerType() ? V->getType()->getPointeeType()->getAsRecordDecl() : nullptr;
    if (!Struct || !Struct->getDefinition())
      return;
    for (const clang::FieldDecl *Field : Struct->getDefinition()->fields()) {
      const ReferenceOp *After = nullptr;
      bool Before = false, Visited = false;
      for (const ReferenceOp &Op : U.types().references().on(Field)) {
        Visited |= Op.What == ReferenceOp::Visit;
        if (Op.In != Track.In || (Op.What != ReferenceOp::Store && Op.What != ReferenceOp::Null))
          continue;
        bool Later = writtenBefore(Track.Site, Op.At, U.sources());
        Before |= !Later;
        After = Later && !After ? &Op : After;
      }
      if (After && !Before && Visited && isReference(Field->getType()))
        Found.push_back(describe(V, Field, Track, *After));
    }
  }

  static Diagnosis describe(const clang::VarDecl *V, const clang::FieldDecl *Field, const Call &Track,
                            const ReferenceOp &Set) {
    Diagnosis D;
    D.Where = Track.Site->getSourceRange();
    D.Message = "'" + V->getNameAsString() + "' is tracked here, but '" + Field->getNameAsString() +
                "' is set later; a collection in another thread reads it uninitialised";
    D.Path.push_back({Set.At->getSourceRange(), "'" + Field->getNameAsString() + "' is set here"});
    D.Path.push_back({D.Where, "track the object when all that tp_traverse reads is set"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(GcTrackBeforeInit)

} // namespace ungil
