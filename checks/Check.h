// The interface of a check, and how one is registered: a folder checks/<name>/ with check.json and
// <Name>.cpp, whose class is <Name> and which ends in UNGIL_CHECK(<Name>). There is no list to edit.
#pragma once

#include "analysis/Diagnosis.h"
#include "analysis/Unit.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ungil {

/// Values of a check's options, as the user gave them; unset ones have the default of check.json.
class CheckOptions {
public:
  using Lookup = std::function<std::string(std::string_view Name)>;
  explicit CheckOptions(Lookup Value) : Value(std::move(Value)) {}

  bool flag(std::string_view Name) const {
    std::string Text = Value(Name);
    return Text == "true" || Text == "1";
  }
  std::string text(std::string_view Name) const { return Value(Name); }

private:
  Lookup Value;
};

class Check {
public:
  virtual ~Check() = default;
  virtual std::vector<Diagnosis> run(Unit &) = 0;
};

struct OptionInfo {
  std::string_view Name, Default, Summary;
};

/// check.json and README.md of a check, as the build read them.
struct CheckInfo {
  std::string_view Id;       ///< "ungil-mutable-static-freelist"
  std::string_view Name;     ///< "MutableStaticFreelist"
  std::string_view Summary;  ///< one sentence
  std::string_view Category; ///< crash, deadlock, race, leak, misuse, readiness, housekeeping
  Severity Level;
  bool OnByDefault;
  std::string_view Since;  ///< version of ungil
  std::string_view Python; ///< versions concerned: ">=3.13"
  std::string_view Tags;   ///< separated by commas
  std::string_view Readme;
  std::span<const OptionInfo> Options;
  /// Null for rules about the report itself, such as unused suppressions.
  std::unique_ptr<Check> (*Make)(const CheckOptions &);
};

/// What the check finds in the code that is compiled for the target version.
std::vector<Diagnosis> diagnose(const CheckInfo &, const CheckOptions &, Unit &);

/// Every check of this build, sorted by id.
std::span<const CheckInfo> allChecks();

/// Null when there is none.
const CheckInfo *findCheck(std::string_view Id);

/// The id that looks most like what was typed; empty when nothing does.
std::string_view nearestCheck(std::string_view Typed);

template <class T> std::unique_ptr<Check> makeCheck(const CheckOptions &Options) {
  if constexpr (std::is_constructible_v<T, const CheckOptions &>)
    return std::make_unique<T>(Options);
  else
    return std::make_unique<T>();
}

#define UNGIL_CHECK(Name)                                                                                    \
  std::unique_ptr<Check> make##Name(const CheckOptions &Options);                                            \
  std::unique_ptr<Check> make##Name(const CheckOptions &Options) { return makeCheck<Name>(Options); }

} // namespace ungil
