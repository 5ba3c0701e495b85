#include "driver/AnalyseUnit.h"
#include "driver/Commands.h"
#include "driver/CompileDatabase.h"
#include "driver/Configuration.h"
#include "driver/Link.h"
#include "driver/ResultJson.h"
#include "driver/Workers.h"
#include "driver/report/OutputFile.h"
#include "driver/report/Writer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>
#include <unistd.h>

namespace ungil {

namespace fs = std::filesystem;

namespace {

int refuse(const std::string &Why) {
  std::cerr << "ungil: " << Why << '\n';
  return UsageError;
}

struct Output {
  std::string Format; ///< text, sarif, json
  std::string File;   ///< empty: standard output
};

constexpr const char *KnownFormats[] = {"text", "sarif", "json"};

/// An error text, or nothing.
std::string readFormats(const std::vector<std::string> &Wanted, std::vector<Output> &Out) {
  for (const std::string &Text : Wanted) {
    auto [Format, File] = llvm::StringRef(Text).split('=');
    if (!llvm::is_contained(KnownFormats, Format)) {
      auto Nearest =
          std::min_element(std::begin(KnownFormats), std::end(KnownFormats), [&](auto *A, auto *B) {
            return Format.edit_distance(A) < Format.edit_distance(B);
          });
      return "no format is called '" + Format.str() + "'; did you mean '" + *Nearest +
             "'? (text, sarif, json)";
    }
    Out.push_back({Format.str(), File.str()});
  }
  if (llvm::none_of(Out, [](const Output &O) { return O.File.empty(); }))
    Out.insert(Out.begin(), Output{"text", ""});
  return {};
}

/// What makes the run fail: findings of a severity, or those that can happen now.
struct Failure {
  Severity Least = Severity::Warning;
  bool ActiveOnly = false;
};

std::optional<Failure> readFailure(const std::string &Name) {
  if (Name == "active")
    return Failure{Severity::Warning, true};
  if (Name == "note")
    return Failure{Severity::Note};
  if (Name == "warning")
    return Failure{Severity::Warning};
  if (Name == "error")
    return Failure{Severity::Error};
  return std::nullopt;
}

/// The include folder of the interpreter on the PATH; empty when there is none with headers.
std::string systemPythonInclude() {
  FILE *Pipe =
      popen("python3 -c 'import sysconfig; print(sysconfig.get_path(\"include\"))' 2>/dev/null", "r");
  if (!Pipe)
    return {};
  char Buffer[4096] = {};
  std::size_t Size = fread(Buffer, 1, sizeof Buffer - 1, Pipe);
  pclose(Pipe);
  std::string Folder = llvm::StringRef(Buffer, Size).trim().str();
  std::error_code Ignored;
  return fs::exists(Folder + "/Python.h", Ignored) ? Folder : std::string();
}

DatabaseOrError chooseDatabase(const CheckArguments &Arguments, const std::string &Root) {
  if (Arguments.FixedFlags && Arguments.Paths.empty())
    return {std::nullopt, "no file to compile with the flags after --; name files or folders before it"};
  if (Arguments.FixedFlags)
    return {fixedDatabase(Arguments.Paths, Arguments.Flags), {}};
  if (!Arguments.Database.empty())
    return loadDatabase(Arguments.Database);
  DatabaseOrError Found = findDatabase(fs::current_path());
  if (Found.Database || !Found.Error.empty())
    return Found;
  std::string Include = Arguments.PythonInclude.empty() ? systemPythonInclude() : Arguments.PythonInclude;
  if (Include.empty())
    return {std::nullopt,
            "no compile_commands.json in ., build*/ or _skbuild/, and no Python.h of python3 to guess flags "
            "with; name a database with -p DIR, or the folder of Python.h with --python-include DIR"};
  std::vector<std::string> Paths = Arguments.Paths;
  if (Paths.empty())
    Paths.push_back(fs::current_path());
  CompileDatabase Guessed = guessedDatabase(Paths, Root, Include);
  if (Guessed.Commands.empty())
    return {std::nullopt, "no compile_commands.json in ., build*/ or _skbuild/, and no C or C++ file below " +
                              Paths.front() + "; name a database with -p DIR, or the files to analyse"};
  return {std::move(Guessed), {}};
}

std::vector<UnitResult> analyse(const CompileDatabase &Database, const Selection &Selected,
                                const std::string &Root, const CheckArguments &Arguments) {
  PoolOptions Options;
  Options.Workers = Arguments.Jobs ? Arguments.Jobs : std::max(1u, std::thread::hardware_concurrency());
  Options.Timeout = std::chrono::seconds(Arguments.Timeout);
  bool Terminal = isatty(STDERR_FILENO) && !Arguments.Quiet;
  if (Terminal)
    Options.Progress = [](unsigned Done, unsigned All) {
      std::fprintf(stderr, Done == All ? "\r\033[K" : "\r[%u/%u]", Done, All);
    };
  auto Outcomes = runInWorkers(
      unsigned(Database.Commands.size()),
      [&](unsigned Number) {
        return toJson(analyseUnit(Database.Commands[Number], Selected.Checks, Root, Selected.Options));
      },
      Options);
  std::vector<UnitResult> Results;
  for (std::size_t I = 0; I != Outcomes.size(); ++I) {
    UnitResult Unit;
    if (Outcomes[I].Problem.empty())
      Unit = unitFromJson(Outcomes[I].Answer);
    else
      Unit.Problem = Outcomes[I].Problem;
    Unit.File = Database.Commands[I].File;
    Results.push_back(std::move(Unit));
  }
  return Results;
}

std::vector<RuleInfo> ruleInfos() {
  static std::vector<std::vector<std::string_view>> Tags;
  std::vector<RuleInfo> Rules;
  Tags.reserve(allChecks().size());
  for (const CheckInfo &C : allChecks()) {
    llvm::SmallVector<llvm::StringRef, 8> Words;
    llvm::StringRef(C.Tags).split(Words, ',', -1, false);
    Tags.emplace_back(Words.begin(), Words.end());
    RuleInfo R;
    R.Id = C.Id;
    R.Name = C.Name;
    R.Summary = C.Summary;
    R.Description = C.Summary;
    R.HelpText = C.Readme;
    R.HelpMarkdown = C.Readme;
    R.HelpUri = UNGIL_HOME_PAGE;
    R.Level = C.Level;
    R.Category = C.Category;
    R.MemorySafety = C.Category == "crash";
    R.Tags = Tags.back();
    Rules.push_back(R);
  }
  return Rules;
}

bool useColor() { return isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR"); }

OutputError writeReport(const Output &To, const RunResult &Run, const CheckArguments &Arguments) {
  std::vector<RuleInfo> Rules = ruleInfos();
  auto Write = [&](std::ostream &Out) {
    if (To.Format == "text")
      writeText(Run, {To.File.empty() && useColor(), !Arguments.Quiet, Arguments.Statistics}, Out);
    else if (To.Format == "sarif")
      writeSarif(Run, {.Rules = Rules, .ToolVersion = UNGIL_VERSION, .InformationUri = UNGIL_HOME_PAGE}, Out);
    else
      writeJson(Run, {UNGIL_VERSION}, Out);
  };
  return To.File.empty() ? writeDescriptor(STDOUT_FILENO, "standard output", Write)
                         : writeOutputFile(To.File, Write);
}

/// Rules whose defects cannot happen while the GIL is on.
std::set<std::string> hiddenByGil() {
  std::set<std::string> Rules;
  for (const CheckInfo &C : allChecks()) {
    llvm::SmallVector<llvm::StringRef, 8> Tags;
    llvm::StringRef(C.Tags).split(Tags, ',', -1, false);
    if (llvm::is_contained(Tags, "hidden-by-gil"))
      Rules.emplace(C.Id);
  }
  return Rules;
}

bool allByDefault(const std::vector<std::string> &RulesRun) {
  return llvm::all_of(allChecks(), [&](const CheckInfo &C) {
    return !C.OnByDefault || !C.Make || llvm::is_contained(RulesRun, C.Id);
  });
}

int exitStatus(const RunResult &Run, const Failure &FailOn) {
  bool Whole = llvm::all_of(Run.Units, [](const UnitResult &U) { return U.Status == UnitStatus::Analysed; });
  if (Run.Units.empty() || !Whole)
    return Incomplete;
  bool Fails = llvm::any_of(Run.Findings, [&](const Finding &F) {
    return F.Level >= FailOn.Least && !(FailOn.ActiveOnly && F.Latent);
  });
  return Fails ? HasFindings : Clean;
}

} // namespace

int checkCommand(const CheckArguments &Arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  auto FailOn = readFailure(Arguments.FailOn);
  if (!FailOn)
    return refuse("--fail-on takes active, note, warning or error, not '" + Arguments.FailOn + "'");
  std::vector<Output> Outputs;
  if (std::string Error = readFormats(Arguments.Formats, Outputs); !Error.empty())
    return refuse(Error);

  std::string Root = fs::absolute(Arguments.Root.empty() ? projectRoot(fs::current_path()) : Arguments.Root)
                         .lexically_normal()
                         .string();
  if (Root.size() > 1 && Root.back() == '/')
    Root.pop_back();
  ConfigurationOrError Config = readConfiguration(fs::current_path());
  if (!Config.Error.empty())
    return refuse(Config.Error);
  Knowledge::add(Config.Value.Locks);
  if (!Arguments.Checks.empty())
    Config.Value.Checks += (Config.Value.Checks.empty() ? "" : ",") + Arguments.Checks;
  for (const std::string &Option : Arguments.Options) {
    auto [Key, Value] = llvm::StringRef(Option).split('=');
    Config.Value.Options[Key.str()] = Value.str();
  }
  if (!Arguments.Python.empty())
    Config.Value.Options["ungil.Python"] = Arguments.Python;
  Selection Selected = select(Config.Value);
  if (!Selected.Error.empty())
    return refuse(Selected.Error);

  DatabaseOrError Chosen = chooseDatabase(Arguments, Root);
  if (!Chosen.Database)
    return refuse(Chosen.Error);
  CompileDatabase &Database = *Chosen.Database;
  if (Database.Commands.empty()) {
    std::cerr << "ungil: " << Database.Path
              << " is empty: nothing was analysed; an up-to-date build records no commands, so clean and "
                 "build again\n";
    return Incomplete;
  }
  if (!Arguments.FixedFlags && !Database.Approximate)
    for (const std::string &Path : narrow(Database, Arguments.Paths))
      return refuse("no unit of " + Database.Path + " is '" + Path + "' or lies below it");

  auto IsHere = [&](const std::string &Path) {
    return Path == Root || llvm::StringRef(Path).starts_with(Root + "/");
  };
  if (Arguments.Root.empty() && llvm::none_of(Database.Commands, [&](const CompileCommand &C) {
        return IsHere(C.File) ||
               (!Database.Path.empty() && IsHere(C.Directory)); // generated elsewhere, compiled here
      }))
    Root = projectRoot(fs::path(Database.Commands.front().File).parent_path()); // called from elsewhere

  bool OwnDatabase = !Arguments.FixedFlags && !Database.Approximate;
  bool Whole = llvm::all_of(Arguments.Paths,
                            [&](const std::string &Path) { return !OwnDatabase && fs::is_directory(Path); });
  RunResult Run =
      link(analyse(Database, Selected, Root, Arguments), {.Root = Root,
                                                          .Target = Selected.Options.Target,
                                                          .RulesRun = Selected.RulesRun,
                                                          .Whole = Whole,
                                                          .MayPromise = allByDefault(Selected.RulesRun),
                                                          .HiddenByGil = hiddenByGil()});
  if (Database.Approximate)
    std::cerr << "ungil: no compile database: flags were guessed, so the result is approximate; make a "
                 "database for an "
                 "exact one\n";
  for (const Output &To : Outputs)
    if (OutputError Error = writeReport(To, Run, Arguments))
      return refuse(Error.Text);
  return exitStatus(Run, *FailOn);
}

} // namespace ungil
