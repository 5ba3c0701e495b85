// Reports a function that replaces the reference in a field of a shared object and releases the old one, with
// no lock: Py_SETREF and its kin, "old = f; f = new; Py_DECREF(old)", "Py_XDECREF(f); f = new", assignment to
// a member that owns a reference. One finding for each field; other functions that do it, and those that read
// the field, are notes.
//
// Does not report construction and tear-down, locals, functions under a lock or whose callers hold it, atomic
// exchanges, fields that most functions guard (ungil-inconsistent-locking), and fields given up at exhaustion
// (ungil-exhaustion-double-decref).
//
// Known holes: fields of objects that do not begin with PyObject_HEAD; releases in another function than the
// store.

#include "analysis/FieldReferences.h"
#include "analysis/Names.h"
#include "analysis/Races.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class UnlockedSetref : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    llvm::MapVector<const AccessPath *, std::vector<FieldRelease>, std::map<const AccessPath *, unsigned>>
        ByField;
    std::map<AccessPath, const AccessPath *> Names;
    for (const FieldRelease &R : fieldReleases(U))
      if (R.What == FieldRelease::Replaced)
        ByField[Names.try_emplace(R.Store->Location, &R.Store->Location).first->second].push_back(R);
    std::vector<FieldBorrow> Borrows = ByField.empty() ? std::vector<FieldBorrow>() : fieldBorrows(U);
    std::vector<Diagnosis> Found;
    for (const auto &[Field, Releases] : ByField)
      Found.push_back(describe(U, Releases, Borrows));
    return Found;
  }

private:
  static Diagnosis describe(Unit &U, const std::vector<FieldRelease> &Releases,
                            const std::vector<FieldBorrow> &Borrows) {
    const FieldRelease &First = Releases.front();
    const SharedAccess &Store = *First.Store;
    std::string Field = locationName(Store.Location);
    Diagnosis D;
    D.Where = Store.At->getSourceRange();
    D.Message = (First.Release ? "replacing the reference in shared field " + Field +
                                     " and releasing it with '" + First.By + "'"
                               : (First.By == "assignment" ? "assignment to" : "'" + First.By + "' on") +
                                     std::string(" shared field ") + Field) +
                " is not atomic; two writers can release the same old value";
    for (const FieldBorrow &B : Borrows)
      if (B.Read->Location == Store.Location) {
        D.Message += ", and '" + displayName(*B.Read->In->Decl) + "' reads it without a lock";
        break;
      }
    D.Sureness = isKnownConcurrent(U, Store) ? Confidence::Likely : Confidence::Possible;
    explainRoute(U, Store, D);
    if (First.Release)
      D.Path.push_back({First.Release->getSourceRange(), "the old value is released here"});
    D.Path.push_back({Store.At->getSourceRange(),
                      "swap the reference in the object's critical section and release the old "
                      "one after its end"});
    for (const FieldRelease &Other : llvm::drop_begin(Releases))
      D.Related.push_back({Other.Store->At->getSourceRange(),
                           "'" + displayName(*Other.Store->In->Decl) + "' replaces it too"});
    for (const FieldBorrow &B : Borrows)
      if (B.Read->Location == Store.Location)
        D.Related.push_back(
            {B.Read->At->getSourceRange(), "'" + displayName(*B.Read->In->Decl) + "' reads it"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(UnlockedSetref)

} // namespace ungil
