// What the user chose: command line over .ungil.toml over pyproject.toml over .clang-tidy over the checks'
// defaults.
#pragma once

#include "analysis/Knowledge.h"
#include "driver/AnalyseUnit.h"

#include <map>
#include <string>
#include <vector>

namespace ungil {

struct Configuration {
  std::string Checks;                         ///< as clang-tidy's: "-*,ungil-relaxed-*"
  std::map<std::string, std::string> Options; ///< "ungil-x.Option" → value
  ProjectLocks Locks;                         ///< [locks]
};

struct ConfigurationOrError {
  Configuration Value;
  std::string Error;
};

/// Reads the nearest .ungil.toml or [tool.ungil] of a pyproject.toml from the folder upwards, and the options
/// of ungil's checks in the nearest .clang-tidy.
ConfigurationOrError readConfiguration(const std::string &Folder);

/// The nearest folder upwards with .ungil.toml, pyproject.toml or .git; the folder itself when there is none.
std::string projectRoot(const std::string &Folder);

struct Selection {
  std::vector<SelectedCheck> Checks; ///< with code to run on units
  UnitOptions Options;               ///< those that no check owns
  std::vector<std::string> RulesRun; ///< ids, those about the report included
  std::string Error;
};

Selection select(const Configuration &);

} // namespace ungil
