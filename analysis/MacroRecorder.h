// Remembers where the project expands macros that the syntax tree alone does not show: PYBIND11_MODULE leaves behind
// only the functions that it made.
#pragma once

#include "clang/Basic/SourceManager.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"

#include "llvm/ADT/DenseMap.h"

#include <memory>

namespace ungil {

/// Names of recorded macros by the place of their expansion.
class MacroTable {
public:
  /// Name of the recorded macro whose expansion produced Loc; empty when there is none.
  llvm::StringRef expandedAt(clang::SourceLocation Loc, const clang::SourceManager &SM) const {
    return Names.lookup(SM.getExpansionLoc(Loc));
  }
  void add(clang::SourceLocation Loc, llvm::StringRef Name) { Names[Loc] = Name; }

private:
  llvm::DenseMap<clang::SourceLocation, llvm::StringRef> Names;
};

/// Fills Table while the preprocessor runs; both must outlive the parse.
std::unique_ptr<clang::PPCallbacks> recordMacros(MacroTable &Table, const clang::SourceManager &SM);

} // namespace ungil
