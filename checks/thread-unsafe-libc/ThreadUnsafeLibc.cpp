// Reports a call of a C library function that keeps state for the whole process (a static result, the locale,
// the environment), in code that several threads can run, and a module that promises to need no GIL although
// it uses a library that only some builds make thread-safe. The global interpreter lock used to serialise
// such calls.
//
// Does not report calls that only module initialisation makes, calls that give a buffer or state of their
// own, calls under one lock, functions that only read while nobody in the unit writes, libraries that the
// module asks how they were built, and Windows, where the C runtime keeps this state per thread.
//
// Known holes: other libraries that call the same function; functions that are called through pointers;
// libraries that knowledge/hidden-state.json does not name.

#include "analysis/BorrowedUses.h"
#include "analysis/Knowledge.h"
#include "analysis/Modules.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

#include "clang/Basic/TargetInfo.h"
#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

using namespace clang;

class ThreadUnsafeLibc : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    if (U.context().getTargetInfo().getTriple().isOSWindows())
      return Found;
    llvm::StringMap<std::vector<Racing>> Groups; // functions of a group share their state
    std::vector<std::pair<const Call *, const HiddenState *>> InOrder;
    for (const Call &C : U.index().externalCalls()) {
      auto Row = Knowledge::get().HiddenStates.find(qualifiedName(*C.Callee));
      if (Row == Knowledge::get().HiddenStates.end() || !isLibrary(U, C) || !usesState(U, C, Row->second))
        continue;
      Groups[Row->second.Group].push_back({&C, &Row->second, U.locks().at(*C.In, C.Site)});
      InOrder.emplace_back(&C, &Row->second);
    }
    for (auto [C, Row] : InOrder)
      if (auto D = judge(U, *C, *Row, Groups[Row->Group]))
        Found.push_back(std::move(*D));
    for (const ModuleDeclaration &M : modulesOf(U))
      if (M.Gil == ModuleDeclaration::NotUsed)
        for (const ConditionalLibrary &L : Knowledge::get().ConditionalLibraries)
          if (const Call *C = unaskedUse(U, L))
            Found.push_back(promised(M, L, *C));
    return Found;
  }

private:
  struct Racing {
    const Call *Site;
    const HiddenState *Row;
    Lockset Held;
  };

  static bool isLibrary(Unit &U, const Call &C) {
    SourceLocation Declared = C.Callee->getLocation();
    return C.Callee->isExternC() && (U.sources().isInSystemHeader(Declared) || !U.scope().contains(Declared));
  }

  static bool usesState(Unit &U, const Call &C, const HiddenState &Row) {
    return U.contexts().of(C.In).intersects(ManyThreads) && U.locks().reaches(*C.In, C.Site) &&
           !isHeldByContract(*C.In->Decl) && !(Row.UnlessGiven && isGiven(U, C, *Row.UnlessGiven)) &&
           !(Row.OnlyIfGiven && !isGiven(U, C, *Row.OnlyIfGiven)) &&
           !(Row.OnlyShared && !isShared(U, C, *Row.OnlyShared));
  }

  static bool isGiven(Unit &U, const Call &C, ArgumentIndex Index) {
    const Expr *E = argumentOf(C.Site, Index);
    return E && !E->IgnoreParenCasts()->isNullPointerConstant(U.context(), Expr::NPC_ValueDependentIsNotNull);
  }

  /// Whether the argument is kept where other threads find it: in a variable with static storage or an
  /// object.
  static bool isShared(Unit &U, const Call &C, ArgumentIndex Index) {
    const Expr *E = argumentOf(C.Site, Index);
    U.paths().enter(C.In->Decl);
    auto Path = E ? U.paths().resolve(E) : std::nullopt;
    return Path && sharedLocation(*Path, U.index());
  }

  /// The state is safe when each call of its functions holds the same lock, or when nobody changes it.
  static std::optional<Diagnosis> judge(Unit &U, const Call &C, const HiddenState &Row,
                                        const std::vector<Racing> &Group) {
    Lockset Held = U.locks().at(*C.In, C.Site);
    const Racing *Other = nullptr;
    for (const Racing &R : Group)
      if (!Held.empty() && !R.Held.empty() && !commonLock(Held, R.Held))
        Other = &R;
    if (!Held.empty() && !Other)
      return std::nullopt;
    bool Changed = llvm::any_of(Group, [](const Racing &R) { return !R.Row->Reads; });
    return describe(U, C, Row, Row.Reads && !Changed ? Confidence::Possible : Row.Sureness, Other);
  }

  static Diagnosis describe(Unit &U, const Call &C, const HiddenState &Row, Confidence Sureness,
                            const Racing *Other) {
    std::string Name = C.Callee->getNameAsString();
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = "'" + Name + "' uses state that all threads of the process share; use " +
                quoted(Row.Replacement) + " or one lock";
    D.Sureness = Sureness;
    D.Path = routeTo(C.In, ManyThreads, U.contexts());
    if (Other)
      D.Related.push_back(
          {Other->Site->Site->getSourceRange(), "the same state is used under another lock here"});
    D.Path.push_back({C.Site->getSourceRange(), "two threads in '" + Name +
                                                    "' overwrite each other's result; nothing else "
                                                    "serialises the calls once the GIL is gone"});
    if (auto Fix = Row.TakesBuffer ? withBuffer(U, C, Row) : std::nullopt)
      D.Repairs.push_back(std::move(*Fix));
    return D;
  }

  /// A use of the library outside of any lock, when nothing in the unit asks how the library was built.
  static const Call *unaskedUse(Unit &U, const ConditionalLibrary &L) {
    if (llvm::any_of(L.Macros, [&](const auto &M) { return U.macros().Asked.contains(M.getKey()); }))
      return nullptr;
    const Call *Use = nullptr;
    for (const Call &C : U.index().externalCalls()) {
      if (!isLibrary(U, C) || !L.Functions.contains(C.Callee->getName()))
        continue;
      if (L.Tests.contains(C.Callee->getName()))
        return nullptr;
      if (!Use && U.contexts().of(C.In).intersects(ManyThreads) && U.locks().at(*C.In, C.Site).empty())
        Use = &C;
    }
    return Use;
  }

  static Diagnosis promised(const ModuleDeclaration &M, const ConditionalLibrary &L, const Call &Use) {
    Diagnosis D;
    D.Where = M.Declared.isValid() ? M.Declared : M.Where;
    D.Message = "module '" + M.Name + "' declares that it needs no GIL, but " + L.Name +
                " is thread-safe in some of its builds only, and nothing asks how it was built";
    D.Path.push_back({Use.Site->getSourceRange(), L.Name + " is used here by several threads at once"});
    D.Path.push_back({D.Where, L.Advice});
    return D;
  }

  static std::string quoted(const std::string &Replacement) {
    return Replacement.find(' ') == std::string::npos ? "'" + Replacement + "'" : Replacement;
  }

  /// `struct tm *t = gmtime(&x);` gets a buffer beside it, when the result does not outlive the function.
  static std::optional<Repair> withBuffer(Unit &U, const Call &C, const HiddenState &Row) {
    PythonCalls Python(U.index());
    BorrowedUses Uses(*C.In, Python);
    const auto *Site = dyn_cast<CallExpr>(C.Site);
    const VarDecl *V = Site ? Uses.assignedTo(Site) : nullptr;
    if (!V || V->getInit() != Site || Site->getBeginLoc().isMacroID() || V->getBeginLoc().isMacroID())
      return std::nullopt;
    const auto *Statement = dyn_cast_or_null<DeclStmt>(Uses.parents().getParent(Site));
    if (!Statement || !Statement->isSingleDecl() || Uses.ofVariable(V, Site).What > BorrowedUse::AfterPython)
      return std::nullopt;
    std::string Buffer = V->getNameAsString() + "_buffer";
    std::string Indent = Lexer::getIndentationForLine(Statement->getBeginLoc(), U.sources()).str();
    return Repair{
        "give the result a buffer of its own",
        {FixItHint::CreateInsertion(Statement->getBeginLoc(), "struct tm " + Buffer + ";\n" + Indent),
         FixItHint::CreateReplacement(Site->getCallee()->getSourceRange(), Row.Replacement),
         FixItHint::CreateInsertion(Site->getRParenLoc(), ", &" + Buffer)}};
  }
};

} // namespace

UNGIL_CHECK(ThreadUnsafeLibc)

} // namespace ungil
