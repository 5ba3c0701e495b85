// Which source locations belong to the user's project. Checks traverse and report there only: bodies in the
// headers of Python, of the system and of binding libraries are somebody else's.
#pragma once

#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseMap.h"

#include <string>

namespace ungil {

class ProjectScope {
public:
  /// Root is the absolute path of the project's folder, or empty: then every header that is neither a system
  /// header nor part of Python or of a binding library counts.
  ProjectScope(const clang::SourceManager &SM, std::string Root) : SM(SM), Root(std::move(Root)) {}

  /// Not thread-safe: answers are cached by file.
  bool contains(clang::SourceLocation) const;

private:
  bool containsFile(clang::FileID) const;
  /// Whether the file is one of Python's headers, or included by one.
  bool isPython(clang::FileID) const;

  const clang::SourceManager &SM;
  std::string Root;
  mutable llvm::DenseMap<clang::FileID, bool> Known;
};

} // namespace ungil
