#include "analysis/Routes.h"

#include "analysis/Names.h"

#include "llvm/ADT/StringSwitch.h"

namespace ungil {

std::string roleOf(const EntryPoint &Point) {
  return llvm::StringSwitch<std::string>(Point.Role)
      .Case("ml_meth", "a method")
      .Case("get", "a getter")
      .Case("set", "a setter")
      .Default(Point.Role);
}

Remark entered(const EntryPoint &Point) {
  std::string Name = "'" + displayName(*Point.Target->Decl) + "'";
  if (Point.Where == Context::Escaped)
    return {Point.Registered, Name + " can be called from elsewhere, by any thread"};
  return {Point.Registered, Name + " is " + roleOf(Point) + "; several threads can run it at once"};
}

std::vector<Remark> routeTo(const Function *F, ContextSet Wanted, const Contexts &Reach) {
  std::vector<Remark> Notes;
  Contexts::Route Route = Reach.routeTo(F, Wanted);
  if (!Route.Entry)
    return Notes;
  Notes.push_back(entered(*Route.Entry));
  for (const Call *C : Route.Calls)
    Notes.push_back({C->Site->getSourceRange(), "which calls '" + displayName(*C->Callee) + "' here"});
  return Notes;
}

} // namespace ungil
