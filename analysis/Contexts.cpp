#include "analysis/Contexts.h"

namespace ungil {

namespace {
constexpr Context All[] = {Context::Concurrent, Context::Alloc,    Context::Exclusive,
                           Context::Reinit,     Context::Detached, Context::Escaped,
                           Context::Init,       Context::Fini,     Context::StopTheWorld};
}

Contexts::Contexts(const UnitIndex &Index, const EntryPoints &Entries) {
  llvm::DenseSet<const Function *> Entered;
  for (const EntryPoint &Point : Entries.all()) {
    Entered.insert(Point.Target);
    arrive(Point.Target, Point.Where, {&Point, nullptr, nullptr});
  }
  llvm::DenseMap<const Function *, std::vector<const Function *>> Lambdas;
  for (const auto &F : Index.functions())
    if (F->Parent && !Entered.contains(F.get()))
      Lambdas[F->Parent].push_back(F.get());

  while (!Pending.empty()) {
    const Function *F = Pending.front();
    Pending.pop_front();
    ContextSet Here = of(F);
    for (const Call &C : F->Calls)
      if (const Function *Callee = Index.find(C.Callee))
        arrive(Callee, Here, {nullptr, &C, nullptr});
    for (const Function *Lambda : Lambdas.lookup(F))
      arrive(Lambda, Here, {nullptr, nullptr, F});
  }
}

void Contexts::arrive(const Function *F, ContextSet New, Arrival How) {
  ContextSet &Set = Sets[F];
  bool Grew = false;
  for (Context C : All)
    if (New.contains(C) && Set.add(C)) {
      Arrivals[F][std::size_t(C)] = How;
      Grew = true;
    }
  if (Grew)
    Pending.push_back(F);
}

ContextSet Contexts::of(const Function *F) const { return Sets.lookup(F); }

bool Contexts::isEntered(const Function *F, ContextSet Wanted) const {
  auto How = Arrivals.find(F);
  return How != Arrivals.end() && llvm::any_of(All, [&](Context C) {
           return Wanted.contains(C) && How->second[std::size_t(C)].Entry;
         });
}

Contexts::Route Contexts::routeIn(const Function *F, Context C) const {
  Route R;
  while (!R.Entry) {
    const Arrival &How = Arrivals.find(F)->second[std::size_t(C)];
    R.Entry = How.Entry;
    if (How.From)
      R.Calls.insert(R.Calls.begin(), How.From);
    F = How.From ? How.From->In : How.Parent;
  }
  return R;
}

Contexts::Route Contexts::routeTo(const Function *F, ContextSet Wanted) const {
  Route Shortest;
  for (Context C : All) {
    if (!Wanted.contains(C) || !of(F).contains(C))
      continue;
    Route R = routeIn(F, C);
    if (!Shortest.Entry || R.Calls.size() < Shortest.Calls.size())
      Shortest = std::move(R);
  }
  return Shortest;
}

} // namespace ungil
