#include "checks/Check.h"

namespace ungil {

namespace {

/// Keeps one of the places that share a line and a text, as instances of a template do.
void dropRepeated(std::vector<Remark> &Related, const clang::SourceManager &SM) {
  std::set<std::tuple<clang::FileID, unsigned, std::string>> Seen;
  llvm::erase_if(Related, [&](const Remark &R) {
    auto [File, Offset] = SM.getDecomposedExpansionLoc(R.Where.getBegin());
    return !Seen.insert({File, SM.getLineNumber(File, Offset), R.Message}).second;
  });
}

} // namespace

std::vector<Diagnosis> diagnose(const CheckInfo &Info, const CheckOptions &Options, Unit &U) {
  std::vector<Diagnosis> Found = Info.Make(Options)->run(U);
  llvm::erase_if(Found, [&](const Diagnosis &D) { return !U.concerns(D); });
  for (Diagnosis &D : Found)
    dropRepeated(D.Related, U.sources());
  return Found;
}

} // namespace ungil
