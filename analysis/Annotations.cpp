#include "analysis/Annotations.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Stmt.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"

#include <vector>

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

/// The words of the code in the range, without its comments.
std::vector<Token> tokensOf(SourceRange Range, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  auto [File, Begin] = SM.getDecomposedLoc(Range.getBegin());
  auto [EndFile, End] = SM.getDecomposedLoc(Range.getEnd());
  llvm::StringRef Text = SM.getBufferData(File);
  if (File != EndFile || End > Text.size())
    return {};
  Lexer Words(SM.getLocForStartOfFile(File), Context.getLangOpts(), Text.begin(), Text.begin() + Begin,
              Text.end());
  std::vector<Token> Found;
  for (Token T; !Words.LexFromRawLexer(T) && SM.getFileOffset(T.getLocation()) < End;)
    Found.push_back(T);
  return Found;
}

/// Whether a statement of the function's outermost block, before any other code than declarations, asserts
/// that a lock is held: assert(PyMutex_IsLocked(&self->mutex)), ASSERT_DICT_LOCKED(self).
bool assertsLock(const FunctionDecl &F) {
  const auto *Body = F.doesThisDeclarationHaveABody() ? dyn_cast_or_null<CompoundStmt>(F.getBody()) : nullptr;
  if (!Body || Body->getLBracLoc().isMacroID() || Body->getRBracLoc().isMacroID())
    return false;
  bool Asserts = false, Negated = false, Says = false;
  for (const Token &T : tokensOf({Body->getLBracLoc().getLocWithOffset(1), Body->getRBracLoc()},
                                 F.getASTContext())) {
    llvm::StringRef Word = T.is(tok::raw_identifier) ? T.getRawIdentifier() : llvm::StringRef();
    if (Word == "if" || Word == "return" || (!Asserts && T.isOneOf(tok::l_brace, tok::r_brace)))
      return false;
    Asserts |= Word.contains_insensitive("assert");
    Says |= Asserts && Word.contains_insensitive("locked");
    Negated |= T.isOneOf(tok::exclaim, tok::exclaimequal);
    if (T.isNot(tok::semi))
      continue;
    if (Says && !Negated)
      return true;
    Asserts = Negated = Says = false;
  }
  return false;
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
  const FunctionDecl *Definition = nullptr;
  if (F.hasBody(Definition) && assertsLock(*Definition))
    return true;
  return llvm::any_of(F.redecls(),
                      [](const FunctionDecl *D) {
                        return D->hasAttr<RequiresCapabilityAttr>() ||
                               D->hasAttr<NoThreadSafetyAnalysisAttr>() || hasComment(*D);
                      }) ||
         hasLevel(F, {"incompatible", "compatible"});
}

bool claimsToBeShared(const FunctionDecl &F) { return hasLevel(F, {"shared", "atomic"}); }

} // namespace ungil
