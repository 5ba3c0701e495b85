// What a check found, in terms of the syntax tree: the driver turns it into a Finding, the plugin into a
// diagnostic.
#pragma once

#include "analysis/Finding.h"

#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/SourceLocation.h"

#include <optional>

namespace ungil {

struct Remark {
  clang::SourceRange Where;
  std::string Message;
};

/// Hints that must be applied together.
struct Repair {
  std::string Description;
  std::vector<clang::FixItHint> Hints;
  bool Promise = false; ///< see Fix; a tool that sees one unit only cannot offer it
};

/// Messages follow clang's style: lower case, no full stop, names in single quotes.
struct Diagnosis {
  clang::SourceRange Where;
  std::string Message;
  Confidence Sureness = Confidence::Likely;
  std::optional<Severity> Level; ///< where it differs from the check's own
  std::vector<Remark> Path;      ///< in the order of execution; the last one says what to do
  std::vector<Remark> Related;
  std::vector<Repair> Repairs;
  Condition OnlyIf = {}; ///< a tool that sees one unit only cannot report it
};

} // namespace ungil
