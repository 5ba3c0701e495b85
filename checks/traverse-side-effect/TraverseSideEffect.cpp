// Reports what a tp_traverse or m_traverse does besides visiting: it changes reference counts, calls the
// Python API, takes a lock, or makes a wrapper that owns a reference. All other threads are stopped then and
// the collector counts references while it calls the function, several times per object.
//
// Does not report the visitor itself, reading accessors, type tests, and the calls that the documentation
// allows.
//
// Known holes: C library calls; stores to the object.

#include "analysis/EdgeNotes.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "checks/Check.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {
namespace {

class TraverseSideEffect : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    llvm::DenseSet<const clang::Expr *> Judged;
    for (const EntryPoint &Entry : U.entryPoints().all()) {
      if (Entry.Where != Context::StopTheWorld)
        continue;
      for (const Function *F : U.types().references().of(Entry.Target).Functions)
        for (const Call &C : F->Calls) {
          std::string Reason = U.index().find(C.Callee) ? "" : trouble(U, C);
          if (!Reason.empty() && U.locks().reaches(*F, C.Site) && Judged.insert(C.Site).second)
            Found.push_back(describe(Entry, C, Reason));
        }
    }
    return Found;
  }

private:
  static constexpr const char *NotAllowed =
      "it is not one of the calls that are allowed while the other threads are stopped";

  static std::string trouble(Unit &U, const Call &C) {
    const CollectorKnowledge &K = Knowledge::get().Collector;
    llvm::StringRef Name = calleeName(C.Site);
    std::string Full = qualifiedName(*C.Callee);
    if (K.Drops.contains(Name) || K.Takes.contains(Name) || K.NewReferences.contains(Name))
      return "it changes a reference count while the collector counts references";
    if (auto Lock = Knowledge::get().LockFunctions.find(Full);
        Lock != Knowledge::get().LockFunctions.end() && Lock->second.What != LockEffect::Release)
      return "a stopped thread can hold the lock";
    if (Knowledge::get().LockFunctions.contains(Full) || K.TraverseSafe.contains(Name))
      return "";
    bool Foreign = !U.scope().contains(C.Callee->getLocation());
    if (Foreign && K.PythonApi.contains(Name) && !llvm::isa<clang::CXXMethodDecl>(C.Callee))
      return NotAllowed;
    const auto *Made = llvm::dyn_cast<clang::CXXConstructorDecl>(C.Callee);
    std::string Type = Made ? qualifiedName(*Made->getParent()) : typeOf(*C.Callee);
    if (K.OwningWrappers.contains(Type))
      return "it makes an object that owns a reference; use a handle";
    return "";
  }

  static std::string typeOf(const clang::FunctionDecl &F) {
    const clang::RecordDecl *Record = F.getReturnType()->getAsRecordDecl();
    return Record ? qualifiedName(*Record) : "";
  }

  static Diagnosis describe(const EntryPoint &Entry, const Call &C, const std::string &Reason) {
    std::string Traverse = displayName(*Entry.Target->Decl);
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = "'" + displayName(*C.Callee) + "' is not allowed inside " + Entry.Role + ": " + Reason;
    bool Private = Knowledge::get().Collector.PrivateApi.contains(calleeName(C.Site));
    D.Sureness = Private && Reason == NotAllowed ? Confidence::Possible : Confidence::Certain;
    D.Path.push_back({Entry.Registered, "'" + Traverse + "' is " + Entry.Role +
                                            "; the collector calls it with all other threads stopped"});
    if (C.In != Entry.Target)
      D.Path.push_back(
          {nameRange(C.In->Decl), "'" + Traverse + "' reaches '" + displayName(*C.In->Decl) + "'"});
    D.Path.push_back({D.Where, "only visit what the object owns, and read it without taking references"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(TraverseSideEffect)

} // namespace ungil
