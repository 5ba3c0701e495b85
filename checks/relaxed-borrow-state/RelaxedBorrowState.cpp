// Reports an atomic that acts as a lock, a borrow flag or a reference count, where the operation that takes it does not
// acquire or the one that gives it back does not release: the protected data is not ordered with the flag.
//
// Does not report increments, failure orders, loads that feed a compare-and-swap, atomics with no such role (statistics,
// identifiers, once flags), functions with a fence of their own, and orders that are no constants.
//
// Known holes: atomics that are reached only through a wrapper's parameter; locks taken in one unit and released in
// another; sequence locks.

#include "analysis/AtomicRoles.h"
#include "analysis/Names.h"
#include "checks/Check.h"

#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

class RelaxedBorrowState : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<AtomicUse> Uses = atomicRoles(U);
    std::vector<Diagnosis> Found;
    for (const AtomicUse &Use : Uses)
      if (Use.Op.Order && !suffices(Use))
        Found.push_back(describe(U, Use, Uses));
    return Found;
  }

private:
  static bool suffices(const AtomicUse &Use) {
    switch (Use.What) {
    case AtomicUse::Takes:
      return acquires(*Use.Op.Order);
    case AtomicUse::Drops:
      return releases(*Use.Op.Order);
    case AtomicUse::DropsLast:
      return acquires(*Use.Op.Order) && releases(*Use.Op.Order);
    case AtomicUse::Other:
      break;
    }
    return true;
  }

  static const char *needed(const AtomicUse &Use) {
    return Use.What == AtomicUse::Takes ? "acquire" : Use.What == AtomicUse::Drops ? "release" : "acq_rel";
  }

  static const char *roleName(AtomicRole Role) {
    return Role == AtomicRole::Lock         ? "lock"
           : Role == AtomicRole::BorrowFlag ? "borrow flag"
                                            : "reference count";
  }

  static const char *operationName(const AtomicOperation &Op) {
    switch (Op.What) {
    case AtomicOperation::Store:
      return "store";
    case AtomicOperation::Exchange:
      return "exchange";
    case AtomicOperation::CompareExchange:
      return "compare-exchange";
    default:
      return "decrement";
    }
  }

  static const char *orderName(MemoryOrder O) {
    constexpr const char *Names[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
    return Names[int(O)];
  }

  static Diagnosis describe(Unit &U, const AtomicUse &Use, const std::vector<AtomicUse> &All) {
    std::string Name = Use.Variable->getNameAsString();
    Diagnosis D;
    D.Where = Use.Op.Site->getSourceRange();
    D.Message = "'" + Name + "' acts as a " + roleName(Use.Role) + ", but this " + operationName(Use.Op) + " is memory_order_" +
                orderName(*Use.Op.Order) + "; protected data is not ordered with it (needs " + needed(Use) + ")";
    D.Sureness = Confidence::Certain;
    for (const AtomicUse &Other : All)
      if (Other.Variable == Use.Variable && Other.What != Use.What) {
        D.Path.push_back({Other.Op.Site->getSourceRange(), std::string(Other.What == AtomicUse::Takes ? "taken" : "given back") +
                                                               " here in '" + displayName(*Other.In->Decl) + "'"});
        break;
      }
    D.Path.push_back({Use.Op.Site->getSourceRange(), advice(Use)});
    if (auto Hint = strengthen(U, Use))
      D.Repairs.push_back({std::string("make it ") + needed(Use), {std::move(*Hint)}});
    return D;
  }

  static std::string advice(const AtomicUse &Use) {
    if (Use.What == AtomicUse::Takes)
      return "without acquire, reads and writes that follow can happen before the flag is taken";
    if (Use.What == AtomicUse::Drops)
      return "without release, the next holder can miss the writes made before this";
    return "the thread that destroys the object must see what every other holder did: release to pass it on, acquire "
           "before destroying";
  }

  /// Exactly the order argument, in the words of its dialect; for CPython's functions the suffix of the name.
  static std::optional<clang::FixItHint> strengthen(Unit &U, const AtomicUse &Use) {
    const clang::SourceManager &SM = U.sources();
    if (!Use.Op.OrderArgument)
      return dropSuffix(U, Use);
    clang::CharSourceRange Range =
        clang::Lexer::makeFileCharRange(clang::CharSourceRange::getTokenRange(Use.Op.OrderArgument->getSourceRange()), SM,
                                        U.context().getLangOpts());
    std::string Text = clang::Lexer::getSourceText(Range, SM, U.context().getLangOpts()).str();
    std::string Old = orderName(*Use.Op.Order), New = needed(Use);
    if (llvm::StringRef(Text).ends_with(llvm::StringRef(Old).upper())) {
      Old = llvm::StringRef(Old).upper();
      New = llvm::StringRef(New).upper();
    }
    if (Range.isInvalid() || !llvm::StringRef(Text).ends_with(Old))
      return std::nullopt;
    return clang::FixItHint::CreateReplacement(Range, Text.substr(0, Text.size() - Old.size()) + New);
  }

  static std::optional<clang::FixItHint> dropSuffix(Unit &U, const AtomicUse &Use) {
    const auto *C = clang::dyn_cast<clang::CallExpr>(Use.Op.Site);
    const clang::FunctionDecl *F = C ? C->getDirectCallee() : nullptr;
    clang::SourceLocation At = C ? C->getCallee()->getBeginLoc() : clang::SourceLocation();
    if (!F || !F->getIdentifier() || !F->getName().ends_with("_relaxed") || At.isInvalid() || At.isMacroID())
      return std::nullopt;
    return clang::FixItHint::CreateReplacement(clang::CharSourceRange::getTokenRange(At, At),
                                               F->getName().drop_back(8).str());
  }
};

} // namespace

UNGIL_CHECK(RelaxedBorrowState)

} // namespace ungil
