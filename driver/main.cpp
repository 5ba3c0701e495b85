#include "driver/Commands.h"

#include "clang/Basic/Version.h"
#include "llvm/ADT/StringRef.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

using namespace ungil;

namespace {

void addCheckOptions(CLI::App &App, CheckArguments &A) {
  App.add_option("paths", A.Paths,
                 "Files, folders or globs to analyse (default: every unit of the compile database)");
  App.add_option("-p", A.Database, "Folder of compile_commands.json (default: ., build*/, _skbuild/)");
  App.add_option("--checks", A.Checks, "Globs as for clang-tidy, such as '-*,ungil-relaxed-*'");
  App.add_option("--option", A.Options, "Option of a check, as CHECK.NAME=VALUE; repeatable")
      ->allow_extra_args(false);
  App.add_option("--format", A.Formats, "text, sarif or json; FORMAT=FILE writes to a file; repeatable")
      ->allow_extra_args(false);
  App.add_option("--fail-on", A.FailOn,
                 "What exit status 1 is for: active (warnings and errors that can happen now), or a least "
                 "severity: note, warning, error")
      ->capture_default_str();
  App.add_option("--root", A.Root, "Project root: findings below it are reported, relative to it");
  App.add_option("--python", A.Python,
                 "Oldest version of Python to check for, such as 3.13 or 3.14.1 (default: 3.14)");
  App.add_option("--python-include", A.PythonInclude,
                 "Folder of Python.h, when there is no compile database");
  App.add_option("-j,--jobs", A.Jobs, "Worker processes (default: one per core)");
  App.add_option("--timeout", A.Timeout, "Seconds of processor time for one unit; 0 for no limit")
      ->capture_default_str();
  App.add_flag("--statistics", A.Statistics, "Print what was resolved of what is there");
  App.add_flag("-q,--quiet", A.Quiet, "Print findings only");
  App.footer(
      "Flags after -- are used for every file instead of a compile database.\n"
      "Exit status: 0 nothing found, 1 findings, 2 usage or internal error, 3 not everything was analysed.");
}

std::string version() {
  return "ungil " UNGIL_VERSION " (LLVM " CLANG_VERSION_STRING ", for extensions of CPython 3.13 to 3.15)";
}

std::string nearest(const std::string &Word, const std::vector<std::string> &Known) {
  return *std::min_element(Known.begin(), Known.end(), [&](const std::string &A, const std::string &B) {
    return llvm::StringRef(Word).edit_distance(A) < llvm::StringRef(Word).edit_distance(B);
  });
}

std::vector<std::string> optionNames(const CLI::App &App) {
  std::vector<std::string> Names;
  for (const CLI::Option *O : App.get_options())
    for (const std::string &Name : O->get_lnames())
      Names.push_back("--" + Name);
  return Names;
}

/// An option or a verb that there is not.
int refuseWord(const CLI::App &App) {
  for (const CLI::App *Verb : App.get_subcommands())
    for (const std::string &Word : Verb->remaining()) {
      std::string Name = Word.substr(0, Word.find('='));
      std::cerr << "ungil: no option of `ungil " << Verb->get_name() << "` is called '" << Name
                << "'; did you mean '" << nearest(Name, optionNames(*Verb)) << "'? (`ungil "
                << Verb->get_name() << " --help` lists them)\n";
      return UsageError;
    }
  std::string Word = App.remaining().front();
  std::cerr << "ungil: no command is called '" << Word << "'; did you mean '"
            << nearest(Word, {"check", "rule", "--help", "--version"}) << "'?\n";
  return UsageError;
}

} // namespace

int main(int Count, char **Values) {
  std::vector<std::string> Words(Values + 1, Values + Count);
  CheckArguments Check;
  if (auto Dashes = std::find(Words.begin(), Words.end(), "--"); Dashes != Words.end()) {
    Check.FixedFlags = true;
    Check.Flags.assign(Dashes + 1, Words.end());
    Words.erase(Dashes, Words.end());
  }
  CLI::App App{"Finds what breaks a CPython extension when Python runs without its global interpreter lock.",
               "ungil"};
  App.set_version_flag("--version", version());
  App.require_subcommand(0, 1);
  CLI::App *CheckVerb = App.add_subcommand("check", "Analyse the units of a compile database");
  addCheckOptions(*CheckVerb, Check);
  std::string RuleId;
  CLI::App *RuleVerb = App.add_subcommand("rule", "List the rules, or explain one");
  RuleVerb->add_option("id", RuleId, "Rule to explain");
  std::reverse(Words.begin(), Words.end()); // CLI11 takes them last first
  try {
    App.parse(Words);
  } catch (const CLI::ExtrasError &) {
    return refuseWord(App);
  } catch (const CLI::ParseError &Error) {
    if (Error.get_exit_code() == 0)
      return App.exit(Error); // --help, --version
    std::cerr << "ungil: " << Error.what() << " (`ungil check --help` explains the options)\n";
    return UsageError;
  }
  if (!CheckVerb->parsed() && !RuleVerb->parsed()) {
    std::cerr << App.help();
    return UsageError;
  }
  return CheckVerb->parsed() ? checkCommand(Check) : ruleCommand(RuleId);
}
