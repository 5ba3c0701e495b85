#include "analysis/Construction.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Makers.h"
#include "analysis/Names.h"
#include "analysis/NullTests.h"
#include "analysis/SlotExpectations.h"
#include "analysis/Teardown.h"
#include "analysis/TypeDiscovery.h"

#include <set>

namespace ungil {

using namespace clang;

namespace {

const CollectorKnowledge &collector() { return Knowledge::get().Collector; }

/// What an expression stands for when it is tested: self->part, also in `(self->part = f()) == NULL`.
const MemberExpr *memberTested(const Expr *E) {
  E = E->IgnoreParenCasts();
  if (const auto *B = dyn_cast<BinaryOperator>(E); B && B->getOpcode() == BO_Assign)
    E = B->getLHS()->IgnoreParenCasts();
  return dyn_cast<MemberExpr>(E);
}

/// Walks the paths of one function.
class MakerFlow {
public:
  struct Object {
    bool Made = false, Zeroed = false, Tracked = false, AllSet = false;
    std::set<std::pair<const FieldDecl *, bool>> Set; ///< fields, and elements of fields
    std::set<const FieldDecl *> Ready;                ///< set to something that is not null
    const Expr *TrackedAt = nullptr, *PublishedAt = nullptr;
    std::string PublishedIn;
    bool operator==(const Object &) const = default;
  };
  using State = std::map<const VarDecl *, Object>;

  MakerFlow(Unit &U, const Function *In, const MakerReader &Reader,
            const std::function<const Expectations &(const RecordDecl *)> &Expected,
            std::vector<ConstructionFault> &Found)
      : U(U), Refs(U.types().references()), In(In), Reader(Reader), Expected(Expected), Found(Found) {}

  State entry() { return {}; }
  bool join(State &Into, const State &From) {
    State Old = Into;
    for (auto It = Into.begin(); It != Into.end();) {
      auto Other = From.find(It->first);
      if (Other == From.end()) {
        It = Into.erase(It);
        continue;
      }
      meet(It->second, Other->second);
      ++It;
    }
    return Old != Into;
  }
  void apply(State &S, const CFGElement &E) { step(S, E, false); }
  void visit(const State &S, const CFGElement &E) {
    State Copy = S;
    step(Copy, E, true);
  }
  void applyEdge(State &S, const CFGBlock &From, unsigned Successor) {
    const auto *Condition = dyn_cast_or_null<Expr>(From.getTerminatorCondition());
    if (!Condition || From.succ_size() != 2)
      return;
    NullTest Test = nullTestOf(Condition, U.context());
    if (!Test.Operand || (Successor == 0) != Test.HoldsForNull)
      return;
    if (const VarDecl *V = Reader.rootOf(Test.Operand))
      S.erase(V); // there is no object here
    const MemberExpr *M = memberTested(Test.Operand);
    Target T = M ? Reader.targetOf(M) : Target();
    if (auto It = S.find(T.Object); T.Object && It != S.end())
      It->second.Ready.erase(T.Fields.back().first);
  }
  void leave(const State &) {}

private:
  static void meet(Object &Into, const Object &From) {
    Into.Made &= From.Made;
    Into.Zeroed &= From.Zeroed;
    Into.Tracked &= From.Tracked;
    Into.AllSet &= From.AllSet;
    std::erase_if(Into.Set, [&](const auto &F) { return !From.Set.contains(F); });
    std::erase_if(Into.Ready, [&](const FieldDecl *F) { return !From.Ready.contains(F); });
    if (!From.TrackedAt)
      Into.TrackedAt = nullptr;
    if (!From.PublishedAt)
      Into.PublishedAt = nullptr;
  }

  const Expectations &expectedOf(const VarDecl *V) const {
    static const Expectations None;
    const RecordDecl *Struct = Reader.Objects.lookup(V);
    return Struct ? Expected(Struct) : None;
  }

  void step(State &S, const CFGElement &Element, bool Report) {
    auto Statement = Element.getAs<CFGStmt>();
    if (!Statement)
      return;
    if (const auto *D = dyn_cast<DeclStmt>(Statement->getStmt())) {
      for (const Decl *Declared : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Declared); V && V->getInit())
          make(S, V, V->getInit());
    } else if (const auto *B = dyn_cast<BinaryOperator>(Statement->getStmt())) {
      if (B->getOpcode() == BO_Assign)
        assign(S, B, Report);
    } else if (const auto *C = dyn_cast<CallExpr>(Statement->getStmt())) {
      call(S, C, Report);
    }
  }

  void make(State &S, const VarDecl *V, const Expr *Value) {
    if (!Reader.Objects.contains(V))
      return;
    bool Zeroed = MakerReader::isZeroed(Value);
    if (!Zeroed && !MakerReader::isRaw(Value)) {
      if (!variableNamedBy(Value))
        S.erase(V);
      return;
    }
    Object &O = S[V] = {};
    O.Made = true;
    O.Zeroed = Zeroed;
    O.Tracked = Zeroed && expectedOf(V).TrackedByAlloc;
    O.TrackedAt = O.Tracked ? Value->IgnoreParenCasts() : nullptr;
  }

  void assign(State &S, const BinaryOperator *B, bool Report) {
    if (const VarDecl *V = variableNamedBy(B->getLHS()); V && !V->hasGlobalStorage())
      return make(S, V, B->getRHS());
    publish(S, B->getLHS(), B->getRHS(), B);
    if (const auto *Deref = dyn_cast<UnaryOperator>(B->getLHS()->IgnoreParenCasts());
        Deref && Deref->getOpcode() == UO_Deref)
      setAll(S, Deref->getSubExpr());
    Target T = Reader.targetOf(B->getLHS());
    auto It = T.Object ? S.find(T.Object) : S.end();
    if (It == S.end())
      return;
    Object &O = It->second;
    for (auto Place : T.Fields) {
      if (Report && O.PublishedAt && !O.AllSet && !O.Set.contains(Place))
        tellPublished(T.Object, O, Place.first, B);
      O.Set.insert(Place);
      if (isNullConstant(B->getRHS(), U.context()))
        O.Ready.erase(Place.first);
      else if (!Place.second)
        O.Ready.insert(Place.first);
    }
  }

  void setAll(State &S, const Expr *Pointer) {
    const VarDecl *V = Reader.rootOf(Pointer);
    if (auto It = S.find(V); V && It != S.end())
      It->second.AllSet = true;
  }

  /// The object is stored in a variable with static storage or in what one leads to, with no lock.
  void publish(State &S, const Expr *Target, const Expr *Value, const Expr *At) {
    const VarDecl *V = Reader.rootOf(Value);
    auto It = V ? S.find(V) : S.end();
    auto Place = It == S.end() ? std::nullopt : U.paths().resolve(Target);
    if (!Place || (Place->Kind != AccessPath::Static && Place->Kind != AccessPath::ModuleState))
      return;
    if (It->second.PublishedAt || !U.locks().within(*In, At).empty())
      return;
    It->second.PublishedAt = At;
    It->second.PublishedIn = Place->spelling();
  }

  void call(State &S, const CallExpr *C, bool Report) {
    llvm::StringRef Name = calleeName(C);
    const Expr *First = C->getNumArgs() ? C->getArg(0) : nullptr;
    const VarDecl *V = First ? Reader.rootOf(First) : nullptr;
    auto It = V ? S.find(V) : S.end();
    const CollectorKnowledge &K = collector();
    if (K.Track.contains(Name) && It != S.end())
      return track(V, It->second, C, Report);
    if (K.Untrack.contains(Name) && It != S.end()) {
      It->second.Tracked = false;
      return;
    }
    if (Report && K.Drops.contains(Name) && It != S.end())
      tellDropped(V, It->second, C);
    if (Report && letsOthersRun(C))
      for (const auto &[Other, O] : S)
        tellSeen(Other, O, C);
    const Knowledge &All = Knowledge::get();
    if (auto Kept = All.Retained.find(Name);
        Kept != All.Retained.end() && All.ChangesContainer.contains(Name))
      for (int Position : Kept->second)
        if (const Expr *Value = argumentOf(C, Position))
          publish(S, First, Value, C);
    spread(S, C, Name);
  }

  /// What a callee that gets the object can set.
  void spread(State &S, const CallExpr *C, llvm::StringRef Name) {
    const Function *Callee = U.index().find(calleeOf(C));
    bool IsApi = collector().PythonApi.contains(Name);
    const Expr *This = argumentOf(C, ThisArgument);
    for (unsigned I = 0; I < C->getNumArgs() + 1; ++I) {
      const Expr *Argument = I < C->getNumArgs() ? C->getArg(I) : This;
      if (!Argument)
        continue;
      if (const auto *Address = dyn_cast<UnaryOperator>(Argument->IgnoreParenCasts());
          Address && Address->getOpcode() == UO_AddrOf) {
        Target T = Reader.targetOf(Address->getSubExpr());
        if (auto It = T.Object ? S.find(T.Object) : S.end(); It != S.end())
          for (auto Place : T.Fields) {
            It->second.Set.insert(Place);
            It->second.Ready.insert(Place.first);
          }
      }
      const VarDecl *V = Reader.rootOf(Argument);
      auto It = V ? S.find(V) : S.end();
      if (It == S.end() || (!Callee && IsApi))
        continue;
      if (!Callee)
        It->second.AllSet = true;
      else
        for (const FieldDecl *F : Refs.of(Callee).Mentioned) {
          It->second.Set.insert({F, false});
          It->second.Set.insert({F, true});
          It->second.Ready.insert(F);
        }
    }
  }

  bool letsOthersRun(const CallExpr *C) const {
    return ungil::letsOthersRun(calleeName(C)) || calleeLetsOthersRun(U.index().find(calleeOf(C)), 0);
  }
  bool calleeLetsOthersRun(const Function *F, unsigned Depth) const {
    constexpr unsigned MaxDepth = 2;
    return F && llvm::any_of(F->Calls, [&](const Call &C) {
             return ungil::letsOthersRun(calleeName(C.Site)) ||
                    (Depth < MaxDepth && calleeLetsOthersRun(U.index().find(C.Callee), Depth + 1));
           });
  }

  void track(const VarDecl *V, Object &O, const CallExpr *C, bool Report) {
    if (Report && O.Tracked && O.TrackedAt)
      tell(fault(ConstructionFault::TrackedTwice, V, nullptr, C, O.TrackedAt));
    if (Report && O.Made && !O.Zeroed && !O.AllSet)
      for (const FieldDecl *Field : unsetFields(V, O, C))
        tell(fault(ConstructionFault::Unset, V, Field, C, storeAfter(V, Field, C)));
    O.Tracked = true;
    O.TrackedAt = C;
  }

  std::vector<const FieldDecl *> unsetFields(const VarDecl *V, const Object &O, const Expr *At) const {
    std::vector<const FieldDecl *> Unset;
    if (const RecordDecl *Struct = Reader.Objects.lookup(V))
      addUnset(V, O, At, expectedOf(V), Struct->getDefinition(), Unset);
    return Unset;
  }
  void addUnset(const VarDecl *V, const Object &O, const Expr *At, const Expectations &Expected,
                const RecordDecl *Record, std::vector<const FieldDecl *> &Unset) const {
    for (const FieldDecl *Declared : Record ? Record->fields() : RecordDecl::field_range({}, {})) {
      const FieldDecl *Field = Declared->getCanonicalDecl();
      if (O.Set.contains({Field, false}) || elementsStoredBefore(V, Field, At))
        continue;
      if (Expected.Visited.contains(Field) && Field->getType()->isAnyPointerType()) {
        Unset.push_back(Field);
        continue;
      }
      const RecordDecl *Inner = Field->getType()->getAsRecordDecl();
      if (Inner && !isObjectStruct(Inner) && U.scope().contains(Inner->getLocation()))
        addUnset(V, O, At, Expected, Inner->getDefinition(), Unset);
      else if (Inner && isOwnStruct(Inner))
        addUnset(V, O, At, Expected, Inner->getDefinition(), Unset);
    }
  }
  bool elementsStoredBefore(const VarDecl *V, const FieldDecl *Field, const Expr *At) const {
    return llvm::any_of(Reader.Stores, [&](const StoreSeen &S) {
      return S.Object == V && S.Field == Field && S.Elements && writtenBefore(S.At, At, U.sources());
    });
  }
  const Expr *storeAfter(const VarDecl *V, const FieldDecl *Field, const Expr *At) const {
    for (const StoreSeen &S : Reader.Stores)
      if (S.Object == V && S.Field == Field && U.sources().isBeforeInTranslationUnit(begin(At), end(S.At)))
        return S.At;
    return nullptr;
  }
  SourceLocation begin(const Expr *E) const { return U.sources().getExpansionLoc(E->getBeginLoc()); }
  SourceLocation end(const Expr *E) const { return U.sources().getExpansionLoc(E->getEndLoc()); }
  const Expr *storeBefore(const VarDecl *V, const FieldDecl *Field, const Expr *At) const {
    const Expr *Last = nullptr;
    for (const StoreSeen &S : Reader.Stores)
      if (S.Object == V && S.Field == Field && !S.Elements && writtenBefore(S.At, At, U.sources()))
        Last = S.At;
    return Last;
  }
  bool isZeroedArray(const VarDecl *V, const Object &O, const FieldDecl *Array) const {
    if (Array->getType()->isArrayType())
      return O.Zeroed;
    return llvm::any_of(Reader.Stores, [&](const StoreSeen &S) {
      llvm::StringRef Name = calleeName(S.Value->IgnoreParenCasts());
      return S.Object == V && S.Field == Array && !S.Elements &&
             Name.lower().find("calloc") != std::string::npos;
    });
  }

  ConstructionFault fault(ConstructionFault::Kind What, const VarDecl *V, const FieldDecl *Field,
                          const Expr *At, const Expr *Later) const {
    ConstructionFault F;
    F.What = What;
    F.In = In;
    F.Object = V;
    F.Field = Field;
    F.At = At;
    F.Later = Later;
    return F;
  }

  void tellFollowed(ConstructionFault F, const Followed &P) {
    F.Follows = P.At;
    F.FollowsIn = P.In;
    tell(std::move(F));
  }

  void tellDropped(const VarDecl *V, const Object &O, const CallExpr *C) {
    if (!O.Zeroed || O.AllSet)
      return;
    for (const Followed &P : expectedOf(V).Pointers)
      if (!P.InTraverse && !O.Ready.contains(P.Field))
        return tellFollowed(fault(ConstructionFault::Dropped, V, P.Field, C, nullptr), P);
  }

  void tellSeen(const VarDecl *V, const Object &O, const CallExpr *C) {
    if (!O.Tracked || O.AllSet)
      return;
    const Expectations &E = expectedOf(V);
    for (const Followed &P : E.Pointers)
      if (const Expr *Later = storeAfter(V, P.Field, C);
          Later && P.InTraverse && O.Zeroed && !O.Ready.contains(P.Field))
        return tellFollowed(fault(ConstructionFault::Seen, V, P.Field, C, Later), P);
    for (auto [Count, Array] : E.Counts) {
      if (!O.Set.contains({Count, false}) || O.Set.contains({Array, true}) || isZeroedArray(V, O, Array))
        continue;
      const Expr *Counted = storeBefore(V, Count, C);
      const Expr *Filled = storeAfter(V, Array, C);
      if (!Counted || !Filled)
        continue;
      ConstructionFault F = fault(ConstructionFault::CountFirst, V, Array, Counted, Filled);
      F.Count = Count;
      F.Meanwhile = C;
      return tell(std::move(F));
    }
  }

  void tellPublished(const VarDecl *V, const Object &O, const FieldDecl *Field, const Expr *Later) {
    ContextSet Shared = U.contexts().of(In);
    if (!Shared.intersects(ManyThreads))
      return;
    ConstructionFault F = fault(ConstructionFault::Published, V, Field, O.PublishedAt, Later);
    F.Where = O.PublishedIn;
    tell(std::move(F));
  }

  void tell(ConstructionFault F) {
    bool Known = llvm::any_of(Found, [&](const ConstructionFault &Other) {
      return Other.At == F.At && Other.What == F.What &&
             (Other.Field == F.Field || F.What == ConstructionFault::Published);
    });
    if (!Known)
      Found.push_back(std::move(F));
  }

  Unit &U;
  const References &Refs;
  const Function *In;
  const MakerReader &Reader;
  const std::function<const Expectations &(const RecordDecl *)> &Expected;
  std::vector<ConstructionFault> &Found;
};

} // namespace

std::vector<ConstructionFault> constructionFaults(Unit &U) {
  std::vector<ConstructionFault> Found;
  if (U.types().types().empty())
    return Found;
  std::map<const RecordDecl *, Expectations> Known;
  std::function<const Expectations &(const RecordDecl *)> Expected =
      [&](const RecordDecl *Struct) -> const Expectations & {
    auto [It, New] = Known.try_emplace(cast<RecordDecl>(Struct->getCanonicalDecl()));
    if (New)
      It->second = expectationsOf(It->first, U.types());
    return It->second;
  };
  for (const auto &F : U.index().functions()) {
    MakerReader Reader(U.types().references());
    Reader.TraverseStmt(F->Decl->getBody());
    Reader.finish();
    auto Graph = Reader.Objects.empty() ? nullptr : FlowGraph::of(F->Decl);
    if (!Graph)
      continue;
    MakerFlow Flow(U, F.get(), Reader, Expected, Found);
    solveForward(Graph->cfg(), Flow);
  }
  llvm::sort(Found, [&](const ConstructionFault &A, const ConstructionFault &B) {
    return A.At != B.At ? writtenBefore(A.At, B.At, U.sources())
                        : A.Field && B.Field && A.Field->getFieldIndex() < B.Field->getFieldIndex();
  });
  return Found;
}

} // namespace ungil
