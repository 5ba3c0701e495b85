#include "analysis/OrderRepair.h"

#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

const char *orderName(MemoryOrder O) {
  constexpr const char *Names[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
  return Names[int(O)];
}

/// CPython's functions without a suffix are sequentially consistent; not every operation has the weaker
/// variants.
static std::optional<FixItHint> withoutSuffix(const AtomicOperation &Op) {
  const auto *C = dyn_cast<CallExpr>(Op.Site);
  const FunctionDecl *F = C ? C->getDirectCallee() : nullptr;
  SourceLocation At = C ? C->getCallee()->getBeginLoc() : SourceLocation();
  if (!F || !F->getIdentifier() || At.isInvalid() || At.isMacroID())
    return std::nullopt;
  llvm::StringRef Name = F->getName();
  if (!Name.starts_with("_Py_atomic_") || !Name.consume_back(std::string("_") + orderName(*Op.Order)))
    return std::nullopt;
  return FixItHint::CreateReplacement(CharSourceRange::getTokenRange(At, At), Name.str());
}

std::optional<FixItHint> withOrder(Unit &U, const AtomicOperation &Op, MemoryOrder Needed) {
  if (!Op.OrderArgument)
    return withoutSuffix(Op);
  const SourceManager &SM = U.sources();
  const LangOptions &Language = U.context().getLangOpts();
  CharSourceRange Range = Lexer::makeFileCharRange(
      CharSourceRange::getTokenRange(Op.OrderArgument->getSourceRange()), SM, Language);
  std::string Text = Lexer::getSourceText(Range, SM, Language).str();
  std::string Old = orderName(*Op.Order), New = orderName(Needed);
  if (llvm::StringRef(Text).ends_with(llvm::StringRef(Old).upper())) {
    Old = llvm::StringRef(Old).upper();
    New = llvm::StringRef(New).upper();
  }
  if (Range.isInvalid() || !llvm::StringRef(Text).ends_with(Old))
    return std::nullopt;
  return FixItHint::CreateReplacement(Range, Text.substr(0, Text.size() - Old.size()) + New);
}

} // namespace ungil
