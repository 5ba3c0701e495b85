// Reports waits for another thread (join, condition variables, futures, semaphores, barriers) while the
// thread is attached. A stop-the-world pause must wait for it, and if the other thread needs to attach, both
// wait for ever.
//
// Does not report detached waits, waits with a timeout of 0, waits in module initialisation and finalisation,
// functions that are entered in a state that is not known, and joins of threads that the same function starts
// when their bodies never attach.
//
// Known holes: waits in other translation units; blocking input and output; spin loops.

#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "analysis/StateRepairs.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

class BlockingWhileAttached : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const Call &C : U.index().externalCalls())
      if (waits(U, C) && U.threadStates().at(*C.In, C.Site) == Attachment::Attached &&
          !startsPureThreads(U, *C.In))
        if (auto D = describe(U, C))
          Found.push_back(std::move(*D));
    return Found;
  }

private:
  static bool waits(Unit &U, const Call &C) {
    auto Known = Knowledge::get().Waits.find(qualifiedName(*C.Callee));
    if (Known == Knowledge::get().Waits.end() || !U.locks().reaches(*C.In, C.Site))
      return false;
    const Expr *Timeout = Known->second ? argumentOf(C.Site, *Known->second) : nullptr;
    Expr::EvalResult Value;
    return !Timeout || !Timeout->EvaluateAsInt(Value, U.context()) || Value.Val.getInt() != 0;
  }

  /// Whether the function starts threads, none of which ever touches the thread state.
  static bool startsPureThreads(Unit &U, const Function &F) {
    bool Starts = false;
    for (const EntryPoint &Point : U.entryPoints().all()) {
      if (Point.Where != Context::Detached || !isIn(U, Point.Registered, F))
        continue;
      Starts = true;
      if (U.threadStates().changesState(*Point.Target))
        return false;
    }
    return Starts;
  }

  static bool isIn(const Unit &U, SourceLocation Loc, const Function &F) {
    SourceRange Body = F.Decl->getBody()->getSourceRange();
    const SourceManager &SM = U.sources();
    Loc = SM.getExpansionLoc(Loc);
    return !SM.isBeforeInTranslationUnit(Loc, Body.getBegin()) &&
           !SM.isBeforeInTranslationUnit(Body.getEnd(), Loc);
  }

  static std::optional<Diagnosis> describe(Unit &U, const Call &C) {
    constexpr ContextSet Running{Context::Alloc, Context::Reinit, Context::Concurrent, Context::Exclusive};
    Contexts::Route Route = U.contexts().routeTo(C.In, Running);
    if (!Route.Entry)
      return std::nullopt;
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = "'" + displayName(*C.Callee) +
                "' waits for another thread while this one is attached; a stop-the-world pause "
                "must wait for it, and the two deadlock if the other thread needs to attach";
    D.Path.push_back({Route.Entry->Registered, "'" + displayName(*Route.Entry->Target->Decl) + "' is " +
                                                   roleOf(*Route.Entry) +
                                                   "; the interpreter calls it attached"});
    for (const Call *Step : Route.Calls)
      D.Path.push_back(
          {Step->Site->getSourceRange(), "which calls '" + displayName(*Step->Callee) + "' here"});
    D.Path.push_back({C.Site->getSourceRange(),
                      "detach around it: Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS, or a "
                      "gil_scoped_release in a block of its own"});
    if (auto R = detachAround(C.Site, U.context()))
      D.Repairs.push_back(std::move(*R));
    return D;
  }
};

} // namespace

UNGIL_CHECK(BlockingWhileAttached)

} // namespace ungil
