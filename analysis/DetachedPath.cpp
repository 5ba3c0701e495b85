#include "analysis/DetachedPath.h"

#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"
#include "clang/AST/ParentMapContext.h"
#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {

/// The macro that the user wrote, when the place comes from one.
std::string macroAt(SourceLocation Loc, const Unit &U) {
  if (!Loc.isMacroID())
    return {};
  const SourceManager &SM = U.sources();
  SourceLocation Outer = Loc;
  while (Loc.isMacroID()) {
    if (SM.isMacroArgExpansion(Loc)) { // the user wrote it out
      Loc = SM.getImmediateSpellingLoc(Loc);
      Outer = Loc.isMacroID() ? Outer : SourceLocation();
      continue;
    }
    Outer = Loc;
    Loc = SM.getImmediateExpansionRange(Loc).getBegin();
  }
  if (Outer.isInvalid())
    return {};
  return Lexer::getImmediateMacroName(Outer, SM, U.context().getLangOpts()).str();
}

/// The detaching operation as the user wrote it.
std::string operationName(const StateOrigin &Since, const Unit &U) {
  if (std::string Macro = macroAt(Since.At->getBeginLoc(), U); !Macro.empty())
    return Macro;
  const auto *E = dyn_cast<Expr>(Since.At);
  if (const auto *C = dyn_cast_or_null<CXXConstructExpr>(E))
    return typeName(C->getType());
  const FunctionDecl *Callee = E ? calleeOf(E) : nullptr;
  return Callee ? displayName(*Callee) : "";
}

std::string described(const DetachedUse &Use) {
  std::string Name = "'" + Use.Name + "'";
  if (Use.IsCopy)
    return "a " + Name + " is copied";
  if (Use.IsDestruction)
    return Use.Variable ? "'" + Use.Variable->getNameAsString() + "' is destroyed"
                        : "a " + Name + " is destroyed";
  return Name + " is called";
}

/// Whether the function counts as entered detached because it attaches in code that is left out here.
bool attachesWithGil(const Unit &U, const EntryPoint &Point) {
  return llvm::any_of(U.macros().LeftOutAttachments,
                      [&](const LeftOutBranch &Left) { return Left.Begin == Point.Registered; });
}

} // namespace

static bool namedUnderCondition(const Function &F, ASTContext &Context) {
  auto UnderCondition = [&](const Expr *Site) {
    DynTypedNode Node = DynTypedNode::create(*Site);
    for (auto Parents = Context.getParents(Node); !Parents.empty(); Parents = Context.getParents(Node)) {
      Node = Parents[0];
      if (Node.get<IfStmt>() || Node.get<ConditionalOperator>())
        return true;
    }
    return false;
  };
  const auto *Method = dyn_cast<CXXMethodDecl>(F.Decl);
  bool FromTemplate = F.Decl->isTemplateInstantiation() ||
                      (Method && isa<ClassTemplateSpecializationDecl>(Method->getParent()));
  return FromTemplate && F.Callers.empty() && !F.AddressTaken.empty() &&
         llvm::all_of(F.AddressTaken, UnderCondition);
}

Confidence surenessOf(Unit &U, const DetachedStretch &S, const DetachedUse &Use) {
  if (namedUnderCondition(*S.In, U.context()))
    return Confidence::Possible;
  if (!Use.Since.At && Knowledge::get().ReadsOnly.contains(Use.innermost().Name))
    return Confidence::Possible;
  if (Knowledge::get().CheckedAccessors.contains(Use.innermost().Name))
    return Confidence::Possible;
  bool Sure = Use.Since.At && !Use.Since.ByTest && !Use.Since.ByAttach && !Use.Inner && !Use.Unseen && !Use.Conditional &&
              !isa<OMPExecutableDirective>(Use.Since.At);
  return Sure ? Confidence::Certain : Confidence::Likely;
}

std::vector<DetachedStretch> detachedStretches(Unit &U,
                                               llvm::function_ref<bool(const DetachedUse &)> Wanted) {
  std::vector<DetachedStretch> Found;
  auto Add = [&](const Function *F, const DetachedUse *Use, const EntryPoint *Entered) {
    if (!Wanted(*Use))
      return;
    auto Same = llvm::find_if(Found, [&](const DetachedStretch &S) {
      return S.In == F && S.Since.At == Use->Since.At && (S.Since.At || S.Entered->Target == Entered->Target);
    });
    if (Same == Found.end())
      Same = Found.insert(Found.end(), {F, Use->Since, Entered, {}});
    if (!llvm::is_contained(Same->Uses, Use))
      Same->Uses.push_back(Use);
  };
  for (const auto &F : U.index().functions()) {
    auto Detached = U.threadStates().usesAfterDetaching(*F);
    for (const DetachedUse *Use : Detached)
      Add(F.get(), Use, nullptr);
    for (const DetachedUse *Use : U.threadStates().usesInRegions(*F))
      if (llvm::none_of(Detached, [&](const DetachedUse *Told) { return Told->Where == Use->Where; }))
        Add(F.get(), Use, nullptr);
  }
  for (const EntryPoint &Point : U.entryPoints().all())
    if (Point.Where == Context::Detached)
      for (const DetachedUse *Use : U.threadStates().usesWhenEnteredDetached(*Point.Target))
        Add(Point.Target, Use, &Point);
  for (DetachedStretch &S : Found)
    llvm::sort(S.Uses, [&](const DetachedUse *A, const DetachedUse *B) {
      if (bool(A->Variable) != bool(B->Variable)) // variables die last
        return bool(B->Variable);
      return U.sources().isBeforeInTranslationUnit(A->Where.getBegin(), B->Where.getBegin());
    });
  return Found;
}

std::string whyDetached(const Unit &U, const DetachedStretch &S) {
  if (!S.Since.At && attachesWithGil(U, *S.Entered))
    return "in '" + displayName(*S.In->Decl) + "', which attaches only on builds with the GIL";
  if (!S.Since.At)
    return "in '" + displayName(*S.In->Decl) + "', which is entered detached (" + S.Entered->Role + ")";
  if (isa<OMPExecutableDirective>(S.Since.At))
    return "in the threads of an OpenMP region";
  std::string Name = operationName(S.Since, U);
  if (S.Since.ByAttach)
    return "before '" + Name + "' attaches the thread";
  if (S.Uses.front()->Conditional)
    return "where '" + Name + "' has detached the thread on some paths";
  if (S.Since.ByTest)
    return "where '" + Name + "' says that no thread state is attached";
  if (llvm::StringRef(Name).contains("BEGIN"))
    return "after " + Name + " detached the thread";
  if (isa<CXXConstructExpr>(S.Since.At))
    return "while a '" + Name + "' keeps the thread detached";
  return "after '" + Name + "' detached the thread";
}

void explainDetached(const Unit &U, const DetachedStretch &S, const DetachedUse &Use, Diagnosis &D) {
  if (isa_and_nonnull<OMPExecutableDirective>(S.Since.At))
    D.Path.push_back(
        {S.Since.At->getBeginLoc(),
         "the region starts here; its threads have no attached thread state, but the first one"});
  else if (S.Since.ByAttach)
    D.Path.push_back({S.Since.At->getSourceRange(),
                      "the thread attaches here with a state that was kept elsewhere, which only a detached "
                      "thread may do"});
  else if (S.Since.At)
    D.Path.push_back({S.Since.At->getSourceRange(), S.Since.ByTest
                                                        ? "this test tells that the thread is detached"
                                                        : "the thread detaches here"});
  else if (attachesWithGil(U, *S.Entered))
    D.Path.push_back({S.Entered->Registered,
                      "this branch attaches, and is left out on builds without the GIL; the "
                      "thread state is needed there all the same"});
  else
    D.Path.push_back({S.Entered->Registered, "'" + displayName(*S.In->Decl) + "' is handed over here as " +
                                                 S.Entered->Role +
                                                 "; it starts without an attached thread state"});
  for (const DetachedUse *Outer = &Use; Outer->Inner; Outer = Outer->Inner) {
    const DetachedUse &Inner = *Outer->Inner;
    D.Path.push_back(
        {Inner.Where, "in '" + displayName(*Outer->Callee->Decl) + "', " + described(Inner) + " here"});
  }
  if (const CXXRecordDecl *Unseen = Use.innermost().Unseen)
    D.Path.push_back({Unseen->getDestructor()->getLocation(),
                      "'" + Unseen->getNameAsString() +
                          "' points to Python objects, and another unit defines this destructor for it"});
}

std::string adviceFor(const DetachedUse &Use, const DetachedStretch &S) {
  for (const auto &[Names, Text] : Knowledge::get().DetachedAdvice)
    if (Names.contains(Use.innermost().Name))
      return Text;
  if (!S.Since.At || isa<OMPExecutableDirective>(S.Since.At))
    return "attach first: PyGILState_Ensure() before it and PyGILState_Release() after it";
  return "move it out of the detached stretch, or attach around it";
}

} // namespace ungil
