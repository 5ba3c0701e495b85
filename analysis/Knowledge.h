// What the analysis knows of CPython, of the C and C++ libraries and of the binding libraries. All of it is
// data, read once from analysis/knowledge/*.json (compiled into the program); nothing here is decided by
// code.
//
// Names are qualified without inline namespaces and template arguments: "std::lock_guard", "PyMutex_Lock".
#pragma once

#include "analysis/Context.h"
#include "analysis/Finding.h"
#include "analysis/PythonVersion.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/GlobPattern.h"

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
  std::optional<ArgumentIndex> AlsoLock; ///< second object of a two-object critical section
  std::optional<ArgumentIndex> Section;  ///< the PyCriticalSection that the pair is tied to
  std::optional<ArgumentIndex> WaitsIf;  ///< argument that must not be 0 for the call to wait
  bool ByToken = false;                  ///< the result stands for the lock, and is what the release is given
  bool SucceedsWithZero = false;         ///< for Try: the result that means "locked"
  /// For functions without arguments: the function that takes the one lock that there is.
  std::string OneLockOf;
};

/// What a project says of its own locks, beside what the knowledge has.
struct ProjectLocks {
  std::vector<std::pair<std::string, std::string>> Functions; ///< takes the lock, gives it back
  std::vector<std::string> Guards;                            ///< classes: locked while an object lives
  std::vector<std::string> Types;                             ///< classes with lock() and unlock()
};

/// Function whose argument is a function that is called later, or at once by the callee.
struct Callback {
  ArgumentIndex Argument = 0;
  std::optional<Context> Where;      ///< empty: in the context of the caller
  std::optional<ArgumentIndex> Once; ///< the once flag that serialises the calls
  bool DropsClosure = false;         ///< the callee's copy of the function object dies where the function ran
  std::optional<ArgumentIndex> Policy; ///< only when this argument asks for several threads
};

/// What a function does to the thread state of the calling thread.
struct StateOperation {
  enum Kind {
    Detach,
    Attach,
    Ensure,  ///< attaches, and remembers in a token what was before
    Restore, ///< goes back to what was before the token was made
    Swap,    ///< detaches when the argument is NULL, else attaches
    Forget,  ///< leaves a state that is not known
  };
  Kind What = Detach;
  std::optional<ArgumentIndex> Token; ///< argument that holds the token
  bool MainInterpreter = false;       ///< attaches to the main interpreter
};

/// Names, some with *.
class NameSet {
public:
  void insert(llvm::StringRef Name);
  bool contains(llvm::StringRef Name) const;

private:
  llvm::StringSet<> Names; ///< and texts of patterns, which refer to them
  std::vector<llvm::GlobPattern> Patterns;
};

/// Method of an atomic type: an AtomicOperation::Kind and where the orders are.
struct AtomicFunction {
  int Kind = 0;
  std::optional<ArgumentIndex> Order, Failure; ///< no order: sequentially consistent
  std::optional<ArgumentIndex> Operand;        ///< what is stored or added; none when the name says it
};

/// Operations and orders as numbers, in the order of AtomicOperation::Kind and MemoryOrder.
struct AtomicKnowledge {
  std::vector<std::string> Prefixes;
  llvm::StringMap<int> Operations, Suffixes, FixedOrders;
  llvm::StringMap<AtomicFunction> Methods, Functions; ///< of the types; and with a pointer first
  llvm::StringSet<> Types, Fences;
};

/// How functions that are not part of the project use what they are given.
struct SharingKnowledge {
  llvm::StringSet<> RuntimeTypes; ///< PyTypeObject …: the interpreter mutates them under its own locks
  llvm::StringSet<> TypeObjects;  ///< "PyTypeObject", under each of its names
  llvm::StringSet<> CapsuleReads; ///< return a pointer that another module offers
  llvm::StringSet<> ApiImports;   ///< store such a pointer in a variable of the unit
  llvm::StringSet<> FreshResults; ///< functions and slots, besides allocators, whose result nobody else has
  llvm::StringSet<> AssertionMacros;     ///< what is read there is not part of the program
  llvm::StringSet<> ReadingMethods;      ///< of containers: non-const by signature alone
  llvm::StringSet<> TakenOver;           ///< C functions that read through a pointer to non-const
  llvm::StringSet<> Fill;                ///< write all of what their first argument points to
  llvm::StringSet<> Swap;                ///< change what they get by reference
  NameSet ErrorSetters;                  ///< leave an exception for the caller
  NameSet Showing;                       ///< make a value for a person or for Python code of what they get
  llvm::StringSet<> AnyNumber;           ///< take any number, not only those below a bound
  llvm::StringSet<> KeepAddress;         ///< store a pointer away and touch nothing behind it
  llvm::StringSet<> ReturnNull;          ///< "PyErr_NoMemory": whatever their type says
  llvm::StringSet<> Wrapping;            ///< put a reference into an owner and return it: "reinterpret_steal"
  std::vector<std::string> ReadingVerbs; ///< words in the names of functions that only look: "get"
  std::vector<std::int64_t> MemberObjects;           ///< codes of PyMemberDef types that are references
  std::int64_t MemberString = 0, MemberReadOnly = 0; ///< code of strings, which are not set; flag
  llvm::StringSet<> SwapMacros; ///< Py_CLEAR and such: replace a reference and drop the old one
  llvm::StringSet<> Interned;   ///< functions whose results are immortal or the same for every caller
  llvm::StringSet<> Suspending; ///< functions that may run Python code or detach; "*" at the end is a prefix
  std::vector<std::string> SuspendingPrefixes;
  llvm::StringSet<> Closers;    ///< release a resource that is not an object: fclose, close
  llvm::StringSet<> TypeMakers; ///< classes whose construction registers a type: pybind11::class_
  std::vector<std::string> CallerDecides;
};

/// Function that returns a reference which its container owns.
struct BorrowedReference {
  std::optional<ArgumentIndex> Container;
  std::string From;                   ///< what owns the result when it is no argument: "sys.modules"
  std::string Kind;                   ///< "list", "dict", …
  std::string Replacement;            ///< function that returns a strong reference
  std::optional<PythonVersion> Since; ///< first version with the replacement
  bool InCompatHeader = false;        ///< pythoncapi_compat.h has the replacement for older versions
  /// How a call must be rewritten: the replacement takes the same arguments and returns the reference; or it
  /// stores it through a last argument; or that, and it raises what the old function hides; or not at all the
  /// same way.
  enum Shape { Same, OutParameter, OutParameterWithErrors, Other } Rewrite = Other;
  Confidence Sureness = Confidence::Likely;
};

/// How a metaclass gets the dictionary that becomes the class: by types of its arguments.
struct ClassNamespace {
  std::string Slot, Bases, Namespace; ///< "tp_new", "PyTuple_Type", "PyDict_Type"
};

/// Function that steps through a container and stores references which the container owns.
struct BorrowingIterator {
  ArgumentIndex Container = 0;
  std::vector<ArgumentIndex> Results;
};

/// Function with a known race in some versions of the interpreter, or in all.
struct KnownRace {
  PythonVersion From;
  std::optional<PythonVersion> Fixed;
  std::string Problem; ///< "the hash of the bytes object is cached without synchronisation"
  std::string Advice;
  std::string Reference;                   ///< "gh-128133"
  std::optional<ArgumentIndex> OnlyShared; ///< harmless while this argument is private
  Confidence Sureness = Confidence::Likely;
};

/// Function of the C library, or of another one, with state that all threads share.
struct HiddenState {
  std::string Group; ///< functions of a group share their state
  std::string Replacement;
  std::optional<ArgumentIndex> UnlessGiven; ///< harmless when this argument is not null
  std::optional<ArgumentIndex> OnlyIfGiven; ///< harmless when this argument is null
  std::optional<ArgumentIndex> OnlyShared;  ///< harmless while this argument belongs to the call
  bool Reads = false; ///< harmless unless somebody calls a function of the group that does not just read
  bool TakesBuffer = false; ///< the replacement takes a buffer for the result as last argument
  Confidence Sureness = Confidence::Likely;
};

/// Library that is thread-safe in some of its builds only.
struct ConditionalLibrary {
  std::string Name;
  NameSet Functions;
  llvm::StringSet<> Tests;  ///< functions that say how the library was built
  llvm::StringSet<> Macros; ///< macros that say so
  std::string Advice;
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

/// Reference counts, the cycle collector's protocol, and types.
struct CollectorKnowledge {
  llvm::StringSet<> Drops, Takes, NewReferences, TypeOf, AtomicStores, SlotGetters, PassThrough;
  NameSet BorrowedResults;
  llvm::StringSet<> OwningWrappers;
  llvm::StringSet<> CollectorTests; ///< questions whether an object takes part in collection
  llvm::StringSet<> BasesWithoutClear, EmptiesBuiltIn;
  llvm::StringSet<> VisitManagedDict, ClearManagedDict, ClearWeakReferences;
  llvm::StringSet<> Track, Untrack, Finalizers, ResurrectBegin, ResurrectEnd;
  llvm::StringSet<> AllocateCollected, AllocatePlain, FreeCollected, FreePlain;
  llvm::StringMap<std::string> Counterparts; ///< function of one heap → the same for the other
  llvm::StringMap<TypeMaker> TypeMakers;
  NameSet CollectedBases; ///< built-in types with tp_traverse
  llvm::StringSet<> UncollectedBases;
  NameSet LeafResults;           ///< functions whose result refers to nothing that could refer back
  NameSet LeafOperators;         ///< functions whose result is a leaf when their arguments are
  llvm::StringSet<> LeafFillers; ///< functions that replace a leaf, given its address, by another
  llvm::StringMap<std::vector<int>> LeafWrappers; ///< functions whose result refers to these arguments alone
  llvm::StringSet<> LeafTests, LeafTypeObjects, LeafStructs, LeafConverters, TypeTests, FeatureTests;
  std::vector<std::uint64_t> LeafFeatures;      ///< flags of types such as str
  std::vector<std::uint64_t> ObjectMemberKinds; ///< Py_T_OBJECT_EX …
  llvm::StringMap<ArgumentParser> ArgumentParsers;
  NameSet TraverseSafe; ///< what tp_traverse may call
  NameSet PythonApi, PrivateApi;
  llvm::StringMap<std::string> FunctionTypes; ///< role → typedef: "visit" is visitproc
  llvm::StringMap<std::uint64_t> Flags;       ///< "collected" is Py_TPFLAGS_HAVE_GC
};

struct Knowledge {
  /// Thread-safe; the first call parses the data. Broken data is a programming error and aborts.
  static const Knowledge &get();
  /// To be called before the first unit is analysed.
  static void add(const ProjectLocks &);

  ProjectLocks OfProject;

  llvm::StringMap<Context> SlotContexts;       ///< "tp_dealloc"
  std::vector<std::string> SlotNames;          ///< by number: Py_tp_dealloc is 52
  llvm::StringMap<Context> ModuleSlotContexts; ///< "Py_mod_exec"
  std::vector<std::string> ModuleSlotNames;    ///< by number
  llvm::StringMap<llvm::StringMap<Context>>
      Fields;                             ///< record → field → context of the function in it; "*" is any
  llvm::StringMap<Context> MethodNames;   ///< methods that Python's protocols call at a known time
  llvm::StringSet<> OwnArguments;         ///< methods whose arguments are made for the call
  llvm::StringMap<Context> FunctionTypes; ///< "destructor": type of function that fits one kind of slot
  std::vector<std::string> InitPrefixes;
  llvm::StringSet<> InitMacros;
  llvm::StringSet<> BindingNamespaces;
  llvm::StringMap<Context> BindingFactories;
  llvm::StringMap<std::vector<Callback>> Callbacks;
  llvm::StringSet<> ParallelPolicies;
  llvm::StringSet<> ModuleStateGetters;
  llvm::StringSet<> GilDeclarations;    ///< functions that declare whether a module needs the GIL
  llvm::StringMap<std::string> GilTags; ///< macro that defines a module → class whose object is the promise
  std::vector<std::string> LibraryDirectories;

  llvm::StringMap<LockEffect> LockFunctions;
  llvm::StringSet<> LockTypes;
  llvm::StringMap<LockEffect::Kind> LockMethods;
  llvm::StringSet<> GuardTypes;
  llvm::StringSet<> SharedLocks;              ///< functions, methods and guards that let several readers in
  llvm::StringSet<> SelfLocks, ArgumentLocks; ///< annotations of bindings that lock what a function gets
  llvm::StringSet<> ArgumentNames;            ///< those that do not
  llvm::StringSet<> LockMacros;               ///< of CPython's headers
  llvm::StringSet<> SectionGuards;            ///< those that hold a critical section
  llvm::StringSet<> StateAttachers, StateReleasers; ///< PyGILState_Ensure, PyGILState_Release
  llvm::StringSet<> StateSavers, StateRestorers;    ///< PyEval_SaveThread, PyEval_RestoreThread
  llvm::StringSet<> OpenGuardTags; ///< std::defer_lock_t and such: the guard does not hold the lock
  std::vector<std::string> HeldByContractSuffixes, HeldByContractQuestions;
  llvm::StringSet<> SynchronisedTypes;

  llvm::StringSet<> Allocators, Deallocators, ReferenceDrops, TypeLinkReads, TypeLinkWrites;

  llvm::StringMap<StateOperation> StateOperations;
  llvm::StringMap<StateOperation::Kind> StateGuards; ///< Detach or Ensure for the life of the object
  llvm::StringSet<> CallGuards;                      ///< templates over guards, for bound functions
  llvm::StringSet<> ThreadIdentities;                ///< functions that say which thread runs
  llvm::StringSet<> StateTests;                      ///< nonzero when the thread is attached
  std::vector<std::string> ApiPrefixes;
  NameSet CallableDetached;  ///< accessors of immutable fields included
  NameSet AttachedFunctions; ///< of libraries, that need an attached thread state
  llvm::StringSet<> Increments, Decrements, Immortals, IgnoredMacros;
  NameSet BindingNeedsAttached, BindingIncrements, BindingDecrements;
  llvm::StringSet<> ReferenceOwners;   ///< classes; those that derive from them too
  NameSet RunsPython, DropsReferences; ///< may run any Python code; may do so by deallocation
  NameSet SuspendedLocks;              ///< given up while the thread is detached: critical sections
  NameSet DetachingLocks;              ///< waiting for them detaches
  NameSet ReentrantLocks;              ///< types and functions
  llvm::StringMap<std::optional<ArgumentIndex>> Waits; ///< with the argument that says how long
  NameSet ConditionWaits, ConditionSignals; ///< of condition variables
  std::vector<std::pair<NameSet, std::string>> DetachedAdvice;
  llvm::StringSet<> Emptiers;           ///< members after which an owner holds nothing
  llvm::StringSet<> ClassOwners;        ///< owners of classes, which refer to themselves
  llvm::StringSet<> WaitingDestructors; ///< classes whose objects wait for another thread when they die
  llvm::StringSet<> WaitingResults;     ///< functions that return such an object
  NameSet MethodLookups;                ///< functions that look up a method of their first argument
  llvm::StringSet<> GeneratedHelpers;   ///< of generated code, that run no code of the user's

  AtomicKnowledge Atomics;
  SharingKnowledge Sharing;
  CollectorKnowledge Collector;

  llvm::StringSet<> Containers, ContainerPeeks, ContainerPops, ContainerPushes, OwningPointers;

  llvm::StringMap<BorrowedReference> BorrowedReferences;
  llvm::StringMap<BorrowingIterator> BorrowingIterators;
  llvm::StringSet<> SameOrFresh;            ///< return their argument, or something new
  llvm::StringSet<> Fresh, FreshFields;     ///< functions, and fields with functions, whose result is new
  llvm::StringSet<> FrozenFields;           ///< "Record.field" of libraries: set once for each object
  llvm::StringSet<> RunsPythonForSomeTypes; ///< conversions: str, int and their like need no Python code
  llvm::StringMap<std::vector<ArgumentIndex>> Retained; ///< arguments that others can reach after the call
  llvm::StringSet<> ChangesContainer; ///< functions that change what their first argument contains
  llvm::StringSet<> FillsNew;         ///< the same for containers that never change once they are filled
  llvm::StringSet<> AddsToContainer;  ///< those that replace nothing
  llvm::StringSet<> SetsInContainer;  ///< those that replace what is there under their second argument
  llvm::StringSet<> ImmutableResults; ///< functions whose result is of a type that never changes
  ClassNamespace NamespaceOfClass;
  llvm::StringSet<> References,
      NewReferences;             ///< take a strong reference to, or return one to, their argument
  llvm::StringSet<> Transparent; ///< neither publish nor change their argument
  llvm::StringMap<std::string> SharedResults; ///< function → what it returns, in words
  llvm::StringMap<std::string> SharedFields;  ///< "PyTypeObject.tp_dict" → what it is, in words
  llvm::StringMap<ArgumentIndex> Elements;    ///< function → the container of which it returns an element
  llvm::StringMap<ArgumentIndex> InteriorPointers; ///< function → the object that the result points into
  llvm::StringSet<>
      ReplacesPrivate; ///< replace the object whose address they get by one that nobody else has
  llvm::StringSet<> PrivateResults;
  llvm::StringMap<std::vector<KnownRace>> KnownRaces;
  llvm::StringMap<HiddenState> HiddenStates;
  std::vector<ConditionalLibrary> ConditionalLibraries;
  llvm::StringMap<std::string> MemoryDomains;   ///< allocating or freeing function → domain
  llvm::StringMap<std::string> PlainAllocators; ///< object allocator → the same for plain memory
  llvm::StringSet<> ObjectInitialisers;
  llvm::StringSet<> ReferenceCounts, ReferenceCountFields; ///< functions and fields
  /// Functions that answer what people ask a reference count: for objects, and for arguments that may be
  /// temporaries.
  std::string UniquelyReferenced, UniqueTemporary;
  /// How code asks whether an object is a tuple: its type, and its flag among those of fast subclasses.
  std::string TupleType;
  std::uint64_t TupleFlag = 0;

  NameSet ReadsOnly; ///< need an attached thread state by contract, but only read what never changes
  NameSet CheckedAccessors; ///< read what never changes, after testing the type: only a wrong type needs more
  llvm::StringSet<> ImmortalOwners;        ///< owners of objects that are never freed
  llvm::StringMap<bool> InterpreterTests;  ///< whether a nonzero result says that there is an interpreter
  NameSet BuiltInCallables;           ///< variables whose objects run no code of the user's when called
};

} // namespace ungil
