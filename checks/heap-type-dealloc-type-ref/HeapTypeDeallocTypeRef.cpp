// Reports the tp_dealloc of a heap type that frees the instance and does not release the instance's reference
// to its type, one that asks the freed instance for its type, and one that releases the type and then calls
// its tp_free.
//
// Does not report static types, types whose instances are made immortal, deallocs that chain to another
// tp_dealloc, and deallocs that hand the object to a function that is not seen.
//
// Known holes: a release on some paths only.

#include "analysis/EdgeNotes.h"
#include "analysis/Immortals.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Teardown.h"
#include "checks/Check.h"

#include "clang/AST/Expr.h"

namespace ungil {
namespace {

class HeapTypeDeallocTypeRef : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    llvm::DenseSet<const Function *> Judged;
    for (const auto &T : U.types().types()) {
      const Function *Dealloc = T->slot("tp_dealloc").Body;
      if (!T->Heap || !Dealloc || !Judged.insert(Dealloc).second)
        continue;
      Teardown D = teardownOf(U.types().references(), Dealloc);
      if (!D.Frees || D.ChainsToBase)
        continue;
      if (!D.DropsType && D.Bounded && !hasImmortalInstances(U, *T))
        Found.push_back(describeLeak(U, *T, Dealloc, D));
      else if (D.ReadsTypeAfterFree)
        Found.push_back(describeRead(*T, D));
      else if (D.DropsTypeBeforeFree)
        Found.push_back(describeEarly(*T, D));
    }
    return Found;
  }

private:
  static Diagnosis describeLeak(Unit &U, const TypeInfo &T, const Function *Dealloc, const Teardown &Steps) {
    Diagnosis D;
    D.Where = Steps.Frees->getSourceRange();
    D.Message = "'" + displayName(*Dealloc->Decl) + "' frees an instance of heap type '" + T.Name +
                "' without releasing its reference to the type; the type is never freed";
    D.Sureness = Confidence::Certain;
    D.Path.push_back(heapTypeNote(T));
    D.Path.push_back(
        {D.Where, "take PyTypeObject *type = Py_TYPE(self) first, and Py_DECREF(type) after the free"});
    if (auto R = Steps.FreesIn == Dealloc ? repair(U, Steps) : std::nullopt)
      D.Repairs.push_back(std::move(*R));
    return D;
  }

  /// Py_TYPE(self)->tp_free(self); becomes { PyTypeObject *type = …; type->tp_free(self); Py_DECREF(type); }
  static std::optional<Repair> repair(Unit &U, const Teardown &Steps) {
    const auto *Call = llvm::dyn_cast<clang::CallExpr>(Steps.Frees);
    const auto *Slot =
        Call ? llvm::dyn_cast<clang::MemberExpr>(Call->getCallee()->IgnoreParenCasts()) : nullptr;
    if (!Slot || !Slot->isArrow() || !isStatement(Call, U.context()))
      return std::nullopt;
    std::string Type = sourceText(Slot->getBase()->getSourceRange(), U.context());
    std::string Object = sourceText(Call->getArg(0)->getSourceRange(), U.context());
    clang::SourceLocation Begin = U.sources().getExpansionLoc(Call->getBeginLoc());
    if (Type.empty() || Object.empty() || Call->getEndLoc().isMacroID())
      return std::nullopt;
    std::string Text =
        "{ PyTypeObject *type_ = " + Type + "; type_->tp_free(" + Object + "); Py_DECREF(type_); }";
    return Repair{"release the type after the instance",
                  {clang::FixItHint::CreateReplacement(clang::SourceRange(Begin, Call->getEndLoc()), Text)}};
  }

  static Diagnosis describeEarly(const TypeInfo &T, const Teardown &Steps) {
    Diagnosis D;
    D.Where = Steps.DropsTypeBeforeFree->getSourceRange();
    D.Message = "the type of an instance of '" + T.Name +
                "' is released before its tp_free is called; the last instance takes the type along";
    D.Path.push_back({Steps.Frees->getSourceRange(), "tp_free is read from the type here"});
    D.Path.push_back({D.Where, "release the type after the free"});
    return D;
  }

  static Diagnosis describeRead(const TypeInfo &T, const Teardown &Steps) {
    Diagnosis D;
    D.Where = Steps.ReadsTypeAfterFree->getSourceRange();
    D.Message = "the type of an instance of '" + T.Name + "' is read after the instance is freed";
    D.Sureness = Confidence::Certain;
    D.Path.push_back({Steps.Frees->getSourceRange(), "freed here"});
    D.Path.push_back({D.Where, "take PyTypeObject *type = Py_TYPE(self) before the free"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(HeapTypeDeallocTypeRef)

} // namespace ungil
