// Reports a variable with static storage in which a module's exec function keeps a Python object: exec runs
// once in every interpreter, interpreters do not share the import lock, and the object belongs to one of
// them.
//
// Does not report modules with single-phase initialisation, variables that hold no object, stores under a
// lock or once flag, atomics, static types, and NULL.
//
// Known holes: objects that are reached through a static struct of another library.

#include "analysis/Names.h"
#include "analysis/Races.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class InitGlobalWrite : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &[Location, All] : U.shared().locations()) {
      if (Location.Kind != AccessPath::Static || !holdsObject(U, Location))
        continue;
      for (const SharedAccess &A : All)
        if (auto D = judge(U, A)) {
          Found.push_back(std::move(*D));
          break;
        }
    }
    return Found;
  }

private:
  static bool holdsObject(Unit &U, const AccessPath &Location) {
    clang::QualType T = typeOf(Location, U.context());
    const clang::RecordDecl *R =
        !T.isNull() && T->isPointerType() ? T->getPointeeType()->getAsRecordDecl() : nullptr;
    return R && isObjectStruct(R);
  }

  static std::optional<Diagnosis> judge(Unit &U, const SharedAccess &A) {
    if (A.What != SharedAccess::Write || A.Atomic || !A.Value || !U.shared().guardsOf(A).none() ||
        isStatic(U, A.Value))
      return std::nullopt;
    auto Route = U.contexts().routeTo(A.owner(), Context::Init);
    if (!Route.Entry || Route.Entry->Role != "Py_mod_exec")
      return std::nullopt;
    Diagnosis D;
    D.Where = A.At->getSourceRange();
    D.Message = "module exec function writes process-wide " + locationName(A.Location) +
                "; interpreters that import this module in parallel race on it, and use each other's object";
    D.Sureness = Confidence::Likely;
    D.Path.push_back({Route.Entry->Registered, "'" + displayName(*Route.Entry->Target->Decl) +
                                                   "' is Py_mod_exec; it runs in every interpreter"});
    for (const Call *C : Route.Calls)
      D.Path.push_back({C->Site->getSourceRange(), "which calls '" + displayName(*C->Callee) + "' here"});
    D.Path.push_back({A.Location.Root->getSourceRange(), "keep it in the module's state"});
    return D;
  }

  /// NULL, and the addresses of objects that exist once.
  static bool isStatic(Unit &U, const clang::Expr *Value) {
    if (Value->IgnoreParenCasts()->isNullPointerConstant(
            U.context(), clang::Expr::NPC_ValueDependentIsNotNull) != clang::Expr::NPCK_NotNull)
      return true;
    auto P = U.paths().resolve(Value);
    return P && P->IsAddress && P->Kind == AccessPath::Static;
  }
};

} // namespace

UNGIL_CHECK(InitGlobalWrite)

} // namespace ungil
