// Reports a reference count that is compared with 1 or 2 to decide whether an object may be changed, resized
// or reused. On a free-threaded build the count is kept in two parts and another thread can take a reference
// between the test and the use; since 3.14 the interpreter lends arguments without counting them.
//
// Does not report assertions, objects that were made here and not handed on, code that only tears objects
// down, and code that is not compiled for the target version.
//
// Known holes: counts that another function read; ref_count() of binding libraries.

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

using namespace clang;

struct Comparison : BodyVisitor {
  std::vector<const BinaryOperator *> Found;
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
    if (V->hasLocalStorage() && calls(Value, Knowledge::get().ReferenceCounts))
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
    if (Kept)
      Read = All.Counts.lookup(variableOf(Read));
    if (!Count || *Count < 1 || *Count > 2 || !calls(Read, Knowledge::get().ReferenceCounts) ||
        isAssertion(U, B) || !U.locks().reaches(F, B))
      return std::nullopt;
    const Expr *Object = argumentOf(Read, 0);
    if (!Object || U.containers().originAt(F, Object, Read).What == ContainerOrigin::Fresh)
      return std::nullopt;
    return describe(U, F, B, Object, *Count, Swapped || Kept);
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

  static Diagnosis describe(Unit &U, const Function &F, const BinaryOperator *B, const Expr *Object,
                            std::int64_t Count, bool Indirect) {
    const VarDecl *V = variableOf(Object);
    bool IsArgument = V && isa<ParmVarDecl>(V);
    Diagnosis D;
    D.Where = B->getSourceRange();
    D.Message = "a reference count of " + std::to_string(Count) + " does not prove that nobody else uses '" +
                written(U, Object).str() + "' on a free-threaded build" +
                (IsArgument ? ", and since 3.14 arguments can be lent without being counted" : "") +
                "; use 'PyUnstable_Object_IsUniquelyReferenced' (Python 3.14, pythoncapi_compat.h before)";
    D.Path = routeTo(&F, Racing, U.contexts());
    D.Path.push_back(
        {B->getSourceRange(),
         IsArgument
             ? "for a temporary that the interpreter passed as argument, "
               "'PyUnstable_Object_IsUniqueReferencedTemporary' (3.14) is the question to ask; keep a "
               "critical "
               "section around the test and the change when others can reach the object"
             : "keep a critical section around the test and the change when others can reach the object"});
    if (auto Fix = repair(U, B, Object, Count, Indirect))
      D.Repairs.push_back(std::move(*Fix));
    return D;
  }

  static std::optional<Repair> repair(Unit &U, const BinaryOperator *B, const Expr *Object,
                                      std::int64_t Count, bool Indirect) {
    if (Count != 1 || Indirect || B->getExprLoc().isMacroID())
      return std::nullopt;
    bool Unique = B->getOpcode() == BO_EQ || B->getOpcode() == BO_LE;
    if (!Unique && B->getOpcode() != BO_NE && B->getOpcode() != BO_GT)
      return std::nullopt;
    const Expr *Written = Object->IgnoreParenCasts();
    llvm::StringRef Text = written(U, Object);
    CharSourceRange Range = U.sources().getExpansionRange(B->getSourceRange());
    if (Text.empty() || Range.isInvalid())
      return std::nullopt;
    bool NeedsCast = !isPyObject(Written->getType());
    return Repair{"ask the interpreter",
                  {FixItHint::CreateReplacement(Range, (Unique ? "PyUnstable_Object_IsUniquelyReferenced("
                                                               : "!PyUnstable_Object_IsUniquelyReferenced(") +
                                                           std::string(NeedsCast ? "(PyObject *)" : "") +
                                                           Text.str() + ")")}};
  }
};

} // namespace

UNGIL_CHECK(RefcountUniqueness)

} // namespace ungil
