// Which units there are and how each is compiled. What does not hold (no file, no folder, bad JSON) is said
// in words.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ungil {

struct CompileCommand {
  std::string Directory; ///< absolute
  std::string File;      ///< absolute
  std::vector<std::string> Arguments;
  std::string Problem; ///< why the unit cannot be analysed; empty when it can
};

struct CompileDatabase {
  std::string Path; ///< of compile_commands.json; empty when the flags were given or guessed
  std::vector<CompileCommand> Commands;
  bool Approximate = false; ///< flags were guessed
};

/// Either a database or one line that says what is wrong and what to do.
struct DatabaseOrError {
  std::optional<CompileDatabase> Database;
  std::string Error;
};

/// Path: a folder with compile_commands.json, or the file itself.
DatabaseOrError loadDatabase(const std::string &Path);

/// Looks in the folder, its build*/ and its _skbuild/, and takes the newest. Neither database nor error: none
/// found.
DatabaseOrError findDatabase(const std::string &Folder);

/// Every source file gets the same flags, as after `--` of clang-tidy.
CompileDatabase fixedDatabase(const std::vector<std::string> &Files, const std::vector<std::string> &Flags);

/// Flags guessed from the layout of the tree and from Python's own include folder.
CompileDatabase guessedDatabase(const std::vector<std::string> &Files, const std::string &Root,
                                const std::string &PythonInclude);

/// Keeps the commands whose file is one of the paths, below one of them, or matches one as a glob. Returns
/// the paths that matched nothing.
std::vector<std::string> narrow(CompileDatabase &, const std::vector<std::string> &Paths);

/// The command as Clang can run it for analysis: without compiler wrappers, outputs, dependency files and
/// flags that only GCC knows; with Py_GIL_DISABLED.
std::vector<std::string> analysisArguments(const CompileCommand &);

} // namespace ungil
