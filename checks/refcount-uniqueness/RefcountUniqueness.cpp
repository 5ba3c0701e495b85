// Reports a reference count that is compared with 1 or 2, or switched on, to decide whether an object may be
// changed, resized or reused. On a free-threaded build the count is kept in two parts and another thread can
// take a reference between the test and the use; since 3.14 the interpreter lends arguments without counting
// them.
//
// Does not report assertions, objects that were made here and not handed on, code that only tears objects
// down, counts that only word the answer to 'PyUnstable_Object_IsUniquelyReferenced', and code that is not
// compiled for the target version.
//
// Known holes: counts that another function read; counts that are computed with before they are compared.

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "analysis/StrongReferences.h"
#include "analysis/UniquenessTests.h"
#include "checks/Check.h"

#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

using namespace clang;

/// The object whose reference count the expression reads, by function or by field; null for others.
const Expr *countedObject(const Expr *E) {
  E = E->IgnoreParenCasts();
  if (const auto *M = dyn_cast<MemberExpr>(E))
    return M->getMemberDecl()->getIdentifier() &&
                   Knowledge::get().ReferenceCountFields.contains(M->getMemberDecl()->getName())
               ? M->getBase()->IgnoreParenCasts()
               : nullptr;
  if (!calls(E, Knowledge::get().ReferenceCounts))
    return nullptr;
  const Expr *First = argumentOf(E, 0);
  return First ? First : argumentOf(E, ThisArgument);
}

bool asksInterpreter(const Stmt *S) {
  if (const auto *C = dyn_cast_or_null<CallExpr>(S); C && asksWhetherUnique(C))
    return true;
  return S && llvm::any_of(S->children(), asksInterpreter);
}

bool contains(const Stmt *S, const Stmt *Wanted) {
  return S && (S == Wanted ||
               llvm::any_of(S->children(), [&](const Stmt *Child) { return contains(Child, Wanted); }));
}

struct Comparison : BodyVisitor {
  std::vector<const BinaryOperator *> Found;
  std::vector<const SwitchStmt *> Switches;
  bool VisitStmt(Stmt *S) override {
    if (const auto *Switch = dyn_cast<SwitchStmt>(S))
      Switches.push_back(Switch);
    return true;
  }
  llvm::DenseSet<const Stmt *> Answered; ///< branches that the interpreter's own answer chooses
  bool VisitIfStmt(IfStmt *I) override {
    if (asksInterpreter(I->getCond()))
      for (const Stmt *Branch : {I->getThen(), I->getElse()})
        Answered.insert(Branch);
    return true;
  }
  llvm::DenseMap<const VarDecl *, const Expr *> Counts; ///< local variables that hold a reference count
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->isComparisonOp())
      Found.push_back(B);
    else if (B->getOpcode() == BO_Assign && variableOf(B->getLHS()))
      keep(variableOf(B->getLHS()), B->getRHS());
    return true;
  }
  bool VisitVarDecl(VarDecl *V) override {
    if (V->getInit())
      keep(V, V->getInit());
    return true;
  }
  void keep(const VarDecl *V, const Expr *Value) {
    if (V->hasLocalStorage() && countedObject(Value))
      Counts[V] = Value->IgnoreParenCasts();
  }
};

class RefcountUniqueness : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &F : U.index().functions()) {
      if (!U.contexts().of(F.get()).intersects(Racing))
        continue;
      Comparison All;
      All.TraverseStmt(F->Decl->getBody());
      for (const BinaryOperator *B : All.Found)
        if (auto D = judge(U, *F, B, All))
          Found.push_back(std::move(*D));
      for (const SwitchStmt *S : All.Switches)
        if (auto D = judge(U, *F, S, All))
          Found.push_back(std::move(*D));
    }
    return Found;
  }

private:
  static constexpr ContextSet Racing{Context::Alloc, Context::Reinit, Context::Concurrent, Context::Detached,
                                     Context::Escaped};

  static std::optional<Diagnosis> judge(Unit &U, const Function &F, const BinaryOperator *B,
                                        const Comparison &All) {
    auto Count = constant(U, B->getRHS());
    const Expr *Read = B->getLHS()->IgnoreParenCasts();
    bool Swapped = !Count;
    if (Swapped) {
      Count = constant(U, B->getLHS());
      Read = B->getRHS()->IgnoreParenCasts();
    }
    bool Kept = All.Counts.contains(variableOf(Read));
    if (!Count || *Count < 1 || *Count > 2 || isAssertion(U, B) ||
        llvm::any_of(All.Answered, [&](const Stmt *Branch) { return contains(Branch, B); }))
      return std::nullopt;
    const Expr *Object = sharedObject(U, F, B, Kept ? All.Counts.lookup(variableOf(Read)) : Read);
    if (!Object)
      return std::nullopt;
    Diagnosis D = describe(U, F, B->getSourceRange(), Object, *Count);
    // Whether a function gives back what its caller has, or something new, is its own affair; an accessor
    // does the one and never the other.
    D.Sureness = std::min(D.Sureness, U.containers().originAt(F, Object, B).Sureness);
    if (auto Fix = repair(U, B, Object, *Count, Swapped || Kept || isa<MemberExpr>(Read)))
      D.Repairs.push_back(std::move(*Fix));
    return D;
  }

  static std::optional<Diagnosis> judge(Unit &U, const Function &F, const SwitchStmt *S,
                                        const Comparison &All) {
    const Expr *Read = S->getCond()->IgnoreParenCasts();
    const VarDecl *Kept = variableOf(Read);
    const Expr *Object = sharedObject(U, F, S, All.Counts.contains(Kept) ? All.Counts.lookup(Kept) : Read);
    for (const SwitchCase *Case = Object ? S->getSwitchCaseList() : nullptr; Case;
         Case = Case->getNextSwitchCase()) {
      const auto *Labelled = dyn_cast<CaseStmt>(Case);
      auto Count = Labelled ? constant(U, Labelled->getLHS()) : std::nullopt;
      if (Count == 1 || Count == 2)
        return describe(U, F, Labelled->getCaseLoc(), Object, *Count);
    }
    return std::nullopt;
  }

  /// The object whose count is read, unless nobody else can have it.
  static const Expr *sharedObject(Unit &U, const Function &F, const Stmt *At, const Expr *Read) {
    const Expr *Object = countedObject(Read);
    if (!Object || !U.locks().reaches(F, At) ||
        U.containers().originAt(F, Object, Read).What == ContainerOrigin::Fresh)
      return nullptr;
    return Object;
  }

  static std::optional<std::int64_t> constant(Unit &U, const Expr *E) {
    Expr::EvalResult Value;
    if (E->isValueDependent() || !E->EvaluateAsInt(Value, U.context()))
      return std::nullopt;
    return Value.Val.getInt().getExtValue();
  }

  static bool isAssertion(Unit &U, const Expr *E) {
    for (SourceLocation Loc = E->getExprLoc(); Loc.isMacroID();
         Loc = U.sources().getImmediateMacroCallerLoc(Loc)) {
      std::string Name = Lexer::getImmediateMacroName(Loc, U.sources(), U.context().getLangOpts()).lower();
      if (llvm::StringRef(Name).contains("assert"))
        return true;
    }
    return false;
  }

  /// The operand as the user wrote it, inside the macro's parentheses.
  static llvm::StringRef written(Unit &U, const Expr *Object) {
    const Expr *E = Object->IgnoreParenCasts();
    const SourceManager &SM = U.sources();
    return Lexer::getSourceText(CharSourceRange::getTokenRange(SM.getSpellingLoc(E->getBeginLoc()),
                                                               SM.getSpellingLoc(E->getEndLoc())),
                                SM, U.context().getLangOpts());
  }

  /// From 3.14 on the interpreter lends arguments from its stack without counting them.
  static bool isLent(Unit &U, const Expr *Object) {
    const VarDecl *V = variableOf(Object);
    return V && isa<ParmVarDecl>(V) && U.target() >= PythonVersion{3, 14};
  }

  static Diagnosis describe(Unit &U, const Function &F, SourceRange Where, const Expr *Object,
                            std::int64_t Count) {
    bool Lent = isLent(U, Object);
    Diagnosis D;
    D.Where = Where;
    D.Message = "a reference count of " + std::to_string(Count) + " does not prove that nobody else uses '" +
                written(U, Object).str() + "' on a free-threaded build" +
                (Lent ? ", and since 3.14 arguments can be lent without being counted" : "") + "; use '" +
                Knowledge::get().UniquelyReferenced + "' (Python 3.14, pythoncapi_compat.h before)";
    D.Path = routeTo(&F, Racing, U.contexts());
    D.Path.push_back(
        {Where,
         Lent ? "for a temporary that the interpreter passed as argument, '" +
                    Knowledge::get().UniqueTemporary +
                    "' (3.14) is the question to ask; keep a critical section around the test and the change "
                    "when others can reach the object"
              : "keep a critical section around the test and the change when others can reach the object"});
    return D;
  }

  static std::optional<Repair> repair(Unit &U, const BinaryOperator *B, const Expr *Object,
                                      std::int64_t Count, bool Indirect) {
    const Knowledge &K = Knowledge::get();
    const std::string &Question = isLent(U, Object) ? K.UniqueTemporary : K.UniquelyReferenced;
    if (Count != 1 || Indirect || B->getExprLoc().isMacroID() || !isDeclared(U.context(), Question))
      return std::nullopt;
    bool Wanted = B->getOpcode() == BO_EQ || B->getOpcode() == BO_LE;
    if (!Wanted && B->getOpcode() != BO_NE && B->getOpcode() != BO_GT)
      return std::nullopt;
    const Expr *Written = Object->IgnoreParenCasts();
    llvm::StringRef Text = written(U, Object);
    CharSourceRange Range = U.sources().getExpansionRange(B->getSourceRange());
    if (Text.empty() || Range.isInvalid())
      return std::nullopt;
    bool NeedsCast = !isPyObject(Written->getType());
    return Repair{
        "ask the interpreter",
        {FixItHint::CreateReplacement(Range, (Wanted ? "" : "!") + Question + "(" +
                                                 (NeedsCast ? "(PyObject *)" : "") + Text.str() + ")")}};
  }
};

} // namespace

UNGIL_CHECK(RefcountUniqueness)

} // namespace ungil
