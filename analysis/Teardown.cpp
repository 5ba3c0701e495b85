#include "analysis/Teardown.h"

#include "analysis/FlowGraph.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

namespace ungil {

using namespace clang;

namespace {

constexpr unsigned MaxDepth = 5; // of helpers that a dealloc calls

class Reader {
public:
  Reader(const References &Refs, const std::function<bool(const FieldDecl *)> &IsLeaf, Teardown &Found)
      : Refs(Refs), IsLeaf(IsLeaf), Found(Found) {}

  /// Follows one function from its entry, where the object is tracked.
  void read(const Function *F, unsigned Depth) {
    auto Graph = Depth > MaxDepth || !Active.insert(F).second ? nullptr : FlowGraph::of(F->Decl);
    if (!Graph)
      return;
    Flow Steps{*this, F, Depth};
    solveForward(Graph->cfg(), Steps);
    Active.erase(F);
  }

private:
  struct Flow {
    /// Set where it holds on every path.
    struct State {
      bool Untracked = false, Resurrected = false;
      bool operator==(const State &) const = default;
    };
    Reader &R;
    const Function *In;
    unsigned Depth;

    State entry() { return {}; }
    bool join(State &Into, const State &From) {
      State Old = Into;
      Into.Untracked &= From.Untracked;
      Into.Resurrected &= From.Resurrected;
      return !(Old == Into);
    }
    void apply(State &S, const CFGElement &E) { R.step(*this, S, E, false); }
    /// Where the object turns out to take no part in collection, there is nothing to untrack.
    void applyEdge(State &S, const CFGBlock &From, unsigned Successor) {
      const Stmt *Condition = From.getTerminatorCondition();
      const auto *E = dyn_cast_or_null<Expr>(Condition);
      bool Negated = false;
      for (const UnaryOperator *U;
           E && (U = dyn_cast<UnaryOperator>(E->IgnoreParenCasts())) && U->getOpcode() == UO_LNot;
           E = U->getSubExpr())
        Negated = !Negated;
      if (E && Successor == (Negated ? 0u : 1u) &&
          Knowledge::get().Collector.CollectorTests.contains(calleeName(E->IgnoreParenCasts())))
        S.Untracked = true;
    }
    void visit(const State &S, const CFGElement &E) {
      State Copy = S;
      R.step(*this, Copy, E, true);
    }
    void leave(const State &) {}
  };

  void step(Flow &F, Flow::State &S, const CFGElement &Element, bool Report) {
    auto Statement = Element.getAs<CFGStmt>();
    const auto *Call = Statement ? dyn_cast<CallExpr>(Statement->getStmt()) : nullptr;
    if (!Call)
      return;
    const CollectorKnowledge &K = Knowledge::get().Collector;
    llvm::StringRef Name = calleeName(Call);
    if (K.Untrack.contains(Name)) {
      Found.Untracks = Found.Untracks ? Found.Untracks : Call;
      S.Untracked = true;
    } else if (K.ResurrectBegin.contains(Name)) {
      S.Resurrected = true;
    } else if (K.ResurrectEnd.contains(Name)) {
      S.Resurrected = false;
    } else if (K.Finalizers.contains(Name)) {
      Found.Finalizes = Call;
    } else if (const Function *Callee = Refs.index().find(Call->getDirectCallee())) {
      if (Report && !S.Untracked && !S.Resurrected)
        read(Callee, F.Depth + 1);
      S.Untracked |= untracks(Callee, 0);
    } else if (Report && !S.Untracked && !S.Resurrected) {
      notice(F, Call);
    }
    if (calledAsDestructor(F.In, Call))
      S.Untracked = true;
  }

  /// Whether a helper untracks the object, on some path.
  bool untracks(const Function *F, unsigned Depth) const {
    for (const Call &C : F->Calls) {
      if (Knowledge::get().Collector.Untrack.contains(calleeName(C.Site)))
        return true;
      const Function *Callee = Refs.index().find(C.Callee);
      if (Callee && Callee != F && Depth < MaxDepth && untracks(Callee, Depth + 1))
        return true;
    }
    return false;
  }

  bool calledAsDestructor(const Function *In, const CallExpr *Call) const {
    return llvm::any_of(Refs.of(In).Indirect, [&](const IndirectCall &I) {
      return I.Site == Call && I.What == IndirectCall::Destructor;
    });
  }

  void notice(const Flow &F, const CallExpr *Call) {
    if (Found.BeforeUntrack)
      return;
    const CollectorKnowledge &K = Knowledge::get().Collector;
    llvm::StringRef Name = calleeName(Call);
    if (K.Drops.contains(Name)) {
      for (const Origin &O : Refs.originsOf(Call->getArg(0)))
        if (const auto *Field = O.What == Origin::Field ? cast<FieldDecl>(O.Decl) : nullptr;
            Field && !isLeaf(Field))
          return tell(F, Call, "releases '" + Field->getNameAsString() + "'");
      return;
    }
    if (K.ClearWeakReferences.contains(Name))
      return tell(F, Call, "clears weak references");
    if (letsOthersRun(Name))
      return tell(F, Call, "calls '" + Name.str() + "', which lets other code run,");
    for (const IndirectCall &I : Refs.of(F.In).Indirect)
      if (I.Site == Call && I.What == IndirectCall::Clear)
        return tell(F, Call, "calls tp_clear");
  }

  bool isLeaf(const FieldDecl *F) const { return IsLeaf && IsLeaf(F); }

  void tell(const Flow &F, const CallExpr *Call, std::string Does) {
    Found.BeforeUntrack = Call;
    Found.BeforeUntrackIn = F.In;
    Found.Does = std::move(Does);
  }

  const References &Refs;
  const std::function<bool(const FieldDecl *)> &IsLeaf;
  Teardown &Found;
  llvm::DenseSet<const Function *> Active;
};

/// The object itself: the first parameter, or what a helper gets it as.
bool isParameter(const References &Refs, const Expr *E) {
  return llvm::any_of(Refs.originsOf(E), [](const Origin &O) { return O.What == Origin::Parameter; });
}

void findFree(const References &Refs, const Effects &E, Teardown &Found) {
  const CollectorKnowledge &K = Knowledge::get().Collector;
  for (const IndirectCall &I : E.Indirect) {
    if (I.What == IndirectCall::Free && !Found.Frees && I.Site->getNumArgs() == 1 &&
        isParameter(Refs, I.Site->getArg(0))) {
      Found.Frees = I.Site;
      Found.FreesIn = I.In;
      Found.FreesThroughType = isa<MemberExpr>(I.Site->getCallee()->IgnoreParenCasts());
    }
    Found.ChainsToBase |= I.What == IndirectCall::Destructor;
  }
  for (const Function *F : E.Functions)
    for (const Call &C : F->Calls) {
      llvm::StringRef Name = calleeName(C.Site);
      bool Frees = K.FreeCollected.contains(Name) || K.FreePlain.contains(Name);
      const Expr *Object = Frees ? argumentOf(C.Site, 0) : nullptr;
      if (Object && !Found.Frees && F == E.Functions.front() && isParameter(Refs, Object)) {
        Found.Frees = C.Site;
        Found.FreesIn = F;
      }
    }
}

} // namespace

bool letsOthersRun(llvm::StringRef Name) {
  const SharingKnowledge &K = Knowledge::get().Sharing;
  return K.Suspending.contains(Name) || llvm::any_of(K.SuspendingPrefixes, [&](const std::string &Prefix) {
           return Name.starts_with(Prefix);
         });
}

bool writtenBefore(const Expr *A, const Expr *B, const SourceManager &SM) {
  return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A->getBeginLoc()),
                                      SM.getExpansionLoc(B->getBeginLoc()));
}

Teardown teardownOf(const References &Refs, const Function *Dealloc,
                    const std::function<bool(const FieldDecl *)> &IsLeaf) {
  Teardown Found;
  const Effects &E = Refs.of(Dealloc);
  Found.Bounded = E.Bounded;
  findFree(Refs, E, Found);
  for (const ReferenceOp &Op : E.Ops) {
    if (Op.What != ReferenceOp::Release)
      continue;
    bool OfType = Op.Where.What == Origin::TypeOfObject;
    if (const auto *Field = dyn_cast_or_null<FieldDecl>(Op.Where.Decl))
      OfType |= Field->getType()->isPointerType() && typeName(Field->getType()) == "_typeobject";
    Found.DropsType |= OfType;
    if (OfType && Found.FreesThroughType && Op.In == Found.FreesIn &&
        writtenBefore(Op.At, Found.Frees, Refs.index().context().getSourceManager()))
      Found.DropsTypeBeforeFree = Op.At;
    const auto *Drop = dyn_cast<CallExpr>(Op.At);
    bool Asks = OfType && Drop && Drop->getNumArgs() && isa<CallExpr>(Drop->getArg(0)->IgnoreParenCasts());
    if (Asks && Found.Frees && Op.In == Found.FreesIn &&
        writtenBefore(Found.Frees, Op.At, Refs.index().context().getSourceManager()))
      Found.ReadsTypeAfterFree = Op.At;
  }
  Reader(Refs, IsLeaf, Found).read(Dealloc, 0);
  return Found;
}

} // namespace ungil
