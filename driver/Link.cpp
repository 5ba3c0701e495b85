#include "driver/Link.h"

#include "driver/Suppressions.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace ungil {
namespace {

void makeRelative(std::string &File, const std::string &Root) {
  llvm::StringRef Rest = File;
  if (Rest.consume_front(Root) && Rest.consume_front("/"))
    File = Rest.str();
}

void makeRelative(Finding &F, const std::string &Root) {
  makeRelative(F.Where.File, Root);
  for (auto *Steps : {&F.Path, &F.Related})
    for (Step &S : *Steps)
      makeRelative(S.Where.File, Root);
  for (Fix &Repair : F.Fixes)
    for (Edit &E : Repair.Edits)
      makeRelative(E.File, Root);
}

auto place(const Finding &F) { return std::tie(F.Where, F.Rule, F.Message); }

/// What a message says of its own place: "while …" names a partner, and each unit knows another one.
llvm::StringRef withoutPartner(const Finding &F) {
  return llvm::StringRef(F.Message).take_front(F.Message.find(" while "));
}
auto defect(const Finding &F) {
  return std::tuple<const Region &, const std::string &, llvm::StringRef>(F.Where, F.Rule, withoutPartner(F));
}

/// One finding for each place, rule and message; the one with the longest path explains most.
void removeDuplicates(std::vector<Finding> &Findings) {
  llvm::sort(Findings, [](const Finding &A, const Finding &B) {
    if (defect(A) != defect(B))
      return defect(A) < defect(B);
    if (A.Sureness != B.Sureness)
      return A.Sureness > B.Sureness;
    if (A.Path.size() != B.Path.size())
      return A.Path.size() > B.Path.size();
    return A < B;
  });
  auto Same = [](Finding &Kept, const Finding &Other) {
    if (defect(Kept) != defect(Other))
      return false;
    Kept.Latent &= Other.Latent;
    return true;
  };
  std::size_t Kept = 0;
  for (std::size_t I = 1; I < Findings.size(); ++I)
    if (!Same(Findings[Kept], Findings[I]) && ++Kept != I)
      Findings[Kept] = std::move(Findings[I]);
  if (!Findings.empty())
    Findings.resize(Kept + 1);
}

/// A unit without a module of its own belongs to one of the others: its races are hidden when all of those
/// keep the GIL.
bool keepsGil(const UnitResult &Unit, const std::vector<UnitResult> &All) {
  if (Unit.Gil != GilUse::NoModule)
    return Unit.Gil == GilUse::Kept;
  auto With = [&](GilUse Use) {
    return llvm::any_of(All, [&](const UnitResult &U) { return U.Gil == Use; });
  };
  return With(GilUse::Kept) && !With(GilUse::NotUsed);
}

/// Which functions that other units know are called by initialisation alone.
class Initialisation {
public:
  explicit Initialisation(const std::vector<UnitResult> &Units) {
    for (const UnitResult &Unit : Units)
      for (const ReferenceFact &R : Unit.References) {
        ReferenceFact &All = Of[R.Function];
        All.AnyThread |= R.AnyThread;
        All.Entries.insert(All.Entries.end(), R.Entries.begin(), R.Entries.end());
      }
    for (const auto &[Name, Fact] : Of)
      if (!Fact.AnyThread)
        Names.insert(Name);
    while (std::erase_if(Names, [&](const std::string &Name) { return !areAllOf(Of[Name].Entries); }) > 0) {
    }
  }

  /// Whether no thread but the one that initialises the module comes through any of them.
  bool areAllOf(const std::vector<std::string> &Entries) const {
    return llvm::all_of(Entries, [&](llvm::StringRef Entry) {
      bool Optional = Entry.consume_back(llvm::StringRef(&IfNamed, 1));
      return Names.contains(Entry.str()) || (Optional && !Of.contains(Entry.str()));
    });
  }

private:
  std::map<std::string, ReferenceFact> Of;
  std::set<std::string> Names;
};

/// Races need a second thread.
void removeInitialisation(std::vector<Finding> &Findings, const Initialisation &Init,
                          const LinkOptions &Options) {
  llvm::erase_if(Findings, [&](const Finding &F) {
    return Options.HiddenByGil.contains(F.Rule) && !F.Entries.empty() && Init.areAllOf(F.Entries);
  });
}

/// The change that the condition asks for. Who calls functions that other units know is known of a whole
/// program only; of a part, what threads do for certain counts.
const ContainerFact *changeFor(const Condition &Wanted, const std::vector<UnitResult> &Units,
                               const std::optional<Initialisation> &Init) {
  for (const UnitResult &Unit : Units)
    for (const ContainerFact &Fact : Unit.Containers)
      if (Fact.Container == Wanted.Container && Fact.Releases >= Wanted.Releases &&
          (Fact.AnyThread || (Init && !Init->areAllOf(Fact.Entries))))
        return &Fact;
  return nullptr;
}

/// What another unit must do for a finding, and none does.
void removeUnmet(std::vector<Finding> &Findings, const std::vector<UnitResult> &Units,
                 const std::optional<Initialisation> &Init) {
  llvm::erase_if(Findings, [&](Finding &F) {
    if (F.OnlyIf.Container.empty())
      return false;
    const ContainerFact *Change = changeFor(F.OnlyIf, Units, Init);
    if (Change)
      F.Related.push_back({Change->Where, "another unit changes it here, or gives it away"});
    F.OnlyIf = {};
    return !Change;
  });
}

/// The function that an entry names.
std::string functionOf(llvm::StringRef Entry) {
  Entry.consume_back(llvm::StringRef(&IfNamed, 1));
  return Entry.str();
}

bool includesPython(const UnitResult &Unit) { return !Unit.Python.Directory.empty(); }

/// Functions that units with Python's headers name, and all that those come to in other units.
std::set<std::string> reachedFromPython(const std::vector<UnitResult> &Units) {
  std::set<std::string> Reached;
  for (std::size_t Before = ~std::size_t(0); Before != Reached.size();) {
    Before = Reached.size();
    for (const UnitResult &Unit : Units)
      for (const ReferenceFact &R : Unit.References)
        if (includesPython(Unit) ||
            llvm::any_of(R.Entries,
                         [&](const std::string &Entry) { return Reached.contains(functionOf(Entry)); }))
          Reached.insert(R.Function);
  }
  return Reached;
}

/// A library in the same tree has threads of Python's only where code that knows Python calls it.
void removeUnreached(std::vector<UnitResult> &Units, const LinkOptions &Options) {
  if (llvm::none_of(Units, includesPython))
    return;
  std::set<std::string> Reached = reachedFromPython(Units);
  for (UnitResult &Unit : Units)
    if (!includesPython(Unit))
      llvm::erase_if(Unit.Findings, [&](const Finding &F) {
        return Options.HiddenByGil.contains(F.Rule) && !F.Entries.empty() &&
               llvm::none_of(F.Entries, [&](const std::string &Entry) {
                 return Reached.contains(functionOf(Entry));
               });
      });
}

/// A promise is offered when every rule that could speak against it has run on everything, and none does.
void removePromises(RunResult &Run, bool Complete, const LinkOptions &Options) {
  bool Contradicted = llvm::any_of(Run.Findings, [&](const Finding &F) {
    return F.Level == Severity::Error || Options.HiddenByGil.contains(F.Rule);
  });
  if (Complete && Options.MayPromise && !Contradicted)
    return;
  for (Finding &F : Run.Findings)
    llvm::erase_if(F.Fixes, [](const Fix &Repair) { return Repair.Promise; });
}

void addPython(PythonHeaders &Oldest, const PythonHeaders &Seen) {
  if (Seen.VersionHex && (!Oldest.VersionHex || std::tie(Seen.VersionHex, Seen.Directory) <
                                                    std::tie(Oldest.VersionHex, Oldest.Directory)))
    Oldest = Seen;
}

} // namespace

RunResult link(std::vector<UnitResult> Units, const LinkOptions &Options) {
  RunResult Run;
  Run.Root = Options.Root;
  Run.Target = Options.Target;
  Run.RulesRun = Options.RulesRun;
  if (Options.Whole)
    removeUnreached(Units, Options);
  std::vector<Suppression> Suppressions;
  for (UnitResult &Unit : Units) {
    bool Latent = keepsGil(Unit, Units);
    for (Finding &F : Unit.Findings) {
      F.Latent = Latent && Options.HiddenByGil.contains(F.Rule);
      if (F.Sureness >= Options.Least)
        Run.Findings.push_back(std::move(F));
    }
    Unit.Findings.clear();
    Suppressions.insert(Suppressions.end(), Unit.Suppressions.begin(), Unit.Suppressions.end());
    for (const auto &[Name, Count] : Unit.Counts)
      Run.Counts[Name] += Count;
    addPython(Run.Python, Unit.Python);
  }

  bool Complete = llvm::all_of(Units, [](const UnitResult &U) { return U.Status == UnitStatus::Analysed; });
  std::optional<Initialisation> Init;
  if (Complete && Options.Whole)
    Init.emplace(Units);
  if (Init)
    removeInitialisation(Run.Findings, *Init, Options);
  removeUnmet(Run.Findings, Units, Init);
  removeDuplicates(Run.Findings);
  std::vector<bool> Used;
  Run.Suppressed = applySuppressions(Run.Findings, Suppressions, Used);
  removePromises(Run, Complete && Options.Whole, Options);
  if (Complete) // what could not be analysed may be what a suppression is for
    for (Finding &F : unusedSuppressions(Suppressions, Used, Options.RulesRun))
      Run.Findings.push_back(std::move(F));
  for (Finding &F : Run.Findings)
    makeRelative(F, Options.Root);
  for (UnitResult &Unit : Units)
    makeRelative(Unit.File, Options.Root);
  llvm::sort(Run.Findings, [](const Finding &A, const Finding &B) { return place(A) < place(B); });
  llvm::sort(Units, [](const UnitResult &A, const UnitResult &B) {
    return std::tie(A.File, A.Problem) < std::tie(B.File, B.Problem);
  });
  Run.Units = std::move(Units);
  return Run;
}

} // namespace ungil
