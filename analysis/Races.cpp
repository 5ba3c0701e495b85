#include "analysis/Races.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Diagnosis.h"
#include "analysis/FieldReferences.h"
#include "analysis/Knowledge.h"
#include "analysis/LazyInit.h"
#include "analysis/ListOperations.h"
#include "analysis/Modules.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "analysis/TemporaryValues.h"

#include "clang/AST/ExprCXX.h"

#include <set>

namespace ungil {

using namespace clang;

QualType typeOf(const AccessPath &P, const ASTContext &Context) {
  QualType T;
  for (const FieldDecl *Field : P.Fields) {
    if (Field)
      T = Field->getType();
    else if (!T.isNull() || isa_and_nonnull<VarDecl>(P.Root)) {
      if (T.isNull())
        T = cast<VarDecl>(P.Root)->getType();
      T = T.getNonReferenceType();
      if (T->isPointerType())
        T = T->getPointeeType();
      else if (const auto *Array = Context.getAsArrayType(T))
        T = Array->getElementType();
    }
  }
  if (T.isNull())
    if (const auto *V = dyn_cast_or_null<VarDecl>(P.Root))
      T = V->getType();
  return T.isNull() ? T : T.getNonReferenceType();
}

std::string locationName(const AccessPath &P) {
  std::string Name = P.spelling();
  if (P.Kind == AccessPath::Object)
    if (auto Arrow = Name.find("->"); Arrow != std::string::npos)
      Name.replace(Arrow, 2, ".");
  if (!P.Fields.empty() && P.Fields.back() && P.Fields.back()->isBitField())
    return "'" + Name + "' (with the bit-fields beside it)";
  return "'" + (P.Fields.empty() || P.Fields.back() ? Name : "*" + Name) + "'";
}

std::string locationName(const AccessPath &Location, const SharedAccess &A) {
  AccessPath Named = Location;
  if (!Named.Fields.empty() && Named.Fields.back() && Named.Fields.back()->isBitField() &&
      !A.Here.Fields.empty() && A.Here.Fields.back())
    Named.Fields.back() = A.Here.Fields.back();
  return locationName(Named);
}

const char *consequence(Stake What) {
  switch (What) {
  case Stake::Pointer:
    return "a thread can use or free what another has replaced on a free-threaded build";
  case Stake::Container:
    return "threads corrupt it on a free-threaded build";
  case Stake::Index:
    return "a thread can index with a value that another is changing on a free-threaded build";
  case Stake::Counter:
    return "updates get lost on a free-threaded build";
  case Stake::Temporary:
    return "what was found is put back later; other threads see the temporary value, and lose what they store "
           "meanwhile, on a free-threaded build";
  case Stake::Buffer:
    return "threads mix their data in it on a free-threaded build";
  case Stake::Scalar:
    break;
  }
  return "both can run at the same time on a free-threaded build";
}

namespace {

/// A static variable of one function, with no initial value: room for what a callee fills in.
bool isScratch(const AccessPath &P) {
  const auto *V = dyn_cast_or_null<VarDecl>(P.Root);
  return V && P.Kind == AccessPath::Static && P.Fields.empty() && V->isStaticLocal() &&
         !V->getAnyInitializer();
}

/// Whether nothing but literals is ever stored.
bool holdsLiterals(const std::vector<const SharedAccess *> &All) {
  return llvm::all_of(All, [](const SharedAccess *A) {
    return !A->writes() || (A->What == SharedAccess::Write && A->Value &&
                            isa<clang::StringLiteral>(A->Value->IgnoreParenCasts()));
  });
}

/// Whether a value of the type leads to other memory, or is not known to be mere data.
bool holdsPointers(QualType T, const ASTContext &Context, unsigned Depth = 0) {
  T = Context.getBaseElementType(T);
  if (T->isAnyPointerType() || T->isReferenceType() || T->isMemberPointerType() || Depth > 6)
    return true;
  const RecordDecl *R = T->getAsRecordDecl();
  if (!R)
    return false;
  R = R->getDefinition();
  if (!R)
    return true;
  if (const auto *Class = dyn_cast<CXXRecordDecl>(R))
    for (const CXXBaseSpecifier &Base : Class->bases())
      if (holdsPointers(Base.getType(), Context, Depth + 1))
        return true;
  return llvm::any_of(R->fields(), [&](const FieldDecl *Field) {
    return holdsPointers(Field->getType(), Context, Depth + 1);
  });
}

/// Bit-fields of one word: a store to one takes back a store to another.
bool writesSeveralFields(const std::vector<const SharedAccess *> &All) {
  std::set<const FieldDecl *> Written;
  for (const SharedAccess *A : All)
    if (A->writes() && !A->Here.Fields.empty())
      Written.insert(A->Here.Fields.back());
  return Written.size() > 1;
}

Stake stakeOf(Unit &U, const AccessPath &Location, const std::vector<const SharedAccess *> &All) {
  QualType T = typeOf(Location, U.context());
  if (T.isNull())
    return Stake::Scalar;
  bool Behind = !Location.Fields.empty() && !Location.Fields.back();
  bool Exposed = llvm::any_of(All, [](const SharedAccess *A) { return A->What == SharedAccess::Exposed; });
  if (Exposed && isScratch(Location))
    return Stake::Buffer;
  if (!Location.Fields.empty() && Location.Fields.back() &&
      Knowledge::get().Sharing.TypeObjects.contains(typeName(*Location.Fields.back()->getParent())))
    return Stake::Container;
  if (T->isArrayType()) { // `mpz_t z` is one struct, handed on by its address
    QualType Element = U.context().getBaseElementType(T);
    return Exposed && Element->isRecordType() && holdsPointers(Element, U.context()) ? Stake::Container
                                                                                     : Stake::Buffer;
  }
  if (T->isFunctionPointerType() || (T->isPointerType() && holdsLiterals(All)))
    return Stake::Scalar; // nobody frees them
  if (T->isPointerType() || Knowledge::get().OwningPointers.contains(typeName(T)))
    return Behind ? Stake::Buffer : Stake::Pointer;
  if (T->isVoidType())
    return Exposed ? Stake::Buffer : Stake::Scalar;
  bool Replaced = llvm::any_of(All, [](const SharedAccess *A) { return A->What == SharedAccess::Write; });
  if (T->isRecordType())
    return holdsPointers(T, U.context()) &&
                   (Exposed || Replaced || !T->getAsRecordDecl()->getDefinition() || T->getAsCXXRecordDecl())
               ? Stake::Container
               : Stake::Scalar;
  if (Behind)
    return Stake::Buffer;
  if (!Location.Fields.empty() && Location.Fields.back() && Location.Fields.back()->isBitField())
    return writesSeveralFields(All) ? Stake::Counter : Stake::Scalar;
  if (U.shared().isBound(Location))
    return Stake::Index;
  bool Updates = T->isIntegerType() && !T->isBooleanType() && !T->isEnumeralType() &&
                 llvm::any_of(All, [](const SharedAccess *A) { return A->What == SharedAccess::Update; });
  return Updates ? Stake::Counter : Stake::Scalar;
}

/// Writers that all store one constant cannot make a difference to one another.
bool isMonotone(Unit &U, const std::vector<const SharedAccess *> &All) {
  std::optional<llvm::APSInt> Stored;
  for (const SharedAccess *A : All) {
    if (!A->writes())
      continue;
    Expr::EvalResult Value;
    if (A->What != SharedAccess::Write || !A->Value || A->Value->isValueDependent() ||
        !A->Value->EvaluateAsInt(Value, U.context()))
      return false;
    if (Stored && !llvm::APSInt::isSameValue(*Stored, Value.Val.getInt()))
      return false;
    Stored = Value.Val.getInt();
  }
  return true;
}

/// Loses the race: worst writes first, functions that are surely concurrent before others.
bool isWorse(Unit &U, const SharedAccess *A, const SharedAccess *B) {
  auto Rank = [&](const SharedAccess *X) {
    return std::tuple(isSureWrite(U, *X), isKnownConcurrent(U, *X), X->What == SharedAccess::Update,
                      X->Through.empty());
  };
  return Rank(A) > Rank(B);
}

/// Whether one access comes before the other in the innermost function that leads to both.
bool isBefore(const Unit &U, const SharedAccess &A, const SharedAccess &B) {
  auto Step = [](const SharedAccess &Of, std::size_t Out) {
    return Out ? std::pair(static_cast<const Function *>(Of.Through[Out - 1]->In), Of.Through[Out - 1]->Site)
               : std::pair(Of.In, Of.At);
  };
  const SourceManager &SM = U.sources();
  for (std::size_t I = 0; I <= A.Through.size(); ++I)
    for (std::size_t J = 0; J <= B.Through.size(); ++J) {
      auto [In, First] = Step(A, I);
      auto [Other, Second] = Step(B, J);
      if (In == Other)
        return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(First->getBeginLoc()),
                                            SM.getExpansionLoc(Second->getBeginLoc()));
    }
  return false;
}

/// Whether the other location is a field of the same struct, or part of one.
bool isNeighbour(const AccessPath &A, const AccessPath &B) {
  if (A.Kind != B.Kind || A.Root != B.Root || A.Fields.empty() || A.Fields.size() > B.Fields.size() ||
      !A.Fields.back())
    return false;
  std::size_t Last = A.Fields.size() - 1;
  return std::equal(A.Fields.begin(), A.Fields.begin() + Last, B.Fields.begin()) && B.Fields[Last] &&
         B.Fields[Last] != A.Fields[Last];
}

/// Whether the atomic accesses to a neighbour hand the field over: one is a store with release after each
/// write, and a load with acquire comes before each read that no lock keeps from the writes.
bool handsOver(Unit &U, const SharedState::Accesses &Neighbour,
               const std::vector<const SharedAccess *> &All) {
  SharedState &S = U.shared();
  auto Releases = [&](const SharedAccess &Write) {
    return llvm::any_of(Neighbour, [&](const SharedAccess &A) {
      return A.Atomic && A.writes() && A.Atomic->Order && releases(*A.Atomic->Order) && isBefore(U, Write, A);
    });
  };
  auto Acquired = [&](const SharedAccess &Read) {
    return llvm::any_of(Neighbour, [&](const SharedAccess &A) {
      return A.Atomic && !A.writes() && A.Atomic->Order && acquires(*A.Atomic->Order) && isBefore(U, A, Read);
    });
  };
  return llvm::all_of(All, [&](const SharedAccess *A) {
    bool Apart = llvm::all_of(
        All, [&](const SharedAccess *W) { return !W->writes() || S.guardsOf(*A).shareWith(S.guardsOf(*W)); });
    return A->writes() ? Apart && Releases(*A) : Apart || Acquired(*A);
  });
}

bool isHandedOver(Unit &U, const AccessPath &Location, const std::vector<const SharedAccess *> &All) {
  if (llvm::all_of(All, [&](const SharedAccess *A) { return U.shared().guardsOf(*A).none(); }))
    return false; // writers exclude one another
  return llvm::any_of(U.shared().locations(), [&](const auto &Other) {
    return isNeighbour(Location, Other.first) && handsOver(U, Other.second, All);
  });
}

} // namespace

/// Whether a function of the unit's interface works on a Python object, and so runs whenever Python code
/// does. What gets objects alone, such as the module and its dict, may be part of initialisation; a lambda
/// that was stored is not.
static bool servesPython(Unit &U, const Function &F) {
  if (const auto *M = dyn_cast<CXXMethodDecl>(F.Decl); M && M->getParent()->isLambda())
    return llvm::any_of(M->parameters(), [](const ParmVarDecl *P) { return isPyObject(P->getType()); });
  auto IsObject = [](const clang::ParmVarDecl *P) {
    const RecordDecl *R =
        P->getType()->isPointerType() ? P->getType()->getPointeeType()->getAsRecordDecl() : nullptr;
    return R && isObjectStruct(R);
  };
  return F.Decl->getNumParams() > 1 && IsObject(F.Decl->getParamDecl(0)) &&
         !llvm::all_of(F.Decl->parameters(), IsObject) && llvm::none_of(F.Calls, [&](const Call &C) {
           return llvm::StringRef(qualifiedName(*C.Callee)).starts_with("PyModule_Add");
         });
}

bool isSureWrite(Unit &U, const SharedAccess &A) {
  if (A.What != SharedAccess::Exposed)
    return A.writes();
  bool Behind = !A.Location.Fields.empty() && !A.Location.Fields.back();
  if (!A.To)
    return !Behind; // called through a pointer; only what is given by its own address is to be filled
  // What another unit of the project, whose header declares the function, does with the memory is not known.
  if (!U.sources().isInMainFile(A.To->getLocation()) && U.scope().contains(A.To->getLocation()))
    return false;
  std::string Name = A.To->getNameAsString();
  if (llvm::any_of(Knowledge::get().Sharing.ReadingVerbs,
                   [&](const std::string &Verb) { return hasWord(Name, Verb); }))
    return false;
  QualType T = typeOf(A.Location, U.context());
  const RecordDecl *R = T.isNull() ? nullptr : T->getAsRecordDecl();
  // A struct that its library never takes by pointer to const: the type says nothing.
  return !Behind || !R || !R->getDefinition() || U.shared().isTakenConst(*R);
}

/// CPython's own iterators may give an item twice or not at all when threads share them (gh-124397).
static bool isCursor(Unit &U, const SharedAccess &A) {
  auto Route = U.contexts().routeTo(A.owner(), SharedState::racing(A.Location));
  return Route.Entry && llvm::StringRef(Route.Entry->Role).contains("iternext");
}

bool isHarmless(Unit &U, const Race &R) {
  if ((R.What != Stake::Index && R.What != Stake::Counter) || U.shared().isIndex(*R.Location))
    return false;
  const SharedState::Accesses &All = U.shared().locations().find(*R.Location)->second;
  auto IsSet = [&](const SharedAccess &A) {
    return !A.writes() || A.What == SharedAccess::Write || !U.shared().isConcurrent(A);
  };
  auto IsAdvanced = [&](const SharedAccess &A) {
    return !A.writes() || !U.shared().isConcurrent(A) || isCursor(U, A);
  };
  auto IsShown = [&](const SharedAccess &A) { // `self->flags |= found`, which nobody reads but to show it
    return A.IsShown || A.What == SharedAccess::Write || !U.shared().isConcurrent(A);
  };
  auto IsGuarded = [&](const SharedAccess &A) { // what is read without the lock is late at worst
    return !A.writes() || !U.shared().isConcurrent(A) || !U.shared().guardsOf(A).none();
  };
  if (R.What == Stake::Counter && llvm::all_of(All, IsGuarded))
    return true;
  return llvm::all_of(All, IsAdvanced) ||
         (R.What == Stake::Index ? llvm::all_of(All, IsSet) : llvm::all_of(All, IsShown));
}

/// A module whose name says that it is for users, whatever its methods are called: the Python half of a
/// package wraps them.
static bool definesPublicModule(Unit &U) {
  return llvm::any_of(modulesOf(U), [](const ModuleDeclaration &M) {
    llvm::StringRef Name = llvm::StringRef(M.Name).rsplit('.').second;
    return !M.Name.empty() && !(Name.empty() ? llvm::StringRef(M.Name) : Name).starts_with("_");
  });
}

bool isForUsers(Unit &U, const SharedAccess &A) {
  ContextSet Known{Context::Concurrent, Context::Detached, Context::Alloc, Context::Reinit,
                   Context::Exclusive};
  auto Route = U.contexts().routeTo(A.owner(), Known);
  return !Route.Entry || !Route.Entry->IsPrivate || definesPublicModule(U);
}

bool isKnownConcurrent(Unit &U, const SharedAccess &A) {
  ContextSet Known{Context::Concurrent, Context::Detached};
  if (A.Location.Kind == AccessPath::Object)
    return U.contexts().of(A.owner()).intersects(Known) &&
           !U.shared().freshness().mayBeNew(*A.owner(), A.Here, SharedState::racing(A.Location));
  Known.add({Context::Alloc, Context::Reinit, Context::Exclusive});
  if (U.contexts().of(A.owner()).intersects(Known))
    return true;
  auto Route = U.contexts().routeTo(A.owner(), Context::Escaped);
  return Route.Entry && servesPython(U, *Route.Entry->Target);
}

bool servesPython(Unit &U, const SharedAccess &A) {
  if (isKnownConcurrent(U, A))
    return true;
  auto Route = U.contexts().routeTo(A.owner(), Context::Escaped);
  return Route.Entry && servesPython(U, *Route.Entry->Target);
}

std::optional<Race> raceAt(Unit &U, const AccessPath &Location, const SharedState::Accesses &All) {
  SharedState &S = U.shared();
  if (QualType T = typeOf(Location, U.context()); !T.isNull() && isAtomicType(T))
    return std::nullopt;
  Race R;
  R.Location = &Location;
  std::vector<const SharedAccess *> Concurrent;
  bool Written = false;
  for (const SharedAccess &A : All) {
    if (A.Atomic)
      return std::nullopt;
    if (!S.isConcurrent(A) || S.guardsOf(A).Unknown)
      continue;
    Concurrent.push_back(&A);
    Written |= A.writes();
  }
  if (!Written || isMonotone(U, Concurrent) || isHandedOver(U, Location, Concurrent))
    return std::nullopt;
  std::set<const Function *> Open, Closed;
  for (const SharedAccess *A : Concurrent) {
    bool Guarded = !S.guardsOf(*A).none() && !(A->writes() && S.guardsOf(*A).onlyForReading());
    (Guarded ? R.Guarded : R.Unguarded).push_back(A);
    (Guarded ? Closed : Open).insert(A->owner());
    R.GuardedWrite |= Guarded && A->writes();
    if (Guarded && R.Lock.empty())
      R.Lock = S.guardsOf(*A).Spelling;
  }
  R.UnguardedFunctions = Open.size();
  for (const Function *F : Closed)
    R.GuardedFunctions += !Open.contains(F);
  for (const SharedAccess *W : Concurrent) {
    if (!W->writes() || (R.Write && !isWorse(U, W, R.Write)))
      continue;
    const SharedAccess *Partner = nullptr;
    for (const SharedAccess *A : Concurrent) {
      if (S.guardsOf(*A).shareWith(S.guardsOf(*W)))
        continue;
      auto IsBetter = [&](const SharedAccess *X, const SharedAccess *Y) {
        auto Rank = [&](const SharedAccess *Z) {
          return std::pair(isKnownConcurrent(U, *Z), Z->owner() != W->owner());
        };
        return Rank(X) != Rank(Y) ? Rank(X) > Rank(Y) : isWorse(U, X, Y);
      };
      if (!Partner || IsBetter(A, Partner))
        Partner = A;
    }
    if (!Partner)
      continue;
    R.Write = W;
    R.Other = Partner;
  }
  if (!R.Write)
    return std::nullopt;
  R.What = stakeOf(U, Location, Concurrent);
  if (R.What == Stake::Buffer || R.What == Stake::Scalar)
    if (const SharedAccess *Back = putsBack(U, Concurrent)) {
      R.What = Stake::Temporary;
      R.Write = Back;
      R.Other = Back;
    }
  return R;
}

namespace {

bool contains(const Stmt *S, const Stmt *Wanted) {
  return S && (S == Wanted ||
               llvm::any_of(S->children(), [&](const Stmt *Child) { return contains(Child, Wanted); }));
}

/// The block that runs when the test finds a variable unset.
class BlockOfTest : public BodyVisitor {
public:
  explicit BlockOfTest(const LazyInit &L) : L(L) {}
  const Stmt *Found = nullptr;
  bool VisitIfStmt(IfStmt *I) override {
    if (contains(I->getCond(), L.Test) && contains(I->getThen(), L.Store->At))
      Found = I->getThen();
    return true;
  }

private:
  const LazyInit &L;
};

/// Variables that nothing but the same block sets: `if (!ready) { table = make(); ready = 1; }`.
void claimSetTogether(Unit &U, const LazyInit &L, std::vector<AccessPath> &Claimed) {
  if (L.Store->Location.Kind == AccessPath::Object)
    return;
  BlockOfTest Block(L);
  Block.TraverseStmt(L.Store->In->Decl->getBody());
  for (const auto &[Location, All] : U.shared().locations())
    if (Location.Kind == L.Store->Location.Kind && llvm::all_of(All, [&](const SharedAccess &A) {
          return !A.writes() || !U.shared().isConcurrent(A) ||
                 (A.In == L.Store->In && contains(Block.Found, A.At));
        }))
      Claimed.push_back(Location);
}

} // namespace

static std::vector<AccessPath> findClaimed(Unit &U) {
  std::vector<AccessPath> Claimed;
  const std::vector<ListOperation> &Lists = listOperations(U);
  auto HasOther = [&](const ListOperation &Op) {
    return llvm::any_of(Lists, [&](const ListOperation &Other) {
      return Other.list() == Op.list() && Other.What != Op.What;
    });
  };
  for (const ListOperation &Op : Lists)
    if (HasOther(Op) && Op.list().Kind != AccessPath::Object) {
      Claimed.push_back(Op.list());
      if (Op.Counter)
        Claimed.push_back(*Op.Counter);
    }
  for (const LazyInit &L : lazyInits(U)) {
    bool OfObject = L.Store->Location.Kind == AccessPath::Object;
    bool Pointer = typeOf(L.Store->Location, U.context())->isPointerType();
    if (L.What != LazyInit::Suspended &&
        (L.Excludes ? !OfObject : L.Value != LazyInit::Idempotent || (Pointer && !OfObject))) {
      Claimed.push_back(L.Store->Location);
      claimSetTogether(U, L, Claimed);
    }
  }
  for (const FieldRelease &R : fieldReleases(U))
    Claimed.push_back(R.Store->Location);
  for (const FieldBorrow &B : fieldBorrows(U))
    Claimed.push_back(B.Read->Location);
  return Claimed;
}

Claims::Claims(Unit &U) : Claimed(U.once(findClaimed)) {}

bool Claims::has(const AccessPath &Location) const {
  return llvm::any_of(Claimed, [&](const AccessPath &P) {
    if (P.Kind != Location.Kind || P.Root != Location.Root || P.Fields.size() > Location.Fields.size())
      return false;
    return std::equal(P.Fields.begin(), P.Fields.end(), Location.Fields.begin());
  });
}

namespace {

/// The module of the unit that declares that it does not need the GIL; invalid when there is none.
SourceLocation gilFreeModule(Unit &U) {
  for (const ModuleDeclaration &M : modulesOf(U))
    if (M.Gil == ModuleDeclaration::NotUsed)
      return M.Where;
  return {};
}

bool takesLocks(const Unit &U) {
  const Knowledge &K = Knowledge::get();
  return llvm::any_of(U.index().externalCalls(), [&](const Call &C) {
    return K.LockFunctions.contains(qualifiedName(*C.Callee)) ||
           (isa<CXXConstructExpr>(C.Site) && K.GuardTypes.contains(typeName(C.Site->getType())));
  });
}

constexpr std::size_t MaxSingle = 3; // findings that are still read one by one

} // namespace

std::vector<Diagnosis> reported(Unit &U, std::vector<ToldRace> All, const char *Subject) {
  std::vector<Diagnosis> Found;
  SourceLocation Declared = gilFreeModule(U);
  auto IsLikely = [](const ToldRace &R) { return R.Told.Sureness != Confidence::Possible; };
  std::size_t Likely = llvm::count_if(All, IsLikely);
  if (Declared.isInvalid() || takesLocks(U) || Likely <= MaxSingle) {
    for (ToldRace &R : All)
      Found.push_back(std::move(R.Told));
    return Found;
  }
  Diagnosis D;
  D.Where = Declared;
  D.Message = "the module declares that it does not need the GIL, but takes no lock; " +
              std::to_string(Likely) + " " + Subject + " are changed while other threads use them";
  D.Sureness = Confidence::Likely;
  std::multimap<Stake, const ToldRace *> WorstFirst;
  for (ToldRace &R : All)
    if (IsLikely(R))
      WorstFirst.emplace(R.What.What, &R);
    else
      Found.push_back(std::move(R.Told));
  for (const auto &[Stake, R] : WorstFirst) {
    const SharedAccess &W = *R->What.Write;
    D.Path.push_back(
        {(W.Through.empty() ? W.At : W.Through.back()->Site)->getSourceRange(), R->Told.Message});
    llvm::append_range(D.Related, R->Told.Path);
    D.Related.pop_back(); // what to do is said once for all
    llvm::append_range(D.Related, R->Told.Related);
  }
  D.Path.push_back({Declared, "decide for each what guards it, or say Py_MOD_GIL_USED until then"});
  Found.push_back(std::move(D));
  return Found;
}

OpenEntries::Entries OpenEntries::of(const SharedAccess &A) {
  AccessPath Object = A.Here;
  while (!Object.Fields.empty() && Object.Fields.back())
    Object.Fields.pop_back(); // nobody else has it, or others do, whatever field is used
  Entries Open = leadingTo(*A.owner(), Object, SharedState::racing(A.Location));
  for (auto &[F, At] : Open)
    if (!At)
      At = A.Through.empty() ? A.At : A.Through.back()->Site;
  return Open;
}

const OpenEntries::Entries &OpenEntries::leadingTo(const Function &Owner, const AccessPath &Object,
                                                   ContextSet Racing) {
  auto [Slot, New] = Known.try_emplace({&Owner, Object});
  Entries &Open = Slot->second;
  if (!New)
    return Open;
  struct Visit {
    const Function *In;
    const Expr *At;
    std::optional<AccessPath> Object; ///< as the function names it
  };
  std::vector<Visit> Pending{{&Owner, nullptr, Object}};
  std::set<const Function *> Seen{&Owner};
  for (std::size_t I = 0; I != Pending.size(); ++I) {
    Visit At = Pending[I];
    bool HasOpenCaller = false;
    for (const Call *C : At.In->Callers) {
      if (C->In == At.In || !U.contexts().of(C->In).intersects(Racing) ||
          U.shared().isUnderContract(*C->In) || !U.locks().at(*C->In, C->Site, Racing).empty())
        continue;
      auto Outside = At.Object ? U.paths().atCall(*At.Object, C->Site) : std::nullopt;
      if (Outside && U.shared().freshness().isPrivate(*C->In, *Outside, C->Site, Racing))
        continue;
      HasOpenCaller = true;
      if (Seen.insert(C->In).second)
        Pending.push_back({C->In, C->Site, std::move(Outside)});
    }
    if (!HasOpenCaller || U.contexts().isEntered(At.In, Racing))
      Open.emplace_back(At.In, At.At);
  }
  return Open;
}

void explainRoute(Unit &U, const SharedAccess &A, Diagnosis &D) {
  ContextSet Racing = SharedState::racing(A.Location);
  std::vector<const Call *> Calls(A.Through.rbegin(), A.Through.rend());
  // Upwards through callers that hold nothing, as long as there is one; then the shortest way.
  const Function *F = A.owner();
  std::set<const Function *> Seen{F};
  Contexts::Route Route = U.contexts().routeTo(F, Racing);
  while (Route.Entry && !Route.Calls.empty()) {
    const Call *Open = nullptr;
    for (const Call *C : F->Callers)
      if (!Seen.contains(C->In) && U.contexts().of(C->In).intersects(Racing) &&
          U.locks().at(*C->In, C->Site, Racing).empty() && !U.shared().isUnderContract(*C->In)) {
        Open = C;
        if (C == Route.Calls.back())
          break;
      }
    if (!Open)
      break;
    Calls.insert(Calls.begin(), Open);
    F = Open->In;
    Seen.insert(F);
    Route = U.contexts().routeTo(F, Racing);
  }
  if (!Route.Entry)
    return;
  D.Path.push_back(entered(*Route.Entry));
  Calls.insert(Calls.begin(), Route.Calls.begin(), Route.Calls.end());
  for (const Call *C : Calls)
    D.Path.push_back({C->Site->getSourceRange(), "which calls '" + displayName(*C->Callee) + "' here"});
}

} // namespace ungil
