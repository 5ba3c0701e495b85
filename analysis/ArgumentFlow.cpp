#include "analysis/ArgumentFlow.h"

#include "analysis/AccessPath.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/TypeDiscovery.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Basic/CharInfo.h"

namespace ungil {

using namespace clang;

namespace {

/// What each address argument of a parser call is parsed as: position after the format → unit and its type
/// argument.
struct FormatUnit {
  char Unit;
  int Destination;
  int Type; ///< position of O!'s type or O&'s converter; -1 for other units
};

std::vector<FormatUnit> unitsOf(llvm::StringRef Format) {
  std::vector<FormatUnit> Units;
  int Next = 0;
  for (std::size_t I = 0; I < Format.size(); ++I) {
    char C = Format[I], Modifier = I + 1 < Format.size() ? Format[I + 1] : '\0';
    if (C == ':' || C == ';')
      break;
    if (!isLetter(C))
      continue;
    if (C == 'e') { // es, et: encoding first
      ++I;
      Next += 2;
      continue;
    }
    bool HasType = C == 'O' && (Modifier == '!' || Modifier == '&');
    if (HasType) {
      Units.push_back({Modifier == '!' ? '!' : '&', Next + 1, Next});
      Next += 2;
      ++I;
      continue;
    }
    Units.push_back({C, Next++, -1});
    Next += Modifier == '#';
  }
  return Units;
}

const VarDecl *addressedVariable(const Expr *E) {
  const auto *U = E ? dyn_cast<UnaryOperator>(E->IgnoreParenCasts()) : nullptr;
  return U && U->getOpcode() == UO_AddrOf ? variableNamedBy(U->getSubExpr()) : nullptr;
}

} // namespace

ArgumentFlow::ArgumentFlow(const References &Refs, const Contexts &Reach) : Refs(Refs), Reach(Reach) {
  const auto &Parsers = Knowledge::get().Collector.ArgumentParsers;
  for (const Call &C : Refs.index().externalCalls()) {
    auto Parser = Parsers.find(calleeName(C.Site));
    if (Parser != Parsers.end())
      indexParser(C.Site, Parser->second.Format, Parser->second.First);
    else
      indexFills(C.Site);
  }
}

void ArgumentFlow::indexParser(const Expr *Call, int Format, int First) {
  const Expr *Argument = argumentOf(Call, Format);
  const auto *Text = Argument ? dyn_cast<StringLiteral>(Argument->IgnoreParenCasts()) : nullptr;
  if (!Text)
    return;
  for (const FormatUnit &U : unitsOf(Text->getString()))
    if (const VarDecl *V = addressedVariable(argumentOf(Call, First + U.Destination)))
      ParsedInto.try_emplace(V, Parsed{U.Unit, U.Type < 0 ? nullptr : argumentOf(Call, First + U.Type)});
}

void ArgumentFlow::indexFills(const Expr *Call) {
  const auto *C = dyn_cast<CallExpr>(Call);
  if (!C)
    return;
  for (const Expr *Argument : C->arguments())
    if (const VarDecl *V = addressedVariable(Argument); V && V->getType()->isPointerType())
      FilledBy[V].push_back(C);
}

const ArgumentFlow::Parsed *ArgumentFlow::parsed(const VarDecl *V) const {
  auto Known = ParsedInto.find(V);
  return Known == ParsedInto.end() ? nullptr : &Known->second;
}

bool ArgumentFlow::carries(const Expr *Value) const {
  Visited Seen;
  return carries(Value, Seen);
}

bool ArgumentFlow::carries(const Expr *E, Visited &Seen) const {
  E = E->IgnoreParenCasts();
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E))
    return carries(C->getTrueExpr(), Seen) || carries(C->getFalseExpr(), Seen);
  if (const auto *B = dyn_cast<BinaryOperator>(E))
    return carries(B->isAssignmentOp() || B->isCommaOp() ? B->getRHS() : B->getLHS(), Seen);
  if (const auto *U = dyn_cast<UnaryOperator>(E))
    return carries(U->getSubExpr(), Seen);
  if (const auto *S = dyn_cast<ArraySubscriptExpr>(E))
    return carries(S->getBase(), Seen);
  if (const auto *C = dyn_cast<CallExpr>(E))
    return callCarries(C, Seen);
  if (const auto *M = dyn_cast<MemberExpr>(E)) {
    const auto *Field = dyn_cast<FieldDecl>(M->getMemberDecl());
    if (!Field || !Refs.index().scope().contains(Field->getLocation()))
      return carries(M->getBase(), Seen);
    return Seen.insert(Field->getCanonicalDecl()).second &&
           llvm::any_of(Refs.on(Field), [&](const ReferenceOp &Op) {
             return Op.What == ReferenceOp::Store && Op.Value != Op.At && carries(Op.Value, Seen);
           });
  }
  const auto *R = dyn_cast<DeclRefExpr>(E);
  const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
  return V && Seen.insert(V).second && variableCarries(V, Seen);
}

bool ArgumentFlow::callCarries(const CallExpr *C, Visited &Seen) const {
  const Function *F = Refs.index().find(calleeOf(C));
  if (!F)
    return anyArgumentCarries(C, Seen);
  if (!Seen.insert(F->Decl).second)
    return false;
  for (const Expr *Returned : Refs.returnsOf(F)) {
    const auto *P = dyn_cast_or_null<ParmVarDecl>(variableNamedBy(Returned));
    const Expr *Argument = P ? argumentOf(C, int(P->getFunctionScopeIndex())) : nullptr;
    if (carries(Argument ? Argument : Returned, Seen))
      return true;
  }
  return false;
}

bool ArgumentFlow::anyArgumentCarries(const CallExpr *C, Visited &Seen) const {
  return llvm::any_of(C->arguments(), [&](const Expr *Argument) {
    return Argument->getType()->isAnyPointerType() && carries(Argument, Seen);
  });
}

bool ArgumentFlow::variableCarries(const VarDecl *V, Visited &Seen) const {
  // O! and O& say what the object is; their types are judged elsewhere.
  if (const Parsed *P = parsed(V))
    return P->Unit == 'O';
  for (const Expr *Assigned : Refs.valuesOf(V))
    if (carries(Assigned, Seen))
      return true;
  if (auto Fills = FilledBy.find(V); Fills != FilledBy.end())
    for (const CallExpr *C : Fills->second)
      if (anyArgumentCarries(C, Seen))
        return true;
  const auto *P = dyn_cast<ParmVarDecl>(V);
  return P && parameterCarries(P, Seen);
}

/// The first parameter of a function that Python calls is the object or the module; a type refers to no
/// instance.
bool ArgumentFlow::parameterCarries(const ParmVarDecl *P, Visited &Seen) const {
  const Function *F = Refs.index().find(dyn_cast<FunctionDecl>(P->getDeclContext()));
  if (!F || typeName(P->getType()) == "_typeobject")
    return false;
  Contexts::Route Way = Reach.routeTo(F, {Context::Alloc, Context::Reinit, Context::Concurrent});
  if (Way.Entry && Way.Calls.empty())
    return P->getFunctionScopeIndex() > 0;
  return llvm::any_of(F->Callers, [&](const Call *C) {
    const Expr *Argument = argumentOf(C->Site, int(P->getFunctionScopeIndex()));
    return Argument && carries(Argument, Seen);
  });
}

} // namespace ungil
