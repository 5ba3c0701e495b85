// The report formats. Each writer is a function of the run, of its options and of the source files under the
// root of the run: the same bytes for the same input, whatever the machine and the hour.
#pragma once

#include "driver/Result.h"

#include <cstddef>
#include <iosfwd>
#include <span>
#include <string_view>

namespace ungil {

/// What the reports say about a rule. The registration table that the build generates is made of these.
struct RuleInfo {
  std::string_view Id;          ///< "ungil-unsynchronized-lazy-init"
  std::string_view Name;        ///< "UnsynchronizedLazyInit"
  std::string_view Summary;     ///< one sentence
  std::string_view Description; ///< one paragraph, at most 1024 characters are shown
  std::string_view HelpText;
  std::string_view HelpMarkdown;
  std::string_view HelpUri;
  Severity Level = Severity::Warning;
  std::string_view Category;
  bool MemorySafety = false; ///< code review then shows it among the security alerts
  std::span<const std::string_view> Tags = {};
};

struct TextOptions {
  bool Color = false;
  bool Summary = true;     ///< units with problems, then the last line: how much was found and analysed
  bool Statistics = false; ///< a table of what was resolved of what was there
};

struct SarifOptions {
  std::span<const RuleInfo> Rules = {};
  std::string_view ToolVersion = {};    ///< "1.2.3"
  std::string_view InformationUri = {}; ///< home page of the tool
  bool Snippets = true;                 ///< quote the source lines around each finding
  std::size_t MaxResults = 25'000;      ///< code review services refuse a file with more
};

struct JsonOptions {
  std::string_view ToolVersion = {};
};

/// clang-tidy's form, for people and for the tools that read clang-tidy's output.
void writeText(const RunResult &Run, const TextOptions &Options, std::ostream &Out);

/// The part of the text report that follows the findings.
void writeSummary(const RunResult &Run, std::ostream &Out);

void writeStatistics(const Statistics &Counts, std::ostream &Out);

/// SARIF 2.1.0.
void writeSarif(const RunResult &Run, const SarifOptions &Options, std::ostream &Out);

/// The whole run, see docs/reference/json.md.
void writeJson(const RunResult &Run, const JsonOptions &Options, std::ostream &Out);

} // namespace ungil
