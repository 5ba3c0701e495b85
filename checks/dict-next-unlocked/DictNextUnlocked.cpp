// Reports a walk over a dictionary that other threads can change (PyDict_Next and its kin, and range-for over
// the dictionaries of binding libraries, which uses it) when no critical
// section on that dictionary spans the whole walk, and a key or value of a walk inside one that is used after
// Python code could run.
//
// Does not report dictionaries that nobody else can reach or change (fresh ones, keyword dictionaries, what
// one lock guards everywhere), walks whose callers hold the section, and code that one thread runs.
//
// Known holes: dictionaries that another translation unit changes although this one guards them; a walk that
// is spread over several calls while the caller of them all holds a section; the keys and values of a
// range-for.

#include "analysis/BodyVisitor.h"
#include "analysis/BorrowedUses.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "analysis/SectionRepairs.h"
#include "checks/Check.h"

#include "clang/AST/StmtCXX.h"

namespace ungil {
namespace {

using namespace clang;

class DictNextUnlocked : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    PythonCalls Python(U.index(), &U.paths());
    for (const Call &C : U.index().externalCalls()) {
      auto Row = Knowledge::get().BorrowingIterators.find(qualifiedName(*C.Callee));
      const auto *Site = dyn_cast<CallExpr>(C.Site);
      if (Row == Knowledge::get().BorrowingIterators.end() || !Site || !isRacing(U, C))
        continue;
      judge(U, C, Site, Row->second, Python, Found);
    }
    for (const auto &F : U.index().functions())
      if (U.contexts().of(F.get()).intersects(ManyThreads) && !isHeldByContract(*F->Decl))
        findRangeWalks(U, *F, Found);
    return Found;
  }

private:
  struct RangeWalks : BodyVisitor {
    std::vector<const CXXForRangeStmt *> Found;
    bool VisitCXXForRangeStmt(CXXForRangeStmt *S) override {
      if (Knowledge::get().BorrowingIterators.contains(typeName(S->getRangeInit()->getType())))
        Found.push_back(S);
      return true;
    }
  };

  static void findRangeWalks(Unit &U, const Function &F, std::vector<Diagnosis> &Found) {
    RangeWalks Walks;
    Walks.TraverseStmt(F.Decl->getBody());
    for (const CXXForRangeStmt *S : Walks.Found) {
      const Expr *Range = S->getRangeInit();
      ContainerOrigin Origin = U.containers().originAt(F, Range, Range);
      auto Object = objectOf(Range, U.paths());
      const auto *Begin = S->getBeginStmt() ? dyn_cast<VarDecl>(S->getBeginStmt()->getSingleDecl()) : nullptr;
      const Expr *First = Begin ? Begin->getInit() : nullptr;
      if (Origin.isPrivate() || !First || !U.locks().reaches(F, First->IgnoreImplicit()) ||
          (Object && U.sections().guards(F, First->IgnoreImplicit(), *Object)))
        continue;
      Diagnosis D;
      D.Where = {S->getForLoc(), Range->getEndLoc()};
      D.Message =
          "'for' walks over " + Origin.Description +
          " with PyDict_Next, without a critical section on it; another thread can change the dictionary "
          "under the walk and free what it has returned";
      D.Sureness = Origin.Sureness;
      D.Path = routeTo(&F, ManyThreads, U.contexts());
      D.Path.push_back(
          {S->getForLoc(),
           "hold a scoped critical section on the dictionary around the whole loop, or walk over a copy"});
      Found.push_back(std::move(D));
    }
  }

  static bool isRacing(Unit &U, const Call &C) {
    return U.contexts().of(C.In).intersects(ManyThreads) && U.locks().reaches(*C.In, C.Site) &&
           !isHeldByContract(*C.In->Decl);
  }

  static void judge(Unit &U, const Call &C, const CallExpr *Site, const BorrowingIterator &Row,
                    const PythonCalls &Python, std::vector<Diagnosis> &Found) {
    const Expr *Container = argumentOf(Site, Row.Container);
    ContainerOrigin Origin = Container ? U.containers().originAt(*C.In, Container, Site) : ContainerOrigin();
    if (!Container || (Origin.isPrivate() && Origin.KnownElsewhereAs.empty()))
      return;
    U.paths().enter(C.In->Decl);
    BorrowedUses Uses(*C.In, Python);
    auto Object = objectOf(Container, U.paths());
    if (!Object || !U.sections().guards(*C.In, Site, *Object)) {
      Found.push_back(unlocked(U, C, Site, Row, Origin, Uses));
      if (Origin.isPrivate())
        Found.back().OnlyIf = {Origin.KnownElsewhereAs, /*Releases=*/false};
      return;
    }
    if (Origin.isPrivate())
      return;
    const Section *Around = U.sections().innermostAt(*C.In, Site);
    const Stmt *Loop = Around ? loopAround(Site, Uses.parents()) : nullptr;
    if (Loop && isInside(Around->Begin, Loop, Uses.parents())) {
      Found.push_back(reopened(U, C, Site, Origin, *Around));
      return;
    }
    for (ArgumentIndex I : Row.Results)
      if (const VarDecl *V = result(Site, I))
        if (auto Use = staleUse(U, Site, V, Uses))
          Found.push_back(stale(U, C, Site, V, *Use));
  }

  static const Stmt *loopAround(const Stmt *S, const ParentMap &Parents) {
    for (S = Parents.getParent(S); S; S = Parents.getParent(S))
      if (isa<WhileStmt>(S) || isa<ForStmt>(S) || isa<DoStmt>(S))
        return S;
    return nullptr;
  }

  static bool isInside(const Stmt *S, const Stmt *Outer, const ParentMap &Parents) {
    for (; S; S = Parents.getParent(S))
      if (S == Outer)
        return true;
    return false;
  }

  static const VarDecl *result(const CallExpr *Site, ArgumentIndex Index) {
    const Expr *E = argumentOf(Site, Index);
    const auto *A = E ? dyn_cast<UnaryOperator>(E->IgnoreParenCasts()) : nullptr;
    const VarDecl *V = A && A->getOpcode() == UO_AddrOf ? variableOf(A->getSubExpr()) : nullptr;
    return V && V->hasLocalStorage() ? V : nullptr;
  }

  static Diagnosis unlocked(Unit &U, const Call &C, const CallExpr *Site, const BorrowingIterator &Row,
                            const ContainerOrigin &Origin, BorrowedUses &Uses) {
    Diagnosis D;
    D.Where = Site->getSourceRange();
    D.Message = "'" + C.Callee->getNameAsString() + "' walks over " + Origin.Description +
                " without a critical section on it; another thread can change the dictionary under the walk "
                "and free what it "
                "has returned";
    D.Sureness = isStep(U, C, Site, Row, Uses) ? Confidence::Possible : Origin.Sureness;
    D.Path = routeTo(C.In, ManyThreads, U.contexts());
    if (const Section *Inner = U.sections().innermostAt(*C.In, Site))
      D.Path.push_back({Inner->Begin->getSourceRange(),
                        "the section that is certain to be held here is on something else"});
    const Stmt *Loop = loopAround(Site, Uses.parents());
    D.Path.push_back(
        {Loop ? Loop->getSourceRange() : Site->getSourceRange(),
         Loop ? "hold Py_BEGIN_CRITICAL_SECTION on the dictionary around the whole loop, and take a "
                "reference to "
                "what is used after a call that can run Python code; or walk over a copy (PyDict_Copy)"
              : "a section cannot span a walk that is spread over several calls: walk over a copy "
                "(PyDict_Copy, "
                "PyDict_Items)"});
    bool Stale =
        llvm::any_of(Row.Results, [&](ArgumentIndex I) { return staleUse(U, Site, result(Site, I), Uses); });
    if (!Stale) // which a section would not help
      if (auto Fix =
              sectionAround(Loop, variableOf(argumentOf(Site, Row.Container)), Uses.parents(), U.context()))
        D.Repairs.push_back(std::move(*Fix));
    return D;
  }

  /// One step of a walk that somebody else drives, in a function that only a pointer leads to, and whose
  /// results get references at once: the driver can hold the section, and often does.
  static bool isStep(Unit &U, const Call &C, const CallExpr *Site, const BorrowingIterator &Row,
                     const BorrowedUses &Uses) {
    if (loopAround(Site, Uses.parents()) || !(U.contexts().of(C.In) == ContextSet(Context::Escaped)))
      return false;
    bool Referenced = llvm::any_of(C.In->Calls, [&](const Call &Other) {
      return calls(Other.Site, Knowledge::get().References) &&
             llvm::any_of(Row.Results, [&](ArgumentIndex I) {
               return names(argumentOf(Other.Site, 0), argumentOf(Site, I));
             });
    });
    return Referenced;
  }

  /// Whether the value is what the address leads to: `x->item` and `&x->item`.
  static bool names(const Expr *Value, const Expr *Address) {
    const auto *A = Address ? dyn_cast<UnaryOperator>(Address->IgnoreParenCasts()) : nullptr;
    if (!Value || !A || A->getOpcode() != UO_AddrOf)
      return false;
    const auto *M = dyn_cast<MemberExpr>(Value->IgnoreParenCasts());
    const auto *N = dyn_cast<MemberExpr>(A->getSubExpr()->IgnoreParens());
    if (M && N)
      return M->getMemberDecl() == N->getMemberDecl();
    const VarDecl *V = variableOf(Value);
    return V && V == variableOf(A->getSubExpr());
  }

  static Diagnosis reopened(Unit &U, const Call &C, const CallExpr *Site, const ContainerOrigin &Origin,
                            const Section &Around) {
    Diagnosis D;
    D.Where = Site->getSourceRange();
    D.Message = "the critical section on " + Origin.Description + " is begun anew for each step of '" +
                C.Callee->getNameAsString() + "'; another thread can change the dictionary between two steps";
    D.Path = routeTo(C.In, ManyThreads, U.contexts());
    D.Path.push_back({Around.Begin->getSourceRange(), "begin it before the loop, and end it after the loop"});
    return D;
  }

  /// How a key or value is used when the section may have been given up since it was borrowed.
  static std::optional<BorrowedUse> staleUse(Unit &U, const CallExpr *Site, const VarDecl *V,
                                             BorrowedUses &Uses) {
    BorrowedUse Use = V ? Uses.ofVariable(V, Site) : BorrowedUse();
    bool ToPython =
        Use.DuringPython && !U.index().find(calleeOf(Use.Python)); // the project's may take a reference
    return Use.What == BorrowedUse::AfterPython || ToPython ? std::optional(Use) : std::nullopt;
  }

  static Diagnosis stale(Unit &U, const Call &C, const CallExpr *Site, const VarDecl *V,
                         const BorrowedUse &Use) {
    bool After = Use.What == BorrowedUse::AfterPython;
    const Expr *Call = After ? Use.After : Use.Python;
    bool Drop = PythonCalls::isDrop(Call);
    Diagnosis D;
    D.Where = After ? Use.At->getSourceRange() : Call->getSourceRange();
    D.Message = "'" + V->getNameAsString() + "' from '" + C.Callee->getNameAsString() + "' is " +
                (!After ? "given to a call that can run Python code"
                 : Drop ? "used after a reference was dropped, which can run a finalizer"
                        : "used after Python code could run") +
                ", which suspends the critical section; another thread can " +
                (After ? "have freed it" : "free it meanwhile");
    if (After && Use.ForSomeTypes)
      D.Sureness = Confidence::Possible;
    D.Path = routeTo(C.In, ManyThreads, U.contexts());
    D.Path.push_back({Site->getSourceRange(), "borrowed here"});
    D.Path.push_back(
        {Call->getSourceRange(), Drop ? "this can run a finalizer, and so suspend the section"
                                      : "this call can run Python code, and so suspend the section"});
    D.Path.push_back({Site->getSourceRange(),
                      "take a reference with Py_INCREF before that call, and drop it after the last use"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(DictNextUnlocked)

} // namespace ungil
