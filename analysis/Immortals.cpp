#include "analysis/Immortals.h"

#include "analysis/BindingKnowledge.h"
#include "analysis/TypeDiscovery.h"

namespace ungil {

using namespace clang;

namespace {

/// The struct of the object that an expression points to, casts aside.
const RecordDecl *structOf(const Expr *E) {
  QualType T = E->IgnoreParenCasts()->getType();
  const RecordDecl *Record = T->isPointerType() ? T->getPointeeType()->getAsRecordDecl() : nullptr;
  return Record && isOwnStruct(Record) ? Record : nullptr;
}

} // namespace

bool hasImmortalInstances(Unit &U, const TypeInfo &T) {
  if (!T.Struct)
    return false;
  for (const auto &F : U.index().functions())
    for (const Call &C : F->Calls) {
      if (!BindingKnowledge::get().MakesImmortal.contains(calleeName(C.Site)))
        continue;
      const Expr *Object = argumentOf(C.Site, 0);
      const RecordDecl *Struct = Object ? structOf(Object) : nullptr;
      if (Struct && Struct->getCanonicalDecl() == T.Struct->getCanonicalDecl())
        return true;
    }
  return false;
}

} // namespace ungil
