// Reports a function that reads an object from a field and references, returns or uses it, with no lock in
// common with a function that replaces the field: the object can be freed between the two steps, even when
// the writer holds a lock. One finding for each field; other such readers are notes.
//
// Does not report fields that only construction and tear-down write, fields that are filled once and then
// stay, readers and writers with a common lock, functions whose callers hold it, values that are only
// compared, and readers beside a writer that holds no lock, which ungil-unlocked-setref tells of in its
// finding.
//
// Writers are functions, and the interpreter for attributes of a PyMemberDef table that can be set.
//
// Known holes: writers in other translation units; a lock of another instance of the type.

#include "analysis/FieldReferences.h"
#include "analysis/Names.h"
#include "analysis/Races.h"
#include "analysis/SectionRepairs.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class BorrowedFieldReturn : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    std::map<AccessPath, std::size_t> ByField;
    for (const FieldBorrow &B : fieldBorrows(U)) {
      if (isToldOfWriter(U, B))
        continue;
      auto [At, New] = ByField.try_emplace(B.Read->Location, Found.size());
      if (New)
        Found.push_back(describe(U, B));
      else
        Found[At->second].Related.push_back(
            {B.Read->At->getSourceRange(),
             "'" + displayName(*B.Read->In->Decl) + "' uses it in the same way"});
    }
    return Found;
  }

private:
  static bool isToldOfWriter(Unit &U, const FieldBorrow &B) {
    return B.Writer && llvm::any_of(fieldReleases(U), [&](const FieldRelease &R) {
             return R.What == FieldRelease::Replaced && R.Store->Location == B.Read->Location &&
                    R.Store->In == B.Writer->In;
           });
  }

  static Diagnosis describe(Unit &U, const FieldBorrow &B) {
    const SharedAccess &Read = *B.Read;
    std::string WriterName = B.Writer ? displayName(*B.Writer->In->Decl) : "obj." + B.Member->Name + " = …";
    Diagnosis D;
    D.Where = Read.At->getSourceRange();
    D.Message = locationName(Read.Location) + " is read and " + use(B.Use) + " without a lock while '" +
                WriterName + "' can replace it; the old object may be freed before " + tooLate(B.Use);
    bool Known = isKnownConcurrent(U, Read) && (!B.Writer || isKnownConcurrent(U, *B.Writer));
    D.Sureness = Known ? Confidence::Likely : Confidence::Possible;
    explainRoute(U, Read, D);
    if (B.Member) {
      D.Path.push_back({B.Member->At->getSourceRange(),
                        "the interpreter stores the attribute here, in the object's critical section"});
    } else {
      const Guards &Held = U.shared().guardsOf(*B.Writer);
      D.Path.push_back(
          {B.Writer->At->getSourceRange(), "replaced here in '" + WriterName + "'" +
                                               (Held.none() ? "" : ", holding '" + Held.Spelling + "'")});
    }
    D.Path.push_back({Read.At->getSourceRange(),
                      "take a reference in the object's critical section, which the writer must hold too"});
    if (auto Fix = B.Use.What == BorrowedUse::Referenced ? repair(U, B) : std::nullopt)
      D.Repairs.push_back(std::move(*Fix));
    return D;
  }

  /// `return Py_NewRef(self->f);` when the writer holds the object's critical section.
  static std::optional<Repair> repair(Unit &U, const FieldBorrow &B) {
    const SharedAccess &Read = *B.Read;
    bool WriterLocks = B.Member || llvm::any_of(U.shared().guardsOf(*B.Writer).Held, [](const Guard &G) {
                         return G.OfObject && G.Lock.Fields.empty();
                       });
    if (!WriterLocks || !Read.Through.empty() || Read.Here.Kind != AccessPath::Parameter ||
        Read.Here.Fields.size() != 2 || Read.Here.Fields.front())
      return std::nullopt;
    return sectionAroundResult(Read.At, llvm::dyn_cast<clang::VarDecl>(Read.Here.Root), *Read.In->Decl);
  }

  static std::string use(const BorrowedUse &Use) {
    switch (Use.What) {
    case BorrowedUse::Referenced:
      return "referenced";
    case BorrowedUse::Returned:
      return "returned";
    default:
      return "used";
    }
  }

  static std::string tooLate(const BorrowedUse &Use) {
    switch (Use.What) {
    case BorrowedUse::Referenced:
      return "its count is incremented";
    case BorrowedUse::Returned:
      return "the caller has it";
    default:
      return "or during the use";
    }
  }
};

} // namespace

UNGIL_CHECK(BorrowedFieldReturn)

} // namespace ungil
