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

#include "clang/Lex/Lexer.h"

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
    const std::vector<FieldBorrow> &Borrows = fieldBorrows(U);
    std::vector<Diagnosis> Found;
    for (const auto &[Field, Releases] : ByField)
      Found.push_back(describe(U, Releases, Borrows));
    return Found;
  }

private:
  /// Puts each of the macros, when all are statements of their own, into a section on the object.
  static std::optional<Repair> inSections(Unit &U, const std::vector<FieldRelease> &Releases) {
    Repair R{"replace the reference in the object's critical section", {}};
    for (const FieldRelease &Release : Releases)
      if (!inSection(U, Release, R))
        return std::nullopt;
    return R;
  }

  static bool inSection(Unit &U, const FieldRelease &Release, Repair &R) {
    const clang::SourceManager &SM = U.sources();
    const SharedAccess &A = *Release.Store;
    const auto *Object = llvm::dyn_cast_or_null<clang::VarDecl>(A.Here.Root);
    bool Direct = Object && A.Through.empty() && A.Here.Fields.size() > 1 && !A.Here.Fields[0] &&
                  !llvm::is_contained(llvm::drop_begin(A.Here.Fields), nullptr) &&
                  Object->getType()->isPointerType();
    if (Release.Release || !Direct || !A.At->getBeginLoc().isMacroID())
      return false;
    clang::CharSourceRange Macro = SM.getExpansionRange(A.At->getBeginLoc());
    clang::SourceLocation End =
        clang::Lexer::findLocationAfterToken(Macro.getEnd(), clang::tok::semi, SM, U.context().getLangOpts(),
                                             /*SkipTrailingWhitespaceAndNewLine=*/false);
    unsigned Offset = SM.getFileOffset(Macro.getBegin());
    llvm::StringRef Before = SM.getBufferData(SM.getFileID(Macro.getBegin())).take_front(Offset);
    std::size_t Line = Before.rfind('\n') + 1;
    llvm::StringRef Lead = Before.substr(Line);
    llvm::StringRef Previous = Before.rtrim().take_back(1);
    if (End.isInvalid() || !Lead.trim(" \t").empty() ||
        !(Previous == ";" || Previous == "{" || Previous == "}"))
      return false; // on a line with more, or the branch of an `if`
    std::string Break = "\n" + Lead.str();
    R.Hints.push_back(clang::FixItHint::CreateInsertion(
        Macro.getBegin(), "Py_BEGIN_CRITICAL_SECTION(" + Object->getNameAsString() + ");" + Break));
    R.Hints.push_back(clang::FixItHint::CreateInsertion(End, Break + "Py_END_CRITICAL_SECTION();"));
    return true;
  }

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
    if (auto Repaired = inSections(U, Releases))
      D.Repairs.push_back(std::move(*Repaired));
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
