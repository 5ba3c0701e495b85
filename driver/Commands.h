// The verbs of the command line. Each returns the exit status of the process.
#pragma once

#include <string>
#include <vector>

namespace ungil {

enum ExitStatus { Clean = 0, HasFindings = 1, UsageError = 2, Incomplete = 3 };

struct CheckArguments {
  std::vector<std::string> Paths;
  std::string Database;           ///< -p
  std::vector<std::string> Flags; ///< after --
  bool FixedFlags = false;        ///< there was a --
  std::string Checks;
  std::vector<std::string> Options; ///< "ungil-x.Name=value"
  std::vector<std::string> Formats; ///< "sarif=out.sarif"
  std::string FailOn = "active";
  std::string Root;
  std::string PythonInclude;
  std::string Python; ///< version to check for: "3.14"
  unsigned Jobs = 0;
  unsigned Timeout = 60;
  bool Statistics = false;
  bool Quiet = false;
};

int checkCommand(const CheckArguments &);

/// Lists the rules, or explains the one with the id.
int ruleCommand(const std::string &Id);

} // namespace ungil
