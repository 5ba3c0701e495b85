#include "checks/Check.h"

namespace ungil {

namespace {

constexpr std::size_t MaxRelated = 8; // places that a reader looks through

/// Keeps one of the places that share a line and a text, as instances of a template do, and counts the rest
/// of a long list.
void shorten(std::vector<Remark> &Related, const clang::SourceManager &SM) {
  std::set<std::tuple<clang::FileID, unsigned, std::string>> Seen;
  llvm::erase_if(Related, [&](const Remark &R) {
    auto [File, Offset] = SM.getDecomposedExpansionLoc(R.Where.getBegin());
    return !Seen.insert({File, SM.getLineNumber(File, Offset), R.Message}).second;
  });
  if (Related.size() <= MaxRelated)
    return;
  std::size_t Rest = Related.size() - MaxRelated;
  Related.resize(MaxRelated);
  Related.back().Message +=
      "; and " + std::to_string(Rest) + (Rest == 1 ? " more place" : " more places") + " like this";
}

} // namespace

std::vector<Diagnosis> diagnose(const CheckInfo &Info, const CheckOptions &Options, Unit &U) {
  std::vector<Diagnosis> Found = Info.Make(Options)->run(U);
  llvm::erase_if(Found, [&](const Diagnosis &D) { return !U.concerns(D); });
  for (Diagnosis &D : Found)
    shorten(D.Related, U.sources());
  return Found;
}

} // namespace ungil
