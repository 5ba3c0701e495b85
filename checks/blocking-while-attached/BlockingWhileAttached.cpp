// Reports waits for another thread (join, condition variables, futures, semaphores, barriers) while the
// thread is attached. A stop-the-world pause must wait for it, and if the other thread needs to attach, both
// wait for ever. Objects wait too where they die: a std::jthread, the future of a std::async, and objects of
// the project's classes whose destructors wait; and so does the thread that starts an OpenMP region, at its
// end, for threads that attach inside.
//
// Does not report detached waits, waits with a timeout of 0, waits in module initialisation and finalisation,
// functions that are entered in a state that is not known, and joins of threads that the same function starts
// when their bodies never attach.
//
// Known holes: waits in other translation units; blocking input and output; spin loops; members and
// containers of objects that wait when they die, unless a destructor of the project's says so.

#include "analysis/BodyVisitor.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "analysis/StateExpressions.h"
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
    for (const auto &F : U.index().functions())
      for (const OMPExecutableDirective *Region : F->ParallelRegions)
        if (auto D = describeRegion(U, *F, Region))
          Found.push_back(std::move(*D));
    findDestructions(U, Found);
    return Found;
  }

private:
  /// Where objects die of which some wait then.
  class Destructions : public BodyVisitor {
  public:
    std::vector<const VarDecl *> Variables;
    std::vector<const CXXDeleteExpr *> Deletions;

    bool VisitVarDecl(VarDecl *V) override {
      if (V->hasLocalStorage() && !isa<ParmVarDecl>(V) && V->getType()->isRecordType())
        Variables.push_back(V);
      return true;
    }
    bool VisitCXXDeleteExpr(CXXDeleteExpr *E) override {
      Deletions.push_back(E);
      return true;
    }
    bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  };

  /// Destructors of the project's that wait, themselves or through what they call, with the wait.
  using WaitingDestructors = llvm::DenseMap<const Function *, const Call *>;

  static WaitingDestructors waitingDestructors(Unit &U) {
    WaitingDestructors Found;
    for (const Call &C : U.index().externalCalls()) {
      if (!waits(U, C))
        continue;
      llvm::SmallVector<const Function *, 8> Pending{C.In};
      llvm::DenseSet<const Function *> Seen;
      while (!Pending.empty()) {
        const Function *F = Pending.pop_back_val();
        // What changes the state on the way to the wait may wait detached.
        if (!Seen.insert(F).second || U.threadStates().changesState(*F))
          continue;
        if (isa<CXXDestructorDecl>(F->Decl))
          Found.try_emplace(F, &C);
        for (const Call *Caller : F->Callers)
          Pending.push_back(Caller->In);
      }
    }
    return Found;
  }

  static void findDestructions(Unit &U, std::vector<Diagnosis> &Found) {
    if (!U.context().getLangOpts().CPlusPlus)
      return;
    const Knowledge &K = Knowledge::get();
    const WaitingDestructors Waiting = waitingDestructors(U);
    bool Makes = llvm::any_of(U.index().externalCalls(), [&](const Call &C) {
      return K.WaitingResults.contains(qualifiedName(*C.Callee)) ||
             (isa<CXXConstructExpr>(C.Site) && K.WaitingDestructors.contains(typeName(C.Site->getType())));
    });
    if (Waiting.empty() && !Makes)
      return;
    for (const auto &F : U.index().functions()) {
      Destructions Visitor;
      Visitor.TraverseStmt(F->Decl->getBody());
      auto Tell = [&](QualType T, SourceRange Where, const std::string &Name, const Call *Wait) {
        if (!startsPureThreads(U, *F) && !(Wait && startsPureThreads(U, T)))
          if (auto D = describeDestruction(U, *F, Where, Name, Wait))
            Found.push_back(std::move(*D));
      };
      for (const VarDecl *V : Visitor.Variables) {
        const Call *Wait = waitOf(U, Waiting, V->getType());
        if ((Wait || diesWaiting(*V)) && U.threadStates().atEndOf(*F, V) == Attachment::Attached)
          Tell(V->getType(), V->getLocation(), V->getNameAsString(), Wait);
      }
      for (const CXXDeleteExpr *E : Visitor.Deletions) {
        const Call *Wait = waitOf(U, Waiting, E->getDestroyedType());
        if (Wait && U.threadStates().at(*F, E) == Attachment::Attached && U.locks().reaches(*F, E))
          Tell(E->getDestroyedType(), E->getSourceRange(), "", Wait);
      }
    }
  }

  static const Call *waitOf(Unit &U, const WaitingDestructors &Waiting, QualType T) {
    const CXXRecordDecl *Record = T.isNull() ? nullptr : T->getAsCXXRecordDecl();
    return Record && Record->hasDefinition() ? Waiting.lookup(U.index().find(Record->getDestructor()))
                                             : nullptr;
  }

  /// A thread that joins itself, started where it is declared, and the future of an asynchronous call.
  static bool diesWaiting(const VarDecl &V) {
    const Knowledge &K = Knowledge::get();
    const Expr *Maker = V.getInit() ? makerOf(V.getInit()) : nullptr;
    if (const auto *Made = dyn_cast_or_null<CXXConstructExpr>(Maker))
      return Made->getNumArgs() && !Made->getConstructor()->isCopyOrMoveConstructor() &&
             K.WaitingDestructors.contains(typeName(V.getType()));
    const FunctionDecl *Callee = Maker ? calleeOf(Maker) : nullptr;
    return Callee && K.WaitingResults.contains(qualifiedName(*Callee));
  }

  /// Whether the class's own functions start threads, none of which ever touches the thread state.
  static bool startsPureThreads(Unit &U, QualType T) {
    const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
    bool Starts = false;
    for (const EntryPoint &Point : U.entryPoints().all()) {
      if (Point.Where != Context::Detached || !isIn(U, Point.Registered, Record->getSourceRange()))
        continue;
      Starts = true;
      if (U.threadStates().changesState(*Point.Target))
        return false;
    }
    return Starts;
  }

  static std::optional<Diagnosis> describeDestruction(Unit &U, const Function &F, SourceRange Where,
                                                      const std::string &Name, const Call *Wait) {
    std::string Object = Name.empty() ? "the object that dies here" : "'" + Name + "'";
    auto D = describe(U, F, Where,
                      Object + " waits for another thread when it is destroyed, while this one is attached" +
                          Consequence);
    if (D && Wait)
      D->Path.push_back({Wait->Site->getSourceRange(), "its destructor waits here"});
    if (D)
      D->Path.push_back(
          {Where, "destroy it while the thread is detached, or join what it waits for detached before"});
    return D;
  }

  static std::optional<Diagnosis> describeRegion(Unit &U, const Function &F,
                                                 const OMPExecutableDirective *Region) {
    const Call *Attaches = attachesIn(U, F, Region);
    if (!Attaches || U.threadStates().at(F, Region) != Attachment::Attached)
      return std::nullopt;
    auto D = describe(U, F, Region->getBeginLoc(),
                      std::string("the thread that starts this OpenMP region waits at its end for the others "
                                  "while it is attached") +
                          Consequence);
    if (!D)
      return std::nullopt;
    D->Path.push_back({Attaches->Site->getSourceRange(), "they attach here"});
    D->Path.push_back(
        {Region->getBeginLoc(), "detach around the region, so that each of its threads attaches for itself"});
    return D;
  }

  /// What makes the other threads of the region attach.
  static const Call *attachesIn(Unit &U, const Function &F, const OMPExecutableDirective *Region) {
    for (const Call &C : F.Calls) {
      auto Inside = [&](const OMPExecutableDirective *D) {
        return isIn(U, C.Site->getBeginLoc(), {D->getBeginLoc(), D->getRawStmt()->getEndLoc()});
      };
      if (!Inside(Region) || llvm::any_of(F.MasterRegions, Inside))
        continue;
      const Function *Callee = U.index().find(C.Callee);
      const StateOperation *Operation = U.threadStates().api().operationOf(C.Callee);
      const StateOperation::Kind *Guard =
          isa<CXXConstructExpr>(C.Site) ? stateGuard(C.Site->getType()) : nullptr;
      if ((Callee && U.threadStates().changesState(*Callee)) ||
          (Operation && Operation->What == StateOperation::Ensure) ||
          (Guard && *Guard == StateOperation::Ensure))
        return &C;
    }
    return nullptr;
  }

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
      if (Point.Where != Context::Detached || !isIn(U, Point.Registered, F.Decl->getBody()->getSourceRange()))
        continue;
      Starts = true;
      if (U.threadStates().changesState(*Point.Target))
        return false;
    }
    return Starts;
  }

  /// Whether the unit starts threads, and all that is seen of them never touches the thread state: then the
  /// wait stalls a pause, but nothing here deadlocks with it.
  static bool knowsPureThreadsOnly(Unit &U) {
    bool Starts = false;
    for (const EntryPoint &Point : U.entryPoints().all()) {
      if (Point.Where != Context::Detached)
        continue;
      Starts = true;
      if (U.threadStates().changesState(*Point.Target) ||
          !U.threadStates().usesWhenEnteredDetached(*Point.Target).empty())
        return false;
    }
    return Starts;
  }

  /// Joins of such threads, and waits for what nobody but they signals.
  static bool waitsForPureThreads(Unit &U, const Call &C) {
    if (!knowsPureThreadsOnly(U))
      return false;
    const Knowledge &K = Knowledge::get();
    if (!K.ConditionWaits.contains(qualifiedName(*C.Callee)))
      return true;
    auto Condition = conditionOf(U, C);
    bool Woken = false;
    for (const Call &Wake : U.index().externalCalls()) {
      if (!Condition || Wake.In == C.In || !K.ConditionSignals.contains(qualifiedName(*Wake.Callee)) ||
          conditionOf(U, Wake) != Condition)
        continue;
      Woken = true;
      if (!(U.contexts().of(Wake.In) == ContextSet(Context::Detached)))
        return false;
    }
    return Woken;
  }

  static std::optional<AccessPath> conditionOf(Unit &U, const Call &C) {
    U.paths().enter(C.In->Decl);
    const Expr *Object = argumentOf(C.Site, isa<CXXMemberCallExpr>(C.Site) ? ThisArgument : 0);
    auto Path = Object ? U.paths().resolve(Object) : std::nullopt;
    return Path ? std::optional(Path->byType()) : std::nullopt;
  }

  static bool isIn(const Unit &U, SourceLocation Loc, SourceRange Range) {
    const SourceManager &SM = U.sources();
    Loc = SM.getExpansionLoc(Loc);
    return !SM.isBeforeInTranslationUnit(Loc, Range.getBegin()) &&
           !SM.isBeforeInTranslationUnit(Range.getEnd(), Loc);
  }

  static constexpr const char *Consequence =
      "; a stop-the-world pause must wait for it, and the two deadlock if the other thread needs to attach";

  static std::optional<Diagnosis> describe(Unit &U, const Call &C) {
    auto D = describe(U, *C.In, C.Site->getSourceRange(),
                      "'" + displayName(*C.Callee) + "' waits for another thread while this one is attached" +
                          Consequence);
    if (!D)
      return std::nullopt;
    if (waitsForPureThreads(U, C))
      D->Sureness = Confidence::Possible;
    D->Path.push_back({C.Site->getSourceRange(),
                       "detach around it: Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS, or a "
                       "gil_scoped_release in a block of its own"});
    if (auto R = detachAround(C.Site, U.context()))
      D->Repairs.push_back(std::move(*R));
    return D;
  }

  /// With the way from the interpreter to the function; empty when nothing leads there while it runs.
  static std::optional<Diagnosis> describe(Unit &U, const Function &F, SourceRange Where,
                                           std::string Message) {
    constexpr ContextSet Running{Context::Alloc, Context::Reinit, Context::Concurrent, Context::Exclusive};
    Contexts::Route Route = U.contexts().routeTo(&F, Running);
    if (!Route.Entry)
      return std::nullopt;
    Diagnosis D;
    D.Where = Where;
    D.Message = std::move(Message);
    D.Path.push_back({Route.Entry->Registered, "'" + displayName(*Route.Entry->Target->Decl) + "' is " +
                                                   roleOf(*Route.Entry) +
                                                   "; the interpreter calls it attached"});
    for (const Call *Step : Route.Calls)
      D.Path.push_back(
          {Step->Site->getSourceRange(), "which calls '" + displayName(*Step->Callee) + "' here"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(BlockingWhileAttached)

} // namespace ungil
