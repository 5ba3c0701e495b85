// Reports a function that finds a shared object used up, clears a field of it and releases what the field
// held, with no lock: two threads that pass the test together release it twice. The same for resources that
// are no objects: a file that is closed, memory that is freed.
//
// Does not report tear-down, functions under a lock or whose callers hold it, atomic exchanges, code that is
// not compiled on free-threaded builds, and fields that most functions guard (ungil-inconsistent-locking).
//
// Known holes: the test, the store and the release in different functions.

#include "analysis/FieldReferences.h"
#include "analysis/Names.h"
#include "analysis/Races.h"
#include "analysis/SectionRepairs.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class ExhaustionDoubleDecref : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    std::map<AccessPath, std::size_t> ByField;
    for (const FieldRelease &R : fieldReleases(U)) {
      if (R.What == FieldRelease::Replaced)
        continue;
      auto [At, New] = ByField.try_emplace(R.Store->Location, Found.size());
      if (New)
        Found.push_back(describe(U, R));
      else
        Found[At->second].Related.push_back(
            {R.Store->At->getSourceRange(), "'" + displayName(*R.Store->In->Decl) + "' does the same"});
    }
    return Found;
  }

private:
  static bool isIterator(Unit &U, const SharedAccess &A) {
    auto Route = U.contexts().routeTo(A.owner(), SharedState::racing(A.Location));
    return Route.Entry && llvm::StringRef(Route.Entry->Role).contains("iternext");
  }

  static bool isReleasedByDealloc(Unit &U, const AccessPath &Field) {
    const SharedState::Accesses &All = U.shared().locations().find(Field)->second;
    return llvm::any_of(
        All, [&](const SharedAccess &A) { return U.contexts().of(A.owner()).contains(Context::Exclusive); });
  }

  static Diagnosis describe(Unit &U, const FieldRelease &R) {
    const SharedAccess &Store = *R.Store;
    bool Closes = R.What == FieldRelease::Closed;
    Diagnosis D;
    D.Where = Store.At->getSourceRange();
    D.Message = locationName(Store.Location) +
                (Closes ? " is given to '" + R.By +
                              "' and reset without synchronisation; two threads can both release it"
                        : std::string(isIterator(U, Store) ? " is cleared and released when exhausted"
                                                           : " is tested, cleared and released") +
                              " without synchronisation; two threads can both release it");
    D.Sureness = isKnownConcurrent(U, Store) ? Confidence::Likely : Confidence::Possible;
    explainRoute(U, Store, D);
    D.Path.push_back({R.Test->getSourceRange(), "two threads can find the same here"});
    if (R.Release)
      D.Path.push_back({R.Release->getSourceRange(), Closes ? "released here" : "and both release it here"});
    D.Path.push_back(
        {Store.At->getSourceRange(),
         Closes ? "take the value out of the field in the object's critical section, then release it"
                : "leave the release to tp_dealloc on free-threaded builds, or take the reference out in the "
                  "object's critical section"});
    if (R.What == FieldRelease::Exhausted && isIterator(U, Store) && Store.Through.empty() &&
        isReleasedByDealloc(U, Store.Location))
      if (auto Fix = onlyWithGil({Store.At, R.Release ? R.Release : Store.At}, *Store.In->Decl))
        D.Repairs.push_back(std::move(*Fix));
    return D;
  }
};

} // namespace

UNGIL_CHECK(ExhaustionDoubleDecref)

} // namespace ungil
