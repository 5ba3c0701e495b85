// Reports PyGILState_Ensure() in modules that declare support for several interpreters: it attaches the
// thread to the main interpreter, whichever the objects at hand belong to, and hangs while the interpreter
// shuts down.
//
// Does not report modules that declare no such support, guards of binding libraries, and functions that
// attach to an interpreter that they are given.
//
// Known holes: the declaration in another unit; modules made by binding libraries.

#include "analysis/Names.h"
#include "checks/Check.h"

#include "clang/AST/Expr.h"

namespace ungil {
namespace {

using namespace clang;

class GilstateSubinterpreter : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    const InitListExpr *Declared = declaration(U);
    if (!Declared)
      return Found;
    for (const Call &C : U.index().externalCalls())
      if (const StateOperation *Operation = U.threadStates().api().operationOf(C.Callee);
          Operation && Operation->What == StateOperation::Ensure && Operation->MainInterpreter)
        Found.push_back(describe(C, *Declared));
    return Found;
  }

private:
  /// The slot that declares support, in the module definition of the unit.
  static const InitListExpr *declaration(Unit &U) {
    for (const VarDecl *V : U.index().initialised()) {
      const auto *Slots = dyn_cast<InitListExpr>(V->getInit()->IgnoreImplicit());
      if (!Slots || typeName(U.context().getBaseElementType(V->getType())) != "PyModuleDef_Slot")
        continue;
      for (const Expr *E : Slots->inits())
        if (const auto *Slot = dyn_cast<InitListExpr>(E); Slot && declares(Slot, U.context()))
          return Slot;
    }
    return nullptr;
  }

  static bool declares(const InitListExpr *Slot, ASTContext &Context) {
    const std::vector<std::string> &Names = Knowledge::get().ModuleSlotNames;
    Expr::EvalResult Id;
    if (Slot->getNumInits() < 2 || !Slot->getInit(0)->EvaluateAsInt(Id, Context))
      return false;
    std::uint64_t Number = Id.Val.getInt().getZExtValue();
    if (Number >= Names.size() || Names[Number] != "Py_mod_multiple_interpreters")
      return false;
    // Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED is 0, as a pointer.
    Expr::EvalResult Value;
    return Slot->getInit(1)->IgnoreParenCasts()->EvaluateAsInt(Value, Context) && Value.Val.getInt() != 0;
  }

  static Diagnosis describe(const Call &C, const InitListExpr &Declared) {
    std::string Name = "'" + displayName(*C.Callee) + "'";
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = Name +
                " attaches to the main interpreter, but this module says that it serves several; objects of "
                "another interpreter are then used in the wrong one";
    D.Path.push_back(
        {Declared.getSourceRange(), "the module declares here that it supports several interpreters"});
    D.Path.push_back({C.Site->getSourceRange(),
                      "keep the interpreter with the callback, and attach to that: "
                      "PyThreadState_EnsureFromView() (Python 3.15), or PyThreadState_New() "
                      "and PyEval_AcquireThread()"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(GilstateSubinterpreter)

} // namespace ungil
