// Reports a call of an interpreter function that has a known data race on free-threaded builds of the target
// version, in code that several threads can run. The defect is the interpreter's; an extension can only avoid
// running the call twice at once, or require a later version.
//
// Does not report versions after the repair, calls that only module initialisation makes, calls under a lock,
// and calls on objects that nobody else can reach, where the race needs a shared object.
//
// Known holes: the same function reached through another interpreter function; locks of other translation
// units.

#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

class KnownRacyApi : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const Call &C : U.index().externalCalls()) {
      auto Rows = Knowledge::get().KnownRaces.find(qualifiedName(*C.Callee));
      if (Rows == Knowledge::get().KnownRaces.end() || !canRace(U, C))
        continue;
      for (const KnownRace &Row : Rows->second)
        if (auto Sureness = affected(U, C, Row))
          Found.push_back(describe(U, C, Row, *Sureness));
    }
    return Found;
  }

private:
  static constexpr ContextSet Racing{Context::Reinit, Context::Concurrent, Context::Detached, Context::Alloc,
                                     Context::Escaped};

  static bool canRace(Unit &U, const Call &C) {
    return U.contexts().of(C.In).intersects(Racing) && U.locks().reaches(*C.In, C.Site) &&
           U.locks().at(*C.In, C.Site).empty() && !isHeldByContract(*C.In->Decl);
  }

  /// How sure it is that the call can race; empty when it cannot.
  static std::optional<Confidence> affected(Unit &U, const Call &C, const KnownRace &Row) {
    if (U.target() < Row.From || (Row.Fixed && U.target() >= *Row.Fixed))
      return std::nullopt;
    const Expr *Shared = Row.OnlyShared ? argumentOf(C.Site, *Row.OnlyShared) : nullptr;
    if (!Shared)
      return Row.Sureness;
    if (const auto *A = dyn_cast<UnaryOperator>(Shared->IgnoreParenCasts()); A && A->getOpcode() == UO_AddrOf)
      Shared = A->getSubExpr(); // what is resized in place is given by its address
    ContainerOrigin Origin = U.containers().originAt(*C.In, Shared, C.Site);
    if (Origin.What == ContainerOrigin::Fresh)
      return std::nullopt;
    return std::min(Row.Sureness, Origin.Sureness);
  }

  static Diagnosis describe(Unit &U, const Call &C, const KnownRace &Row, Confidence Sureness) {
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = "'" + C.Callee->getNameAsString() + "' has a known data race on free-threaded Python" +
                range(Row) + ": " + Row.Problem + " (" + Row.Reference + ")";
    D.Sureness = Sureness;
    if (!Row.Fixed)
      D.Level = Severity::Warning;
    D.Path = routeTo(C.In, Racing, U.contexts());
    D.Path.push_back({C.Site->getSourceRange(), Row.Advice});
    return D;
  }

  static std::string range(const KnownRace &Row) {
    return Row.Fixed ? " " + Row.From.text() + " up to, not including, " + Row.Fixed->text() : "";
  }
};

} // namespace

UNGIL_CHECK(KnownRacyApi)

} // namespace ungil
