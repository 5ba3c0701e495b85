#include "driver/ExternalEntries.h"

#include "analysis/Names.h"

#include "clang/AST/DeclCXX.h"

#include <map>

namespace ungil {

using namespace clang;

ExternalEntries::ExternalEntries(Unit &U) : U(U) {
  for (const EntryPoint &P : U.entryPoints().all())
    EntriesOf[P.Target].push_back(&P);
}

/// Callers of virtual functions name another one, and destructors are called without a name.
static bool isCalledByName(const FunctionDecl &F) {
  const auto *M = dyn_cast<CXXMethodDecl>(&F);
  return !M || (!M->isVirtual() && !isa<CXXDestructorDecl>(M));
}

const ExternalEntries::Ways &ExternalEntries::waysTo(const Function &F) {
  auto &Slot = Known[&F];
  if (Slot)
    return *Slot;
  auto Found = std::make_unique<Ways>();
  llvm::DenseSet<const Function *> Seen{&F};
  std::vector<const Function *> Pending{&F};
  auto Come = [&](const Function *From) {
    if (From && Seen.insert(From).second)
      Pending.push_back(From);
  };
  while (!Pending.empty()) {
    const Function *Next = Pending.back();
    Pending.pop_back();
    auto Entries = EntriesOf.find(Next);
    if (Entries != EntriesOf.end())
      for (const EntryPoint *P : Entries->second)
        if (P->IsLinkage && isCalledByName(*Next->Decl))
          Found->Entries.insert(qualifiedName(*Next->Decl));
        else
          Found->AnyThread |= ManyThreads.contains(P->Where);
    else
      Come(Next->Parent);
    if (Entries == EntriesOf.end() && isOfProject(*Next->Decl) && isCalledByName(*Next->Decl))
      Found->Entries.insert(qualifiedName(*Next->Decl) + IfNamed);
    for (const Call *C : Next->Callers)
      Come(C->In);
  }
  return *(Slot = std::move(Found));
}

const std::vector<ExternalEntries::Extent> &ExternalEntries::extentsIn(FileID File) {
  const SourceManager &SM = U.sources();
  if (Extents.empty())
    for (const auto &F : U.index().functions()) {
      auto [BeginsIn, Begin] = SM.getDecomposedExpansionLoc(F->Decl->getBeginLoc());
      auto [EndsIn, End] = SM.getDecomposedExpansionLoc(F->Decl->getEndLoc());
      if (BeginsIn == EndsIn)
        Extents[BeginsIn].push_back({Begin, End, F.get()});
    }
  return Extents[File];
}

const Function *ExternalEntries::functionAt(SourceLocation Loc) {
  auto [File, At] = U.sources().getDecomposedExpansionLoc(Loc);
  const Extent *Innermost = nullptr;
  for (const Extent &E : extentsIn(File))
    if (E.Begin <= At && At <= E.End && (!Innermost || E.End - E.Begin < Innermost->End - Innermost->Begin))
      Innermost = &E;
  return Innermost ? Innermost->Of : nullptr;
}

std::vector<std::string> ExternalEntries::behind(const Diagnosis &D) {
  std::set<std::string> Entries;
  std::vector<SourceLocation> Places{D.Where.getBegin()};
  for (const auto *Remarks : {&D.Path, &D.Related})
    for (const Remark &R : *Remarks)
      Places.push_back(R.Where.getBegin());
  for (SourceLocation Place : Places) {
    const Function *F = Place.isValid() ? functionAt(Place) : nullptr;
    if (!F && Place == Places.front())
      return {};
    if (!F)
      continue;
    const Ways &To = waysTo(*F);
    if (To.AnyThread)
      return {};
    Entries.insert(To.Entries.begin(), To.Entries.end());
  }
  if (llvm::all_of(Entries, [](const std::string &Entry) { return Entry.back() == IfNamed; }))
    return {};
  return {Entries.begin(), Entries.end()};
}

bool ExternalEntries::isOfProject(const FunctionDecl &F) const {
  return F.isExternallyVisible() && U.scope().contains(F.getLocation());
}

std::vector<ReferenceFact> ExternalEntries::references() {
  std::map<std::string, Ways> Of;
  for (const Call &C : U.index().externalCalls()) {
    if (!isOfProject(*C.Callee))
      continue;
    Ways &Here = Of[qualifiedName(*C.Callee)];
    if (!C.In)
      continue; // the initialiser of a static variable
    const Ways &To = waysTo(*C.In);
    Here.AnyThread |= To.AnyThread;
    Here.Entries.insert(To.Entries.begin(), To.Entries.end());
  }
  for (const FunctionDecl *F : U.index().externalNames())
    if (isOfProject(*F))
      Of[qualifiedName(*F)].AnyThread = true;
  std::vector<ReferenceFact> Facts;
  for (const auto &[Name, To] : Of)
    Facts.push_back({Name, To.AnyThread, {To.Entries.begin(), To.Entries.end()}});
  return Facts;
}

std::vector<ContainerFact> ExternalEntries::containers(llvm::function_ref<Region(SourceRange)> Locate) {
  std::map<std::pair<std::string, bool>, Ways> Of;
  std::map<std::pair<std::string, bool>, SourceRange> First;
  for (const NamedChange &Change : U.containers().changesForOthers()) {
    std::pair Key(Change.Container, Change.Releases);
    First.try_emplace(Key, Change.Where->getSourceRange());
    Ways &Here = Of[Key];
    const Ways &To = waysTo(*Change.In);
    Here.AnyThread |= To.AnyThread;
    Here.Entries.insert(To.Entries.begin(), To.Entries.end());
  }
  std::vector<ContainerFact> Facts;
  for (const auto &[Key, To] : Of)
    Facts.push_back(
        {Key.first, Key.second, To.AnyThread, {To.Entries.begin(), To.Entries.end()}, Locate(First[Key])});
  return Facts;
}

} // namespace ungil
