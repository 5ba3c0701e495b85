// Reports a reference that is borrowed from a container which other threads can change, and that is used:
// they can remove the object from the container, and free it, before the caller holds a reference of its own.
//
// Does not report containers that nobody else can reach or change (fresh ones, keyword dictionaries, what
// initialisation made and nobody changes, what one lock guards everywhere), dictionaries whose keys are only
// added, containers whose critical section is innermost while no Python code runs, results that are only
// compared, code that one thread runs, and functions with an immutable owner such as PyTuple_GetItem.
//
// Known holes: containers that another translation unit changes although this one guards them; references
// that are borrowed through C++ wrappers (py::handle, nb::handle); a container that escapes through an alias
// in a caller.

#include "analysis/BorrowedUses.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "analysis/StrongReferences.h"
#include "checks/Check.h"

#include <map>

namespace ungil {
namespace {

using namespace clang;

class BorrowedRefRace : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    PythonCalls Python(U.index());
    for (const Call &C : U.index().externalCalls()) {
      auto Row = Knowledge::get().BorrowedReferences.find(qualifiedName(*C.Callee));
      const auto *Site = dyn_cast<CallExpr>(C.Site);
      if (Row == Knowledge::get().BorrowedReferences.end() || !Site || !isRacing(U, C))
        continue;
      auto &Uses = UsesOf.try_emplace(C.In, *C.In, Python).first->second;
      if (auto D = judge(U, C, Site, Row->second, Uses))
        Found.push_back(std::move(*D));
    }
    return Found;
  }

private:
  static bool isRacing(Unit &U, const Call &C) {
    return U.contexts().of(C.In).intersects(ManyThreads) && U.locks().reaches(*C.In, C.Site) &&
           !isHeldByContract(*C.In->Decl);
  }

  static std::optional<Diagnosis> judge(Unit &U, const Call &C, const CallExpr *Site,
                                        const BorrowedReference &Row, BorrowedUses &Uses) {
    BorrowedUse Use = Uses.ofResult(Site);
    if (Use.What == BorrowedUse::None)
      return std::nullopt;
    std::string Owner = Row.From;
    // What seldom changes is worth a report when the reference has to survive Python code.
    bool Survives = (Use.What >= BorrowedUse::AfterPython && !Use.ForSomeTypes) || Use.DuringPython;
    Confidence Sureness = !Row.Container && Survives ? Confidence::Likely : Row.Sureness;
    std::optional<Condition> OnlyIf;
    if (Row.Container) {
      const Expr *Container = argumentOf(Site, *Row.Container);
      ContainerOrigin Origin =
          Container ? U.containers().originAt(*C.In, Container, Site) : ContainerOrigin();
      bool Safe = Origin.isPrivate() || Origin.OnlyGrows;
      if (!Container || (Safe && Origin.KnownElsewhereAs.empty()))
        return std::nullopt;
      if (Safe)
        OnlyIf = {Origin.KnownElsewhereAs, /*Releases=*/true};
      auto Object = objectOf(Container, U.paths());
      // In the container's critical section the reference is good until the section can be suspended.
      bool ToPython = Use.DuringPython && !U.index().find(calleeOf(Use.Python));
      if (Object && U.sections().guards(*C.In, Site, *Object) && !ToPython &&
          (Use.What == BorrowedUse::Read || Use.What == BorrowedUse::Referenced))
        return std::nullopt;
      Owner = Origin.Description;
      Sureness = std::min(Sureness, Origin.Sureness);
      // Two threads that add the same key have to be kept apart in any case, which keeps the object alive.
      if (Origin.KeptUpHere && Use.What == BorrowedUse::Read && !Use.DuringPython)
        Sureness = Confidence::Possible;
    }
    Diagnosis D = describe(U, C, Site, Row, Owner, Use, Uses, Sureness);
    D.OnlyIf = OnlyIf.value_or(Condition());
    return D;
  }

  static Diagnosis describe(Unit &U, const Call &C, const CallExpr *Site, const BorrowedReference &Row,
                            const std::string &Owner, const BorrowedUse &Use, const BorrowedUses &Uses,
                            Confidence Sureness) {
    Diagnosis D;
    D.Where = Site->getSourceRange();
    D.Message = "'" + C.Callee->getNameAsString() + "' returns a reference borrowed from " + Owner +
                ", which another thread can change " + consequence(Use) + "; use '" + Row.Replacement + "'" +
                versions(Row);
    D.Sureness = Sureness;
    if (Use.What >= BorrowedUse::AfterPython)
      D.Level = Severity::Error;
    D.Path = routeTo(C.In, ManyThreads, U.contexts());
    if (Use.After)
      D.Path.push_back({Use.After->getSourceRange(), "Python code can run here, and other threads with it"});
    D.Path.push_back({Use.At->getSourceRange(), place(Use)});
    auto Fix = strongReference(Site, Row, Uses, U.context());
    D.Path.push_back({Site->getSourceRange(), advice(Row)});
    if (Fix)
      D.Repairs.push_back(std::move(*Fix));
    return D;
  }

  static std::string consequence(const BorrowedUse &Use) {
    switch (Use.What) {
    case BorrowedUse::Stored:
    case BorrowedUse::Returned:
      return "while the reference is kept";
    case BorrowedUse::Referenced:
      return "before the reference is taken";
    default:
      return "before it is used";
    }
  }

  static std::string place(const BorrowedUse &Use) {
    switch (Use.What) {
    case BorrowedUse::Stored:
      return "kept here without a reference of its own";
    case BorrowedUse::Returned:
      return "returned here without a reference of its own";
    case BorrowedUse::Referenced:
      return "the object can be freed before its reference count is incremented here";
    case BorrowedUse::AfterPython:
      return "the object can be freed before it is used here";
    default:
      return "the object can be freed while it is used here";
    }
  }

  static std::string versions(const BorrowedReference &Row) {
    if (!Row.Since)
      return "";
    return " (Python " + Row.Since->text() + (Row.InCompatHeader ? ", pythoncapi_compat.h before)" : ")");
  }

  static std::string advice(const BorrowedReference &Row) {
    switch (Row.Rewrite) {
    case BorrowedReference::Same:
      return "'" + Row.Replacement +
             "' takes the same arguments and returns a strong reference: drop an increment that "
             "follows, or add Py_DECREF on every path after the last use";
    case BorrowedReference::OutParameter:
    case BorrowedReference::OutParameterWithErrors:
      return "'" + Row.Replacement +
             "' stores a strong reference through its last argument and returns 1, 0 when the key is "
             "missing, or -1 with an exception: handle all three, and add Py_DECREF on every path after the "
             "last use";
    case BorrowedReference::Other:
      break;
    }
    return "get a strong reference from '" + Row.Replacement +
           "', and add Py_DECREF on every path after the last use";
  }

  std::map<const Function *, BorrowedUses> UsesOf;
};

} // namespace

UNGIL_CHECK(BorrowedRefRace)

} // namespace ungil
