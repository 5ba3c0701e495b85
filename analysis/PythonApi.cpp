#include "analysis/PythonApi.h"

#include "analysis/Names.h"
#include "analysis/PathFacts.h"
#include "analysis/UnitIndex.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {
bool ofBindingLibrary(const FunctionDecl &F) {
  for (const DeclContext *C = F.getDeclContext(); C; C = C->getParent())
    if (const auto *N = dyn_cast<NamespaceDecl>(C);
        N && Knowledge::get().BindingNamespaces.contains(N->getName()))
      return true;
  return false;
}
} // namespace

const PythonApi::Entry &PythonApi::entryOf(const FunctionDecl *F) {
  F = F->getCanonicalDecl();
  auto [At, New] = Known.try_emplace(F);
  if (!New)
    return At->second;
  Entry Result;
  if (F->getIdentifier() && F->getDeclContext()->getRedeclContext()->isFileContext()) {
    llvm::StringRef Name = F->getName();
    if (auto Operation = Knowledge::get().StateOperations.find(Name);
        Operation != Knowledge::get().StateOperations.end())
      Result.Operation = &Operation->second;
    else
      Result.What = classify(*F, Name);
  }
  if (Result.What == Nothing && !Result.Operation && ofBindingLibrary(*F))
    Result.What = ofBinding(*F);
  return Known[F] = Result;
}

PythonApi::Need PythonApi::needOf(const FunctionDecl *F) { return F ? entryOf(F).What : Nothing; }

const StateOperation *PythonApi::operationOf(const FunctionDecl *F) {
  return F ? entryOf(F).Operation : nullptr;
}

PythonApi::Need PythonApi::classify(const FunctionDecl &F, llvm::StringRef Name) const {
  const Knowledge &K = Knowledge::get();
  if (K.Increments.contains(Name))
    return Increment;
  if (K.Decrements.contains(Name))
    return Decrement;
  if (K.AttachedFunctions.contains(Name) && !F.isDefined())
    return Attached;
  bool OfPython = llvm::any_of(K.ApiPrefixes, [&](const std::string &P) {
    return Name.starts_with(P) && Name.size() > P.size() &&
           (Name[P.size()] == '_' || isUppercase(Name[P.size()]));
  });
  if (!OfPython || K.CallableDetached.contains(Name) || Scope.contains(F.getLocation()))
    return Nothing;
  return Attached;
}

PythonApi::Need PythonApi::ofBinding(const FunctionDecl &F) {
  const Knowledge &K = Knowledge::get();
  std::string Name = qualifiedName(F);
  if (K.BindingIncrements.contains(Name))
    return Increment;
  if (K.BindingDecrements.contains(Name))
    return Decrement;
  return K.BindingNeedsAttached.contains(Name) ? Attached : Nothing;
}

static bool tellsAttached(const FunctionDecl &F, unsigned Depth) {
  if (F.getIdentifier() && Knowledge::get().StateTests.contains(F.getName()))
    return true;
  const auto *Body = dyn_cast_or_null<CompoundStmt>(F.getBody());
  const auto *Return = Body && Body->size() == 1 ? dyn_cast<ReturnStmt>(Body->body_front()) : nullptr;
  if (!Return || !Return->getRetValue() || Depth == 0)
    return false;
  Predicate Answer = predicateOf(Return->getRetValue(), F.getASTContext());
  const auto *C = dyn_cast_or_null<CallExpr>(Answer.Tested);
  const FunctionDecl *Asked = C ? C->getDirectCallee() : nullptr;
  return Answer.Positive && Asked && tellsAttached(*Asked, Depth - 1);
}

bool tellsAttached(const FunctionDecl &F) {
  constexpr unsigned WrappersInWrappers = 3;
  return tellsAttached(F, WrappersInWrappers);
}

bool ownsReference(const CXXRecordDecl &Record) {
  return Record.getIdentifier() && Knowledge::get().ReferenceOwners.contains(qualifiedName(Record));
}

const StateOperation::Kind *stateGuard(QualType T) {
  const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
  if (!Record)
    return nullptr;
  auto Known = Knowledge::get().StateGuards.find(typeName(T));
  return Known == Knowledge::get().StateGuards.end() ? nullptr : &Known->second;
}

bool inIgnoredMacro(SourceLocation Loc, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  while (Loc.isMacroID()) {
    llvm::StringRef Name = Lexer::getImmediateMacroName(Loc, SM, Context.getLangOpts());
    if (Knowledge::get().IgnoredMacros.contains(Name))
      return true;
    Loc = SM.getImmediateMacroCallerLoc(Loc);
  }
  return false;
}

bool isImmortal(const Expr *E) {
  E = E->IgnoreParenCasts();
  if (const auto *U = dyn_cast<UnaryOperator>(E); U && U->getOpcode() == UO_AddrOf)
    E = U->getSubExpr()->IgnoreParenCasts();
  const auto *R = dyn_cast<DeclRefExpr>(E);
  return R && R->getDecl()->getIdentifier() && Knowledge::get().Immortals.contains(R->getDecl()->getName());
}

} // namespace ungil
