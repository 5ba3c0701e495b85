#include "driver/report/JsonModel.h"

#include "driver/report/Paths.h"
#include "driver/report/Unicode.h"

#include <algorithm>

namespace ungil {

std::string_view nameOf(Severity Level) {
  switch (Level) {
  case Severity::Note:
    return "note";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    break;
  }
  return "error";
}

std::string_view nameOf(Confidence Sureness) {
  switch (Sureness) {
  case Confidence::Possible:
    return "possible";
  case Confidence::Likely:
    return "likely";
  case Confidence::Certain:
    break;
  }
  return "certain";
}

std::string_view nameOf(UnitStatus Status) {
  switch (Status) {
  case UnitStatus::Analysed:
    return "analysed";
  case UnitStatus::Partial:
    return "partial";
  case UnitStatus::Failed:
    break;
  }
  return "failed";
}

std::string_view nameOf(Suppression::Scope Kind) {
  switch (Kind) {
  case Suppression::Scope::Line:
    return "line";
  case Suppression::Scope::NextLine:
    return "nextLine";
  case Suppression::Scope::Begin:
    return "begin";
  case Suppression::Scope::End:
    break;
  }
  return "end";
}

std::string dump(const Json &Value, int Indent) {
  return Value.dump(Indent, ' ', false, Json::error_handler_t::replace);
}

Json encodeStatistics(const Statistics &Counts) {
  Json Result = Json::object();
  for (const auto &[Name, Count] : Counts)
    Result[Name] = Count;
  return Result;
}

Json JsonEncoder::text(const std::string &Text) const {
  if (Root || isValidUtf8(Text))
    return Text;
  std::string Latin1;
  for (char C : Text) {
    auto Byte = static_cast<unsigned char>(C);
    if (Byte < 0x80) {
      Latin1 += C;
      continue;
    }
    Latin1 += static_cast<char>(0xC0 | (Byte >> 6));
    Latin1 += static_cast<char>(0x80 | (Byte & 0x3F));
  }
  Json Result = Json::object();
  Result["latin1"] = std::move(Latin1);
  return Result;
}

Json JsonEncoder::path(const std::string &Path) const {
  return text(Root ? relativeToRoot(*Root, Path) : Path);
}

Json JsonEncoder::region(const Region &R) const {
  Json Result = Json::object();
  Result["file"] = path(R.File);
  Result["line"] = R.Line;
  Result["column"] = R.Column;
  Result["endColumn"] = R.EndColumn;
  return Result;
}

Json JsonEncoder::steps(const std::vector<Step> &Steps) const {
  Json Result = Json::array();
  for (const Step &S : Steps) {
    Json Value = region(S.Where);
    Value["message"] = text(S.Message);
    Result.push_back(std::move(Value));
  }
  return Result;
}

Json JsonEncoder::edit(const Edit &E) const {
  Json Result = Json::object();
  Result["file"] = path(E.File);
  Result["offset"] = E.Offset;
  Result["length"] = E.Length;
  Result["line"] = E.Line;
  Result["column"] = E.Column;
  Result["endLine"] = E.EndLine;
  Result["endColumn"] = E.EndColumn;
  Result["replacement"] = text(E.Replacement);
  return Result;
}

Json JsonEncoder::fix(const Fix &F) const {
  Json Edits = Json::array();
  for (const Edit &E : F.Edits)
    Edits.push_back(edit(E));
  Json Result = Json::object();
  Result["description"] = text(F.Description);
  Result["edits"] = std::move(Edits);
  if (F.Promise && !Root)
    Result["promise"] = true;
  return Result;
}

Json JsonEncoder::names(const std::vector<std::string> &Names) const {
  Json Result = Json::array();
  for (const std::string &Name : Names)
    Result.push_back(text(Name));
  return Result;
}

Json JsonEncoder::reference(const ReferenceFact &R) const {
  Json Result = Json::object();
  Result["function"] = text(R.Function);
  Result["anyThread"] = R.AnyThread;
  Result["entries"] = names(R.Entries);
  return Result;
}

Json JsonEncoder::container(const ContainerFact &C) const {
  Json Result = Json::object();
  Result["container"] = text(C.Container);
  Result["releases"] = C.Releases;
  Result["anyThread"] = C.AnyThread;
  Result["entries"] = names(C.Entries);
  Result.update(region(C.Where));
  return Result;
}

/// A replacement with bytes replaced would damage the file that it is applied to.
bool JsonEncoder::isFaithful(const Fix &F) const {
  return !Root || std::all_of(F.Edits.begin(), F.Edits.end(), [](const Edit &E) {
    return isValidUtf8(E.Replacement) && isValidUtf8(E.File);
  });
}

Json JsonEncoder::finding(const Finding &F) const {
  Json Fixes = Json::array();
  for (const Fix &Candidate : F.Fixes)
    if (isFaithful(Candidate))
      Fixes.push_back(fix(Candidate));
  Json Result = Json::object();
  Result["rule"] = text(F.Rule);
  Result["message"] = text(F.Message);
  Result["severity"] = nameOf(F.Level);
  Result["confidence"] = nameOf(F.Sureness);
  if (F.Latent)
    Result["latent"] = true;
  Result.update(region(F.Where));
  Result["path"] = steps(F.Path);
  Result["related"] = steps(F.Related);
  Result["fixes"] = std::move(Fixes);
  if (!Root && !F.Entries.empty())
    Result["entries"] = names(F.Entries);
  if (!Root && !F.OnlyIf.Container.empty()) {
    Result["onlyIf"] = text(F.OnlyIf.Container);
    Result["onlyIfReleased"] = F.OnlyIf.Releases;
  }
  return Result;
}

Json JsonEncoder::suppression(const Suppression &S) const {
  Json Rules = Json::array();
  for (const std::string &Rule : S.Rules)
    Rules.push_back(text(Rule));
  Json Result = Json::object();
  Result["file"] = path(S.File);
  Result["line"] = S.Line;
  Result["column"] = S.Column;
  Result["endColumn"] = S.EndColumn;
  Result["scope"] = nameOf(S.Kind);
  Result["rules"] = std::move(Rules);
  Result["reason"] = text(S.Reason);
  return Result;
}

Json JsonEncoder::type(const TypeFact &T) const {
  Json Fields = Json::array();
  for (const FieldFact &F : T.Fields) {
    Json Value = Json::object();
    Value["name"] = text(F.Name);
    Value["line"] = F.Line;
    Value["verdict"] = F.Verdict;
    Value["visited"] = F.Visited;
    Value["cleared"] = F.Cleared;
    Fields.push_back(std::move(Value));
  }
  Json Result = Json::object();
  Result["name"] = text(T.Name);
  Result["base"] = text(T.Base);
  Result.update(region(T.Where));
  Result["heap"] = T.Heap;
  Result["collected"] = T.Collected;
  Result["fields"] = std::move(Fields);
  return Result;
}

Json JsonEncoder::python(const PythonHeaders &Python) const {
  Json Result = Json::object();
  Result["directory"] = path(Python.Directory);
  Result["version"] = text(Python.Version);
  Result["versionHex"] = Python.VersionHex;
  return Result;
}

} // namespace ungil
