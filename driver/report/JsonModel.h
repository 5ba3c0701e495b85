// The data model as JSON values, shared by the sources that write JSON. Nothing else includes this header: it
// is slow to compile.
#pragma once

#include "driver/Result.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace ungil {

/// Keeps the order in which keys are added, so that a report reads from the general to the particular.
using Json = nlohmann::ordered_json;

std::string_view nameOf(Severity Level);
std::string_view nameOf(Confidence Sureness);
std::string_view nameOf(UnitStatus Status);
std::string_view nameOf(Suppression::Scope Kind);

/// Bytes that are not UTF-8 become replacement characters. Never throws. A negative indent means a single
/// line.
std::string dump(const Json &Value, int Indent);

Json encodeStatistics(const Statistics &Counts);

class JsonEncoder {
public:
  /// For readers outside: paths relative to a root, strings always strings.
  static JsonEncoder forReport(std::string Root) { return JsonEncoder(std::move(Root)); }

  /// For our own reading: everything comes back byte for byte. A string that is not UTF-8 becomes an object,
  /// {"latin1": one character for each byte}.
  static JsonEncoder forProtocol() { return JsonEncoder(std::nullopt); }

  Json finding(const Finding &F) const;
  Json suppression(const Suppression &S) const;
  Json type(const TypeFact &T) const;
  Json reference(const ReferenceFact &R) const;
  Json container(const ContainerFact &C) const;
  Json python(const PythonHeaders &Python) const;
  Json text(const std::string &Text) const;
  Json path(const std::string &Path) const;

private:
  explicit JsonEncoder(std::optional<std::string> Root) : Root(std::move(Root)) {}

  Json region(const Region &R) const;
  Json steps(const std::vector<Step> &Steps) const;
  Json edit(const Edit &E) const;
  Json fix(const Fix &F) const;
  Json names(const std::vector<std::string> &Names) const;
  bool isFaithful(const Fix &F) const;

  std::optional<std::string> Root;
};

} // namespace ungil
