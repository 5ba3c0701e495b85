// SARIF 2.1.0 for code review services. The standard leaves much open that the services do not: primary
// regions of one line with all four coordinates, relative paths, a line hash, rules with every description,
// and limits on all of it.
#include "driver/report/Fingerprint.h"
#include "driver/report/Headers.h"
#include "driver/report/JsonModel.h"
#include "driver/report/Paths.h"
#include "driver/report/SourceCache.h"
#include "driver/report/Unicode.h"
#include "driver/report/Writer.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <ostream>
#include <tuple>

namespace ungil {
namespace {

constexpr std::size_t MaxDescription = 1024, MaxTags = 20, MaxFlowLocations = 10'000, MaxRelated = 100;
constexpr std::size_t LongestSnippetLine = 500;

enum Notice : std::size_t {
  UnitFailed,
  UnitPartial,
  NothingAnalysed,
  OldHeaders,
  ResultsLeftOut,
  OutsideProject
};

struct NoticeInfo {
  std::string_view Id, Name, Summary, Help;
};

constexpr std::array<NoticeInfo, 6> Notices{{
    {"unit-failed", "UnitFailed", "A translation unit could not be analysed.",
     "Nothing is known of this unit. Check that its entry in the compile database is up to date and that it "
     "compiles."},
    {"unit-partial", "UnitPartial", "A translation unit did not parse cleanly and was analysed in part.",
     "Findings may be missing. Install the headers that the unit needs, or generate those that the build "
     "makes."},
    {"nothing-analysed", "NothingAnalysed", "No translation unit was analysed.",
     "A report without findings means nothing here. Name a compile database or folders with sources."},
    {"old-python-headers", "OldPythonHeaders", "The Python headers are older than free-threaded Python.",
     "Analyse with the headers of Python 3.13 or later, so that the code for free-threaded Python is seen."},
    {"results-left-out", "ResultsLeftOut", "There are more findings than code review services accept.",
     "The gravest findings are in the report. Write another format to have all of them."},
    {"outside-project", "OutsideProject", "A finding lies in a file outside the project.",
     "Code review services show files of the repository only. Write another format to see the finding in "
     "full."},
}};

Json message(std::string_view Text) {
  Json Result = Json::object();
  Result["text"] = Text;
  return Result;
}

std::string withPeriod(std::string Text) {
  if (!Text.empty() && std::string_view(".!?:").find(Text.back()) == std::string_view::npos)
    Text += '.';
  return Text;
}

/// Escapes what would read as a link, "items[i](x)" for one. Within the text of a link every bracket counts.
std::string escapeLinks(std::string_view Text, bool InsideLink) {
  if (!InsideLink && Text.find("](") == std::string_view::npos)
    return std::string(Text);
  std::string Out;
  for (char C : Text) {
    if (C == '[' || C == ']' || C == '\\')
      Out += '\\';
    Out += C;
  }
  return Out;
}

std::string_view firstOf(std::string_view A, std::string_view B, std::string_view C = {}) {
  return !A.empty() ? A : !B.empty() ? B : C;
}

/// "ungil-lazy-init" is called "LazyInit".
std::string camelCase(std::string_view Id) {
  if (Id.starts_with("ungil-"))
    Id.remove_prefix(6);
  std::string Name;
  bool WordStart = true;
  for (char C : Id) {
    if (C != '-')
      Name += WordStart && 'a' <= C && C <= 'z' ? static_cast<char>(C - 'a' + 'A') : C;
    WordStart = C == '-';
  }
  return Name;
}

std::string_view securitySeverity(Severity Level) {
  switch (Level) {
  case Severity::Note:
    return "3.1";
  case Severity::Warning:
    return "6.3";
  case Severity::Error:
    break;
  }
  return "8.1";
}

std::string_view problemSeverity(Severity Level) {
  return Level == Severity::Note ? std::string_view("recommendation") : nameOf(Level);
}

Json encodeTags(const RuleInfo &Rule) {
  std::vector<std::string_view> Tags;
  auto Add = [&Tags](std::string_view Tag) {
    if (!Tag.empty() && Tags.size() < MaxTags && std::find(Tags.begin(), Tags.end(), Tag) == Tags.end())
      Tags.push_back(Tag);
  };
  if (Rule.MemorySafety)
    Add("security");
  Add(Rule.Category);
  std::for_each(Rule.Tags.begin(), Rule.Tags.end(), Add);
  return Tags;
}

Json encodeRule(const RuleInfo &Rule, std::string_view HomePage) {
  std::string_view Summary = firstOf(Rule.Summary, Rule.Id);
  std::string_view Description = firstOf(Rule.Description, Summary);
  std::string_view HelpText = firstOf(Rule.HelpText, Description);

  Json Properties = Json::object();
  Properties["tags"] = encodeTags(Rule);
  if (!Rule.Category.empty())
    Properties["category"] = Rule.Category;
  Properties["problem.severity"] = problemSeverity(Rule.Level);
  if (Rule.MemorySafety)
    Properties["security-severity"] = securitySeverity(Rule.Level);

  Json Result = Json::object();
  Result["id"] = Rule.Id;
  Result["name"] = Rule.Name.empty() ? camelCase(Rule.Id) : std::string(Rule.Name);
  Result["shortDescription"] = message(withPeriod(ellipsize(Summary, MaxDescription - 1)));
  Result["fullDescription"] = message(withPeriod(ellipsize(Description, MaxDescription - 1)));
  Result["help"] = message(HelpText);
  Result["help"]["markdown"] = firstOf(Rule.HelpMarkdown, HelpText);
  if (std::string_view Uri = firstOf(Rule.HelpUri, HomePage); !Uri.empty())
    Result["helpUri"] = Uri;
  Result["defaultConfiguration"]["level"] = nameOf(Rule.Level);
  Result["properties"] = std::move(Properties);
  return Result;
}

/// The rules that ran or that a finding names, in the order of their ids.
class RuleTable {
public:
  RuleTable(const RunResult &Run, const SarifOptions &Options) {
    for (const std::string &Id : Run.RulesRun)
      add(Id);
    for (const Finding &F : Run.Findings)
      add(F.Rule);
    for (const RuleInfo &Rule : Options.Rules)
      if (auto It = Rules.find(Rule.Id); It != Rules.end() || Run.RulesRun.empty())
        Rules[Rule.Id] = Rule;
    std::size_t Index = 0;
    for (const auto &[Id, Rule] : Rules)
      Indices[Id] = Index++;
  }

  std::size_t indexOf(std::string_view Id) const { return Indices.at(Id); }

  Json encode(std::string_view HomePage) const {
    Json Result = Json::array();
    for (const auto &[Id, Rule] : Rules)
      Result.push_back(encodeRule(Rule, HomePage));
    return Result;
  }

private:
  void add(std::string_view Id) {
    RuleInfo Unknown;
    Unknown.Id = Id;
    Rules.try_emplace(Id, Unknown);
  }

  std::map<std::string_view, RuleInfo> Rules;
  std::map<std::string_view, std::size_t> Indices;
};

class SarifReport {
public:
  SarifReport(const RunResult &Run, const SarifOptions &Options)
      : Run(Run), Options(Options), Sources(Run.Root), Rules(Run, Options) {}

  Json encode() {
    // First, for they may have something to tell the invocation.
    Json Results = encodeResults();

    Json RunObject = Json::object();
    RunObject["tool"]["driver"] = encodeDriver();
    RunObject["automationDetails"]["id"] = "ungil/";
    RunObject["columnKind"] = "utf16CodeUnits";
    RunObject["invocations"] = Json::array({encodeInvocation()});
    RunObject["results"] = std::move(Results);
    RunObject["properties"] = encodeProperties();

    Json Log = Json::object();
    Log["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
    Log["version"] = "2.1.0";
    Log["runs"] = Json::array({std::move(RunObject)});
    return Log;
  }

private:
  Json encodeDriver() const;
  Json encodeInvocation();
  Json encodeProperties() const;
  Json encodeResults();
  Json encodeResult(const Finding &F, const std::string &Fingerprint);
  Json encodeMessage(const Finding &F) const;
  Json encodeRelated(const Finding &F);
  Json encodeCodeFlow(const Finding &F);
  Json encodeFixes(const Finding &F);
  Json encodeFix(const Fix &Candidate);
  Json encodePartialFingerprints(const Finding &F, const std::string &Fingerprint);

  Json primaryLocation(const Region &Where);
  Json stepLocation(const Step &S, const Region &Primary);
  Json physicalLocation(const Region &Where);
  Json encodeRegion(const Region &Where);
  Json encodeDeletedRegion(const Edit &E);
  void addSnippets(Json &Physical, const Region &Where);
  unsigned column(const std::string &File, unsigned Line, unsigned ByteColumn);

  std::vector<std::size_t> selectFindings();
  void notify(Notice N, Severity Level, const std::string &Text, const std::string &File = {});
  void notifyUnits();
  void notifyOldHeaders();

  std::string relative(const std::string &File) const { return relativeToRoot(Run.Root, File); }
  bool isInside(const std::string &File) const { return isInsideRoot(relative(File)); }
  const SourceFile *source(const std::string &File) { return Sources.get(relative(File)); }
  const std::string &uri(const std::string &File);

  const RunResult &Run;
  const SarifOptions &Options;
  SourceCache Sources;
  RuleTable Rules;
  std::map<std::string, std::string> Uris;
  Json Notifications = Json::array();
};

Json SarifReport::encodeDriver() const {
  Json Driver = Json::object();
  Driver["name"] = "ungil";
  Driver["fullName"] = "ungil, a linter for CPython extensions on free-threaded Python";
  if (!Options.ToolVersion.empty()) {
    Driver["version"] = Options.ToolVersion;
    Driver["semanticVersion"] = Options.ToolVersion;
  }
  if (!Options.InformationUri.empty())
    Driver["informationUri"] = Options.InformationUri;
  Driver["rules"] = Rules.encode(Options.InformationUri);
  for (const NoticeInfo &N : Notices) {
    Json Descriptor = Json::object();
    Descriptor["id"] = N.Id;
    Descriptor["name"] = N.Name;
    Descriptor["shortDescription"] = message(N.Summary);
    Descriptor["fullDescription"] = message(std::string(N.Summary) + " " + std::string(N.Help));
    Descriptor["help"] = message(N.Help);
    Descriptor["help"]["markdown"] = N.Help;
    Driver["notifications"].push_back(std::move(Descriptor));
  }
  return Driver;
}

Json SarifReport::encodeInvocation() {
  notifyUnits();
  notifyOldHeaders();
  bool Whole = !Run.Units.empty() && std::all_of(Run.Units.begin(), Run.Units.end(), [](const UnitResult &U) {
    return U.Status == UnitStatus::Analysed;
  });
  Json Invocation = Json::object();
  Invocation["executionSuccessful"] = Whole;
  Invocation["toolExecutionNotifications"] = std::move(Notifications);
  return Invocation;
}

void SarifReport::notifyUnits() {
  bool Something = false;
  for (const UnitResult &U : Run.Units) {
    Something |= U.Status != UnitStatus::Failed;
    std::string File = relative(U.File);
    std::string Problem = U.Problem.empty() ? "no reason is known" : U.Problem;
    if (U.Status == UnitStatus::Failed)
      notify(UnitFailed, Severity::Error, "'" + File + "' was not analysed: " + Problem, U.File);
    if (U.Status == UnitStatus::Partial)
      notify(UnitPartial, Severity::Warning, "'" + File + "' was analysed in part: " + Problem, U.File);
  }
  if (!Something)
    notify(NothingAnalysed, Severity::Error, "nothing was analysed, so that no findings mean nothing");
}

void SarifReport::notifyOldHeaders() {
  if (std::string Hidden = hiddenByHeaders(Run); !Hidden.empty())
    notify(OldHeaders, Severity::Warning, Hidden);
}

void SarifReport::notify(Notice N, Severity Level, const std::string &Text, const std::string &File) {
  Json Notification = Json::object();
  Notification["descriptor"]["id"] = Notices[N].Id;
  Notification["descriptor"]["index"] = static_cast<std::size_t>(N);
  Notification["level"] = nameOf(Level);
  Notification["message"] = message(withPeriod(Text));
  if (isInside(File)) {
    Json Location = Json::object();
    Location["physicalLocation"]["artifactLocation"]["uri"] = uri(File);
    Notification["locations"] = Json::array({std::move(Location)});
  }
  Notifications.push_back(std::move(Notification));
}

Json SarifReport::encodeProperties() const {
  auto UnitsAt = [this](UnitStatus Status) {
    return std::count_if(Run.Units.begin(), Run.Units.end(),
                         [Status](const UnitResult &U) { return U.Status == Status; });
  };
  Json Properties = Json::object();
  Properties["statistics"] = encodeStatistics(Run.Counts);
  for (UnitStatus Status : {UnitStatus::Analysed, UnitStatus::Partial, UnitStatus::Failed})
    Properties["units"][nameOf(Status)] = UnitsAt(Status);
  Properties["suppressed"] = Run.Suppressed;
  if (!Run.Python.Version.empty())
    Properties["pythonVersion"] = Run.Python.Version;
  return Properties;
}

/// Indices of the findings that fit into the report: the gravest, and among them the surest, in their old
/// order.
std::vector<std::size_t> SarifReport::selectFindings() {
  std::vector<std::size_t> Selected;
  for (std::size_t I = 0; I < Run.Findings.size(); ++I) {
    const Finding &F = Run.Findings[I];
    if (isInside(F.Where.File)) {
      Selected.push_back(I);
      continue;
    }
    notify(OutsideProject, Severity::Warning,
           F.Rule + " in " + std::string(fileName(F.Where.File)) + ":" + std::to_string(F.Where.Line) +
               ", outside the project: " + F.Message);
  }
  if (Selected.size() <= Options.MaxResults)
    return Selected;

  notify(ResultsLeftOut, Severity::Warning,
         std::to_string(Selected.size() - Options.MaxResults) + " of " + std::to_string(Selected.size()) +
             " findings are left out: code review services accept no more");
  std::sort(Selected.begin(), Selected.end(), [this](std::size_t A, std::size_t B) {
    const Finding &FA = Run.Findings[A], &FB = Run.Findings[B];
    return std::tuple(FB.Level, FB.Sureness, A) < std::tuple(FA.Level, FA.Sureness, B);
  });
  Selected.resize(Options.MaxResults);
  std::sort(Selected.begin(), Selected.end());
  return Selected;
}

Json SarifReport::encodeResults() {
  std::vector<std::string> Fingerprints = fingerprints(Run.Findings, Sources);
  Json Results = Json::array();
  for (std::size_t Index : selectFindings())
    Results.push_back(encodeResult(Run.Findings[Index], Fingerprints[Index]));
  return Results;
}

Json SarifReport::encodeResult(const Finding &F, const std::string &Fingerprint) {
  Json Result = Json::object();
  Result["ruleId"] = F.Rule;
  Result["ruleIndex"] = Rules.indexOf(F.Rule);
  Result["level"] = nameOf(F.Level);
  Result["message"] = encodeMessage(F);
  Result["locations"] = Json::array({primaryLocation(F.Where)});
  Result["partialFingerprints"] = encodePartialFingerprints(F, Fingerprint);
  if (!F.Related.empty())
    Result["relatedLocations"] = encodeRelated(F);
  if (!F.Path.empty())
    Result["codeFlows"] = Json::array({encodeCodeFlow(F)});
  if (Json Fixes = encodeFixes(F); !Fixes.empty())
    Result["fixes"] = std::move(Fixes);
  Result["properties"]["confidence"] = nameOf(F.Sureness);
  if (F.Latent)
    Result["properties"]["latent"] = true;
  return Result;
}

/// Related locations are shown only where the message links to them.
Json SarifReport::encodeMessage(const Finding &F) const {
  std::string Text = withPeriod(escapeLinks(F.Message, /*InsideLink=*/false));
  std::size_t Shown = std::min(F.Related.size(), MaxRelated);
  for (std::size_t I = 0; I < Shown; ++I) {
    const Step &S = F.Related[I];
    std::string LinkText = S.Message.empty()
                               ? std::string(fileName(S.Where.File)) + ":" + std::to_string(S.Where.Line)
                               : S.Message;
    Text += I == 0 ? " See: [" : "; [";
    Text += escapeLinks(LinkText, /*InsideLink=*/true) + "](" + std::to_string(I + 1) + ")";
  }
  return message(Shown == 0 ? Text : Text + ".");
}

Json SarifReport::encodeRelated(const Finding &F) {
  Json Locations = Json::array();
  for (std::size_t I = 0; I < std::min(F.Related.size(), MaxRelated); ++I) {
    Json Location = Json::object();
    Location["id"] = I + 1;
    Location.update(stepLocation(F.Related[I], F.Where));
    Locations.push_back(std::move(Location));
  }
  return Locations;
}

Json SarifReport::encodeCodeFlow(const Finding &F) {
  Json Locations = Json::array();
  for (std::size_t I = 0; I < std::min(F.Path.size(), MaxFlowLocations); ++I) {
    Json Location = Json::object();
    Location["location"] = stepLocation(F.Path[I], F.Where);
    Locations.push_back(std::move(Location));
  }
  Json ThreadFlow = Json::object();
  ThreadFlow["locations"] = std::move(Locations);
  Json CodeFlow = Json::object();
  CodeFlow["threadFlows"] = Json::array({std::move(ThreadFlow)});
  return CodeFlow;
}

Json SarifReport::encodePartialFingerprints(const Finding &F, const std::string &Fingerprint) {
  const SourceFile *Source = source(F.Where.File);
  std::string LineHash = Source ? Source->lineHash(std::max(F.Where.Line, 1u)) : std::string();
  Json Result = Json::object();
  // A service that finds no hash computes none for a file that is not in the repository, such as a generated
  // one.
  Result["primaryLocationLineHash"] = LineHash.empty() ? Fingerprint : LineHash;
  Result["ungilFinding/v1"] = Fingerprint;
  return Result;
}

Json SarifReport::encodeFixes(const Finding &F) {
  Json Fixes = Json::array();
  for (const Fix &Candidate : F.Fixes) {
    bool Applicable = !Candidate.Edits.empty() &&
                      std::all_of(Candidate.Edits.begin(), Candidate.Edits.end(), [this](const Edit &E) {
                        return E.Line != 0 && isInside(E.File) && isValidUtf8(E.Replacement);
                      });
    if (Applicable)
      Fixes.push_back(encodeFix(Candidate));
  }
  return Fixes;
}

Json SarifReport::encodeFix(const Fix &Candidate) {
  std::map<std::string, Json> Replacements; // by URI
  for (const Edit &E : Candidate.Edits) {
    Json Replacement = Json::object();
    Replacement["deletedRegion"] = encodeDeletedRegion(E);
    Replacement["insertedContent"] = message(E.Replacement);
    Replacements.try_emplace(uri(E.File), Json::array()).first->second.push_back(std::move(Replacement));
  }
  Json Result = Json::object();
  if (!Candidate.Description.empty())
    Result["description"] = message(withPeriod(Candidate.Description));
  for (auto &[Uri, Array] : Replacements) {
    Json Change = Json::object();
    Change["artifactLocation"]["uri"] = Uri;
    Change["replacements"] = std::move(Array);
    Result["artifactChanges"].push_back(std::move(Change));
  }
  return Result;
}

Json SarifReport::encodeDeletedRegion(const Edit &E) {
  unsigned EndLine = std::max(E.Line, E.EndLine);
  unsigned EndColumn = E.EndColumn == 0 ? E.Column : E.EndColumn;
  Json Result = Json::object();
  Result["startLine"] = E.Line;
  Result["startColumn"] = column(E.File, E.Line, E.Column);
  Result["endLine"] = EndLine;
  Result["endColumn"] = column(E.File, EndLine, EndColumn);
  return Result;
}

Json SarifReport::primaryLocation(const Region &Where) {
  Json Physical = physicalLocation(Where);
  if (Options.Snippets)
    addSnippets(Physical, Where);
  Json Location = Json::object();
  Location["physicalLocation"] = std::move(Physical);
  return Location;
}

/// Every location needs a place in the repository: what happens in a header of the system is told at the
/// finding.
Json SarifReport::stepLocation(const Step &S, const Region &Primary) {
  bool Inside = isInside(S.Where.File);
  std::string Text = S.Message;
  if (!Inside && !S.Where.File.empty())
    Text += " (in " + std::string(fileName(S.Where.File)) + ":" + std::to_string(S.Where.Line) +
            ", outside the project)";
  Json Location = Json::object();
  Location["physicalLocation"] = physicalLocation(Inside ? S.Where : Primary);
  Location["message"] = message(Text);
  return Location;
}

Json SarifReport::physicalLocation(const Region &Where) {
  Json Physical = Json::object();
  Physical["artifactLocation"]["uri"] = uri(Where.File);
  Physical["region"] = encodeRegion(Where);
  return Physical;
}

unsigned SarifReport::column(const std::string &File, unsigned Line, unsigned ByteColumn) {
  const SourceFile *Source = source(File);
  bool Known = Source && Line != 0 && Line <= Source->lineCount();
  return Known ? Source->utf16Column(Line, ByteColumn) : std::max(ByteColumn, 1u);
}

Json SarifReport::encodeRegion(const Region &Where) {
  unsigned Line = std::max(Where.Line, 1u);
  unsigned Start = column(Where.File, Line, Where.Column);
  unsigned End = column(Where.File, Line, Where.EndColumn);
  Json Result = Json::object();
  Result["startLine"] = Line;
  Result["startColumn"] = Start;
  Result["endLine"] = Line;
  Result["endColumn"] = std::max(Start + 1, End); // a region without width is not shown
  return Result;
}

void SarifReport::addSnippets(Json &Physical, const Region &Where) {
  const SourceFile *Source = source(Where.File);
  if (!Source || Where.Line == 0 || Where.Line > Source->lineCount())
    return;
  std::string_view Line = Source->line(Where.Line);
  if (Line.size() > LongestSnippetLine)
    return;
  std::size_t Begin = std::min<std::size_t>(std::max(Where.Column, 1u) - 1, Line.size());
  std::size_t End = std::clamp<std::size_t>(std::max(Where.EndColumn, 1u) - 1, Begin, Line.size());
  if (End > Begin)
    Physical["region"]["snippet"] = message(Line.substr(Begin, End - Begin));

  unsigned First = std::max(Where.Line, 2u) - 1;
  unsigned Last = std::min(Where.Line + 1, Source->lineCount());
  if (Source->lines(Last, Last).empty() && Last > Where.Line)
    --Last;
  std::string_view Context = Source->lines(First, Last);
  // A context must be larger than its region.
  if (First == Last || Context.size() > 3 * LongestSnippetLine)
    return;
  Physical["contextRegion"]["startLine"] = First;
  Physical["contextRegion"]["endLine"] = Last;
  Physical["contextRegion"]["snippet"] = message(Context);
}

/// Services look the path up in the repository, where a symbolic link is not followed.
const std::string &SarifReport::uri(const std::string &File) {
  auto [Entry, Inserted] = Uris.try_emplace(File);
  if (!Inserted)
    return Entry->second;
  namespace fs = std::filesystem;
  std::string Path = relative(File);
  std::error_code RootError, FileError;
  fs::path Root = fs::canonical(Run.Root, RootError);
  fs::path Real = fs::canonical(underRoot(Run.Root, Path), FileError);
  if (!RootError && !FileError)
    if (std::string Resolved = relativeToRoot(Root.string(), Real.string()); isInsideRoot(Resolved))
      Path = std::move(Resolved);
  return Entry->second = percentEncode(Path);
}

} // namespace

void writeSarif(const RunResult &Run, const SarifOptions &Options, std::ostream &Out) {
  Out << dump(SarifReport(Run, Options).encode(), 2) << '\n';
}

} // namespace ungil
