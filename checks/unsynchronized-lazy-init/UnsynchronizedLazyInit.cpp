// Reports a variable, module-state field or object field that is tested and, when unset, initialised, while
// no lock is held from the test to the store and several threads can be there at once; also double-checked
// locking whose first test is a plain read, and a critical section that the initialiser's own calls can
// suspend between test and store.
//
// Does not report atomics, initialisation under one lock or once flag, variables that module initialisation
// has set before, objects that nobody else can see yet, and plain values that every thread computes alike
// (IdempotentScalars).
//
// Known holes: containers that are searched and then inserted into; initialisers behind function pointers.

#include "analysis/LazyInit.h"
#include "analysis/Names.h"
#include "analysis/Races.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

namespace ungil {
namespace {

class UnsynchronizedLazyInit : public Check {
public:
  explicit UnsynchronizedLazyInit(const CheckOptions &Options)
      : IdempotentScalars(Options.flag("IdempotentScalars")) {}

  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const LazyInit &L : lazyInits(U))
      if ((L.Value != LazyInit::Idempotent || IdempotentScalars) && !L.Excludes)
        Found.push_back(describe(U, L));
    for (const LazyRegistration &R : lazyRegistrations(U))
      Found.push_back(describe(U, R));
    return Found;
  }

private:
  static Diagnosis describe(Unit &U, const LazyInit &L) {
    const SharedAccess &Store = *L.Store;
    const bool HandedIn = isHandedIn(U, L);
    Diagnosis D;
    D.Where = L.Test->getSourceRange();
    D.Message = locationName(Store.Location) + (HandedIn ? HandedInMessage : message(L));
    D.Sureness = surenessOf(U, L);
    explainRoute(U, Store, D);
    if (L.What == LazyInit::Suspended)
      D.Path.push_back({L.Suspension->getSourceRange(),
                        "this call can run Python code or wait, which suspends the critical section"});
    D.Path.push_back({Store.At->getSourceRange(), stored(U, L)});
    D.Path.push_back({L.Test->getSourceRange(), HandedIn ? handedInAdvice(L) : advice(L)});
    return D;
  }

  /// Whether the function stores what its caller gave it: no initialisation could have done that before.
  static bool isHandedIn(Unit &U, const LazyInit &L) {
    if (L.What != LazyInit::Unlocked || L.Value != LazyInit::Reference || !L.Store->Value)
      return false;
    Origins From = U.types().references().originsOf(L.Store->Value);
    return !From.empty() && llvm::all_of(From, [](const Origin &O) {
      return O.What == Origin::Parameter && O.Decl->getType()->isPointerType();
    });
  }

  static constexpr const char *HandedInMessage =
      " is tested here and set later without synchronisation; two callers can both find it unset, and one "
      "of their references is lost";

  static std::string handedInAdvice(const LazyInit &L) {
    return std::string("test and set it in one go, ") + (L.Store->Location.Kind == AccessPath::Object
                                                             ? "in the object's critical section"
                                                             : "while a PyMutex is held");
  }

  static Diagnosis describe(Unit &U, const LazyRegistration &R) {
    Diagnosis D;
    D.Where = R.Test->getSourceRange();
    D.Message = "a Python type is registered on first use without synchronisation; concurrent callers can "
                "both register it";
    D.Path = routeTo(R.In, ManyThreads, U.contexts());
    D.Path.push_back({R.Made->getSourceRange(), "registered here in '" + displayName(*R.In->Decl) + "'"});
    D.Path.push_back({R.Test->getSourceRange(),
                      "register it in the module's initialisation, or look it up and register it "
                      "under one lock"});
    return D;
  }

  static std::string message(const LazyInit &L) {
    switch (L.What) {
    case LazyInit::Suspended:
      return " is initialised on first use in a critical section that the initialiser can suspend; "
             "concurrent callers "
             "can both initialise it (leaks a reference)";
    case LazyInit::DoubleChecked:
      return " is tested without the lock that its initialisation holds; double-checked locking needs an "
             "acquire load "
             "here and a release store";
    case LazyInit::NotRetested:
      return " is tested before the lock is taken and not again under it; concurrent callers can both "
             "initialise it" +
             std::string(L.Value == LazyInit::Flag ? "" : " (leaks a reference)");
    case LazyInit::Unlocked:
      break;
    }
    return " is initialised on first use without synchronisation; concurrent callers can both initialise it" +
           std::string(L.Value == LazyInit::Flag         ? " and read a half-written value"
                       : L.Value == LazyInit::Idempotent ? ""
                                                         : " (leaks or frees a value in use)");
  }

  static std::string stored(Unit &U, const LazyInit &L) {
    std::string Text = "stored here in '" + displayName(*L.Store->In->Decl) + "'";
    const Guards &Held = U.shared().guardsOf(*L.Store);
    return Held.none() ? Text : Text + ", holding '" + Held.Spelling + "'";
  }

  static Confidence surenessOf(Unit &U, const LazyInit &L) {
    if (L.Value == LazyInit::Idempotent)
      return Confidence::Possible;
    bool TakesLock = L.What == LazyInit::DoubleChecked || L.What == LazyInit::NotRetested;
    if (L.ReliedOn && !TakesLock)
      return Confidence::Possible;
    if (!isKnownConcurrent(U, *L.Store)) // who takes a lock expects company
      return TakesLock || isReference(U, L) ? Confidence::Likely : Confidence::Possible;
    // A function of the unit's interface may be called by initialisation alone.
    bool Surely = L.Value == LazyInit::Reference && L.What == LazyInit::Unlocked &&
                  U.contexts()
                      .of(L.Store->owner())
                      .intersects({Context::Concurrent, Context::Detached, Context::Alloc, Context::Reinit,
                                   Context::Exclusive});
    return Surely && L.Store->Location.Kind != AccessPath::Object ? Confidence::Certain : Confidence::Likely;
  }

  /// A variable for a Python object. A function that may find it unset is there to be called at run time,
  /// unless it sets up a module.
  static bool isReference(Unit &U, const LazyInit &L) {
    return L.Store->Location.Kind != AccessPath::Object &&
           isPyObject(typeOf(L.Store->Location, U.context())) && !fillsModule(*L.Store->In) &&
           !fillsModule(*L.Store->owner());
  }

  static bool fillsModule(const Function &F) {
    return llvm::any_of(F.Calls, [](const Call &C) {
      return llvm::StringRef(qualifiedName(*C.Callee)).starts_with("PyModule_Add");
    });
  }

  static std::string advice(const LazyInit &L) {
    switch (L.What) {
    case LazyInit::Suspended:
      return "test again before the store, and drop the new value if another thread was first";
    case LazyInit::DoubleChecked:
      return "load with acquire here and store with release, or take the lock first";
    case LazyInit::NotRetested:
      return "test again once the lock is held, and drop the new value if another thread was first";
    case LazyInit::Unlocked:
      break;
    }
    if (L.Value == LazyInit::Flag)
      return L.Store->Location.Kind == AccessPath::Object
                 ? "test it and fill what it announces in the object's critical section"
                 : "fill what it announces in the module's exec function, or test and fill under one PyMutex";
    if (L.Store->Location.Kind == AccessPath::Object)
      return "make the value first, then test and store in the object's critical section, and drop the value "
             "if another "
             "thread was first";
    return "initialise it in the module's exec function, or make the value first, then test and store under "
           "one PyMutex, "
           "and drop the value if another thread was first";
  }

  bool IdempotentScalars;
};

} // namespace

UNGIL_CHECK(UnsynchronizedLazyInit)

} // namespace ungil
