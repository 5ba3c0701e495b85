// Reports a module that does not say whether it needs the GIL: no Py_mod_gil slot, no
// PyUnstable_Module_SetGIL, no py::mod_gil_not_used(). Importing it turns the GIL on again for the whole
// process. Also a call of PyUnstable_Module_SetGIL that builds with the GIL compile too, whose headers do not
// declare it.
//
// Does not report modules that declare either answer, definitions in units without the module's PyInit
// function, definitions whose slots cannot be read, and units whose headers have no means to declare it.
//
// Known holes: nanobind modules (NB_FREE_THREADED is a matter of the build); a declaration in another unit.

#include "analysis/Knowledge.h"
#include "analysis/Modules.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

class MissingGilDeclaration : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const ModuleDeclaration &M : modulesOf(U))
      if (M.Gil == ModuleDeclaration::Silent &&
          (M.How == ModuleDeclaration::Binding || U.macros().HasGilSlot))
        Found.push_back(describe(U, M));
    for (const Call &C : U.index().externalCalls())
      if (calls(C.Site, Knowledge::get().GilDeclarations) && !isConditional(U, C.Site->getBeginLoc()))
        Found.push_back(unconditional(C));
    return Found;
  }

private:
  static bool isConditional(Unit &U, SourceLocation Loc) {
    const SourceManager &SM = U.sources();
    Loc = SM.getExpansionLoc(Loc);
    return llvm::any_of(U.macros().GilSwitches, [&](SourceRange R) {
      return SM.isWrittenInSameFile(R.getBegin(), Loc) && SM.isBeforeInTranslationUnit(R.getBegin(), Loc) &&
             SM.isBeforeInTranslationUnit(Loc, R.getEnd());
    });
  }

  static Diagnosis unconditional(const Call &C) {
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = "'" + C.Callee->getNameAsString() +
                "' is not declared by the headers of builds with the GIL, which compile this call too";
    D.Path.push_back({C.Site->getSourceRange(), "put the call under #ifdef Py_GIL_DISABLED"});
    return D;
  }

  static Diagnosis describe(Unit &U, const ModuleDeclaration &M) {
    Diagnosis D;
    D.Where = M.Where;
    D.Message = "module '" + M.Name +
                "' does not declare whether it needs the GIL; importing it turns the GIL on again for the "
                "whole process";
    D.Sureness = Confidence::Certain;
    D.Path.push_back({M.Remedy, "once the other findings are dealt with, " + advice(M)});
    if (M.End.isValid() && M.End.isFileID())
      D.Repairs.push_back(addSlot(U, M.End));
    return D;
  }

  /// A slot of its own lines, before the one that ends the table.
  static Repair addSlot(Unit &U, SourceLocation End) {
    const SourceManager &SM = U.sources();
    unsigned Column = SM.getSpellingColumnNumber(End) - 1;
    SourceLocation LineBegin = End.getLocWithOffset(-int(Column));
    llvm::StringRef Before(SM.getCharacterData(LineBegin), Column);
    bool OwnLine = Before.trim().empty();
    std::string Indent = OwnLine ? Before.str() : "    ";
    std::string Slot = "#ifdef Py_mod_gil\n" + Indent + "{Py_mod_gil, Py_MOD_GIL_NOT_USED},\n#endif\n";
    return {"declare that the module does not need the GIL",
            {OwnLine ? FixItHint::CreateInsertion(LineBegin, Slot)
                     : FixItHint::CreateInsertion(End, "\n" + Slot + Indent)},
            /*Promise=*/true};
  }

  static std::string advice(const ModuleDeclaration &M) {
    switch (M.How) {
    case ModuleDeclaration::Slots:
      return "add {Py_mod_gil, Py_MOD_GIL_NOT_USED} to the slots, under #ifdef Py_mod_gil";
    case ModuleDeclaration::Call:
      return "call PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED) after PyModule_Create, under #ifdef "
             "Py_GIL_DISABLED";
    case ModuleDeclaration::Binding:
      break;
    }
    return "give PYBIND11_MODULE a last argument py::mod_gil_not_used() (pybind11 2.13)";
  }
};

} // namespace

UNGIL_CHECK(MissingGilDeclaration)

} // namespace ungil
