// Reports functions that leave a path with the thread state other than their own operations promise: a return
// or an exception between detaching and attaching again, attaching or detaching twice, a PyGILState_Ensure()
// whose token is not given back, and a thread state kept in a shared object while it is detached.
//
// Does not report functions whose contract is to change the state (the token is returned, stored, or a member
// of a guard), callees that toggle through PyThreadState **, tokens that are NULL on the path, and paths that
// disagree.
//
// Known holes: exceptions from functions that the unit does not show; tokens that are handed to functions of
// other units.

#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "analysis/StateRepairs.h"
#include "checks/Check.h"

#include "clang/AST/Expr.h"

namespace ungil {
namespace {

using namespace clang;

class UnbalancedThreadState : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &F : U.index().functions())
      for (const StateImbalance &I : U.threadStates().imbalances(*F))
        Found.push_back(describe(U, *F, I));
    llvm::StringMap<std::size_t> Told; // one defect for each place that tokens are kept in
    for (const Call &C : U.index().externalCalls()) {
      auto Kept = sharedToken(U, C);
      if (!Kept)
        continue;
      auto [At, New] = Told.try_emplace(Kept->spelling(), Found.size());
      if (New)
        Found.push_back(describe(U, C, *Kept));
      else
        Found[At->second].Related.push_back({C.Site->getSourceRange(), "and kept there here too"});
    }
    return Found;
  }

private:
  static constexpr ContextSet Racing{Context::Concurrent, Context::Reinit};

  /// What shared place the thread state is kept in that the call returns.
  static std::optional<AccessPath> sharedToken(Unit &U, const Call &C) {
    const StateOperation *Operation = U.threadStates().api().operationOf(C.Callee);
    const ContextSet Entered = U.contexts().of(C.In);
    const bool Method = Entered.intersects(Racing);
    if (!Operation || Operation->What != StateOperation::Detach ||
        !(Method || Entered.contains(Context::Escaped)))
      return std::nullopt;
    const Expr *Target = U.threadStates().keptIn(*C.In, C.Site);
    U.paths().enter(C.In->Decl);
    auto Path = Target ? U.paths().resolve(Target) : std::nullopt;
    if (!Path)
      return std::nullopt;
    AccessPath Kept = Path->byType();
    // Functions of other units' that keep it in an object of Python's are there for the methods of its type.
    if (!(Kept.Kind == AccessPath::Object && (Method || isReachedFromObject(*Path))) &&
        !(Method && (Kept.Kind == AccessPath::Static || Kept.Kind == AccessPath::ModuleState)))
      return std::nullopt;
    if (!U.locks().at(*C.In, C.Site, Method ? Racing : ContextSet(Context::Escaped)).empty() ||
        !U.locks().reaches(*C.In, C.Site))
      return std::nullopt;
    return Kept;
  }

  static bool isReachedFromObject(const AccessPath &Path) {
    const auto *P = Path.Kind == AccessPath::Parameter ? dyn_cast_or_null<VarDecl>(Path.Root) : nullptr;
    return P && P->getType()->isPointerType() &&
           isObjectStruct(P->getType()->getPointeeType()->getAsRecordDecl());
  }

  static Diagnosis describe(Unit &U, const Call &C, const AccessPath &Kept) {
    const Expr *Target = U.threadStates().keptIn(*C.In, C.Site);
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = "the detached thread state is kept in '" + Kept.spelling() +
                "', which another thread can overwrite meanwhile; each then attaches the other's state";
    Contexts::Route Route = U.contexts().routeTo(C.In, Racing);
    if (Route.Entry)
      D.Path.push_back({Route.Entry->Registered,
                        "'" + displayName(*Route.Entry->Target->Decl) + "' is " + roleOf(*Route.Entry) +
                            "; several threads can run it at once, on the same object too"});
    else
      D.Path.push_back(
          {C.In->Decl->getLocation(), "methods in other files can call '" + displayName(*C.In->Decl) +
                                          "', in several threads at once, on the same object too"});
    D.Path.push_back({Target->getSourceRange(),
                      "keep it in a local variable, or hold a lock from here until it is attached again"});
    return D;
  }

  static Diagnosis describe(Unit &U, const Function &F, const StateImbalance &I) {
    Diagnosis D;
    D.Where = I.Where;
    D.Sureness = Confidence::Certain;
    std::string Name = "'" + displayName(*F.Decl) + "'";
    std::string Token = I.Token ? "'" + I.Token->getNameAsString() + "'" : "";
    auto Explain = [&](std::string Before, std::string Advice) {
      D.Path.push_back({I.Before, std::move(Before)});
      D.Path.push_back({I.Where, std::move(Advice)});
    };
    switch (I.What) {
    case StateImbalance::LeftDetached:
      D.Message = (I.Return ? "this return leaves " : "the end of the function leaves ") + Name +
                  " with the thread detached; the caller's next use of Python crashes";
      Explain("the thread detaches here, and its state is only in " + Token,
              "attach again on this path too, with Py_BLOCK_THREADS or PyEval_RestoreThread");
      // Py_BLOCK_THREADS uses the variable that Py_BEGIN_ALLOW_THREADS declares.
      if (auto R = I.Return && I.Token->getLocation().isMacroID() ? attachBefore(I.Return, U.context())
                                                                  : std::nullopt)
        D.Repairs.push_back(std::move(*R));
      break;
    case StateImbalance::ThrownDetached:
      D.Message = "an exception leaves " + Name +
                  " from here with the thread detached; the next use of Python by its caller crashes";
      Explain(
          "the thread detaches here, and its state is only in " + Token,
          "attach again in a handler before throwing on, or detach with a guard that attaches when it dies");
      break;
    case StateImbalance::TokenKept:
      D.Message = (I.Return ? "this return leaves " : "the end of the function leaves ") + Name +
                  " without giving back " + Token +
                  "; the thread stays attached, and a stop-the-world pause waits for it for ever";
      Explain("attached here", "call PyGILState_Release on this path too");
      break;
    case StateImbalance::AttachedTwice:
      D.Message = "the thread is already attached here; attaching again is a fatal error";
      Explain("attached here", "attach once on each path");
      break;
    case StateImbalance::DetachedTwice:
      D.Message = "the thread is already detached here; detaching again is a fatal error";
      Explain("detached here", "detach once on each path");
      break;
    case StateImbalance::RestoredDetached:
      D.Message =
          "the attached thread state is given back here while the thread is detached, which is a fatal error";
      Explain("detached here", "attach again before giving the token back");
      break;
    }
    return D;
  }
};

} // namespace

UNGIL_CHECK(UnbalancedThreadState)

} // namespace ungil
