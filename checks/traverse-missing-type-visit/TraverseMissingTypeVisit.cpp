// Reports the tp_traverse of a heap type that does not visit the instance's type: since Python 3.9 every
// instance of a heap type owns a reference to it, so a class whose instances are in a cycle with it is never
// freed. Also a heap type that inherits the tp_traverse of a built-in type.
//
// Does not report static types, types whose instances are made immortal, traversals that visit the type
// through a helper or through the tp_traverse of a base in the unit that does, and traversals that hand the
// object to a base or a function that is not seen.
//
// A base out of another module's C API is taken to be a static type, which does not visit the type of the
// object.
//
// Known holes: any other base that another unit defines or that is chosen at run time is taken to visit the
// type.
#include "analysis/EdgeNotes.h"
#include "analysis/Immortals.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/TypeDiscovery.h"
#include "checks/Check.h"

#include "clang/AST/Expr.h"

namespace ungil {
namespace {

class TraverseMissingTypeVisit : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    llvm::DenseSet<const Function *> Judged;
    for (const auto &T : U.types().types()) {
      if (inheritsFromStatic(U, *T))
        Found.push_back(describeInherited(*T));
      const Function *Traverse = T->slot("tp_traverse").Body;
      if (!T->Heap || !Traverse || U.types().isCollected(*T) != Answer::Yes ||
          !Judged.insert(Traverse).second)
        continue;
      const Effects &E = U.types().references().of(Traverse);
      if (!E.visitsType() && !delegatesToUnknown(U, E) && !hasImmortalInstances(U, *T))
        Found.push_back(describe(U, *T, Traverse));
    }
    return Found;
  }

private:
  /// Flag and functions of a built-in type, none of which visits the type of the object.
  static bool inheritsFromStatic(Unit &U, const TypeInfo &T) {
    return T.Heap && T.Base.What == BaseType::BuiltIn && !T.slot("tp_traverse") && !T.slot("tp_clear") &&
           U.types().isCollected(T) == Answer::Yes;
  }

  /// Without fields of its own, and more so when its attributes cannot be set, a type is rarely in a cycle
  /// with an instance.
  static Diagnosis describeInherited(const TypeInfo &T) {
    Diagnosis D;
    D.Where = nameRange(T.Definition);
    D.Message = "heap type '" + T.Name + "' inherits tp_traverse from '" + T.Base.Name +
                "', which does not visit the type of the instance; the type is never freed";
    D.Sureness = T.has("immutable") || T.Edges.empty() ? Confidence::Possible : Confidence::Likely;
    D.Path.push_back(
        {D.Where, "add a tp_traverse that visits Py_TYPE(self) and calls the base's, and a tp_clear"});
    return D;
  }

  /// Static types, all of the built-in ones too, have a tp_traverse that leaves the type of the object out.
  static bool delegatesToUnknown(Unit &U, const Effects &E) {
    return llvm::any_of(E.Indirect, [&](const IndirectCall &I) {
      return I.What == IndirectCall::Opaque ||
             (I.What == IndirectCall::Traverse && !isOfStaticType(U, I.Site->getCallee(), 0));
    });
  }

  /// The expression is a slot of a static type, by name or kept in a variable.
  static bool isOfStaticType(Unit &U, const clang::Expr *Slot, unsigned Depth) {
    constexpr unsigned MaxDepth = 3;
    const References &Refs = U.types().references();
    Slot = Slot->IgnoreParenCasts();
    auto Follow = [&](const clang::Expr *Value) { return isOfStaticType(U, Value, Depth + 1); };
    if (Depth > MaxDepth)
      return false;
    if (const auto *C = llvm::dyn_cast<clang::CallExpr>(Slot)) {
      bool Gets = Knowledge::get().Collector.SlotGetters.contains(calleeName(C)) && C->getNumArgs() > 0;
      return Gets && U.types().typeNamedBy(C->getArg(0)).What == BaseType::BuiltIn;
    }
    if (const auto *M = llvm::dyn_cast<clang::MemberExpr>(Slot)) {
      const clang::VarDecl *Type = variableNamedBy(M->getBase());
      if (Type && typeName(Type->getType()) == "_typeobject" && Type->getType()->isRecordType())
        return true;
      if (isOfForeignApi(U, M->getBase(), 0))
        return true;
      const auto *Field = llvm::dyn_cast<clang::FieldDecl>(M->getMemberDecl());
      return Field && llvm::any_of(Refs.on(Field), [&](const ReferenceOp &Op) {
               return Op.What == ReferenceOp::Store && Follow(Op.Value);
             });
    }
    const clang::VarDecl *V = variableNamedBy(Slot);
    return V && llvm::any_of(Refs.valuesOf(V), Follow);
  }

  /// A pointer out of the C API that another module offers in a capsule: api->Base. The types that modules
  /// offer in this way are static ones.
  static bool isOfForeignApi(Unit &U, const clang::Expr *E, unsigned Depth) {
    constexpr unsigned MaxDepth = 6;
    const References &Refs = U.types().references();
    auto Follow = [&](const clang::Expr *Value) { return isOfForeignApi(U, Value, Depth + 1); };
    E = E->IgnoreParenCasts();
    if (Depth > MaxDepth)
      return false;
    if (const auto *C = llvm::dyn_cast<clang::CallExpr>(E)) {
      const Function *F = U.index().find(calleeOf(C));
      return Knowledge::get().Sharing.CapsuleReads.contains(calleeName(C)) ||
             (F && llvm::any_of(Refs.returnsOf(F), Follow));
    }
    if (const auto *M = llvm::dyn_cast<clang::MemberExpr>(E)) {
      const auto *Field = llvm::dyn_cast<clang::FieldDecl>(M->getMemberDecl());
      bool Stored = Field && llvm::any_of(Refs.on(Field), [&](const ReferenceOp &Op) {
                      return Op.What == ReferenceOp::Store && Follow(Op.Value);
                    });
      return Stored || Follow(M->getBase());
    }
    const clang::VarDecl *V = variableNamedBy(E);
    return V && (llvm::any_of(Refs.valuesOf(V), Follow) ||
                 (V->getInit() && V->hasGlobalStorage() && Follow(V->getInit())));
  }

  static Diagnosis describe(Unit &U, const TypeInfo &T, const Function *Traverse) {
    Diagnosis D;
    D.Where = nameRange(Traverse->Decl);
    D.Message = "instances of heap type '" + T.Name + "' own a reference to their type, but '" +
                displayName(*Traverse->Decl) + "' does not visit it; the type is never freed";
    bool Delegates = llvm::any_of(U.types().references().of(Traverse).Indirect,
                                  [](const IndirectCall &I) { return I.What == IndirectCall::Traverse; });
    D.Sureness = Delegates ? Confidence::Likely : Confidence::Certain;
    D.Path.push_back(heapTypeNote(T));
    D.Path.push_back({D.Where, "add Py_VISIT(Py_TYPE(self)) (Python 3.9 and later)"});
    if (!canUseVisitMacro(Traverse->Decl))
      return D;
    std::string Visit = "Py_VISIT(Py_TYPE(" + Traverse->Decl->getParamDecl(0)->getNameAsString() + "));";
    if (auto R = insertFirst(Traverse->Decl, Visit, "visit the type of the instance", U.context()))
      D.Repairs.push_back(std::move(*R));
    return D;
  }
};

} // namespace

UNGIL_CHECK(TraverseMissingTypeVisit)

} // namespace ungil
