// Reports a module that does not say whether it needs the GIL: no Py_mod_gil slot, no
// PyUnstable_Module_SetGIL, no py::mod_gil_not_used(). Importing it turns the GIL on again for the whole
// process.
//
// Does not report modules that declare either answer, definitions in units without the module's PyInit
// function, and definitions whose slots cannot be read.
//
// Known holes: nanobind modules (NB_FREE_THREADED is a matter of the build); a declaration in another unit.

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "checks/Check.h"

#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

using namespace clang;

struct References : BodyVisitor {
  llvm::DenseSet<const ValueDecl *> Named;
  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    Named.insert(R->getDecl());
    return true;
  }
};

class MissingGilDeclaration : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    References InInit;
    for (const EntryPoint &P : U.entryPoints().all()) {
      if (P.Where != Context::Init)
        continue;
      if (Knowledge::get().InitMacros.contains(P.Role)) {
        bindingModule(U, P, Found);
        continue;
      }
      if (llvm::any_of(Knowledge::get().InitPrefixes, [&](const std::string &Prefix) {
            return llvm::StringRef(P.Role).starts_with(Prefix);
          }))
        collect(U, P.Target, InInit, 0);
    }
    bool DeclaredByCall = llvm::any_of(U.index().externalCalls(), [](const Call &C) {
      return calls(C.Site, Knowledge::get().GilDeclarations);
    });
    if (DeclaredByCall)
      return Found;
    for (const VarDecl *V : U.index().statics())
      if (InInit.Named.contains(V) && typeName(V->getType()) == "PyModuleDef" &&
          !V->getType()->isPointerType())
        if (auto D = judge(U, V))
          Found.push_back(std::move(*D));
    return Found;
  }

private:
  /// What the PyInit function names, and the functions of the project that it calls.
  static void collect(Unit &U, const Function *F, References &Into, unsigned Depth) {
    if (Depth > 3)
      return;
    Into.TraverseStmt(F->Decl->getBody());
    for (const Call &C : F->Calls)
      if (const Function *Callee = U.index().find(C.Callee))
        collect(U, Callee, Into, Depth + 1);
  }

  static const Expr *member(const InitListExpr *L, llvm::StringRef Name) {
    unsigned Position = 0;
    for (const FieldDecl *Field : L->getType()->getAsRecordDecl()->fields()) {
      if (Field->getName() == Name)
        return Position < L->getNumInits() ? L->getInit(Position) : nullptr;
      ++Position;
    }
    return nullptr;
  }

  static const InitListExpr *initialiser(const Expr *E) {
    const auto *L = E ? dyn_cast<InitListExpr>(E->IgnoreImplicit()) : nullptr;
    return L && !L->isSemanticForm() && L->getSemanticForm() ? L->getSemanticForm() : L;
  }

  static std::optional<Diagnosis> judge(Unit &U, const VarDecl *Definition) {
    const InitListExpr *L = initialiser(Definition->getInit());
    if (!L)
      return std::nullopt;
    const Expr *Slots = member(L, "m_slots");
    const VarDecl *Array = variableOf(Slots);
    bool None =
        !Slots || isa<ImplicitValueInitExpr>(Slots) ||
        Slots->IgnoreParenCasts()->isNullPointerConstant(U.context(), Expr::NPC_ValueDependentIsNotNull);
    if (!None && (!Array || !initialiser(Array->getInit()) || declares(U, initialiser(Array->getInit()))))
      return std::nullopt;
    Diagnosis D;
    D.Where = Definition->getLocation();
    D.Message = "module '" + nameOf(L, Definition) +
                "' does not declare whether it needs the GIL; importing it turns the GIL on "
                "again for the whole process";
    D.Sureness = Confidence::Certain;
    SourceLocation Where = Array ? Array->getLocation() : creation(U, Definition);
    D.Path.push_back(
        {Where,
         Array
             ? "once the other findings are dealt with, add {Py_mod_gil, Py_MOD_GIL_NOT_USED} to the slots, "
               "under #ifdef Py_mod_gil"
             : "once the other findings are dealt with, call PyUnstable_Module_SetGIL(module, "
               "Py_MOD_GIL_NOT_USED) after PyModule_Create, under #ifdef Py_GIL_DISABLED"});
    return D;
  }

  /// Where the module is made from its definition.
  static SourceLocation creation(Unit &U, const VarDecl *Definition) {
    for (const Call &C : U.index().externalCalls()) {
      const Expr *Argument = argumentOf(C.Site, 0);
      const auto *A = Argument ? dyn_cast<UnaryOperator>(Argument->IgnoreParenCasts()) : nullptr;
      if (A && variableOf(A->getSubExpr()) == Definition)
        return C.Site->getBeginLoc();
    }
    return Definition->getLocation();
  }

  static bool declares(Unit &U, const InitListExpr *Slots) {
    for (const Expr *Element : Slots->inits()) {
      const InitListExpr *Slot = initialiser(Element);
      Expr::EvalResult Id;
      if (!Slot || Slot->getNumInits() < 1 || !Slot->getInit(0)->EvaluateAsInt(Id, U.context()))
        continue;
      std::uint64_t Number = Id.Val.getInt().getZExtValue();
      if (Number < Knowledge::get().ModuleSlotNames.size() &&
          Knowledge::get().ModuleSlotNames[Number] == "Py_mod_gil")
        return true;
    }
    return false;
  }

  static std::string nameOf(const InitListExpr *L, const VarDecl *Definition) {
    const Expr *Name = member(L, "m_name");
    const auto *Text = Name ? dyn_cast<StringLiteral>(Name->IgnoreParenCasts()) : nullptr;
    return Text ? Text->getString().str() : Definition->getNameAsString();
  }

  static void bindingModule(Unit &U, const EntryPoint &P, std::vector<Diagnosis> &Found) {
    SourceLocation Where = U.sources().getExpansionLoc(P.Target->Decl->getLocation());
    if (P.Role != "PYBIND11_MODULE" ||
        llvm::any_of(Found, [&](const Diagnosis &D) { return D.Where.getBegin() == Where; }))
      return;
    llvm::StringRef Text = Lexer::getSourceText(U.sources().getExpansionRange(P.Target->Decl->getLocation()),
                                                U.sources(), U.context().getLangOpts());
    if (!Text.starts_with("PYBIND11_MODULE") || Text.contains("mod_gil_"))
      return;
    Diagnosis D;
    D.Where = Where;
    D.Message = "module '" + Text.split('(').second.split(',').first.trim().str() +
                "' does not declare whether it needs the GIL; importing it turns the GIL on again for the "
                "whole process";
    D.Sureness = Confidence::Certain;
    D.Path.push_back({Where, "once the other findings are dealt with, give PYBIND11_MODULE a last argument "
                             "py::mod_gil_not_used() "
                             "(pybind11 2.13)"});
    Found.push_back(std::move(D));
  }
};

} // namespace

UNGIL_CHECK(MissingGilDeclaration)

} // namespace ungil
