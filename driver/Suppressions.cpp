#include "driver/Suppressions.h"

#include "checks/Check.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/GlobPattern.h"

#include <algorithm>
#include <map>

namespace ungil {
namespace {

constexpr std::string_view UnusedRule = "ungil-unused-suppression";

bool matches(const std::string &Pattern, llvm::StringRef Rule) {
  auto Glob = llvm::GlobPattern::create(Pattern);
  if (Glob)
    return Glob->match(Rule);
  llvm::consumeError(Glob.takeError());
  return false;
}

bool silences(const Suppression &S, llvm::StringRef Rule) {
  return S.Rules.empty() || llvm::any_of(S.Rules, [&](const std::string &P) { return matches(P, Rule); });
}

/// Lines that a BEGIN covers: up to the END with the same rules, as clang-tidy pairs them.
std::map<std::size_t, unsigned> blockEnds(const std::vector<Suppression> &All) {
  std::map<std::size_t, unsigned> Ends;
  std::vector<std::size_t> Open;
  for (std::size_t I = 0; I != All.size(); ++I) {
    if (!Open.empty() && All[Open.back()].File != All[I].File)
      Open.clear();
    if (All[I].Kind == Suppression::Scope::Begin) {
      Open.push_back(I);
    } else if (All[I].Kind == Suppression::Scope::End) {
      auto Begin = std::find_if(Open.rbegin(), Open.rend(),
                                [&](std::size_t B) { return All[B].Rules == All[I].Rules; });
      if (Begin == Open.rend())
        continue;
      Ends[*Begin] = All[I].Line;
      Open.erase(std::next(Begin).base());
    }
  }
  return Ends;
}

bool covers(const Suppression &S, unsigned Line, const unsigned *BlockEnd) {
  switch (S.Kind) {
  case Suppression::Scope::Line:
    return S.Line == Line;
  case Suppression::Scope::NextLine:
    return S.Line + 1 == Line;
  case Suppression::Scope::Begin:
    return BlockEnd && S.Line <= Line && Line <= *BlockEnd;
  case Suppression::Scope::End:
    return false;
  }
  return false;
}

bool onlyOurRules(const Suppression &S, const std::vector<std::string> &RulesRun) {
  return !S.Rules.empty() && llvm::all_of(S.Rules, [&](const std::string &Pattern) {
    if (!llvm::StringRef(Pattern).starts_with("ungil-"))
      return false;
    // A glob does not ask for the rules that are off by default.
    return llvm::all_of(allChecks(), [&](const CheckInfo &C) {
      return !matches(Pattern, llvm::StringRef(C.Id)) || llvm::is_contained(RulesRun, C.Id) ||
             (!C.OnByDefault && Pattern != C.Id);
    });
  });
}

} // namespace

unsigned applySuppressions(std::vector<Finding> &Findings, std::vector<Suppression> &All,
                           std::vector<bool> &Used) {
  llvm::sort(All);
  All.erase(std::unique(All.begin(), All.end()), All.end());
  Used.assign(All.size(), false);
  std::map<std::size_t, unsigned> Ends = blockEnds(All);
  auto Suppressed = [&](const Finding &F) {
    bool Silenced = false;
    for (std::size_t I = 0; I != All.size(); ++I) {
      auto End = Ends.find(I);
      if (All[I].File != F.Where.File ||
          !covers(All[I], F.Where.Line, End == Ends.end() ? nullptr : &End->second) ||
          !silences(All[I], F.Rule))
        continue;
      Used[I] = true;
      Silenced = true;
    }
    return Silenced;
  };
  std::size_t Before = Findings.size();
  llvm::erase_if(Findings, Suppressed);
  return unsigned(Before - Findings.size());
}

std::vector<Finding> unusedSuppressions(const std::vector<Suppression> &All, const std::vector<bool> &Used,
                                        const std::vector<std::string> &RulesRun) {
  std::vector<Finding> Found;
  const CheckInfo *Info = findCheck(UnusedRule);
  if (!Info || !llvm::is_contained(RulesRun, UnusedRule))
    return Found;
  for (std::size_t I = 0; I != All.size(); ++I) {
    const Suppression &S = All[I];
    if (Used[I] || S.Kind == Suppression::Scope::End || !onlyOurRules(S, RulesRun))
      continue;
    Finding F;
    F.Rule = UnusedRule;
    F.Level = Info->Level;
    F.Sureness = Confidence::Certain;
    F.Where = {S.File, S.Line, S.Column, S.EndColumn};
    F.Message = "this comment suppresses nothing: '" + llvm::join(S.Rules, "', '") + "' reports nothing here";
    F.Path.push_back({F.Where, "remove it, or move it to the line of the finding"});
    Found.push_back(std::move(F));
  }
  return Found;
}

} // namespace ungil
