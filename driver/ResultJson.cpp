#include "driver/ResultJson.h"

#include "driver/report/JsonModel.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace ungil {
namespace {

const Json &member(const Json &Object, const char *Key) {
  static const Json Null;
  if (!Object.is_object())
    return Null;
  auto It = Object.find(Key);
  return It == Object.end() ? Null : *It;
}

/// The inverse of what JsonEncoder makes of text that is not UTF-8: each character is a byte.
std::string fromLatin1(const std::string &Text) {
  std::string Bytes;
  for (std::size_t I = 0; I < Text.size(); ++I) {
    auto Byte = static_cast<unsigned char>(Text[I]);
    if (Byte >= 0x80 && I + 1 < Text.size())
      Byte = static_cast<unsigned char>((Byte << 6) | (static_cast<unsigned char>(Text[++I]) & 0x3F));
    Bytes += static_cast<char>(Byte);
  }
  return Bytes;
}

std::string toText(const Json &Value) {
  if (Value.is_string())
    return Value.get_ref<const std::string &>();
  const Json &Latin1 = member(Value, "latin1");
  return Latin1.is_string() ? fromLatin1(Latin1.get_ref<const std::string &>()) : std::string();
}

std::string text(const Json &Object, const char *Key) { return toText(member(Object, Key)); }

bool flag(const Json &Object, const char *Key) {
  const Json &Value = member(Object, Key);
  return Value.is_boolean() && Value.get<bool>();
}

unsigned number(const Json &Object, const char *Key) {
  const Json &Value = member(Object, Key);
  if (!Value.is_number_unsigned())
    return 0;
  auto Number = Value.get<std::uint64_t>();
  return static_cast<unsigned>(std::min<std::uint64_t>(Number, std::numeric_limits<unsigned>::max()));
}

template <typename Decode> auto list(const Json &Object, const char *Key, Decode &&DecodeOne) {
  std::vector<decltype(DecodeOne(Object))> Result;
  const Json &Value = member(Object, Key);
  if (!Value.is_array())
    return Result;
  Result.reserve(Value.size());
  for (const Json &Element : Value)
    Result.push_back(DecodeOne(Element));
  return Result;
}

template <typename Enum, std::size_t N>
Enum choice(const Json &Object, const char *Key, const std::array<Enum, N> &Values, Enum Otherwise) {
  std::string Name = text(Object, Key);
  auto It = std::find_if(Values.begin(), Values.end(), [&Name](Enum Value) { return nameOf(Value) == Name; });
  return It == Values.end() ? Otherwise : *It;
}

Region region(const Json &Value) {
  return {text(Value, "file"), number(Value, "line"), number(Value, "column"), number(Value, "endColumn")};
}

Step step(const Json &Value) { return {region(Value), text(Value, "message")}; }

Edit edit(const Json &Value) {
  Edit E;
  E.File = text(Value, "file");
  E.Offset = number(Value, "offset");
  E.Length = number(Value, "length");
  E.Line = number(Value, "line");
  E.Column = number(Value, "column");
  E.EndLine = number(Value, "endLine");
  E.EndColumn = number(Value, "endColumn");
  E.Replacement = text(Value, "replacement");
  return E;
}

Fix fix(const Json &Value) {
  return {text(Value, "description"), list(Value, "edits", edit), flag(Value, "promise")};
}

Finding finding(const Json &Value) {
  Finding F;
  F.Rule = text(Value, "rule");
  F.Message = text(Value, "message");
  F.Level =
      choice(Value, "severity", std::array{Severity::Note, Severity::Warning, Severity::Error}, F.Level);
  F.Sureness = choice(Value, "confidence",
                      std::array{Confidence::Possible, Confidence::Likely, Confidence::Certain}, F.Sureness);
  F.Where = region(Value);
  F.Path = list(Value, "path", step);
  F.Related = list(Value, "related", step);
  F.Fixes = list(Value, "fixes", fix);
  F.Entries = list(Value, "entries", toText);
  F.OnlyIf = {text(Value, "onlyIf"), flag(Value, "onlyIfReleased")};
  return F;
}

Suppression suppression(const Json &Value) {
  using Scope = Suppression::Scope;
  Suppression S;
  S.File = text(Value, "file");
  S.Line = number(Value, "line");
  S.Column = number(Value, "column");
  S.EndColumn = number(Value, "endColumn");
  S.Kind = choice(Value, "scope", std::array{Scope::Line, Scope::NextLine, Scope::Begin, Scope::End}, S.Kind);
  S.Rules = list(Value, "rules", toText);
  S.Reason = text(Value, "reason");
  return S;
}

FieldFact fieldFact(const Json &Value) {
  return {text(Value, "name"), number(Value, "line"), text(Value, "verdict"), text(Value, "visited"),
          text(Value, "cleared")};
}

ReferenceFact referenceFact(const Json &Value) {
  return {text(Value, "function"), flag(Value, "anyThread"), list(Value, "entries", toText)};
}

ContainerFact containerFact(const Json &Value) {
  return {text(Value, "container"), flag(Value, "releases"), flag(Value, "anyThread"),
          list(Value, "entries", toText), region(Value)};
}

TypeFact typeFact(const Json &Value) {
  TypeFact T;
  T.Name = text(Value, "name");
  T.Base = text(Value, "base");
  T.Where = region(Value);
  T.Heap = flag(Value, "heap");
  T.Collected = text(Value, "collected");
  T.Fields = list(Value, "fields", fieldFact);
  return T;
}

PythonHeaders python(const Json &Value) {
  return {text(Value, "directory"), number(Value, "versionHex"), text(Value, "version")};
}

Statistics statistics(const Json &Value) {
  Statistics Counts;
  if (!Value.is_object())
    return Counts;
  for (const auto &[Name, Count] : Value.items())
    if (Count.is_number_unsigned())
      Counts[Name] = Count.template get<std::uint64_t>();
  return Counts;
}

UnitResult unreadable() {
  UnitResult Unit;
  Unit.Problem =
      "the result of the analysis cannot be read: it is cut short or not from this version of ungil";
  return Unit;
}

} // namespace

std::string toJson(const UnitResult &Unit) {
  JsonEncoder Encode = JsonEncoder::forProtocol();
  Json Findings = Json::array(), Suppressions = Json::array();
  for (const Finding &F : Unit.Findings)
    Findings.push_back(Encode.finding(F));
  for (const Suppression &S : Unit.Suppressions)
    Suppressions.push_back(Encode.suppression(S));
  Json References = Json::array();
  for (const ReferenceFact &R : Unit.References)
    References.push_back(Encode.reference(R));
  Json Containers = Json::array();
  for (const ContainerFact &C : Unit.Containers)
    Containers.push_back(Encode.container(C));
  Json Types = Json::array();
  for (const TypeFact &T : Unit.Types)
    Types.push_back(Encode.type(T));
  Json Result = Json::object();
  Result["file"] = Encode.text(Unit.File);
  Result["status"] = nameOf(Unit.Status);
  Result["problem"] = Encode.text(Unit.Problem);
  Result["gil"] = unsigned(Unit.Gil);
  Result["python"] = Encode.python(Unit.Python);
  Result["findings"] = std::move(Findings);
  Result["suppressions"] = std::move(Suppressions);
  Result["references"] = std::move(References);
  Result["containers"] = std::move(Containers);
  Result["types"] = std::move(Types);
  Result["statistics"] = encodeStatistics(Unit.Counts);
  return dump(Result, -1);
}

UnitResult unitFromJson(std::string_view Line) {
  Json Value = Json::parse(Line, nullptr, /*allow_exceptions=*/false);
  if (!Value.is_object() || !Value.contains("file") || !Value.contains("status"))
    return unreadable();
  UnitResult Unit;
  Unit.File = text(Value, "file");
  Unit.Status =
      choice(Value, "status", std::array{UnitStatus::Analysed, UnitStatus::Partial, UnitStatus::Failed},
             Unit.Status);
  Unit.Problem = text(Value, "problem");
  Unit.Python = python(member(Value, "python"));
  Unit.Gil = GilUse(std::min(number(Value, "gil"), unsigned(GilUse::NotUsed)));
  Unit.Findings = list(Value, "findings", finding);
  Unit.Suppressions = list(Value, "suppressions", suppression);
  Unit.References = list(Value, "references", referenceFact);
  Unit.Containers = list(Value, "containers", containerFact);
  Unit.Types = list(Value, "types", typeFact);
  Unit.Counts = statistics(member(Value, "statistics"));
  return Unit;
}

} // namespace ungil
