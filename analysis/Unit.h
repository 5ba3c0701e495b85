// Everything that is known of one translation unit. A check is a question to this object.
//
// Built once per unit, after the parse, and shared by all checks; not thread-safe (answers are computed on demand).
#pragma once

#include "analysis/AccessPath.h"
#include "analysis/Contexts.h"
#include "analysis/EntryPoints.h"
#include "analysis/Locksets.h"
#include "analysis/MacroRecorder.h"
#include "analysis/Statistics.h"
#include "analysis/TypeGraph.h"
#include "analysis/UnitIndex.h"

namespace ungil {

class Unit {
public:
  /// Root: see ProjectScope. The macro table must have been filled during the parse and must outlive the unit.
  Unit(clang::ASTContext &, const MacroTable &, std::string Root);

  clang::ASTContext &context() const { return Index.context(); }
  const clang::SourceManager &sources() const { return Index.context().getSourceManager(); }
  const ProjectScope &scope() const { return Scope; }
  const UnitIndex &index() const { return Index; }
  const EntryPoints &entryPoints() const { return Entries; }
  const Contexts &contexts() const { return Reach; }
  const PathResolver &paths() const { return Paths; }
  Locksets &locks() { return Locks; }
  /// Built when it is first asked for.
  const TypeGraph &types() const;

  /// What was resolved of what is there.
  Statistics statistics() const;

private:
  ProjectScope Scope;
  UnitIndex Index;
  EntryPoints Entries;
  Contexts Reach;
  PathResolver Paths;
  Locksets Locks;
  mutable std::unique_ptr<TypeGraph> Types;
};

} // namespace ungil
