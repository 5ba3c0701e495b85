// Reports an instance of a collected type that is allocated or freed as a plain object, and a plain object
// that is allocated, untracked or freed as a collected one: the two live in different heaps, and only one has
// the collector's header.
//
// Does not report frees through tp_free, functions that several kinds of types share, and functions that ask
// at run time whether the object takes part in collection.
//
// Known holes: types that are chosen at run time.

#include "analysis/EdgeNotes.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/NullTests.h"
#include "analysis/TypeDiscovery.h"
#include "checks/Check.h"

#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

class GcAllocMismatch : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    judgeAllocations(U, Found);
    std::map<const Function *, std::vector<const TypeInfo *>> Deallocs;
    for (const auto &T : U.types().types())
      if (const Function *F = T->slot("tp_dealloc").Body)
        Deallocs[F].push_back(T.get());
    for (const auto &F : U.index().functions()) // in the order of the source
      if (auto Known = Deallocs.find(F.get()); Known != Deallocs.end())
        judgeDealloc(U, Known->first, Known->second, Found);
    for (const auto &T : U.types().types())
      judgeFreeSlot(U, *T, Found);
    return Found;
  }

private:
  static const CollectorKnowledge &collector() { return Knowledge::get().Collector; }

  static void judgeAllocations(Unit &U, std::vector<Diagnosis> &Found) {
    for (const Call &C : U.index().externalCalls()) {
      llvm::StringRef Name = calleeName(C.Site);
      bool Plain = collector().AllocatePlain.contains(Name),
           Collected = collector().AllocateCollected.contains(Name);
      const clang::Expr *Type = Plain || Collected ? argumentOf(C.Site, 0) : nullptr;
      BaseType Named = Type ? U.types().typeNamedBy(Type) : BaseType();
      if (Named.What != BaseType::InUnit)
        continue;
      Answer Is = U.types().isCollected(*Named.Type);
      if ((!Plain || Is != Answer::Yes) && (!Collected || Is != Answer::No))
        continue;
      Found.push_back(
          describe(U, *Named.Type, C,
                   Plain ? "is allocated as a plain object" : "is allocated as a collected object"));
      if (auto R = repairAllocation(U, C, Plain))
        Found.back().Repairs.push_back(std::move(*R));
    }
  }

  static void judgeDealloc(Unit &U, const Function *Dealloc, const std::vector<const TypeInfo *> &Types,
                           std::vector<Diagnosis> &Found) {
    Answer Is = U.types().isCollected(*Types.front());
    for (const TypeInfo *T : Types)
      if (Is == Answer::Unknown || U.types().isCollected(*T) != Is)
        return;
    for (const Function *F : U.types().references().of(Dealloc).Functions)
      for (const Call &C : F->Calls)
        if (collector().CollectorTests.contains(calleeName(C.Site)))
          return;
    for (const Call &C : Dealloc->Calls) {
      llvm::StringRef Name = calleeName(C.Site);
      const clang::Expr *Object = argumentOf(C.Site, 0);
      if (!Object || !isSelf(U, Dealloc, Object))
        continue;
      bool Untracked = Is == Answer::No && collector().Untrack.contains(Name);
      if (Is == Answer::Yes && collector().FreePlain.contains(Name))
        Found.push_back(describe(U, *Types.front(), C, "is freed as a plain object"));
      else if (Is == Answer::No && collector().FreeCollected.contains(Name))
        Found.push_back(describe(U, *Types.front(), C, "is freed as a collected object"));
      else if (Untracked)
        Found.push_back(describe(U, *Types.front(), C, "is untracked"));
      else
        continue;
      if (auto Hint = Untracked ? removeStatement(U, C) : swapName(U, C.Site->getBeginLoc()))
        Found.back().Repairs.push_back(
            {Untracked ? "drop the call" : "use the function that fits the type", {*Hint}});
    }
  }

  /// tp_free given by hand.
  static void judgeFreeSlot(Unit &U, const TypeInfo &T, std::vector<Diagnosis> &Found) {
    Slot Free = T.slot("tp_free");
    llvm::StringRef Name = Free.Named && Free.Named->getIdentifier() ? Free.Named->getName() : "";
    Answer Is = U.types().isCollected(T);
    bool Plain = collector().FreePlain.contains(Name), Collected = collector().FreeCollected.contains(Name);
    if ((Is != Answer::Yes || !Plain) && (Is != Answer::No || !Collected))
      return;
    Diagnosis D;
    D.Where = Free.At->getSourceRange();
    D.Message = "'" + T.Name + "' takes " + (Plain ? "part" : "no part") +
                " in cycle collection but its tp_free is " + Name.str() + "; the interpreter crashes";
    D.Sureness = Confidence::Certain;
    D.Path.push_back({nameRange(T.Definition), "'" + T.Name + "' is defined here"});
    D.Path.push_back({D.Where, std::string("use ") + (Plain ? "PyObject_GC_Del" : "PyObject_Free") +
                                   ", or leave tp_free to the interpreter"});
    if (auto Hint = swapName(U, Free.At->IgnoreParenCasts()->getBeginLoc()))
      D.Repairs.push_back({"use the function that fits the type", {*Hint}});
    Found.push_back(std::move(D));
  }

  static std::string counterpart(llvm::StringRef Name) { return collector().Counterparts.lookup(Name); }

  static std::optional<clang::FixItHint> swapName(Unit &U, clang::SourceLocation At) {
    At = U.sources().getExpansionLoc(At);
    std::string Other = counterpart(sourceText(At, U.context()));
    if (Other.empty())
      return std::nullopt;
    return clang::FixItHint::CreateReplacement(clang::SourceRange(At), Other);
  }

  static std::optional<clang::FixItHint> removeStatement(Unit &U, const Call &C) {
    clang::SourceRange Range = C.Site->getSourceRange();
    if (!isStatement(C.Site, U.context()) || Range.getBegin().isMacroID() || Range.getEnd().isMacroID())
      return std::nullopt;
    clang::SourceLocation End = clang::Lexer::findLocationAfterToken(
        Range.getEnd(), clang::tok::semi, U.sources(), U.context().getLangOpts(),
        /*SkipTrailingWhitespaceAndNewLine=*/true);
    if (End.isInvalid())
      return std::nullopt;
    return clang::FixItHint::CreateRemoval(clang::CharSourceRange::getCharRange(Range.getBegin(), End));
  }

  /// A collected object has to be tracked as well: before the return at the end, where the block that makes
  /// it has left when there is none.
  static std::optional<Repair> repairAllocation(Unit &U, const Call &C, bool Plain) {
    auto Name = swapName(U, C.Site->getBeginLoc());
    if (!Name)
      return std::nullopt;
    Repair R{"use the function that fits the type", {*Name}};
    if (!Plain)
      return R;
    const auto *Body = llvm::dyn_cast<clang::CompoundStmt>(C.In->Decl->getBody());
    const clang::VarDecl *Object = nullptr;
    bool Left = false;
    if (!Body || Body->body_empty())
      return std::nullopt;
    for (const clang::Stmt *S : Body->body()) {
      if (const auto *D = llvm::dyn_cast<clang::DeclStmt>(S); D && !Object && D->isSingleDecl())
        Object = madeBy(C, D->getSingleDecl());
      else if (Object && !Left)
        if (!(Left = leavesIfNull(S, [&](const clang::Expr *E) { return variableNamedBy(E) == Object; })))
          return std::nullopt;
    }
    const auto *Last = Left ? llvm::dyn_cast<clang::ReturnStmt>(Body->body_back()) : nullptr;
    if (!Last || Last->getBeginLoc().isMacroID())
      return std::nullopt;
    std::string Indent(U.sources().getSpellingColumnNumber(Last->getBeginLoc()) - 1, ' ');
    R.Hints.push_back(clang::FixItHint::CreateInsertion(
        Last->getBeginLoc(), "PyObject_GC_Track(" + Object->getNameAsString() + ");\n" + Indent));
    return R;
  }

  static const clang::VarDecl *madeBy(const Call &C, const clang::Decl *D) {
    const auto *V = llvm::dyn_cast<clang::VarDecl>(D);
    return V && V->getInit() && V->getInit()->IgnoreParenCasts() == C.Site ? V : nullptr;
  }

  static bool isSelf(Unit &U, const Function *Dealloc, const clang::Expr *Object) {
    Origins From = U.types().references().originsOf(Object);
    return From.size() == 1 && From.front().What == Origin::Parameter && Dealloc->Decl->getNumParams() > 0 &&
           From.front().Decl == Dealloc->Decl->getParamDecl(0)->getCanonicalDecl();
  }

  /// PyObject_New and not _PyObject_New, which the macro calls.
  static std::string nameAsWritten(Unit &U, const Call &C) {
    std::string Written = sourceText(U.sources().getExpansionLoc(C.Site->getBeginLoc()), U.context());
    return counterpart(Written).empty() ? displayName(*C.Callee) : Written;
  }

  static Diagnosis describe(Unit &U, const TypeInfo &T, const Call &C, llvm::StringRef What) {
    bool Collected = T.has("collected") || What.contains("plain");
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = "'" + T.Name + "' " +
                (Collected ? "takes part in cycle collection" : "does not take part in cycle collection") +
                " but " + What.str() + " with " + nameAsWritten(U, C) + "; the interpreter crashes";
    D.Sureness = Confidence::Certain;
    D.Path.push_back({nameRange(T.Definition), std::string("'") + T.Name + "' is defined here, " +
                                                   (Collected ? "with" : "without") + " Py_TPFLAGS_HAVE_GC"});
    D.Path.push_back(
        {D.Where,
         Collected
             ? "use PyObject_GC_New with PyObject_GC_Track, or tp_alloc; free with tp_free or PyObject_GC_Del"
             : "use the plain functions, or add Py_TPFLAGS_HAVE_GC with tp_traverse"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(GcAllocMismatch)

} // namespace ungil
