// Functions that other units call: the unit cannot know in which threads they do, but can tell what follows
// from it, and in turn from where it calls functions of other units. Linking puts the two together.
#pragma once

#include "analysis/Diagnosis.h"
#include "analysis/Unit.h"
#include "driver/Result.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <set>

namespace ungil {

class ExternalEntries {
public:
  explicit ExternalEntries(Unit &);

  /// The functions for other units through which alone threads come to every place of the diagnosis; none
  /// when there is another way to one of them.
  std::vector<std::string> behind(const Diagnosis &);

  std::vector<ReferenceFact> references();
  std::vector<ContainerFact> containers(llvm::function_ref<Region(clang::SourceRange)> Locate);

private:
  struct Ways {
    bool AnyThread = false;
    std::set<std::string> Entries;
  };

  /// Where a function stands in a file.
  struct Extent {
    unsigned Begin, End;
    const Function *Of;
  };

  const Ways &waysTo(const Function &);
  const std::vector<Extent> &extentsIn(clang::FileID);
  const Function *functionAt(clang::SourceLocation);
  bool isOfProject(const clang::FunctionDecl &) const;

  Unit &U;
  llvm::DenseMap<const Function *, std::vector<const EntryPoint *>> EntriesOf;
  llvm::DenseMap<const Function *, std::unique_ptr<Ways>> Known;
  std::map<clang::FileID, std::vector<Extent>> Extents;
};

} // namespace ungil
