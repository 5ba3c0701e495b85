// What the analysis of a unit, and of a whole run, comes to. Plain data: a worker process sends a UnitResult
// to its parent, and the report writers read a RunResult.
#pragma once

#include "analysis/Finding.h"
#include "analysis/PythonVersion.h"
#include "analysis/Statistics.h"

#include <string>
#include <vector>

namespace ungil {

/// The Python headers that a unit was compiled against.
struct PythonHeaders {
  std::string Directory; ///< folder of Python.h; empty when the unit does not include it
  unsigned VersionHex = 0;
  std::string Version; ///< PY_VERSION

  auto operator<=>(const PythonHeaders &) const = default;
};

enum class UnitStatus {
  Analysed, ///< whole
  Partial,  ///< it did not parse cleanly; what could be analysed was
  Failed,   ///< nothing is known of it: missing, crashed, timed out
};

/// A comment that asks for silence, as found in a project file.
struct Suppression {
  enum class Scope { Line, NextLine, Begin, End };
  std::string File;
  unsigned Line = 0, Column = 0, EndColumn = 0;
  Scope Kind = Scope::Line;
  std::vector<std::string> Rules; ///< patterns as written ("ungil-*"); empty: every rule of every tool
  std::string Reason;

  auto operator<=>(const Suppression &) const = default;
};

/// What the modules that a unit defines say about the GIL.
enum class GilUse { NoModule, Kept, NotUsed };
/// A field of a Python type that can hold references, and what the collector is told of it.
struct FieldFact {
  std::string Name;
  unsigned Line = 0;
  std::string Verdict;          ///< "owned", "leaf" or "borrowed"
  std::string Visited, Cleared; ///< "yes", "no" or "unknown"

  auto operator<=>(const FieldFact &) const = default;
};

/// A Python type as a unit defines it.
struct TypeFact {
  std::string Name, Base; ///< as Python sees them; the base is empty for object and where it is not known
  Region Where;
  bool Heap = false;
  std::string Collected; ///< "yes", "no" or "unknown"
  std::vector<FieldFact> Fields;

  auto operator<=>(const TypeFact &) const = default;
};

/// Behind the name of a function among entries: the unit calls it itself, so that it counts only if another
/// unit names it, too.
inline constexpr char IfNamed = '?';

/// How a unit comes to a function that another unit defines.
struct ReferenceFact {
  std::string Function;   ///< qualified
  bool AnyThread = false; ///< called where several threads can be at once, or its address is given away
  std::vector<std::string> Entries = {}; ///< called where only callers of these, in other units, come

  auto operator<=>(const ReferenceFact &) const = default;
};

/// How threads change a container that several units know.
struct ContainerFact {
  std::string Container;
  bool Releases = false;                 ///< what was in it may be freed
  bool AnyThread = false;                ///< see ReferenceFact
  std::vector<std::string> Entries = {}; ///< see ReferenceFact
  Region Where = {};                     ///< one of the changes

  auto operator<=>(const ContainerFact &) const = default;
};

struct UnitResult {
  std::string File;
  UnitStatus Status = UnitStatus::Failed;
  std::string
      Problem; ///< one line for people: the first parse error, "timed out after 60 s", …; empty when analysed
  PythonHeaders Python;
  GilUse Gil = GilUse::NoModule;
  std::vector<Finding> Findings;
  std::vector<Suppression> Suppressions;
  std::vector<ReferenceFact> References;
  std::vector<ContainerFact> Containers;
  std::vector<TypeFact> Types; ///< empty unless a check asked for them
  Statistics Counts;
};

/// A whole run after linking: findings are unique, sorted, unsuppressed, with paths relative to Root.
struct RunResult {
  std::string Root; ///< absolute path of the project root
  std::vector<Finding> Findings;
  unsigned Suppressed = 0;
  std::vector<UnitResult> Units; ///< sorted by file; their findings have been moved to Findings
  PythonHeaders Python;          ///< the oldest headers of any unit
  PythonVersion Target;          ///< the oldest version that was checked for
  Statistics Counts;
  std::vector<std::string> RulesRun;
};

} // namespace ungil
