// Reports a type with Py_TPFLAGS_MANAGED_DICT whose tp_traverse does not call PyObject_VisitManagedDict or
// ignores its result, or whose tp_clear does not call PyObject_ClearManagedDict; and a type with weak
// references whose tp_dealloc frees the object without clearing them.
//
// Does not report types that hand the work to a base, and deallocs that chain to another.
//
// Known holes: flags that are inherited from a base in another unit.

#include "analysis/EdgeNotes.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Teardown.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class ManagedDictNotVisited : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &T : U.types().types()) {
      if (T->has("managed-dict"))
        judgeDict(U, *T, Found);
      if (T->has("managed-weakref") || T->Given.contains("tp_weaklistoffset"))
        judgeWeakReferences(U, *T, Found);
    }
    return Found;
  }

private:
  static const Call *callOf(Unit &U, const Function *F, const llvm::StringSet<> &Names) {
    for (const Function *Part : U.types().references().of(F).Functions)
      for (const Call &C : Part->Calls)
        if (Names.contains(calleeName(C.Site)))
          return &C;
    return nullptr;
  }

  static bool delegates(Unit &U, const Function *F) {
    return !U.types().references().of(F).Indirect.empty() || !U.types().references().of(F).Bounded;
  }

  static void judgeDict(Unit &U, const TypeInfo &T, std::vector<Diagnosis> &Found) {
    const CollectorKnowledge &K = Knowledge::get().Collector;
    const Function *Traverse = T.slot("tp_traverse").Body;
    if (!Traverse || TypeGraph::isCollected(T.Base, U.types()) != Answer::No)
      return;
    const Call *Visit = callOf(U, Traverse, K.VisitManagedDict);
    if (!Visit && !delegatesVisit(U, Traverse)) {
      Found.push_back(describe(
          T, nameRange(Traverse->Decl),
          "'" + T.Name + "' uses Py_TPFLAGS_MANAGED_DICT, but '" + displayName(*Traverse->Decl) +
              "' does not call PyObject_VisitManagedDict; what instances hold is not seen by the collector",
          "return the result of PyObject_VisitManagedDict((PyObject *)self, visit, arg)"));
      if (canUseVisitMacro(Traverse->Decl))
        repair(U, Traverse,
               returning("PyObject_VisitManagedDict((PyObject *)" + selfOf(Traverse) + ", visit, arg)"),
               Found.back());
    } else if (Visit && isStatement(Visit->Site, U.context())) {
      Found.push_back(describe(T, Visit->Site->getSourceRange(),
                               "the result of " + displayName(*Visit->Callee) +
                                   " is ignored; a visitor that asks to stop is not obeyed",
                               "return the result when it is not 0"));
      returnResult(U, Visit->Site, Found.back());
    }
    Slot Clear = T.slot("tp_clear");
    if (Clear && (!Clear.Body || callOf(U, Clear.Body, K.ClearManagedDict) || delegates(U, Clear.Body)))
      return;
    std::string Who =
        Clear ? "'" + displayName(*Clear.Body->Decl) + "' does not call" : "has no tp_clear that calls";
    Found.push_back(
        describe(T, nameRange(Clear ? static_cast<const clang::NamedDecl *>(Clear.Body->Decl) : T.Definition),
                 "'" + T.Name + "' uses Py_TPFLAGS_MANAGED_DICT, but " + Who +
                     " PyObject_ClearManagedDict; cycles through instance attributes are never broken",
                 "call PyObject_ClearManagedDict((PyObject *)self) in tp_clear"));
    if (Clear && Clear.Body->Decl->getNumParams() > 0)
      repair(U, Clear.Body, "PyObject_ClearManagedDict((PyObject *)" + selfOf(Clear.Body) + ");",
             Found.back());
  }

  static std::string selfOf(const Function *F) { return F->Decl->getParamDecl(0)->getNameAsString(); }

  static std::string returning(const std::string &Call) {
    return "{ int stop_ = " + Call + "; if (stop_) return stop_; }";
  }

  static void repair(Unit &U, const Function *F, const std::string &Statement, Diagnosis &D) {
    if (auto R = insertBeforeReturn(F->Decl, Statement, "call it before the return", U.context()))
      D.Repairs.push_back(std::move(*R));
  }

  static void returnResult(Unit &U, const clang::Expr *Call, Diagnosis &D) {
    std::string Text = sourceText(Call->getSourceRange(), U.context());
    if (Text.empty() || Call->getBeginLoc().isMacroID() || Call->getEndLoc().isMacroID())
      return;
    // The semicolon that follows makes an empty statement.
    D.Repairs.push_back({"return the result when it is not 0",
                         {clang::FixItHint::CreateReplacement(Call->getSourceRange(), returning(Text))}});
  }

  static bool delegatesVisit(Unit &U, const Function *Traverse) {
    return llvm::any_of(U.types().references().of(Traverse).Indirect, [](const IndirectCall &I) {
      return I.What == IndirectCall::Traverse || I.What == IndirectCall::Opaque;
    });
  }

  static void judgeWeakReferences(Unit &U, const TypeInfo &T, std::vector<Diagnosis> &Found) {
    const Function *Dealloc = T.slot("tp_dealloc").Body;
    if (!Dealloc || callOf(U, Dealloc, Knowledge::get().Collector.ClearWeakReferences))
      return;
    Teardown Steps = teardownOf(U.types().references(), Dealloc);
    if (!Steps.Frees || Steps.ChainsToBase || !Steps.Bounded)
      return;
    Found.push_back(describe(T, nameRange(Dealloc->Decl),
                             "'" + T.Name + "' supports weak references, but '" +
                                 displayName(*Dealloc->Decl) +
                                 "' frees it without PyObject_ClearWeakRefs; weak references to it dangle",
                             "call PyObject_ClearWeakRefs((PyObject *)self) after PyObject_GC_UnTrack"));
  }

  static Diagnosis describe(const TypeInfo &T, clang::SourceRange Where, std::string Message,
                            llvm::StringRef Advice) {
    Diagnosis D;
    D.Where = Where;
    D.Message = std::move(Message);
    D.Sureness = Confidence::Certain;
    D.Path.push_back({nameRange(T.Definition), "'" + T.Name + "' is defined here"});
    D.Path.push_back({Where, Advice.str()});
    return D;
  }
};

} // namespace

UNGIL_CHECK(ManagedDictNotVisited)

} // namespace ungil
