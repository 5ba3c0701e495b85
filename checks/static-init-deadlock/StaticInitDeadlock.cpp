// Reports a function-local static variable of C++, and a once flag, whose initialiser runs Python code: the
// guard is a lock that an attached thread waits for, and the thread that holds it can be stopped or wait for
// the interpreter.
//
// Does not report constant initialisers, initialisers that only make objects, code of module initialisation,
// once flags that a detached thread waits for, pybind11's gil_safe_call_once_and_store, and units compiled
// without thread-safe statics.
//
// Known holes: initialisers behind function pointers; objects at namespace scope, whose constructors run
// before Python.

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/LockUses.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

bool contains(const Stmt *S, const Stmt *Wanted) {
  return S == Wanted ||
         (S && llvm::any_of(S->children(), [&](const Stmt *Child) { return contains(Child, Wanted); }));
}

/// Function-local variables that are initialised under a guard.
class GuardedStatics : public BodyVisitor {
public:
  std::vector<const VarDecl *> Found;
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitVarDecl(VarDecl *V) override {
    if (V->isStaticLocal() && V->hasInit() && V->getTLSKind() == VarDecl::TLS_None && !V->isConstexpr() &&
        !V->getInit()->isValueDependent() && !V->hasConstantInitialization())
      Found.push_back(V);
    return true;
  }
};

class StaticInitDeadlock : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    PythonRuns Runs(U);
    for (const auto &F : U.index().functions()) {
      if (!U.contexts().of(F.get()).intersects(ManyThreads))
        continue;
      if (U.context().getLangOpts().CPlusPlus && U.context().getLangOpts().ThreadsafeStatics)
        statics(U, Runs, *F, Found);
      for (const Call &C : F->Calls)
        onceFlag(U, Runs, *F, C, Found);
    }
    return Found;
  }

private:
  static void statics(Unit &U, PythonRuns &Runs, const Function &F, std::vector<Diagnosis> &Found) {
    GuardedStatics In;
    In.TraverseStmt(F.Decl->getBody());
    for (const VarDecl *V : In.Found)
      for (const Call &C : F.Calls)
        if (contains(V->getInit(), C.Site) && U.threadStates().at(F, C.Site) != Attachment::Detached)
          if (auto Name = python(U, Runs, C)) {
            Found.push_back(describe(U, F, V->getSourceRange(),
                                     "initialiser of static '" + V->getNameAsString() + "'", C, *Name));
            break;
          }
  }

  /// A callable that a once function runs before it returns.
  static void onceFlag(Unit &U, PythonRuns &Runs, const Function &F, const Call &C,
                       std::vector<Diagnosis> &Found) {
    const FunctionDecl *Direct = calleeOf(C.Site);
    if (!Direct || Direct->getCanonicalDecl() == C.Callee ||
        U.threadStates().at(F, C.Site) == Attachment::Detached)
      return;
    auto Known = Knowledge::get().Callbacks.find(qualifiedName(*Direct));
    if (Known == Knowledge::get().Callbacks.end() ||
        llvm::none_of(Known->second, [](const Callback &Passed) { return Passed.Once.has_value(); }))
      return;
    if (auto Name = python(U, Runs, C))
      Found.push_back(describe(U, F, C.Site->getSourceRange(),
                               "what '" + Direct->getNameAsString() + "' calls", C, *Name));
  }

  /// The function of the API through which the call runs Python code.
  static std::optional<std::string> python(Unit &U, PythonRuns &Runs, const Call &C) {
    if (const Function *Callee = U.index().find(C.Callee)) {
      auto Way = Runs.in(*Callee);
      return Way ? std::optional(Way->Name) : std::nullopt;
    }
    return PythonRuns::byName(*C.Callee) ? std::optional(displayName(*C.Callee)) : std::nullopt;
  }

  static Diagnosis describe(Unit &U, const Function &F, SourceRange Where, const std::string &What,
                            const Call &C, const std::string &Name) {
    Diagnosis D;
    D.Where = Where;
    D.Message = What + " runs Python code while holding the initialisation guard; an attached thread that "
                       "waits for the guard "
                       "can deadlock with it";
    bool Known = U.contexts().of(&F).intersects(
        {Context::Alloc, Context::Reinit, Context::Concurrent, Context::Exclusive});
    D.Sureness = Known ? Confidence::Likely : Confidence::Possible;
    auto Route = U.contexts().routeTo(&F, ManyThreads);
    if (Route.Entry)
      D.Path.push_back(entered(*Route.Entry));
    for (const Call *Down : Route.Calls)
      D.Path.push_back(
          {Down->Site->getSourceRange(), "which calls '" + displayName(*Down->Callee) + "' here"});
    D.Path.push_back({C.Site->getSourceRange(),
                      "'" + Name + "' can run Python code, and be stopped, with the guard held"});
    D.Path.push_back({Where,
                      "detach before waiting for the guard and attach again inside, as pybind11's "
                      "gil_safe_call_once_and_store does, or initialise it in the module's exec function"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(StaticInitDeadlock)

} // namespace ungil
