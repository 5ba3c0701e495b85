#include "analysis/Routes.h"

#include "analysis/Names.h"

namespace ungil {

std::vector<Remark> routeTo(const Function *F, ContextSet Wanted, const Contexts &Reach) {
  std::vector<Remark> Notes;
  Contexts::Route Route = Reach.routeTo(F, Wanted);
  if (!Route.Entry)
    return Notes;
  std::string Name = displayName(*Route.Entry->Target->Decl);
  bool Escaped = Route.Entry->Where == Context::Escaped;
  Notes.push_back({Route.Entry->Registered,
                   Escaped
                       ? "'" + Name + "' can be called from elsewhere, by any thread"
                       : "'" + Name + "' is " + Route.Entry->Role + "; several threads can run it at once"});
  for (const Call *C : Route.Calls)
    Notes.push_back({C->Site->getSourceRange(), "which calls '" + displayName(*C->Callee) + "' here"});
  return Notes;
}

} // namespace ungil
