#include "analysis/Races.h"

#include "analysis/Diagnosis.h"
#include "analysis/Knowledge.h"
#include "analysis/LazyInit.h"
#include "analysis/ListOperations.h"
#include "analysis/Names.h"

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
  return "'" + (P.Fields.empty() || P.Fields.back() ? Name : "*" + Name) + "'";
}

namespace {

Stake stakeOf(Unit &U, const AccessPath &Location, const std::vector<const SharedAccess *> &All) {
  QualType T = typeOf(Location, U.context());
  if (T.isNull())
    return Stake::Scalar;
  bool Behind = !Location.Fields.empty() && !Location.Fields.back();
  bool Exposed = llvm::any_of(All, [](const SharedAccess *A) { return A->What == SharedAccess::Exposed; });
  if (!Location.Fields.empty() && Location.Fields.back() &&
      Knowledge::get().Sharing.TypeObjects.contains(typeName(*Location.Fields.back()->getParent())))
    return Stake::Container;
  if (T->isArrayType())
    return Stake::Buffer;
  if (T->isPointerType() || Knowledge::get().OwningPointers.contains(typeName(T)))
    return Behind ? Stake::Buffer : Stake::Pointer;
  if (T->isRecordType() || T->isVoidType())
    return (T->isRecordType() && !T->getAsRecordDecl()->isCompleteDefinition()) || Exposed ||
                   T->getAsCXXRecordDecl()
               ? (T->isVoidType() ? Stake::Buffer : Stake::Container)
               : Stake::Scalar;
  if (Behind)
    return Stake::Buffer;
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
    return std::tuple(isKnownConcurrent(U, *X), X->What == SharedAccess::Update, X->Through.empty());
  };
  return Rank(A) > Rank(B);
}

} // namespace

/// Whether a function of the unit's interface works on Python objects, and so runs whenever Python code does. What gets
/// one object alone may be part of a module's initialisation.
static bool servesPython(Unit &U, const Function &F) {
  auto IsObject = [](const clang::ParmVarDecl *P) {
    const RecordDecl *R = P->getType()->isPointerType() ? P->getType()->getPointeeType()->getAsRecordDecl() : nullptr;
    return R && isObjectStruct(R);
  };
  return F.Decl->getNumParams() > 1 && llvm::any_of(F.Decl->parameters(), IsObject) &&
         llvm::none_of(F.Calls, [&](const Call &C) {
           return llvm::StringRef(qualifiedName(*C.Callee)).starts_with("PyModule_Add");
         });
}

bool isKnownConcurrent(Unit &U, const SharedAccess &A) {
  ContextSet Known{Context::Concurrent, Context::Detached};
  if (A.Location.Kind == AccessPath::Object)
    return U.contexts().of(A.owner()).intersects(Known);
  Known.add({Context::Alloc, Context::Reinit, Context::Exclusive});
  if (U.contexts().of(A.owner()).intersects(Known))
    return true;
  auto Route = U.contexts().routeTo(A.owner(), Context::Escaped);
  return Route.Entry && servesPython(U, *Route.Entry->Target);
}

std::optional<Race> raceAt(Unit &U, const AccessPath &Location, const SharedState::Accesses &All) {
  SharedState &S = U.shared();
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
  if (!Written || isMonotone(U, Concurrent))
    return std::nullopt;
  std::set<const Function *> Open, Closed;
  for (const SharedAccess *A : Concurrent) {
    bool Guarded = !S.guardsOf(*A).none();
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
      bool Same = A->owner() == W->owner();
      if (S.guardsOf(*A).shareWith(S.guardsOf(*W)))
        continue;
      if (!Partner || (!Same && Partner->owner() == W->owner()) ||
          (Same == (Partner->owner() == W->owner()) && isWorse(U, A, Partner)))
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
  return R;
}

Claims::Claims(Unit &U) {
  for (const ListOperation &Op : listOperations(U))
    if (Op.list().Kind != AccessPath::Object) {
      Claimed.push_back(Op.list());
      if (Op.Counter)
        Claimed.push_back(*Op.Counter);
    }
  for (const LazyInit &L : lazyInits(U))
    if (L.Value != LazyInit::Idempotent && L.What != LazyInit::Suspended)
      Claimed.push_back(L.Store->Location);
}

bool Claims::has(const AccessPath &Location) const {
  return llvm::any_of(Claimed, [&](const AccessPath &P) {
    if (P.Kind != Location.Kind || P.Root != Location.Root || P.Fields.size() > Location.Fields.size())
      return false;
    return std::equal(P.Fields.begin(), P.Fields.end(), Location.Fields.begin());
  });
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
  std::string Name = displayName(*Route.Entry->Target->Decl);
  D.Path.push_back({Route.Entry->Registered, Route.Entry->Where == Context::Escaped
                                                 ? "'" + Name + "' can be called from elsewhere, by any thread"
                                                 : "'" + Name + "' is " + Route.Entry->Role +
                                                       "; several threads can run it at once"});
  Calls.insert(Calls.begin(), Route.Calls.begin(), Route.Calls.end());
  for (const Call *C : Calls)
    D.Path.push_back({C->Site->getSourceRange(), "which calls '" + displayName(*C->Callee) + "' here"});
}

} // namespace ungil
