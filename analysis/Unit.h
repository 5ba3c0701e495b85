// Everything that is known of one translation unit. A check is a question to this object.
//
// Built once per unit, after the parse, and shared by all checks; not thread-safe (answers are computed on
// demand).
#pragma once

#include "analysis/AccessPath.h"
#include "analysis/Containers.h"
#include "analysis/Contexts.h"
#include "analysis/CriticalSections.h"
#include "analysis/Diagnosis.h"
#include "analysis/EntryPoints.h"
#include "analysis/Locksets.h"
#include "analysis/MacroRecorder.h"
#include "analysis/SharedState.h"
#include "analysis/Statistics.h"
#include "analysis/ThreadState.h"
#include "analysis/TypeGraph.h"
#include "analysis/UnitIndex.h"

#include <map>
#include <memory>

namespace ungil {

class Unit {
public:
  /// Root: see ProjectScope. The macro table must have been filled during the parse and must outlive the
  /// unit. The options hold whatever the version of the headers is.
  Unit(clang::ASTContext &, const MacroTable &, std::string Root, UnitOptions = {});

  clang::ASTContext &context() const { return Index.context(); }
  const clang::SourceManager &sources() const { return Index.context().getSourceManager(); }
  const ProjectScope &scope() const { return Scope; }
  const UnitIndex &index() const { return Index; }
  const EntryPoints &entryPoints() const { return Entries; }
  const Contexts &contexts() const { return Reach; }
  const PathResolver &paths() const { return Paths; }
  Locksets &locks() { return Locks; }
  ThreadStates &threadStates() { return States; }
  /// Built when it is first asked for.
  SharedState &shared();
  Containers &containers() { return Objects; }
  CriticalSections &sections() { return Sections; }
  const MacroTable &macros() const { return Macros; }
  PythonVersion target() const { return Options.Target; }

  /// False for findings in code that is not compiled for the target version.
  bool concerns(const Diagnosis &D) const {
    return Macros.compiledFor(Options.Target, D.Where.getBegin(), sources());
  }
  /// Built when it is first asked for.
  const TypeGraph &types() const;
  /// Null when nothing has asked for it.
  const TypeGraph *typesIfBuilt() const { return Types.get(); }

  /// The answer to a question that several checks ask, found once.
  template <class Answer> const Answer &once(Answer (*Find)(Unit &)) {
    std::shared_ptr<void> &Known = Answers[reinterpret_cast<void (*)()>(Find)];
    if (!Known)
      Known = std::make_shared<Answer>(Find(*this));
    return *static_cast<const Answer *>(Known.get());
  }

  /// What was resolved of what is there.
  Statistics statistics();

private:
  const MacroTable &Macros;
  UnitOptions Options;
  ProjectScope Scope;
  UnitIndex Index;
  EntryPoints Entries;
  Contexts Reach;
  PathResolver Paths;
  Locksets Locks;
  ThreadStates States;
  std::unique_ptr<SharedState> Shared;
  Containers Objects;
  CriticalSections Sections;
  mutable std::unique_ptr<TypeGraph> Types;
  std::map<void (*)(), std::shared_ptr<void>> Answers;
};

} // namespace ungil
