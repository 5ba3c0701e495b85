#include "analysis/Unit.h"

#include "analysis/Knowledge.h"
#include "analysis/Names.h"

namespace ungil {

using namespace clang;

namespace {

bool isSynchronised(const VarDecl *V) {
  QualType T = V->getASTContext().getBaseElementType(V->getType());
  return T->isAtomicType() || Knowledge::get().SynchronisedTypes.contains(typeName(T)) ||
         Knowledge::get().LockTypes.contains(typeName(T));
}

bool isConstant(const VarDecl *V) {
  QualType T = V->getASTContext().getBaseElementType(V->getType());
  return V->isConstexpr() || T.isConstQualified();
}

} // namespace

Unit::Unit(ASTContext &Context, const MacroTable &Macros, std::string Root, UnitOptions Options)
    : Macros(Macros), Options(Options), Scope(Context.getSourceManager(), std::move(Root)),
      Index(Context, Scope), Entries(Index, Macros, Options), Reach(Index, Entries),
      Paths(Index.moduleStates(), Scope), Locks(Index, Entries, Reach, Paths), States(Index, Entries, Reach),
      Objects(Index, Entries, Reach, Paths, Locks), Sections(Index, Paths, Locks) {}

SharedState &Unit::shared() {
  if (!Shared)
    Shared = std::make_unique<SharedState>(Index, Entries, Reach, Paths, Locks);
  return *Shared;
}

const TypeGraph &Unit::types() const {
  if (!Types)
    Types = std::make_unique<TypeGraph>(Index, Reach);
  return *Types;
}

Statistics Unit::statistics() {
  const EntryPointCounts &E = Entries.counts();
  Statistics S;
  S["types.present"] = E.Types;
  S["modules.present"] = E.Modules;
  S["slots.present"] = E.SlotsPresent;
  S["slots.resolved"] = E.SlotsResolved;
  S["methods.present"] = E.MethodsPresent;
  S["methods.resolved"] = E.MethodsResolved;
  S["callbacks.present"] = E.CallbacksPresent;
  S["callbacks.resolved"] = E.CallbacksResolved;
  S["functions.present"] = Index.functions().size();
  for (const auto &F : Index.functions())
    S["functions.resolved"] += !Reach.of(F.get()).empty();
  S["statics.present"] = Index.statics().size();
  for (const VarDecl *V : Index.statics()) {
    const char *Kind = V->getTLSKind() != VarDecl::TLS_None ? "statics.thread-local"
                       : isConstant(V)                      ? "statics.constant"
                       : isSynchronised(V)                  ? "statics.synchronised"
                                                            : "statics.mutable";
    ++S[Kind];
  }
  S["calls.external"] = Index.externalCalls().size();
  S["graphs.given-up"] = Locks.functionsGivenUp() + States.functionsGivenUp();
  const ThreadStates::RegionCounts Regions = States.regions();
  S["thread-state.regions.present"] = Regions.Present;
  S["thread-state.regions.resolved"] = Regions.Resolved;
  S["thread-state.functions"] = States.functionsAnalysed();
  if (Types)
    Types->count(S);
  return S;
}

} // namespace ungil
