// Reports items that are read straight from the storage of a list which other threads can change:
// PyList_GET_ITEM, PySequence_Fast_GET_ITEM, PySequence_Fast_ITEMS, or ob_item by hand. Another thread can
// free the storage, and the item, between the load of the pointer and its use. PySequence_Fast gives back the
// caller's own list.
//
// Does not report lists that nobody else can reach or change, tuples, sizes alone, accesses in a critical
// section on the list or on what PySequence_Fast was given (also where it is begun only if that is a list),
// and code that one thread runs.
//
// Known holes: storage that is kept in memory and used by another function; lists that another translation
// unit changes.

#include "analysis/BodyVisitor.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

#include "clang/AST/ParentMap.h"
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

class SequenceFastMacro : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
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
  static const Expr *listOf(const MemberExpr *M) {
    const Expr *E = M->getBase()->IgnoreParenCasts();
    for (const auto *B = dyn_cast<BinaryOperator>(E); B && B->getOpcode() == BO_Comma;
         B = dyn_cast<BinaryOperator>(E))
      E = B->getRHS()->IgnoreParenCasts(); // an assertion
    return E;
  }

  static void report(Unit &U, const Function &F, const MemberExpr *M, const ParentMap &Parents,
                     std::map<const Decl *, std::size_t> &ByList, std::vector<Diagnosis> &Found) {
    const Expr *List = listOf(M);
    ContainerOrigin Origin = U.containers().originAt(F, List, M);
    if (Origin.isPrivate() || isStore(M, Parents) || !U.locks().reaches(F, M) || isGuarded(U, F, List, M))
      return;
    const Decl *Key = variableOf(List);
    if (auto Known = ByList.find(Key); Key && Known != ByList.end()) {
      Found[Known->second].Related.push_back({M->getSourceRange(), "also read here"});
      return;
    }
    ByList[Key] = Found.size();
    Found.push_back(describe(U, F, M, Parents, Origin));
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
    D.Sureness = Origin.Sureness;
    if (Cached)
      D.Level = Severity::Error;
    D.Path = routeTo(&F, ManyThreads, U.contexts());
    D.Path.push_back(
        {M->getSourceRange(),
         "read items with PyList_GetItemRef (3.13, pythoncapi_compat.h before), make a copy that is "
         "yours with PySequence_Tuple, or hold a critical section on the list"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(SequenceFastMacro)

} // namespace ungil
