// Reports items that are read straight from the storage of a list which other threads can change:
// PyList_GET_ITEM, PySequence_Fast_GET_ITEM, PySequence_Fast_ITEMS, or ob_item by hand. Another thread can
// free the storage, and the item, between the load of the pointer and its use. PySequence_Fast gives back the
// caller's own list. Also a pointer into a bytearray that is kept while Python code runs.
//
// Does not report lists that nobody else can reach or change, tuples, sizes alone, accesses in a critical
// section on the list or on what PySequence_Fast was given (also where it is begun only if that is a list),
// bytearrays that a Py_buffer keeps from being resized, and code that one thread runs.
//
// Known holes: storage that is kept in memory and used by another function; lists that another translation
// unit changes although this one guards them.

#include "analysis/BodyVisitor.h"
#include "analysis/BorrowedUses.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "analysis/SectionRepairs.h"
#include "checks/Check.h"

#include "clang/Lex/Lexer.h"

#include <map>

namespace ungil {
namespace {

using namespace clang;

/// Reads of the item storage of lists.
struct StorageReads : BodyVisitor {
  std::vector<const MemberExpr *> Found;
  bool VisitMemberExpr(MemberExpr *M) override {
    const auto *Field = dyn_cast<FieldDecl>(M->getMemberDecl());
    if (Field && Field->getName() == "ob_item" && typeName(M->getBase()->getType()) == "PyListObject")
      Found.push_back(M);
    return true;
  }
};

/// Variables of an expression, and whether it asks for the type of tuples: PyTuple_CheckExact, PyTuple_Check.
struct Tests : BodyVisitor {
  llvm::DenseSet<const ValueDecl *> Variables;
  bool ForTuple = false;
  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    const auto *V = dyn_cast<VarDecl>(R->getDecl());
    ForTuple |= V && V->getIdentifier() && V->getName() == Knowledge::get().TupleType;
    if (V)
      Variables.insert(V);
    return true;
  }
  bool VisitCallExpr(CallExpr *C) override {
    Expr::EvalResult Flag;
    if (C->getNumArgs() == 2 && C->getArg(1)->getType()->isIntegerType() &&
        !C->getArg(1)->isValueDependent() && C->getCalleeDecl() &&
        C->getArg(1)->EvaluateAsInt(Flag, C->getCalleeDecl()->getASTContext()))
      ForTuple |= Flag.Val.getInt().getZExtValue() == Knowledge::get().TupleFlag;
    return true;
  }
};

class SequenceFastMacro : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    PythonCalls Calls(U.index());
    Python = &Calls;
    for (const Call &C : U.index().externalCalls()) {
      auto Row = Knowledge::get().InteriorPointers.find(qualifiedName(*C.Callee));
      if (Row != Knowledge::get().InteriorPointers.end())
        if (auto D = interior(U, C, Row->second))
          Found.push_back(std::move(*D));
    }
    for (const auto &F : U.index().functions()) {
      if (!U.contexts().of(F.get()).intersects(ManyThreads) || isHeldByContract(*F->Decl))
        continue;
      StorageReads Reads;
      Reads.TraverseStmt(F->Decl->getBody());
      if (Reads.Found.empty())
        continue;
      ParentMap Parents(F->Decl->getBody());
      std::map<const Decl *, std::size_t> ByList; // one finding for each list of a function
      for (const MemberExpr *M : Reads.Found)
        report(U, *F, M, Parents, ByList, Found);
    }
    return Found;
  }

private:
  const PythonCalls *Python = nullptr;

  /// A pointer into an object that is resized in place.
  std::optional<Diagnosis> interior(Unit &U, const Call &C, ArgumentIndex Owner) {
    const Expr *Object = argumentOf(C.Site, Owner);
    const auto *Site = dyn_cast<CallExpr>(C.Site);
    if (!Object || !Site || !U.contexts().of(C.In).intersects(ManyThreads) ||
        !U.locks().reaches(*C.In, Site) || isHeldByContract(*C.In->Decl) || isExported(C, Object))
      return std::nullopt;
    BorrowedUses Uses(*C.In, *Python);
    BorrowedUse Use = Uses.ofResult(Site);
    ContainerOrigin Origin = U.containers().originAt(*C.In, Object, Site);
    if (Origin.isPrivate() || Use.What < BorrowedUse::AfterPython || Use.What == BorrowedUse::Returned)
      return std::nullopt;
    Diagnosis D;
    D.Where = Site->getSourceRange();
    D.Message = "'" + C.Callee->getNameAsString() + "' returns a pointer into " + Origin.Description +
                ", which another thread can resize while the pointer is in use";
    D.Sureness = Use.ForSomeTypes ? Confidence::Possible : Origin.Sureness;
    D.Level = Severity::Error;
    D.Path = routeTo(C.In, ManyThreads, U.contexts());
    if (Use.After)
      D.Path.push_back({Use.After->getSourceRange(), "Python code can run here, and other threads with it"});
    D.Path.push_back({Use.At->getSourceRange(), "the pointer is used or kept here"});
    D.Path.push_back(
        {Site->getSourceRange(),
         "hold a Py_buffer from PyObject_GetBuffer while the pointer is in use: it forbids resizing"});
    return D;
  }

  /// Whether the function asks for a buffer of the same object.
  static bool isExported(const Call &C, const Expr *Object) {
    const VarDecl *V = variableOf(Object);
    return V && llvm::any_of(C.In->Calls, [&](const Call &Other) {
             return Other.Callee->getIdentifier() && Other.Callee->getName() == "PyObject_GetBuffer" &&
                    variableOf(argumentOf(Other.Site, 0)) == V;
           });
  }

  static const Expr *listOf(const MemberExpr *M) {
    const Expr *E = M->getBase()->IgnoreParenCasts();
    for (const auto *B = dyn_cast<BinaryOperator>(E); B && B->getOpcode() == BO_Comma;
         B = dyn_cast<BinaryOperator>(E))
      E = B->getRHS()->IgnoreParenCasts(); // an assertion
    return E;
  }

  void report(Unit &U, const Function &F, const MemberExpr *M, const ParentMap &Parents,
              std::map<const Decl *, std::size_t> &ByList, std::vector<Diagnosis> &Found) {
    const Expr *List = listOf(M);
    ContainerOrigin Origin = U.containers().originAt(F, List, M);
    if (isSafe(Origin) || isStore(M, Parents) || !U.locks().reaches(F, M) || isGuarded(U, F, List, M) ||
        isTuple(F, List, Parents) || isTestedTuple(U, List, M, Parents))
      return;
    const Decl *Key = variableOf(List);
    if (auto Known = ByList.find(Key); Key && Known != ByList.end()) {
      Found[Known->second].Related.push_back({M->getSourceRange(), "also read here"});
      return;
    }
    ByList[Key] = Found.size();
    Found.push_back(describe(U, F, M, Parents, Origin));
    if (Origin.isPrivate())
      Found.back().OnlyIf = {Origin.KnownElsewhereAs, /*Releases=*/false};
    if (auto Fix = repair(U, List, M, Parents))
      Found.back().Repairs.push_back(std::move(*Fix));
  }

  /// Other units can change what this one leaves as it is.
  static bool isSafe(const ContainerOrigin &Origin) {
    return Origin.isPrivate() && Origin.KnownElsewhereAs.empty();
  }

  /// Whether the function takes the sequence for a tuple elsewhere without asking, and never for a list.
  static bool isTuple(const Function &F, const Expr *List, const ParentMap &Parents) {
    const VarDecl *V = variableOf(List);
    auto Treats = [&](llvm::StringRef Prefix) {
      return llvm::any_of(F.Calls, [&](const Call &C) {
        const Expr *First = argumentOf(C.Site, 0);
        return C.Callee->getIdentifier() && C.Callee->getName().starts_with(Prefix) &&
               variableOf(First) == V && !dependsOnTupleTest(First, C.Site, Parents);
      });
    };
    return V && Treats("PyTuple_GET_") && !Treats("PyList_");
  }

  /// Whether the access, or the PySequence_Fast that made the list, runs only after a test that the sequence
  /// is a tuple.
  static bool isTestedTuple(Unit &U, const Expr *List, const MemberExpr *M, const ParentMap &Parents) {
    const VarDecl *V = variableOf(List);
    const Expr *Made = V && V->hasLocalStorage() ? U.paths().onlyValueOf(V) : nullptr;
    const auto *C = dyn_cast_or_null<CallExpr>(Made ? Made->IgnoreParenCasts() : nullptr);
    if (C && calls(C, Knowledge::get().SameOrFresh) && dependsOnTupleTest(C->getArg(0), C, Parents))
      return true;
    return dependsOnTupleTest(List, M, Parents);
  }

  static bool dependsOnTupleTest(const Expr *Sequence, const Expr *At, const ParentMap &Parents) {
    Tests Of;
    Of.TraverseStmt(const_cast<Expr *>(Sequence));
    const Stmt *S = At;
    for (const Stmt *Up = Parents.getParent(S); Up; S = Up, Up = Parents.getParent(Up)) {
      const auto *If = dyn_cast<IfStmt>(Up);
      const auto *Choice = dyn_cast<ConditionalOperator>(Up);
      if ((If && If->getThen() == S && impliesTuple(If->getCond(), Of)) ||
          (Choice && Choice->getTrueExpr() == S && impliesTuple(Choice->getCond(), Of)))
        return true;
    }
    return false;
  }

  /// Whether the condition holds for tuples only: a test that admits lists too says nothing.
  static bool impliesTuple(const Expr *Condition, const Tests &Of) {
    Condition = Condition->IgnoreParenImpCasts();
    const auto *B = dyn_cast<BinaryOperator>(Condition);
    if (B && B->isLogicalOp()) {
      bool Left = impliesTuple(B->getLHS(), Of), Right = impliesTuple(B->getRHS(), Of);
      return B->getOpcode() == BO_LAnd ? Left || Right : Left && Right;
    }
    if (const auto *Not = dyn_cast<UnaryOperator>(Condition); Not && Not->getOpcode() == UO_LNot)
      return false;
    if (isa<ConditionalOperator>(Condition))
      return false;
    Tests In;
    In.TraverseStmt(const_cast<Expr *>(Condition));
    return In.ForTuple &&
           llvm::any_of(Of.Variables, [&](const ValueDecl *D) { return In.Variables.contains(D); });
  }

  static bool isGuarded(Unit &U, const Function &F, const Expr *List, const MemberExpr *M) {
    auto Object = objectOf(List, U.paths());
    if (Object && U.sections().guardsWhereNeeded(F, M, *Object))
      return true;
    const VarDecl *V = variableOf(List);
    const Expr *Made = V ? U.paths().onlyValueOf(V) : nullptr;
    const auto *C = dyn_cast_or_null<CallExpr>(Made ? Made->IgnoreParenCasts() : nullptr);
    auto Original = C && C->getNumArgs() ? objectOf(C->getArg(0), U.paths()) : std::nullopt;
    return Original && U.sections().guardsWhereNeeded(F, M, *Original);
  }

  /// `PyList_SET_ITEM` by hand.
  static bool isStore(const MemberExpr *M, const ParentMap &Parents) {
    const Stmt *S = M, *Up = Parents.getParent(M);
    while (isa_and_nonnull<CastExpr>(Up) || isa_and_nonnull<ParenExpr>(Up) ||
           isa_and_nonnull<ArraySubscriptExpr>(Up)) {
      S = Up;
      Up = Parents.getParent(Up);
    }
    const auto *B = dyn_cast_or_null<BinaryOperator>(Up);
    return B && B->isAssignmentOp() && B->getLHS() == S;
  }

  /// The pointer itself is kept, not one item.
  static bool isCached(const MemberExpr *M, const ParentMap &Parents) {
    const Stmt *Up = Parents.getParent(M);
    while (isa_and_nonnull<CastExpr>(Up) || isa_and_nonnull<ParenExpr>(Up) ||
           isa_and_nonnull<ConditionalOperator>(Up))
      Up = Parents.getParent(Up);
    return isa_and_nonnull<DeclStmt>(Up) || isa_and_nonnull<BinaryOperator>(Up) ||
           isa_and_nonnull<ReturnStmt>(Up);
  }

  static bool isReturned(const MemberExpr *M, const ParentMap &Parents) {
    const Stmt *Up = Parents.getParent(M);
    while (isa_and_nonnull<Expr>(Up) && !isa<CallExpr>(Up) && !isa<ArraySubscriptExpr>(Up))
      Up = Parents.getParent(Up);
    return isa_and_nonnull<ReturnStmt>(Up);
  }

  static std::string macroOf(Unit &U, const MemberExpr *M) {
    SourceLocation Loc = M->getMemberLoc();
    if (!Loc.isMacroID())
      return "'ob_item'";
    while (U.sources().getImmediateMacroCallerLoc(Loc).isMacroID())
      Loc = U.sources().getImmediateMacroCallerLoc(Loc);
    return "'" + Lexer::getImmediateMacroName(Loc, U.sources(), U.context().getLangOpts()).str() + "'";
  }

  static Diagnosis describe(Unit &U, const Function &F, const MemberExpr *M, const ParentMap &Parents,
                            const ContainerOrigin &Origin) {
    bool Cached = isCached(M, Parents);
    Diagnosis D;
    D.Where = M->getSourceRange();
    D.Message =
        macroOf(U, M) + " reads the storage of " + Origin.Description +
        "; another thread can change the list and free " +
        (Cached ? "the storage that the pointer leads to" : "the storage or the item while it is used");
    // Whoever gets the pointer cannot know how long it is good, whosever the list is.
    D.Sureness = isReturned(M, Parents) ? std::max(Origin.Sureness, Confidence::Likely) : Origin.Sureness;
    if (Cached)
      D.Level = Severity::Error;
    D.Path = routeTo(&F, ManyThreads, U.contexts());
    D.Path.push_back(
        {M->getSourceRange(),
         "read items with PyList_GetItemRef (3.13, pythoncapi_compat.h before), make a copy that is "
         "yours with PySequence_Tuple, or hold a critical section on the list"});
    return D;
  }

  /// A copy instead of the caller's list, or a section around the loop that reads it.
  std::optional<Repair> repair(Unit &U, const Expr *List, const MemberExpr *M,
                               const ParentMap &Parents) const {
    const VarDecl *V = variableOf(List);
    const Expr *Made = V && V->hasLocalStorage() ? U.paths().onlyValueOf(V) : nullptr;
    const auto *C = dyn_cast_or_null<CallExpr>(Made ? Made->IgnoreParenCasts() : nullptr);
    if (C && calls(C, Knowledge::get().SameOrFresh))
      return llvm::StringRef(macroOf(U, M)).starts_with("'PySequence_Fast_") ? copied(U, C) : std::nullopt;
    const Stmt *Loop = M;
    while (Loop && !isa<ForStmt>(Loop))
      Loop = Parents.getParent(Loop);
    const auto *For = dyn_cast_or_null<ForStmt>(Loop);
    if (!V || !For || !For->getCond() || !mentions(For->getCond(), V) || runsPython(For))
      return std::nullopt;
    return sectionAround(For, V, Parents, U.context());
  }

  static std::optional<Repair> copied(Unit &U, const CallExpr *C) {
    const Expr *Callee = C->getCallee()->IgnoreParenImpCasts();
    if (C->getNumArgs() != 2 || C->getBeginLoc().isMacroID() || C->getRParenLoc().isMacroID() ||
        C->getArg(0)->getEndLoc().isMacroID())
      return std::nullopt;
    SourceLocation Behind =
        Lexer::getLocForEndOfToken(C->getArg(0)->getEndLoc(), 0, U.sources(), U.context().getLangOpts());
    return Repair{"walk over a tuple of your own",
                  {FixItHint::CreateReplacement(Callee->getSourceRange(), "PySequence_Tuple"),
                   FixItHint::CreateRemoval(CharSourceRange::getCharRange(Behind, C->getRParenLoc()))}};
  }

  static bool mentions(const Stmt *S, const VarDecl *V) {
    const auto *R = dyn_cast<DeclRefExpr>(S);
    return (R && R->getDecl() == V) ||
           llvm::any_of(S->children(), [&](const Stmt *Child) { return Child && mentions(Child, V); });
  }

  bool runsPython(const Stmt *S) const {
    const auto *C = dyn_cast<CallExpr>(S);
    return (C && (Python->mayRun(C) || PythonCalls::isDrop(C))) ||
           llvm::any_of(S->children(), [&](const Stmt *Child) { return Child && runsPython(Child); });
  }
};

} // namespace

UNGIL_CHECK(SequenceFastMacro)

} // namespace ungil
