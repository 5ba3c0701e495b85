// The JSON report; docs/reference/json.md is its contract.
#include "driver/report/Fingerprint.h"
#include "driver/report/JsonModel.h"
#include "driver/report/SourceCache.h"
#include "driver/report/Writer.h"

#include <algorithm>
#include <ostream>

namespace ungil {
namespace {

constexpr int FormatVersion = 1;

Json encodeTool(const JsonOptions &Options) {
  Json Tool = Json::object();
  Tool["name"] = "ungil";
  Tool["version"] = Options.ToolVersion;
  return Tool;
}

Json encodeSummary(const RunResult &Run) {
  auto FindingsAt = [&Run](Severity Level) {
    return std::count_if(Run.Findings.begin(), Run.Findings.end(),
                         [Level](const Finding &F) { return F.Level == Level; });
  };
  auto UnitsAt = [&Run](UnitStatus Status) {
    return std::count_if(Run.Units.begin(), Run.Units.end(),
                         [Status](const UnitResult &U) { return U.Status == Status; });
  };
  auto Analysed = static_cast<std::size_t>(UnitsAt(UnitStatus::Analysed));
  Json Summary = Json::object();
  Summary["findings"] = Run.Findings.size();
  Summary["errors"] = FindingsAt(Severity::Error);
  Summary["warnings"] = FindingsAt(Severity::Warning);
  Summary["notes"] = FindingsAt(Severity::Note);
  Summary["suppressed"] = Run.Suppressed;
  Summary["units"] = Run.Units.size();
  Summary["analysed"] = Analysed;
  Summary["partial"] = UnitsAt(UnitStatus::Partial);
  Summary["failed"] = UnitsAt(UnitStatus::Failed);
  Summary["complete"] = Analysed != 0 && Analysed == Run.Units.size();
  return Summary;
}

Json encodeFindings(const RunResult &Run, const JsonEncoder &Encode) {
  SourceCache Sources(Run.Root);
  std::vector<std::string> Names = fingerprints(Run.Findings, Sources);
  Json Findings = Json::array();
  for (std::size_t I = 0; I < Run.Findings.size(); ++I) {
    Json Value = Encode.finding(Run.Findings[I]);
    Value["fingerprint"] = Names[I];
    Findings.push_back(std::move(Value));
  }
  return Findings;
}

Json encodeUnit(const UnitResult &Unit, const JsonEncoder &Encode) {
  Json Suppressions = Json::array();
  for (const Suppression &S : Unit.Suppressions)
    Suppressions.push_back(Encode.suppression(S));
  Json Types = Json::array();
  for (const TypeFact &T : Unit.Types)
    Types.push_back(Encode.type(T));
  Json Value = Json::object();
  Value["file"] = Encode.path(Unit.File);
  Value["status"] = nameOf(Unit.Status);
  Value["problem"] = Encode.text(Unit.Problem);
  Value["python"] = Encode.python(Unit.Python);
  Value["suppressions"] = std::move(Suppressions);
  Value["types"] = std::move(Types);
  Value["statistics"] = encodeStatistics(Unit.Counts);
  return Value;
}

} // namespace

void writeJson(const RunResult &Run, const JsonOptions &Options, std::ostream &Out) {
  JsonEncoder Encode = JsonEncoder::forReport(Run.Root);
  Json Units = Json::array();
  for (const UnitResult &Unit : Run.Units)
    Units.push_back(encodeUnit(Unit, Encode));

  Json Report = Json::object();
  Report["format"] = "ungil-report";
  Report["version"] = FormatVersion;
  Report["tool"] = encodeTool(Options);
  Report["summary"] = encodeSummary(Run);
  Report["python"] = Encode.python(Run.Python);
  Report["rules"] = Run.RulesRun;
  Report["findings"] = encodeFindings(Run, Encode);
  Report["units"] = std::move(Units);
  Report["statistics"] = encodeStatistics(Run.Counts);
  Out << dump(Report, 2) << '\n';
}

} // namespace ungil
