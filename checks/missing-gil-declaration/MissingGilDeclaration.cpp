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
#include "analysis/NullTests.h"
#include "analysis/StrongReferences.h"
#include "checks/Check.h"

#include "clang/AST/ParentMap.h"
#include "clang/Lex/Lexer.h"

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
    if (auto Fix = repair(U, M))
      D.Repairs.push_back(std::move(*Fix));
    return D;
  }

  static std::optional<Repair> repair(Unit &U, const ModuleDeclaration &M) {
    switch (M.How) {
    case ModuleDeclaration::Slots:
      return M.End.isValid() && M.End.isFileID() ? std::optional(addSlot(U, M.End)) : std::nullopt;
    case ModuleDeclaration::Call:
      return M.Creation ? addCall(U, *M.Creation) : std::nullopt;
    case ModuleDeclaration::Binding:
      break;
    }
    return addTag(U, M);
  }

  static Repair promise(FixItHint Hint) {
    return {"declare that the module does not need the GIL", {std::move(Hint)}, /*Promise=*/true};
  }

  /// py::mod_gil_not_used() as last argument of the macro, where the library has it.
  static std::optional<Repair> addTag(Unit &U, const ModuleDeclaration &M) {
    auto Tag = Knowledge::get().GilTags.find(M.Macro);
    if (Tag == Knowledge::get().GilTags.end() || !isDeclared(U.context(), Tag->second))
      return std::nullopt;
    return promise(FixItHint::CreateInsertion(M.End, ", " + Tag->second + "()"));
  }

  /// Behind the call that makes the module and the test whether it could.
  static std::optional<Repair> addCall(Unit &U, const Call &Creation) {
    ParentMap Parents(Creation.In->Decl->getBody());
    const Stmt *S = Creation.Site, *Up = Parents.getParent(S);
    const VarDecl *Module = nullptr;
    while (Up && !isa<CompoundStmt>(Up)) {
      if (const auto *B = dyn_cast<BinaryOperator>(Up); B && B->getOpcode() == BO_Assign)
        Module = variableOf(B->getLHS());
      else if (const auto *D = dyn_cast<DeclStmt>(Up); D && D->isSingleDecl())
        Module = dyn_cast<VarDecl>(D->getSingleDecl());
      S = Up;
      Up = Parents.getParent(Up);
    }
    if (!Up || S->getBeginLoc().isMacroID())
      return std::nullopt;
    if (isa<ReturnStmt>(S))
      return makeAndDeclare(U, S, Creation);
    bool Plain = isa<DeclStmt>(S) || isa<BinaryOperator>(S);
    auto IsModule = [&](const Expr *E) { return namesOrSets(E, Module); };
    if (!Module || (!Plain && !leavesIfNull(S, IsModule)))
      return std::nullopt;
    const auto *Block = cast<CompoundStmt>(Up);
    const Stmt *Next = *std::next(llvm::find(Block->body(), S));
    bool Tested = !Plain;
    if (Plain && Next && leavesIfNull(Next, IsModule)) {
      S = Next;
      Tested = true;
    }
    auto End = endOf(U, S);
    if (!End)
      return std::nullopt;
    std::string Indent = indentOf(U, S), Name = Module->getNameAsString();
    return promise(FixItHint::CreateInsertion(*End, declaration(Indent, Name, Tested)));
  }

  static std::string declaration(const std::string &Indent, const std::string &Module, bool Tested) {
    return "\n#ifdef Py_GIL_DISABLED\n" + Indent + (Tested ? "" : "if (" + Module + ")\n" + Indent + "    ") +
           Knowledge::get().GilDeclarations.begin()->getKey().str() + "(" + Module +
           ", Py_MOD_GIL_NOT_USED);\n#endif";
  }

  /// return PyModule_Create(&definition);
  static std::optional<Repair> makeAndDeclare(Unit &U, const Stmt *Return, const Call &Creation) {
    const Expr *Value = cast<ReturnStmt>(Return)->getRetValue();
    auto End = endOf(U, Return);
    if (!End || Value->IgnoreParenCasts() != Creation.Site)
      return std::nullopt;
    std::string Indent = indentOf(U, Return);
    Repair R = promise(FixItHint::CreateInsertion(*End, declaration(Indent, "module", /*Tested=*/false) +
                                                            "\n" + Indent + "return module;"));
    R.Hints.push_back(FixItHint::CreateReplacement(SourceRange(Return->getBeginLoc()), "PyObject *module ="));
    return R;
  }

  static bool namesOrSets(const Expr *E, const VarDecl *V) {
    const auto *B = dyn_cast<BinaryOperator>(E->IgnoreParenCasts());
    return variableOf(B && B->getOpcode() == BO_Assign ? B->getLHS() : E) == V;
  }

  static std::string indentOf(Unit &U, const Stmt *S) {
    return Lexer::getIndentationForLine(S->getBeginLoc(), U.sources()).str();
  }

  /// Behind the semicolon or the brace that ends the statement.
  static std::optional<SourceLocation> endOf(Unit &U, const Stmt *S) {
    const SourceManager &SM = U.sources();
    if (const auto *If = dyn_cast<IfStmt>(S))
      S = If->getThen();
    SourceLocation Last = SM.getExpansionRange(S->getEndLoc()).getEnd();
    SourceLocation End = isa<CompoundStmt>(S) || isa<DeclStmt>(S)
                             ? Lexer::getLocForEndOfToken(Last, 0, SM, U.context().getLangOpts())
                             : Lexer::findLocationAfterToken(Last, tok::semi, SM, U.context().getLangOpts(),
                                                             /*SkipTrailingWhitespaceAndNewLine=*/false);
    return End.isValid() ? std::optional(End) : std::nullopt;
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
    return promise(OwnLine ? FixItHint::CreateInsertion(LineBegin, Slot)
                           : FixItHint::CreateInsertion(End, "\n" + Slot + Indent));
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
