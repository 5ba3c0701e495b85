// Reports the tp_traverse, tp_clear or tp_dealloc of a type with a collected base that does not call the
// base's: giving a slot disables its inheritance, so the fields of the base are not visited, cleared or
// released. Also a call of the base through Py_TYPE(self)->tp_base, which calls itself for ever once a
// subclass exists.
//
// Does not report functions that reach the base directly, through a slot, through a helper, or that touch
// every field of the base themselves, as where two structs share their beginning.
//
// Known holes: bases that another unit defines, and tuples of bases that more than one function fills.

#include "analysis/EdgeNotes.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Teardown.h"
#include "checks/Check.h"

#include "clang/AST/Expr.h"

namespace ungil {
namespace {

class TraverseBaseDelegation : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    llvm::DenseSet<const Function *> Judged;
    for (const auto &T : U.types().types()) {
      for (const char *Name : {"tp_traverse", "tp_clear"}) {
        const Function *Body = T->slot(Name).Body;
        if (!Body || !Judged.insert(Body).second)
          continue;
        judgeRecursion(U, *T, Name, Body, Found);
        if (TypeGraph::isCollected(T->Base, U.types()) == Answer::Yes && forgetsBase(U, *T, Name, Body))
          Found.push_back(describe(U, *T, Name, Body));
      }
      judgeDealloc(U, *T, Judged, Found);
      if (inheritsNothing(U, *T))
        Found.push_back(describeFlag(*T));
    }
    return Found;
  }

private:
  static IndirectCall::Kind kindOf(llvm::StringRef Slot) {
    return Slot == "tp_traverse" ? IndirectCall::Traverse : IndirectCall::Clear;
  }

  static bool forgetsBase(Unit &U, const TypeInfo &T, llvm::StringRef Name, const Function *Body) {
    const Effects &E = U.types().references().of(Body);
    for (const IndirectCall &I : E.Indirect)
      if (I.What == kindOf(Name) || I.What == IndirectCall::Opaque)
        return false;
    if (!E.Bounded && Name == "tp_clear")
      return false;
    if (T.Base.What == BaseType::BuiltIn)
      return !touchesForeignObject(U, E) && !(Name == "tp_clear" && emptiesBuiltIn(E)) &&
             !(Name == "tp_clear" && Knowledge::get().Collector.BasesWithoutClear.contains(T.Base.Name));
    const Function *Base = U.types().effective(*T.Base.Type, Name).Body;
    return Base && Base != Body && !llvm::is_contained(E.Functions, Base) &&
           leavesFieldsOut(U, T, Name, Body);
  }

  /// A tp_dealloc that frees the instance itself has to release the fields of the base, too.
  static void judgeDealloc(Unit &U, const TypeInfo &T, llvm::DenseSet<const Function *> &Judged,
                           std::vector<Diagnosis> &Found) {
    const Function *Body = T.slot("tp_dealloc").Body;
    bool Derives = T.Base.What == BaseType::InUnit || T.Base.What == BaseType::BuiltIn;
    if (!Body || !Derives || TypeGraph::isCollected(T.Base, U.types()) != Answer::Yes ||
        !Judged.insert(Body).second)
      return;
    const References &Refs = U.types().references();
    Teardown Steps = teardownOf(Refs, Body);
    if (!Steps.Frees || Steps.ChainsToBase || !Steps.Bounded)
      return;
    const Function *Base = T.Base.Type ? U.types().effective(*T.Base.Type, "tp_dealloc").Body : nullptr;
    bool Forgets =
        T.Base.What == BaseType::BuiltIn || (Base && !llvm::is_contained(Refs.of(Body).Functions, Base) &&
                                             leavesFieldsOut(U, T, "tp_dealloc", Body));
    if (Forgets)
      Found.push_back(describe(U, T, "tp_dealloc", Body));
  }

  /// Through the public functions of the base, as PyDict_Clear(self).
  static bool emptiesBuiltIn(const Effects &E) {
    return llvm::any_of(E.Functions, [](const Function *F) {
      return llvm::any_of(F->Calls, [](const Call &C) {
        return Knowledge::get().Collector.EmptiesBuiltIn.contains(calleeName(C.Site));
      });
    });
  }

  /// The function reads fields of a built-in object's struct itself.
  static bool touchesForeignObject(Unit &U, const Effects &E) {
    return llvm::any_of(E.Mentioned, [&](const clang::FieldDecl *F) {
      return !U.scope().contains(F->getLocation()) && F->getParent()->getName() != "_object" &&
             F->getParent()->getName() != "_typeobject" && isReference(F->getType());
    });
  }

  static bool leavesFieldsOut(Unit &U, const TypeInfo &T, llvm::StringRef Name, const Function *Body) {
    for (const TypeInfo *Base = T.Base.Type; Base;
         Base = Base->Base.What == BaseType::InUnit ? Base->Base.Type : nullptr)
      for (const Edge *E : TypeGraph::collectable(*Base)) {
        Answer Touched =
            Name == "tp_traverse" ? U.types().visits(Body, E->Field) : U.types().releases(Body, E->Field);
        if (Touched == Answer::No)
          return true;
      }
    return false;
  }

  static Diagnosis describe(Unit &U, const TypeInfo &T, llvm::StringRef Name, const Function *Body) {
    Diagnosis D;
    D.Where = nameRange(Body->Decl);
    D.Message = "'" + T.Name + "' derives from collected type '" + T.Base.Name + "', but '" +
                displayName(*Body->Decl) + "' does not call the base's " + Name.str() +
                "; fields of the base are not " +
                (Name == "tp_traverse" ? "visited"
                 : Name == "tp_clear"  ? "cleared"
                                       : "released");
    if (T.Base.Type)
      D.Path.push_back(
          {nameRange(T.Base.Type->Definition), "the base '" + T.Base.Name + "' is defined here"});
    D.Path.push_back(
        {D.Where, "end with the base's " + Name.str() + ", called on the base's own type object"});
    if (auto R = callBase(U, T, Name, Body))
      D.Repairs.push_back(std::move(*R));
    return D;
  }

  /// The slot of a built-in type through the type object; a function of this file by its name.
  static std::optional<Repair> callBase(Unit &U, const TypeInfo &T, llvm::StringRef Name,
                                        const Function *Body) {
    bool Traverses = Name == "tp_traverse";
    const clang::FunctionDecl *F = Body->Decl;
    if ((!Traverses && Name != "tp_clear") || F->getNumParams() == 0 || (Traverses && !canUseVisitMacro(F)))
      return std::nullopt;
    std::string Callee, Cast = "PyObject *";
    if (T.Base.What == BaseType::BuiltIn) {
      bool IsPointer = llvm::StringRef(T.Base.Name).starts_with("PyExc_");
      Callee = (IsPointer ? "((PyTypeObject *)" + T.Base.Name + ")->" : T.Base.Name + ".") + Name.str();
    } else {
      const Function *Base = U.types().effective(*T.Base.Type, Name).Body;
      if (!Base || !U.sources().isBeforeInTranslationUnit(Base->Decl->getLocation(), F->getLocation()))
        return std::nullopt;
      Callee = Base->Decl->getNameAsString();
      Cast = Base->Decl->getParamDecl(0)->getType().getAsString();
    }
    std::string Call = Callee + "((" + Cast + ")" + F->getParamDecl(0)->getNameAsString() +
                       (Traverses ? ", visit, arg)" : ")");
    std::string Statement = Traverses ? "{ int stop_ = " + Call + "; if (stop_) return stop_; }" : Call + ";";
    return insertBeforeReturn(F, Statement, "call the base", U.context());
  }

  static bool inheritsNothing(Unit &U, const TypeInfo &T) {
    return T.Flags && !T.has("collected") && bool(T.slot("tp_traverse")) != bool(T.slot("tp_clear")) &&
           TypeGraph::isCollected(T.Base, U.types()) == Answer::Yes;
  }

  static Diagnosis describeFlag(const TypeInfo &T) {
    bool Traverses = bool(T.slot("tp_traverse"));
    Diagnosis D;
    D.Where = nameRange(T.Definition);
    D.Message = "'" + T.Name + "' gives " + (Traverses ? "tp_traverse" : "tp_clear") +
                " alone and not Py_TPFLAGS_HAVE_GC; " + "nothing is inherited from '" + T.Base.Name +
                "' and the collector does not see the instances";
    D.Sureness = Confidence::Certain;
    D.Path.push_back({D.Where, "add Py_TPFLAGS_HAVE_GC and the missing slot, or give neither"});
    return D;
  }

  /// Py_TYPE(self)->tp_base is the type itself when self is of a subclass made in Python.
  static void judgeRecursion(Unit &U, const TypeInfo &T, llvm::StringRef Name, const Function *Body,
                             std::vector<Diagnosis> &Found) {
    if (!T.has("basetype"))
      return;
    const References &Refs = U.types().references();
    for (const IndirectCall &I : Refs.of(Body).Indirect) {
      const auto *Slot = llvm::dyn_cast<clang::MemberExpr>(I.Site->getCallee()->IgnoreParenCasts());
      const auto *Base =
          Slot ? llvm::dyn_cast<clang::MemberExpr>(Slot->getBase()->IgnoreParenCasts()) : nullptr;
      if (I.What != kindOf(Name) || I.In != Body || !Base || Base->getMemberDecl()->getName() != "tp_base")
        continue;
      Origins From = Refs.originsOf(Base->getBase());
      if (From.size() != 1 || From.front().What != Origin::TypeOfObject)
        continue;
      Diagnosis D;
      D.Where = I.Site->getSourceRange();
      D.Message = "calling the base through the type of the object recurses endlessly for subclasses of '" +
                  T.Name + "', whose base is '" + T.Name + "' itself";
      D.Path.push_back({D.Where, "call " + Name.str() +
                                     " of the base type by name, or keep the base in the module's state"});
      Found.push_back(std::move(D));
    }
  }
};

} // namespace

UNGIL_CHECK(TraverseBaseDelegation)

} // namespace ungil
