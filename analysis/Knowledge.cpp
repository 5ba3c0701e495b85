#include "analysis/Knowledge.h"

#include "KnowledgeData.inc" // generated: one constexpr std::string_view per file of analysis/knowledge/

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

namespace ungil {
namespace {

using Json = nlohmann::json;

Context contextNamed(const std::string &Name) {
  for (int I = 0; I <= int(Context::Escaped); ++I)
    if (toString(Context(I)) == Name)
      return Context(I);
  throw std::runtime_error("no context is called '" + Name + "'");
}

void addAll(llvm::StringSet<> &Set, const Json &Names) {
  for (const auto &Name : Names)
    Set.insert(Name.get<std::string>());
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
    K.Callbacks[Row["function"].get<std::string>()].push_back(C);
  }
  addAll(K.ModuleStateGetters, Data["module-state-getters"]);
  K.LibraryDirectories = Data["library-directories"];
}

LockEffect lockEffect(const Json &Row) {
  LockEffect E;
  E.Section = argument(Row, "section");
  E.AlsoLock = argument(Row, "also");
  E.WaitsIf = argument(Row, "waits-if");
  E.SucceedsWithZero = Row.value("success", "") == "zero";
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
  for (const auto &Tag : Data["guard-tags"].items())
    K.OpenGuardTags.insert(Tag.key());
  K.HeldByContractSuffixes = Data["held-by-contract"]["suffixes"];
  addAll(K.SynchronisedTypes, Data["synchronised-types"]);
}

void loadMemory(const Json &Data, Knowledge &K) {
  addAll(K.Allocators, Data["allocators"]);
  addAll(K.Deallocators, Data["deallocators"]);
  addAll(K.ReferenceDrops, Data["reference-drops"]);
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

NameSet nameSet(const Json &Names, const Json &Prefixes, const Json &Suffixes = Json::array()) {
  NameSet Set;
  addAll(Set.Names, Names);
  Set.Prefixes = Prefixes;
  Set.Suffixes = Suffixes;
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
  C.TraverseSafe =
      nameSet(Data["traverse-safe"], Data["traverse-safe-prefixes"], Data["traverse-safe-suffixes"]);
  C.PythonApi = nameSet(Json::array(), Data["python-api-prefixes"]);
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
  loadEntryPoints(Json::parse(knowledge::EntryPoints), K);
  loadLocks(Json::parse(knowledge::Locks), K);
  loadMemory(Json::parse(knowledge::Memory), K);
  loadContainers(Json::parse(knowledge::Containers), K);
  Json Collector = Json::parse(knowledge::Collector);
  loadReferences(Collector, K.Collector);
  loadProtocol(Collector, K.Collector);
  loadTypes(Collector, K.Collector);
  return K;
}

} // namespace

bool NameSet::contains(llvm::StringRef Name) const {
  auto Begins = [&](const std::string &P) { return Name.starts_with(P); };
  auto Ends = [&](const std::string &S) { return Name.ends_with(S); };
  return Names.contains(Name) || llvm::any_of(Prefixes, Begins) || llvm::any_of(Suffixes, Ends);
}

const Knowledge &Knowledge::get() {
  static const Knowledge K = [] {
    try {
      return load();
    } catch (const std::exception &Error) {
      std::cerr << "ungil: analysis/knowledge is broken: " << Error.what() << '\n';
      std::abort();
    }
  }();
  return K;
}

} // namespace ungil
