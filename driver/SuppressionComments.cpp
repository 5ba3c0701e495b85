#include "driver/SuppressionComments.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

namespace ungil {

using namespace clang;

namespace {

std::optional<Suppression::Scope> takeKeyword(llvm::StringRef &Text) {
  if (!Text.consume_front("NOLINT"))
    return std::nullopt;
  if (Text.consume_front("NEXTLINE"))
    return Suppression::Scope::NextLine;
  if (Text.consume_front("BEGIN"))
    return Suppression::Scope::Begin;
  if (Text.consume_front("END"))
    return Suppression::Scope::End;
  return Suppression::Scope::Line;
}

std::string reason(llvm::StringRef Text) {
  if (!Text.consume_front(":"))
    return {};
  Text = Text.take_until([](char C) { return C == '\n'; });
  return Text.trim(" \t\r*/").str();
}

} // namespace

std::vector<Suppression> parseSuppressions(llvm::StringRef Comment) {
  std::vector<Suppression> Found;
  for (std::size_t At = Comment.find("NOLINT"); At != llvm::StringRef::npos;
       At = Comment.find("NOLINT", At + 6)) {
    llvm::StringRef Text = Comment.substr(At);
    Suppression S;
    S.Kind = *takeKeyword(Text);
    if (!Text.empty() && (llvm::isAlnum(Text.front()) || Text.front() == '_'))
      continue;
    if (Text.consume_front("(")) {
      auto [List, Rest] = Text.split(')');
      llvm::SmallVector<llvm::StringRef, 4> Rules;
      List.split(Rules, ',', -1, false);
      for (llvm::StringRef Rule : Rules)
        if (!Rule.trim().empty())
          S.Rules.push_back(Rule.trim().str());
      Text = Rest;
      if (S.Rules.empty())
        continue; // NOLINT() silences nothing
    }
    S.Reason = reason(Text);
    S.Line = unsigned(Comment.take_front(At).count('\n'));
    S.Column = unsigned(At);
    S.EndColumn = unsigned(Comment.size() - Text.size());
    Found.push_back(std::move(S));
  }
  return Found;
}

bool SuppressionComments::HandleComment(Preprocessor &, SourceRange Range) {
  SourceLocation Begin = Range.getBegin();
  auto [File, Offset] = SM.getDecomposedLoc(Begin);
  llvm::StringRef Text = SM.getBufferData(File).substr(Offset, SM.getFileOffset(Range.getEnd()) - Offset);
  if (!Text.contains("NOLINT") || !Scope.contains(Begin))
    return false;
  for (Suppression &S : parseSuppressions(Text)) {
    SourceLocation At = Begin.getLocWithOffset(int(S.Column));
    llvm::SmallString<256> Path(SM.getFilename(Begin));
    SM.getFileManager().makeAbsolutePath(Path);
    llvm::sys::path::remove_dots(Path, true);
    unsigned Length = S.EndColumn - S.Column;
    S.File = std::string(Path);
    S.Line = SM.getSpellingLineNumber(At);
    S.Column = SM.getSpellingColumnNumber(At);
    S.EndColumn = S.Column + Length;
    Out.push_back(std::move(S));
  }
  return false;
}

} // namespace ungil
