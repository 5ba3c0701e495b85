// What the analysis knows of CPython, of the C and C++ libraries and of the binding libraries. All of it is data, read
// once from analysis/knowledge/*.json (compiled into the program); nothing here is decided by code.
//
// Names are qualified without inline namespaces and template arguments: "std::lock_guard", "PyMutex_Lock".
#pragma once

#include "analysis/Context.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <optional>
#include <string>
#include <vector>

namespace ungil {

/// Position of an argument of a call; ThisArgument is the object of a member call.
using ArgumentIndex = int;
constexpr ArgumentIndex ThisArgument = -1;

/// What a function does to the lock that it is given.
struct LockEffect {
  enum Kind { Acquire, Release, Try, EndSection };
  Kind What = Acquire;
  ArgumentIndex Lock = 0;
  std::optional<ArgumentIndex> AlsoLock;   ///< second object of a two-object critical section
  std::optional<ArgumentIndex> Section;    ///< the PyCriticalSection that the pair is tied to
  std::optional<ArgumentIndex> WaitsIf;    ///< argument that must not be 0 for the call to wait
  bool SucceedsWithZero = false;           ///< for Try: the result that means "locked"
};

/// Function whose argument is a function that is called later, or at once by the callee.
struct Callback {
  ArgumentIndex Argument = 0;
  std::optional<Context> Where;        ///< empty: in the context of the caller
  std::optional<ArgumentIndex> Once;   ///< the once flag that serialises the calls
};

/// Function that makes a type object from a PyType_Spec.
struct TypeMaker {
  ArgumentIndex Spec = 0;
  std::optional<ArgumentIndex> Bases;
};

/// Function that stores its arguments as a format string says.
struct ArgumentParser {
  ArgumentIndex Format = 0, First = 0;
};

/// Names given in full, by their beginning or by their end.
struct NameSet {
  llvm::StringSet<> Names;
  std::vector<std::string> Prefixes, Suffixes;

  bool contains(llvm::StringRef) const;
};

/// Reference counts, the cycle collector's protocol, and types.
struct CollectorKnowledge {
  llvm::StringSet<> Drops, Takes, NewReferences, TypeOf, AtomicStores, SlotGetters, PassThrough;
  NameSet BorrowedResults;
  llvm::StringSet<> OwningWrappers;
  llvm::StringSet<> CollectorTests;           ///< questions whether an object takes part in collection
  llvm::StringSet<> BasesWithoutClear;
  llvm::StringSet<> VisitManagedDict, ClearManagedDict, ClearWeakReferences;
  llvm::StringSet<> Track, Untrack, Finalizers, ResurrectBegin, ResurrectEnd;
  llvm::StringSet<> AllocateCollected, AllocatePlain, FreeCollected, FreePlain;
  llvm::StringMap<TypeMaker> TypeMakers;
  NameSet CollectedBases;          ///< built-in types with tp_traverse
  llvm::StringSet<> UncollectedBases;
  NameSet LeafResults;             ///< functions whose result refers to nothing that could refer back
  llvm::StringSet<> LeafTests, LeafTypeObjects, LeafStructs, LeafConverters, TypeTests, FeatureTests;
  std::vector<std::uint64_t> LeafFeatures; ///< flags of types such as str
  std::vector<std::uint64_t> ObjectMemberKinds; ///< Py_T_OBJECT_EX …
  llvm::StringMap<ArgumentParser> ArgumentParsers;
  NameSet TraverseSafe;            ///< what tp_traverse may call
  NameSet PythonApi;
  llvm::StringMap<std::string> FunctionTypes; ///< role → typedef: "visit" is visitproc
  llvm::StringMap<std::uint64_t> Flags;       ///< "collected" is Py_TPFLAGS_HAVE_GC
};

struct Knowledge {
  /// Thread-safe; the first call parses the data. Broken data is a programming error and aborts.
  static const Knowledge &get();

  llvm::StringMap<Context> SlotContexts;              ///< "tp_dealloc"
  std::vector<std::string> SlotNames;                 ///< by number: Py_tp_dealloc is 52
  llvm::StringMap<Context> ModuleSlotContexts;        ///< "Py_mod_exec"
  std::vector<std::string> ModuleSlotNames;           ///< by number
  llvm::StringMap<llvm::StringMap<Context>> Fields;   ///< record → field → context of the function in it; "*" is any
  std::vector<std::string> InitPrefixes;
  llvm::StringSet<> InitMacros;
  llvm::StringSet<> BindingNamespaces;
  llvm::StringMap<Context> BindingFactories;
  llvm::StringMap<std::vector<Callback>> Callbacks;
  llvm::StringSet<> ModuleStateGetters;
  std::vector<std::string> LibraryDirectories;

  llvm::StringMap<LockEffect> LockFunctions;
  llvm::StringSet<> LockTypes;
  llvm::StringMap<LockEffect::Kind> LockMethods;
  llvm::StringSet<> GuardTypes;
  llvm::StringSet<> OpenGuardTags;                    ///< std::defer_lock_t …: the guard does not hold the lock
  std::vector<std::string> HeldByContractSuffixes;
  llvm::StringSet<> SynchronisedTypes;

  llvm::StringSet<> Allocators, Deallocators, ReferenceDrops, TypeLinkReads, TypeLinkWrites;

  CollectorKnowledge Collector;

  llvm::StringSet<> Containers, ContainerPeeks, ContainerPops, ContainerPushes, OwningPointers;
};

} // namespace ungil
