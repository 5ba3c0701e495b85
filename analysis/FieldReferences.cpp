#include "analysis/FieldReferences.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/LazyInit.h"
#include "analysis/Names.h"
#include "analysis/Races.h"

#include "clang/AST/ExprCXX.h"
#include "clang/Lex/Lexer.h"

#include <set>

namespace ungil {

using namespace clang;

namespace {

bool isUnset(const Expr *E, const ASTContext &Context) {
  E = E->IgnoreParenCasts();
  if (isa<CXXNullPtrLiteralExpr>(E) || isa<GNUNullExpr>(E))
    return true;
  Expr::EvalResult Value;
  return !E->isValueDependent() && E->EvaluateAsInt(Value, Context) &&
         (Value.Val.getInt() == 0 || Value.Val.getInt().getExtValue() == -1);
}

bool contains(const Stmt *S, const Stmt *Wanted) {
  return S && (S == Wanted ||
               llvm::any_of(S->children(), [&](const Stmt *Child) { return contains(Child, Wanted); }));
}

bool endsInJump(const Stmt *S) {
  if (const auto *C = dyn_cast_or_null<CompoundStmt>(S))
    return !C->body_empty() && endsInJump(C->body_back());
  return S && (isa<ReturnStmt>(S) || isa<GotoStmt>(S) || isa<BreakStmt>(S) || isa<ContinueStmt>(S));
}

/// The macro of the list that the expression is expanded from, as the user wrote it.
std::string macroAround(const Expr *E, const llvm::StringSet<> &Names, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  for (SourceLocation Loc = E->getBeginLoc(); Loc.isMacroID(); Loc = SM.getImmediateMacroCallerLoc(Loc)) {
    llvm::StringRef Name = Lexer::getImmediateMacroName(Loc, SM, Context.getLangOpts());
    if (Names.contains(Name))
      return Name.str();
  }
  return {};
}

/// What one function releases, and the branches that it takes.
class Releases : public BodyVisitor {
public:
  struct Drop {
    const Expr *Site, *Operand;
    std::string By;
    bool IsReference;
  };
  std::vector<Drop> Drops;
  std::vector<const IfStmt *> Branches;

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  explicit Releases(const ASTContext &Context) : Context(Context) {}

  bool VisitIfStmt(IfStmt *I) override {
    if (I->getCond() && macroAround(I->getCond(), Knowledge::get().Sharing.SwapMacros, Context).empty())
      Branches.push_back(I);
    return true;
  }
  bool VisitCallExpr(CallExpr *C) override {
    const FunctionDecl *Callee = C->getDirectCallee();
    if (!Callee || !Callee->getIdentifier() || C->getNumArgs() == 0)
      return true;
    const Knowledge &K = Knowledge::get();
    bool IsReference = K.ReferenceDrops.contains(Callee->getName());
    if (IsReference || K.Sharing.Closers.contains(Callee->getName()) ||
        K.Deallocators.contains(Callee->getName()))
      Drops.push_back({C, C->getArg(0), Callee->getNameAsString(), IsReference});
    return true;
  }
  bool VisitCXXDeleteExpr(CXXDeleteExpr *D) override {
    Drops.push_back({D, D->getArgument(), "delete", false});
    return true;
  }

private:
  const ASTContext &Context;
};

bool isReferenceOwner(QualType T) {
  const CXXRecordDecl *Class = T.isNull() ? nullptr : T->getAsCXXRecordDecl();
  if (!Class || !Class->hasDefinition())
    return false;
  const auto &Owners = Knowledge::get().ReferenceOwners;
  if (Owners.contains(qualifiedName(*Class)))
    return true;
  return llvm::any_of(Class->bases(),
                      [](const CXXBaseSpecifier &Base) { return isReferenceOwner(Base.getType()); });
}

/// Whether the value's only use is to give it up.
bool isDrop(const BorrowedUse &Use, const ParentMap &Parents) {
  const Stmt *By = Use.At;
  while (isa_and_nonnull<Expr>(By) && !isa<CallExpr>(By))
    By = Parents.getParent(By);
  const auto *C = dyn_cast_or_null<CallExpr>(By);
  const FunctionDecl *Callee = C ? C->getDirectCallee() : nullptr;
  return Callee && Callee->getIdentifier() && Knowledge::get().ReferenceDrops.contains(Callee->getName());
}

bool isObjectPointer(QualType T) {
  const RecordDecl *R = !T.isNull() && T->isPointerType() ? T->getPointeeType()->getAsRecordDecl() : nullptr;
  return R && isObjectStruct(R);
}

class Fields {
public:
  explicit Fields(Unit &U) : U(U), SM(U.sources()) {}

  bool isOpen(const SharedAccess &A) { return U.shared().isConcurrent(A) && U.shared().guardsOf(A).none(); }

  /// Whether the project guards the field as a rule, so that the exceptions are the defect.
  bool isMostlyGuarded(const SharedState::Accesses &All) {
    std::set<const Function *> Open, Guarded;
    for (const SharedAccess &A : All)
      if (U.shared().isConcurrent(A) && !U.shared().guardsOf(A).Unknown)
        (U.shared().guardsOf(A).none() ? Open : Guarded).insert(A.owner());
    return Guarded.size() > Open.size();
  }

  /// Whether methods set the field to something too: then it is working state, whose races are not only those
  /// of closing.
  bool isRefilled(const SharedState::Accesses &All) {
    return llvm::any_of(All, [&](const SharedAccess &A) {
      return A.writes() && U.shared().isConcurrent(A) && !(A.Value && isUnset(A.Value, U.context()));
    });
  }

  std::optional<FieldRelease> release(const SharedAccess &A, QualType Type) {
    FieldRelease R;
    R.Store = &A;
    bool Unset = A.Value && isUnset(A.Value, U.context());
    if (isObjectPointer(Type) || isReferenceOwner(Type)) {
      R.By = macroAround(A.At, Knowledge::get().Sharing.SwapMacros, U.context());
      if (R.By.empty() && isReferenceOwner(Type))
        R.By = "assignment";
      if (R.By.empty() && !findDrop(A, true, R))
        return std::nullopt;
      R.Test = Unset ? testBefore(A) : nullptr;
      R.What = R.Test ? FieldRelease::Exhausted : FieldRelease::Replaced;
      return R;
    }
    if (!Unset || !findDrop(A, false, R) || !(R.Test = testBefore(A)))
      return std::nullopt;
    R.What = FieldRelease::Closed;
    return R;
  }

private:
  const Releases &releasesOf(const Function &F) {
    auto &Slot = Known[&F];
    if (!Slot) {
      Slot = std::make_unique<Releases>(U.context());
      Slot->TraverseStmt(F.Decl->getBody());
    }
    return *Slot;
  }

  bool before(const Stmt *A, const Stmt *B) const {
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A->getBeginLoc()),
                                        SM.getExpansionLoc(B->getBeginLoc()));
  }

  /// As the function that stores names the field.
  std::optional<AccessPath> named(const SharedAccess &A) {
    if (A.Through.empty())
      return A.Here;
    const auto *B = dyn_cast<BinaryOperator>(A.At);
    auto P = U.paths().resolve(B ? B->getLHS() : A.At);
    if (P)
      P->IsAddress = false;
    return P;
  }

  /// The call that drops the old value: of the field before it is set, or of a copy that was made before.
  bool findDrop(const SharedAccess &A, bool Reference, FieldRelease &R) {
    auto Path = named(A);
    if (!Path)
      return false;
    for (const Releases::Drop &D : releasesOf(*A.In).Drops) {
      if (D.IsReference != Reference || !drops(*A.In, D, *Path, A.At))
        continue;
      R.Release = D.Site;
      R.By = D.By;
      return true;
    }
    return false;
  }

  bool drops(const Function &F, const Releases::Drop &D, const AccessPath &Path, const Expr *Store) {
    const auto *Named = dyn_cast<DeclRefExpr>(D.Operand->IgnoreParenCasts());
    const auto *V = Named ? dyn_cast<VarDecl>(Named->getDecl()) : nullptr;
    if (!V || !V->hasLocalStorage()) {
      auto P = U.paths().resolve(D.Operand);
      return P && *P == Path && before(D.Site, Store);
    }
    const auto &Assigned = U.shared().freshness().valuesOf(F).Assigned;
    auto Values = Assigned.find(V);
    return Values != Assigned.end() && llvm::any_of(Values->second, [&](const Expr *Value) {
             auto P = U.paths().resolve(Value);
             return P && *P == Path && !P->IsAddress && before(Value, Store);
           });
  }

  /// A test of the same object that decides whether the store is reached.
  const Expr *testBefore(const SharedAccess &A) {
    auto Path = named(A);
    if (!Path)
      return nullptr;
    for (const IfStmt *I : releasesOf(*A.In).Branches) {
      bool Decides = contains(I->getThen(), A.At) || contains(I->getElse(), A.At) ||
                     (endsInJump(I->getThen()) && before(I, A.At) && !contains(I, A.At));
      if (Decides && concerns(I->getCond(), *Path))
        return I->getCond();
    }
    return nullptr;
  }

  bool concerns(const Expr *E, const AccessPath &Path) {
    if (auto P = U.paths().resolve(E); P && P->Kind == Path.Kind && P->Root == Path.Root &&
                                       !P->Fields.empty() && P->Fields.size() <= Path.Fields.size() + 2)
      return true;
    return llvm::any_of(E->children(), [&](const Stmt *Child) {
      const auto *Inner = dyn_cast_or_null<Expr>(Child);
      return Inner && concerns(Inner, Path);
    });
  }

  Unit &U;
  const SourceManager &SM;
  llvm::DenseMap<const Function *, std::unique_ptr<Releases>> Known;
};

} // namespace

static std::vector<FieldRelease> findReleases(Unit &U) {
  std::vector<FieldRelease> Found;
  Fields Of(U);
  for (const auto &[Location, All] : U.shared().locations()) {
    if (Location.Kind != AccessPath::Object ||
        llvm::any_of(All, [](const SharedAccess &A) { return A.Atomic.has_value(); }))
      continue;
    QualType Type = typeOf(Location, U.context());
    std::set<const Function *> Judged;
    bool Asked = false;
    for (const SharedAccess &A : All) {
      if (A.What != SharedAccess::Write || Judged.contains(A.owner()) || !Of.isOpen(A))
        continue;
      auto R = Of.release(A, Type);
      if (!R || (R->What == FieldRelease::Closed && Of.isRefilled(All)))
        continue;
      if (!std::exchange(Asked, true) && Of.isMostlyGuarded(All))
        break;
      Judged.insert(A.owner());
      Found.push_back(std::move(*R));
    }
  }
  return Found;
}

/// What the interpreter holds when it stores an attribute of a PyMemberDef table.
static Guards sectionOfObject() {
  Guards G;
  G.Held.push_back({true, {AccessPath::Object, nullptr, {}, false}});
  return G;
}

static std::vector<FieldBorrow> findBorrows(Unit &U) {
  std::vector<FieldBorrow> Found;
  std::set<const SharedAccess *> WrittenOnce;
  for (const LazyInit &L : lazyInits(U))
    WrittenOnce.insert(L.Store);
  PythonCalls Python(U.index());
  std::map<const Function *, BorrowedUses> Known;
  for (const auto &[Location, All] : U.shared().locations()) {
    if (Location.Kind != AccessPath::Object || !isObjectPointer(typeOf(Location, U.context())))
      continue;
    std::vector<const SharedAccess *> Writers;
    for (const SharedAccess &A : All)
      if (A.writes() && A.What != SharedAccess::Exposed && !WrittenOnce.contains(&A) &&
          U.shared().isConcurrent(A) && !U.shared().guardsOf(A).Unknown)
        Writers.push_back(&A);
    const ExposedMember *Member = U.shared().writableMember(Location);
    if (Member && !Member->IsObject)
      Member = nullptr;
    if (Writers.empty() && !Member)
      continue;
    std::map<const Function *, FieldBorrow> ByFunction;
    std::vector<const Function *> Order;
    for (const SharedAccess &A : All) {
      if (A.What != SharedAccess::Read || A.Atomic || !U.shared().isConcurrent(A) ||
          !macroAround(A.At, Knowledge::get().Sharing.SwapMacros, U.context()).empty())
        continue;
      const SharedAccess *Writer = nullptr;
      for (const SharedAccess *W : Writers)
        if (W->owner() != A.owner() && !U.shared().guardsOf(A).shareWith(U.shared().guardsOf(*W)))
          Writer = W;
      const ExposedMember *Setter =
          Writer || U.shared().guardsOf(A).shareWith(sectionOfObject()) ? nullptr : Member;
      if (!Writer && !Setter)
        continue;
      auto &Uses = Known.try_emplace(A.In, *A.In, Python).first->second;
      BorrowedUse Use = Uses.ofResult(A.At);
      if (Use.What == BorrowedUse::None || isDrop(Use, Uses.parents()))
        continue;
      auto [Best, New] = ByFunction.try_emplace(A.owner(), FieldBorrow{&A, Writer, Setter, Use});
      if (New)
        Order.push_back(A.owner());
      else if (Use.What > Best->second.Use.What)
        Best->second = {&A, Writer, Setter, Use};
    }
    for (const Function *F : Order)
      Found.push_back(ByFunction[F]);
  }
  return Found;
}

const std::vector<FieldRelease> &fieldReleases(Unit &U) { return U.once(findReleases); }
const std::vector<FieldBorrow> &fieldBorrows(Unit &U) { return U.once(findBorrows); }

} // namespace ungil
