#include "analysis/Annotations.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/Basic/SourceManager.h"

namespace ungil {

using namespace clang;

namespace {

constexpr llvm::StringLiteral Mark = "ungil: guarded-by(";

/// The line of the text that the position is on.
llvm::StringRef lineOf(llvm::StringRef Text, std::size_t Position) {
  std::size_t Begin = Position;
  while (Begin > 0 && Text[Begin - 1] != '\n')
    --Begin;
  return Text.slice(Begin, Text.find('\n', Position));
}

/// Whether the comment stands on the line, or alone on the line before it.
bool hasComment(const Decl &D) {
  if (D.getLocation().isInvalid())
    return false;
  const SourceManager &SM = D.getASTContext().getSourceManager();
  auto [File, Offset] = SM.getDecomposedLoc(SM.getExpansionLoc(D.getLocation()));
  bool Invalid = false;
  llvm::StringRef Text = SM.getBufferData(File, &Invalid);
  if (Invalid || Offset >= Text.size())
    return false;
  llvm::StringRef Line = lineOf(Text, Offset);
  if (Line.contains(Mark))
    return true;
  std::size_t Begin = std::size_t(Line.data() - Text.data());
  llvm::StringRef Above = Begin > 1 ? lineOf(Text, Begin - 1).ltrim() : llvm::StringRef();
  return Above.starts_with("//") && Above.contains(Mark);
}

bool hasLevel(const Decl &D, std::initializer_list<llvm::StringRef> Levels) {
  return llvm::any_of(D.redecls(), [&](const Decl *Redeclared) {
    return llvm::any_of(Redeclared->specific_attrs<AnnotateAttr>(), [&](const AnnotateAttr *A) {
      llvm::StringRef Level = A->getAnnotation();
      return Level.consume_front("ungil::thread_safety=") && llvm::is_contained(Levels, Level);
    });
  });
}

} // namespace

bool isDeclaredGuarded(const ValueDecl &D) {
  if (D.hasAttr<GuardedByAttr>() || D.hasAttr<PtGuardedByAttr>() || hasComment(D))
    return true;
  const auto *Field = dyn_cast<FieldDecl>(&D);
  return Field && hasLevel(*Field->getParent(), {"incompatible", "compatible", "distinct"});
}

bool isDeclaredUnderLock(const FunctionDecl &F) {
  return llvm::any_of(F.redecls(),
                      [](const FunctionDecl *D) {
                        return D->hasAttr<RequiresCapabilityAttr>() ||
                               D->hasAttr<NoThreadSafetyAnalysisAttr>() || hasComment(*D);
                      }) ||
         hasLevel(F, {"incompatible", "compatible"});
}

bool claimsToBeShared(const FunctionDecl &F) { return hasLevel(F, {"shared", "atomic"}); }

} // namespace ungil
