// Reports a critical section on a second object that is begun inside one on a first, when the first object's
// fields are used under both. The inner begin gives the outer section up while it waits, so the first object
// can have changed, and another thread can be in the middle of changing it.
//
// Does not report sections on the same object, sections on a mutex, an inner section in which the first
// object is left alone, and sections that only calls nest.
//
// Known holes: the first object used through a helper; values that were read before and combined afterwards
// are left to ungil-critical-section-suspended.

#include "analysis/BodyVisitor.h"
#include "analysis/Names.h"
#include "checks/Check.h"

#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

using namespace clang;

struct FieldUses : BodyVisitor {
  std::vector<const MemberExpr *> Found;
  bool VisitMemberExpr(MemberExpr *M) override {
    Found.push_back(M);
    return true;
  }
};

class CriticalSectionNested : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &F : U.index().functions())
      for (const SectionEvent &E : U.sections().eventsOf(*F))
        if (E.What == SectionEvent::Nested && !E.Of->OnMutex && !E.Other->OnMutex)
          if (const MemberExpr *Use = useInside(U, *F, *E.Of, *E.Other))
            Found.push_back(describe(U, E, Use));
    return Found;
  }

private:
  /// The first use of a field of the outer section's object where the inner section is innermost.
  static const MemberExpr *useInside(Unit &U, const Function &F, const Section &Inner, const Section &Outer) {
    if (llvm::any_of(Outer.Objects, [&](const AccessPath &Object) { return Inner.isOn(Object); }))
      return nullptr;
    FieldUses Uses;
    Uses.TraverseStmt(F.Decl->getBody());
    for (const MemberExpr *M : Uses.Found) {
      const Section *At = U.sections().innermostAt(F, M);
      if (!At || At->Begin != Inner.Begin)
        continue;
      auto Path = U.paths().resolve(M);
      if (Path &&
          llvm::any_of(Outer.Objects, [&](const AccessPath &Object) { return isBelow(*Path, Object); }))
        return M;
    }
    return nullptr;
  }

  static bool isBelow(const AccessPath &Field, const AccessPath &Object) {
    return Field.Kind == Object.Kind && Field.Root == Object.Root &&
           Field.Fields.size() > Object.Fields.size() &&
           std::equal(Object.Fields.begin(), Object.Fields.end(), Field.Fields.begin());
  }

  static std::string nameOf(const Section &S) {
    const VarDecl *V = S.Operands.empty() ? nullptr : variableOf(S.Operands.front());
    return V ? "'" + V->getNameAsString() + "'" : "another object";
  }

  static Diagnosis describe(Unit &U, const SectionEvent &E, const MemberExpr *Use) {
    Diagnosis D;
    D.Where = E.At->getSourceRange();
    D.Message = "the critical section on " + nameOf(*E.Of) + " is nested in the one on " + nameOf(*E.Other) +
                ", which is given up while this one is waited for";
    D.Path.push_back({E.Other->Begin->getSourceRange(), "the outer section is begun here"});
    D.Path.push_back({Use->getSourceRange(), "used here as if the outer section were held"});
    D.Path.push_back({E.At->getSourceRange(), "lock both at once with Py_BEGIN_CRITICAL_SECTION2"});
    if (auto Fix = merged(U, *E.Of, *E.Other))
      D.Repairs.push_back(std::move(*Fix));
    return D;
  }

  /// One macro instead of two, where they are written next to each other, and so are their ends.
  static std::optional<Repair> merged(Unit &U, const Section &Inner, const Section &Outer) {
    if (Inner.Ends.size() != 1 || Outer.Ends.size() != 1)
      return std::nullopt;
    auto Begin = adjacent(U, Outer.Begin, Inner.Begin);
    auto End = adjacent(U, Inner.Ends.front(), Outer.Ends.front());
    std::string First = argument(U, Outer.Begin), Second = argument(U, Inner.Begin);
    if (!Begin || !End || First.empty() || Second.empty())
      return std::nullopt;
    return Repair{
        "lock both objects at once",
        {FixItHint::CreateReplacement(*Begin, "Py_BEGIN_CRITICAL_SECTION2(" + First + ", " + Second + ")"),
         FixItHint::CreateReplacement(*End, "Py_END_CRITICAL_SECTION2()")}};
  }

  static llvm::StringRef text(Unit &U, CharSourceRange Range) {
    return Lexer::getSourceText(Range, U.sources(), U.context().getLangOpts());
  }

  static std::optional<CharSourceRange> adjacent(Unit &U, const Stmt *First, const Stmt *Second) {
    if (!First->getBeginLoc().isMacroID() || !Second->getBeginLoc().isMacroID())
      return std::nullopt;
    const SourceManager &SM = U.sources();
    CharSourceRange A = SM.getExpansionRange(First->getBeginLoc()),
                    B = SM.getExpansionRange(Second->getBeginLoc());
    SourceLocation Behind = Lexer::getLocForEndOfToken(A.getEnd(), 0, SM, U.context().getLangOpts());
    bool Near = text(U, CharSourceRange::getCharRange(Behind, B.getBegin())).trim(" \t\r\n;").empty();
    return Near ? std::optional(CharSourceRange::getTokenRange(A.getBegin(), B.getEnd())) : std::nullopt;
  }

  static std::string argument(Unit &U, const Stmt *Begin) {
    llvm::StringRef Call = text(U, U.sources().getExpansionRange(Begin->getBeginLoc()));
    if (!Call.starts_with("Py_BEGIN_CRITICAL_SECTION("))
      return {};
    return Call.split('(').second.drop_back().trim().str();
  }
};

} // namespace

UNGIL_CHECK(CriticalSectionNested)

} // namespace ungil
