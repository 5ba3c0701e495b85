// Reports a call of a function whose name ("…_lock_held"), annotation or first assertion says that its caller
// holds a lock, from a function
// that holds none, is not called under one, and does not say so of itself either.
//
// Does not report construction, tear-down, traversal and module initialisation, calls with an object that
// nobody else has yet, and callers that hold any lock: which one the callee means is known to the project
// alone.
//
// Known holes: another lock than the expected one; contracts that only a comment states.

#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

class LockHeldContract : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &F : U.index().functions())
      for (const Call &C : F->Calls)
        if (C.Callee && isHeldByContract(*C.Callee) && isBroken(U, C))
          Found.push_back(describe(U, C));
    return Found;
  }

private:
  static constexpr ContextSet Racing{Context::Concurrent, Context::Detached, Context::Escaped};

  static bool isBroken(Unit &U, const Call &C) {
    if (!U.contexts().of(C.In).intersects(Racing) || U.shared().isUnderContract(*C.In) ||
        !U.locks().reaches(*C.In, C.Site) || !U.locks().at(*C.In, C.Site, Racing).empty())
      return false;
    const Expr *Object = objectOf(C);
    if (!Object)
      return true;
    Freshness &Fresh = U.shared().freshness();
    auto P = U.paths().resolve(Object);
    return !Fresh.isFreshValue(*C.In, Object) && !(P && Fresh.isPrivate(*C.In, P->pointee(), C.Site, Racing));
  }

  /// The object whose lock the callee means: its own, or its first argument's.
  static const Expr *objectOf(const Call &C) {
    const Expr *Object = argumentOf(C.Site, ThisArgument);
    return Object ? Object : argumentOf(C.Site, 0);
  }

  static bool isObject(const Expr *E) {
    QualType T = E->IgnoreParenCasts()->getType();
    const RecordDecl *R = T->isPointerType() ? T->getPointeeType()->getAsRecordDecl() : T->getAsRecordDecl();
    return R && isObjectStruct(R);
  }

  static Diagnosis describe(Unit &U, const Call &C) {
    const Expr *Object = objectOf(C);
    bool Known = Object && isObject(Object);
    auto P = Known ? U.paths().resolve(Object) : std::nullopt;
    std::string Lock = !Known ? "a lock"
                       : P    ? "the lock of '" + P->spelling() + "'"
                              : "the lock of its object";
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = "'" + displayName(*C.Callee) + "' expects " + Lock + " to be held, as its " +
                (isNamedAsHeld(*C.Callee) ? "name" : "declaration or first statement") +
                " says, but no lock is held here";
    D.Sureness = Known && U.contexts().of(C.In).intersects({Context::Concurrent, Context::Detached})
                     ? Confidence::Likely
                     : Confidence::Possible;
    D.Path = routeTo(C.In, Racing, U.contexts());
    D.Path.push_back({C.Site->getSourceRange(), "take the lock before this call"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(LockHeldContract)

} // namespace ungil
