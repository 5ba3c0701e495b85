// Remembers where the project expands macros that the syntax tree alone does not show: PYBIND11_MODULE leaves
// behind only the functions that it made.
#pragma once

#include "analysis/PythonVersion.h"

#include "clang/Basic/SourceManager.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"

#include <memory>
#include <string>
#include <vector>

namespace ungil {

/// An #if that asks for the version of Python, with its #elif and #else.
struct VersionSwitch {
  struct Branch {
    clang::SourceLocation Begin;
    std::string Condition; ///< empty for #else
    bool Taken = false;
  };
  std::vector<Branch> Branches;
  clang::SourceLocation End;
};

/// A macro with the name of a lock operation and no code in it.
struct EmptyLockMacro {
  std::string Name;
  clang::SourceLocation Where;
  bool OfPython = false; ///< Py_BEGIN_CRITICAL_SECTION and its kin
  bool Used = false;     ///< expanded somewhere
  std::string Condition; ///< of the innermost #if around it that asks for the GIL or the version; empty: none
};

/// An #if that asks whether the build is free-threaded.
struct GilTest {
  clang::SourceLocation Where;
  std::string Name;
  bool BeforePython = false; ///< the headers that define the macro have not been read
};

/// A branch for builds with the GIL, not compiled here, that attaches the thread.
struct LeftOutBranch {
  clang::SourceLocation Begin;
  clang::SourceRange Switch; ///< from #if to #endif
  std::string Text;
};

/// Names of recorded macros by the place of their expansion, the switches on the version of Python, and what
/// is left out without the GIL.
class MacroTable {
public:
  /// Name of the recorded macro whose expansion produced Loc; empty when there is none.
  llvm::StringRef expandedAt(clang::SourceLocation Loc, const clang::SourceManager &SM) const {
    return Names.lookup(SM.getExpansionLoc(Loc));
  }
  void add(clang::SourceLocation Loc, llvm::StringRef Name) { Names[Loc] = Name; }

  /// False for code that is compiled with these headers but would not be with those of the target version,
  /// such as the fallback for a function that the target has.
  bool compiledFor(PythonVersion Target, clang::SourceLocation, const clang::SourceManager &) const;

  std::vector<VersionSwitch> Switches;
  std::vector<EmptyLockMacro> EmptyLocks;
  std::vector<GilTest> GilTests;
  std::vector<std::string>
      Defined;             ///< macros of the project whose names look like that of the free-threaded build
  bool HasGilSlot = false; ///< the headers have Py_mod_gil
  std::vector<clang::SourceRange> GilSwitches; ///< from #if to #endif, where the condition asks for the GIL
  llvm::StringSet<> Asked;                     ///< macros that the project's #ifdef and defined() ask for
  std::vector<LeftOutBranch> LeftOutAttachments;

private:
  llvm::DenseMap<clang::SourceLocation, llvm::StringRef> Names;
};

/// Fills Table while the preprocessor runs; both must outlive the parse.
std::unique_ptr<clang::PPCallbacks> recordMacros(MacroTable &Table, const clang::SourceManager &SM);

} // namespace ungil
