// Collects NOLINT comments of the project's files while Clang reads them.
#pragma once

#include "analysis/ProjectScope.h"
#include "driver/Result.h"

#include "clang/Lex/Preprocessor.h"

namespace ungil {

/// Understands clang-tidy's forms: NOLINT, NOLINTNEXTLINE, NOLINTBEGIN and NOLINTEND, each with an optional
/// "(rule, rule*)" and, after a colon, a reason.
std::vector<Suppression> parseSuppressions(llvm::StringRef Comment);

class SuppressionComments : public clang::CommentHandler {
public:
  /// All references must outlive the parse.
  SuppressionComments(const clang::SourceManager &SM, std::string Root, std::vector<Suppression> &Out)
      : SM(SM), Scope(SM, std::move(Root)), Out(Out) {}

  bool HandleComment(clang::Preprocessor &, clang::SourceRange Comment) override;

private:
  const clang::SourceManager &SM;
  ProjectScope Scope;
  std::vector<Suppression> &Out;
};

} // namespace ungil
