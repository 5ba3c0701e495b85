#include "analysis/Knowledge.h"

#include "KnowledgeData.inc" // generated: one constexpr std::string_view per file of analysis/knowledge/
#include "analysis/BindingKnowledge.h"

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

namespace ungil {

void NameSet::insert(llvm::StringRef Name) {
  llvm::StringRef Stored = Names.insert(Name).first->getKey();
  if (!Stored.contains('*'))
    return;
  if (auto Pattern = llvm::GlobPattern::create(Stored))
    Patterns.push_back(std::move(*Pattern));
  else
    llvm::consumeError(Pattern.takeError());
}

bool NameSet::contains(llvm::StringRef Name) const {
  return Names.contains(Name) ||
         llvm::any_of(Patterns, [&](const llvm::GlobPattern &Pattern) { return Pattern.match(Name); });
}

namespace {

using Json = nlohmann::json;

Context contextNamed(const std::string &Name) {
  for (int I = 0; I <= int(Context::Escaped); ++I)
    if (toString(Context(I)) == Name)
      return Context(I);
  throw std::runtime_error("no context is called '" + Name + "'");
}

template <class Set> void addAll(Set &Into, const Json &Names) {
  for (const auto &Name : Names)
    Into.insert(Name.get<std::string>());
}

std::optional<ArgumentIndex> argument(const Json &Row, const char *Key) {
  if (!Row.contains(Key))
    return std::nullopt;
  const Json &Value = Row[Key];
  return Value.is_string() ? ThisArgument : Value.get<ArgumentIndex>();
}

void loadSlots(const Json &Rows, std::vector<std::string> &Names, llvm::StringMap<Context> &Contexts) {
  for (const Json &Row : Rows) {
    std::size_t Id = Row["id"];
    if (Names.size() <= Id)
      Names.resize(Id + 1);
    Names[Id] = Row["name"];
    if (Row.contains("context"))
      Contexts[Names[Id]] = contextNamed(Row["context"]);
  }
}

void loadEntryPoints(const Json &Data, Knowledge &K) {
  loadSlots(Data["slots"], K.SlotNames, K.SlotContexts);
  loadSlots(Data["module-slots"], K.ModuleSlotNames, K.ModuleSlotContexts);
  for (const auto &[Record, Fields] : Data["fields"].items())
    for (const auto &[Field, Where] : Fields.items())
      K.Fields[Record][Field] = contextNamed(Where);
  for (const auto &[Name, Where] : Data["method-names"].items())
    K.MethodNames[Name] = contextNamed(Where);
  addAll(K.OwnArguments, Data["own-arguments"]);
  for (const auto &[Type, Where] : Data["function-types"].items())
    K.FunctionTypes[Type] = contextNamed(Where);
  K.InitPrefixes = Data["init-prefixes"];
  addAll(K.InitMacros, Data["init-macros"]);
  addAll(K.BindingNamespaces, Data["binding-namespaces"]);
  for (const auto &[Name, Where] : Data["binding-factories"].items())
    K.BindingFactories[Name] = contextNamed(Where);
  for (const Json &Row : Data["callbacks"]) {
    Callback C;
    C.Argument = Row["argument"];
    if (Row["context"] != "caller")
      C.Where = contextNamed(Row["context"]);
    C.Once = argument(Row, "once");
    C.DropsClosure = Row.value("drops-closure", false);
    C.Policy = argument(Row, "policy");
    K.Callbacks[Row["function"].get<std::string>()].push_back(C);
  }
  addAll(K.ParallelPolicies, Data["parallel-policies"]);
  addAll(K.ModuleStateGetters, Data["module-state-getters"]);
  addAll(K.GilDeclarations, Data["gil-declarations"]);
  for (const auto &[Macro, Tag] : Data["gil-tags"].items())
    K.GilTags[Macro] = Tag;
  K.LibraryDirectories = Data["library-directories"];
}

LockEffect lockEffect(const Json &Row) {
  LockEffect E;
  E.Section = argument(Row, "section");
  E.AlsoLock = argument(Row, "also");
  E.WaitsIf = argument(Row, "waits-if");
  E.SucceedsWithZero = Row.value("success", "") == "zero";
  E.ByToken = Row.value("by-token", false);
  for (auto [Key, What] : {std::pair("acquires", LockEffect::Acquire),
                           {"releases", LockEffect::Release},
                           {"tries", LockEffect::Try}})
    if (auto Lock = argument(Row, Key)) {
      E.What = What;
      E.Lock = *Lock;
    }
  if (Row.contains("ends"))
    E.What = LockEffect::EndSection;
  return E;
}

void loadLocks(const Json &Data, Knowledge &K) {
  for (const auto &[Name, Row] : Data["functions"].items())
    K.LockFunctions[Name] = lockEffect(Row);
  addAll(K.LockTypes, Data["lock-types"]);
  for (const auto &[Name, What] : Data["lock-methods"].items())
    K.LockMethods[Name] = What == "acquire"   ? LockEffect::Acquire
                          : What == "release" ? LockEffect::Release
                                              : LockEffect::Try;
  addAll(K.GuardTypes, Data["guard-types"]);
  addAll(K.SharedLocks, Data["held-for-reading"]);
  addAll(K.SectionGuards, Data["section-guards"]);
  addAll(K.SelfLocks, Data["binding-locks"]["self"]);
  addAll(K.ArgumentLocks, Data["binding-locks"]["argument"]);
  addAll(K.ArgumentNames, Data["binding-locks"]["unlocked-argument"]);
  addAll(K.LockMacros, Data["macros"]);
  const Json &Breakers = Data["section-breakers"];
  addAll(K.StateAttachers, Breakers["attaches"]);
  addAll(K.StateReleasers, Breakers["detaches"]);
  addAll(K.StateSavers, Breakers["saves"]);
  addAll(K.StateRestorers, Breakers["restores"]);
  for (const auto &Tag : Data["guard-tags"].items())
    K.OpenGuardTags.insert(Tag.key());
  K.HeldByContractSuffixes = Data["held-by-contract"]["suffixes"];
  K.HeldByContractQuestions = Data["held-by-contract"]["questions"];
  K.Sharing.CallerDecides = Data["held-by-contract"]["caller-decides"];
  addAll(K.SynchronisedTypes, Data["synchronised-types"]);
}

void loadMemory(const Json &Data, Knowledge &K) {
  addAll(K.Allocators, Data["allocators"]);
  addAll(K.Deallocators, Data["deallocators"]);
  addAll(K.ReferenceDrops, Data["reference-drops"]);
  for (const auto &[Domain, Functions] : Data["domains"].items())
    for (const Json &Name : Functions)
      K.MemoryDomains[Name.get<std::string>()] = Domain;
  for (const auto &[Name, Plain] : Data["plain-instead"].items())
    K.PlainAllocators[Name] = Plain;
  addAll(K.ObjectInitialisers, Data["object-initialisers"]);
  addAll(K.ReferenceCounts, Data["reference-counts"]);
  addAll(K.ReferenceCountFields, Data["reference-count-fields"]);
  K.UniquelyReferenced = Data["uniqueness-tests"]["object"];
  K.UniqueTemporary = Data["uniqueness-tests"]["argument"];
  addAll(K.TypeLinkReads, Data["type-links"]["reads"]);
  addAll(K.TypeLinkWrites, Data["type-links"]["writes"]);
}

void loadContainers(const Json &Data, Knowledge &K) {
  addAll(K.Containers, Data["types"]);
  addAll(K.ContainerPeeks, Data["peeks"]);
  addAll(K.ContainerPops, Data["pops"]);
  addAll(K.ContainerPushes, Data["pushes"]);
  addAll(K.OwningPointers, Data["owning-pointers"]);
}

StateOperation::Kind stateOperationNamed(const std::string &Name) {
  for (auto [Known, What] : {std::pair("detach", StateOperation::Detach),
                             {"attach", StateOperation::Attach},
                             {"ensure", StateOperation::Ensure},
                             {"restore", StateOperation::Restore},
                             {"swap", StateOperation::Swap},
                             {"forget", StateOperation::Forget}})
    if (Name == Known)
      return What;
  throw std::runtime_error("no operation on thread states is called '" + Name + "'");
}

void loadThreadState(const Json &Data, Knowledge &K) {
  for (const auto &[Name, Row] : Data["operations"].items()) {
    StateOperation Operation;
    Operation.What = stateOperationNamed(Row["does"]);
    if (Row.contains("token") && Row["token"].is_number())
      Operation.Token = Row["token"].get<ArgumentIndex>();
    Operation.MainInterpreter = Row.value("interpreter", "") == "main";
    K.StateOperations[Name] = Operation;
  }
  for (const auto &[Name, What] : Data["guards"].items())
    K.StateGuards[Name] = stateOperationNamed(What);
  addAll(K.CallGuards, Data["call-guards"]);
  addAll(K.StateTests, Data["tests"]);
  addAll(K.ThreadIdentities, Data["thread-identities"]);
  K.ApiPrefixes = Data["api-prefixes"];
  for (const char *List : {"callable-detached", "accessors"})
    addAll(K.CallableDetached, Data[List]);
  addAll(K.ReadsOnly, Data["reads-only"]);
  addAll(K.CheckedAccessors, Data["checked-accessors"]);
  for (const auto &[Name, Alive] : Data["interpreter-tests"].items())
    K.InterpreterTests[Name] = Alive;
  addAll(K.BuiltInCallables, Data["built-in-callables"]);
  addAll(K.AttachedFunctions, Data["attached-functions"]);
  addAll(K.Increments, Data["reference-counts"]["increments"]);
  addAll(K.Decrements, Data["reference-counts"]["decrements"]);
  addAll(K.Immortals, Data["immortal"]);
  addAll(K.IgnoredMacros, Data["ignored-macros"]);
  addAll(K.Emptiers, Data["emptying-members"]);
  addAll(K.ClassOwners, Data["class-owners"]);
  addAll(K.WaitingDestructors, Data["waiting-destructors"]["classes"]);
  addAll(K.WaitingResults, Data["waiting-destructors"]["results-of"]);
  addAll(K.MethodLookups, Data["method-lookups"]);
  addAll(K.GeneratedHelpers, Data["generated-helpers"]);
  addAll(K.ImmortalOwners, Data["immortal-owners"]);
  addAll(K.ReferenceOwners, Data["reference-owners"]);
  addAll(K.BindingNeedsAttached, Data["bindings"]["attached"]);
  addAll(K.BindingIncrements, Data["bindings"]["increments"]);
  addAll(K.BindingDecrements, Data["bindings"]["decrements"]);
  addAll(K.RunsPython, Data["runs-python"]);
  addAll(K.DropsReferences, Data["drops-references"]);
  addAll(K.SuspendedLocks, Data["locks"]["suspended"]);
  addAll(K.DetachingLocks, Data["locks"]["detaching"]);
  addAll(K.ReentrantLocks, Data["locks"]["re-entrant"]);
  addAll(K.ConditionWaits, Data["conditions"]["waits"]);
  addAll(K.ConditionSignals, Data["conditions"]["signals"]);
  for (const auto &[Name, Row] : Data["waits"].items())
    K.Waits[Name] = argument(Row, "timeout");
  K.DetachedAdvice.reserve(
      Data["advice"].size()); // growing would copy the sets, whose patterns refer to them
  for (const Json &Row : Data["advice"]) {
    auto &[Names, Text] = K.DetachedAdvice.emplace_back();
    addAll(Names, Row["names"]);
    Text = Row["text"];
  }
}

int indexOf(const std::vector<std::string> &Names, const std::string &Name) {
  for (std::size_t I = 0; I != Names.size(); ++I)
    if (Names[I] == Name)
      return int(I);
  throw std::runtime_error("'" + Name + "' is not in the list");
}

void loadAtomics(const Json &Data, AtomicKnowledge &K) {
  const std::vector<std::string> Kinds{"load", "store",    "exchange", "compare-exchange",
                                       "add",  "subtract", "update"};
  const std::vector<std::string> Orders = Data["orders"];
  K.Prefixes = Data["prefixes"];
  for (const auto &[Name, Kind] : Data["operations"].items())
    K.Operations[Name] = indexOf(Kinds, Kind);
  for (const auto &[Suffix, Order] : Data["suffixes"].items())
    K.Suffixes[Suffix] = indexOf(Orders, Order);
  for (const auto &[Name, Order] : Data["fixed-orders"].items())
    K.FixedOrders[Name] = indexOf(Orders, Order);
  auto Load = [&](const char *Table, llvm::StringMap<AtomicFunction> &Into) {
    for (const auto &[Name, Row] : Data[Table].items())
      Into[Name] = {indexOf(Kinds, Row["kind"]), argument(Row, "order"), argument(Row, "failure"),
                    argument(Row, "operand")};
  };
  Load("methods", K.Methods);
  Load("functions", K.Functions);
  addAll(K.Types, Data["types"]);
  addAll(K.Fences, Data["fences"]);
}

void loadSharing(const Json &Data, SharingKnowledge &K) {
  addAll(K.RuntimeTypes, Data["runtime-types"]);
  addAll(K.TypeObjects, Data["type-objects"]);
  addAll(K.CapsuleReads, Data["capsule-reads"]);
  addAll(K.ApiImports, Data["api-imports"]);
  addAll(K.FreshResults, Data["fresh-results"]);
  addAll(K.AssertionMacros, Data["assertion-macros"]);
  addAll(K.ReadingMethods, Data["reading-methods"]);
  addAll(K.TakenOver, Data["only-read"]);
  addAll(K.Fill, Data["fill"]);
  addAll(K.Swap, Data["swap"]);
  addAll(K.ErrorSetters, Data["error-setters"]);
  addAll(K.Showing, Data["showing"]);
  addAll(K.AnyNumber, Data["any-number"]);
  addAll(K.KeepAddress, Data["keep-address"]);
  K.MemberObjects = Data["members"]["objects"].get<std::vector<std::int64_t>>();
  K.MemberString = Data["members"]["string"].get<std::int64_t>();
  K.MemberReadOnly = Data["members"]["read-only"].get<std::int64_t>();
  addAll(K.ReturnNull, Data["return-null"]);
  addAll(K.Wrapping, Data["wrapping"]);
  K.ReadingVerbs = Data["reading-verbs"].get<std::vector<std::string>>();
  addAll(K.SwapMacros, Data["swap-macros"]);
  addAll(K.Interned, Data["interned-results"]);
  for (std::string Name : Data["suspending"])
    if (Name.ends_with('*')) {
      Name.pop_back();
      K.SuspendingPrefixes.push_back(Name);
    } else {
      K.Suspending.insert(Name);
    }
  addAll(K.Closers, Data["closers"]);
  addAll(K.TypeMakers, Data["type-makers"]);
}

std::optional<PythonVersion> version(const Json &Row, const char *Key) {
  if (!Row.contains(Key))
    return std::nullopt;
  auto Version = PythonVersion::parse(Row[Key].get<std::string>());
  if (!Version)
    throw std::runtime_error("'" + Row[Key].get<std::string>() + "' is no version of Python");
  return Version;
}

Confidence sureness(const Json &Row) {
  std::string Name = Row.value("sureness", "likely");
  return Name == "possible"  ? Confidence::Possible
         : Name == "certain" ? Confidence::Certain
                             : Confidence::Likely;
}

BorrowedReference borrowedReference(const Json &Row) {
  BorrowedReference B;
  B.Container = argument(Row, "container");
  B.From = Row.value("from", "");
  B.Kind = Row["kind"];
  B.Replacement = Row["replacement"];
  B.Since = version(Row, "since");
  B.InCompatHeader = Row["compat"];
  std::string Shape = Row["shape"];
  B.Rewrite = Shape == "same"              ? BorrowedReference::Same
              : Shape == "out"             ? BorrowedReference::OutParameter
              : Shape == "out-with-errors" ? BorrowedReference::OutParameterWithErrors
                                           : BorrowedReference::Other;
  B.Sureness = sureness(Row);
  return B;
}

void loadBorrowedReferences(const Json &Data, Knowledge &K) {
  for (const auto &[Name, Row] : Data["functions"].items())
    K.BorrowedReferences[Name] = borrowedReference(Row);
  for (const auto &[Name, Row] : Data["iterators"].items())
    K.BorrowingIterators[Name] = {Row["container"], Row["results"]};
}

void loadObjectFlow(const Json &Data, Knowledge &K) {
  addAll(K.Fresh, Data["fresh"]);
  addAll(K.FreshFields, Data["fresh-fields"]);
  addAll(K.FrozenFields, Data["frozen-fields"]["names"]);
  addAll(K.RunsPythonForSomeTypes, Data["runs-python-for-some-types"]);
  addAll(K.SameOrFresh, Data["same-or-fresh"]);
  for (const auto &[Name, Row] : Data["retained"].items())
    K.Retained[Name] = Row["arguments"].get<std::vector<ArgumentIndex>>();
  addAll(K.ChangesContainer, Data["changes-container"]);
  addAll(K.FillsNew, Data["fills-new"]);
  addAll(K.AddsToContainer, Data["adds-to-container"]);
  addAll(K.SetsInContainer, Data["sets-in-container"]);
  addAll(K.ImmutableResults, Data["immutable-results"]);
  const Json &Namespace = Data["class-namespace"];
  K.NamespaceOfClass = {Namespace["slot"], Namespace["bases"], Namespace["namespace"]};
  K.TupleType = Data["tuple"]["type"];
  K.TupleFlag = Data["tuple"]["flag"];
  addAll(K.References, Data["references"]);
  addAll(K.NewReferences, Data["new-references"]);
  addAll(K.Transparent, Data["transparent"]);
  for (const Json &Row : Data["shared-results"])
    K.SharedResults[Row["function"].get<std::string>()] = Row["description"];
  addAll(K.PrivateResults, Data["private-results"]);
  for (const Json &Row : Data["shared-fields"])
    K.SharedFields[Row["field"].get<std::string>()] = Row["description"];
  for (const auto &[Name, Container] : Data["elements"].items())
    K.Elements[Name] = Container;
  for (const auto &[Name, Owner] : Data["interior-pointers"].items())
    K.InteriorPointers[Name] = Owner;
  addAll(K.ReplacesPrivate, Data["replaces-private"]);
}

void loadKnownRaces(const Json &Data, Knowledge &K) {
  for (const Json &Row : Data["rows"])
    for (const Json &Function : Row["functions"]) {
      KnownRace R;
      R.From = *version(Row, "from");
      R.Fixed = version(Row, "fixed");
      R.Problem = Row["problem"];
      R.Advice = Row["advice"];
      R.Reference = Row["reference"];
      R.OnlyShared = argument(Row, "only-shared");
      R.Sureness = sureness(Row);
      K.KnownRaces[Function.get<std::string>()].push_back(R);
    }
}

void loadHiddenState(const Json &Data, Knowledge &K) {
  for (const auto &[Group, Functions] : Data["groups"].items())
    for (const auto &[Name, Row] : Functions.items()) {
      HiddenState &H = K.HiddenStates[Name];
      H.Group = Group;
      H.Replacement = Row["replacement"];
      H.UnlessGiven = argument(Row, "unless-given");
      H.OnlyIfGiven = argument(Row, "only-if-given");
      H.OnlyShared = argument(Row, "only-shared");
      H.Reads = Row.value("reads", false);
      H.TakesBuffer = Row.value("takes-buffer", false);
      H.Sureness = sureness(Row);
    }
}

void loadConditionalLibraries(const Json &Data, Knowledge &K) {
  K.ConditionalLibraries.reserve(
      Data["libraries"].size()); // a NameSet must stay where its names were inserted
  for (const auto &[Name, Row] : Data["libraries"].items()) {
    ConditionalLibrary &L = K.ConditionalLibraries.emplace_back();
    L.Name = Name;
    for (const Json &Pattern : Row["functions"])
      L.Functions.insert(Pattern.get<std::string>());
    addAll(L.Tests, Row["tests"]);
    addAll(L.Macros, Row["macros"]);
    L.Advice = Row["advice"];
  }
}

/// Names, with the beginnings and endings of others.
NameSet nameSet(const Json &Names, const Json &Prefixes, const Json &Suffixes = Json::array()) {
  NameSet Set;
  for (const Json &Name : Names)
    Set.insert(Name.get<std::string>());
  for (const Json &Prefix : Prefixes)
    Set.insert(Prefix.get<std::string>() + "*");
  for (const Json &Suffix : Suffixes)
    Set.insert("*" + Suffix.get<std::string>());
  return Set;
}

void loadReferences(const Json &Data, CollectorKnowledge &C) {
  addAll(C.Drops, Data["drops"]);
  addAll(C.Takes, Data["takes"]);
  addAll(C.NewReferences, Data["new-references"]);
  addAll(C.TypeOf, Data["type-of"]);
  addAll(C.AtomicStores, Data["atomic-stores"]);
  addAll(C.SlotGetters, Data["slot-getters"]);
  addAll(C.PassThrough, Data["pass-through"]);
  C.LeafResults = nameSet(Data["leaf-results"]["names"], Data["leaf-results"]["prefixes"]);
  C.LeafOperators = nameSet(Data["leaf-operators"], Json::array());
  addAll(C.LeafFillers, Data["leaf-fillers"]);
  for (const Json &Row : Data["leaf-wrappers"])
    C.LeafWrappers[Row["function"].get<std::string>()] = Row["holds"].get<std::vector<int>>();
  addAll(C.LeafTests, Data["leaf-tests"]);
  addAll(C.LeafTypeObjects, Data["leaf-type-objects"]);
  addAll(C.LeafStructs, Data["leaf-structs"]);
  addAll(C.LeafConverters, Data["leaf-converters"]);
  C.ObjectMemberKinds = Data["object-member-kinds"].get<std::vector<std::uint64_t>>();
  addAll(C.TypeTests, Data["type-tests"]);
  addAll(C.FeatureTests, Data["feature-tests"]);
  C.LeafFeatures = Data["leaf-features"].get<std::vector<std::uint64_t>>();
  for (const Json &Row : Data["argument-parsers"])
    C.ArgumentParsers[Row["function"].get<std::string>()] = {Row["format"], Row["first"]};
}

void loadProtocol(const Json &Data, CollectorKnowledge &C) {
  C.BorrowedResults = nameSet(Data["borrowed-results"]["names"], Data["borrowed-results"]["prefixes"]);
  addAll(C.OwningWrappers, Data["owning-wrappers"]);
  addAll(C.CollectorTests, Data["collector-tests"]);
  addAll(C.BasesWithoutClear, Data["bases-without-clear"]);
  addAll(C.EmptiesBuiltIn, Data["empties-built-in"]);
  addAll(C.VisitManagedDict, Data["visit-managed-dict"]);
  addAll(C.ClearManagedDict, Data["clear-managed-dict"]);
  addAll(C.ClearWeakReferences, Data["clear-weak-references"]);
  addAll(C.Track, Data["track"]);
  addAll(C.Untrack, Data["untrack"]);
  addAll(C.Finalizers, Data["resurrect"]["finalizers"]);
  addAll(C.ResurrectBegin, Data["resurrect"]["begin"]);
  addAll(C.ResurrectEnd, Data["resurrect"]["end"]);
  addAll(C.AllocateCollected, Data["allocate"]["gc"]);
  addAll(C.AllocatePlain, Data["allocate"]["plain"]);
  addAll(C.FreeCollected, Data["free"]["gc"]);
  addAll(C.FreePlain, Data["free"]["plain"]);
  for (const Json &Pair : Data["counterparts"]) {
    std::string Plain = Pair["plain"], Collected = Pair["gc"];
    C.Counterparts.try_emplace(Plain, Collected);
    C.Counterparts.try_emplace(Collected, Plain);
  }
  C.TraverseSafe =
      nameSet(Data["traverse-safe"], Data["traverse-safe-prefixes"], Data["traverse-safe-suffixes"]);
  C.PythonApi = nameSet(Json::array(), Data["python-api-prefixes"]);
  C.PrivateApi = nameSet(Json::array(), Data["private-api-prefixes"]);
}

void loadTypes(const Json &Data, CollectorKnowledge &C) {
  for (const Json &Row : Data["type-makers"])
    C.TypeMakers[Row["function"].get<std::string>()] = {Row["spec"], argument(Row, "bases")};
  C.CollectedBases = nameSet(Data["collected-bases"], Data["collected-base-prefixes"]);
  addAll(C.UncollectedBases, Data["uncollected-bases"]);
  for (const auto &[Role, Name] : Data["function-types"].items())
    C.FunctionTypes[Role] = Name;
  for (const auto &[Flag, Value] : Data["flags"].items())
    C.Flags[Flag] = Value;
}

Knowledge load() {
  Knowledge K;
  loadBorrowedReferences(Json::parse(knowledge::BorrowedReferences), K);
  loadObjectFlow(Json::parse(knowledge::ObjectFlow), K);
  loadKnownRaces(Json::parse(knowledge::KnownRaces), K);
  Json Hidden = Json::parse(knowledge::HiddenState);
  loadHiddenState(Hidden, K);
  loadConditionalLibraries(Hidden, K);
  loadEntryPoints(Json::parse(knowledge::EntryPoints), K);
  loadLocks(Json::parse(knowledge::Locks), K);
  loadMemory(Json::parse(knowledge::Memory), K);
  loadContainers(Json::parse(knowledge::Containers), K);
  loadThreadState(Json::parse(knowledge::ThreadState), K);
  loadAtomics(Json::parse(knowledge::Atomics), K.Atomics);
  loadSharing(Json::parse(knowledge::Sharing), K.Sharing);
  Json Collector = Json::parse(knowledge::Collector);
  loadReferences(Collector, K.Collector);
  loadProtocol(Collector, K.Collector);
  loadTypes(Collector, K.Collector);
  return K;
}

} // namespace

const BindingKnowledge &BindingKnowledge::get() {
  static const BindingKnowledge K = [] {
    Json Data = Json::parse(knowledge::Bindings);
    BindingKnowledge B;
    addAll(B.AllocateTracked, Data["allocate-tracked"]);
    addAll(B.MakesImmortal, Data["makes-immortal"]);
    for (const Json &Row : Data["classes"])
      B.Classes[Row["class"].get<std::string>()] = Row["slots-by"].get<std::string>();
    addAll(B.MembersWritten, Data["members-written"]);
    addAll(B.Owners, Data["owners"]);
    addAll(B.LeafWrappers, Data["leaf-wrappers"]);
    addAll(B.Callables, Data["callables"]);
    return B;
  }();
  return K;
}

static Knowledge &instance() {
  static Knowledge K = [] {
    try {
      return load();
    } catch (const std::exception &Error) {
      std::cerr << "ungil: analysis/knowledge is broken: " << Error.what() << '\n';
      std::abort();
    }
  }();
  return K;
}

const Knowledge &Knowledge::get() { return instance(); }

void Knowledge::add(const ProjectLocks &Locks) {
  Knowledge &K = instance();
  K.OfProject = Locks;
  for (const auto &[Takes, Gives] : Locks.Functions) {
    LockEffect Effect;
    Effect.OneLockOf = Takes;
    K.LockFunctions[Takes] = Effect;
    Effect.What = LockEffect::Release;
    K.LockFunctions[Gives] = Effect;
  }
  for (const std::string &Name : Locks.Guards)
    K.GuardTypes.insert(Name);
  for (const std::string &Name : Locks.Types)
    K.LockTypes.insert(Name);
}

} // namespace ungil
