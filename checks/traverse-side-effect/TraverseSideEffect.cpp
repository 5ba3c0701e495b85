// Reports what a tp_traverse or m_traverse does besides visiting: it changes reference counts, calls the
// Python API, takes a lock, changes an object, allocates, or makes a wrapper that owns a reference. All other
// threads are stopped then and the collector counts references while it calls the function, several times per
// object.
//
// Does not report the visitor itself, reading accessors, type tests, and the calls that the documentation
// allows.
//
// Known holes: stores to static variables, exceptions, what the C library does besides allocating.
#include "analysis/EdgeNotes.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "checks/Check.h"
#include "compat/Clang.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/ParentMapContext.h"

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
      for (const Function *F : U.types().references().of(Entry.Target).Functions) {
        if (Knowledge::get().Collector.TraverseSafe.contains(displayName(*F->Decl)))
          continue; // in the interpreter's own sources
        judgeStores(U, Entry, F, Judged, Found);
        for (const Call &C : F->Calls) {
          std::string Reason = U.index().find(C.Callee) ? "" : trouble(U, C);
          if (Reason.empty() || !U.locks().reaches(*F, C.Site) || !Judged.insert(C.Site).second)
            continue;
          Found.push_back(describe(Entry, C, Reason));
          if (auto R = Reason == MakesOwner ? useHandle(U, C) : std::nullopt)
            Found.back().Repairs.push_back(std::move(*R));
        }
      }
    }
    return Found;
  }

private:
  static constexpr const char *NotAllowed =
      "only visiting and plain reads are allowed while the other threads are stopped";

  static constexpr const char *MakesOwner = "it makes an object that owns a reference; use a handle";

  static constexpr const char *HoldsLock = "a stopped thread can hold the lock";

  /// Assignments through pointers to structs of the project.
  static void judgeStores(Unit &U, const EntryPoint &Entry, const Function *F,
                          llvm::DenseSet<const clang::Expr *> &Judged, std::vector<Diagnosis> &Found) {
    clang::SourceRange Body = F->Decl->getBody()->getSourceRange();
    for (const clang::BinaryOperator *B : U.index().memberAssignments()) {
      const auto *M = llvm::cast<clang::MemberExpr>(B->getLHS()->IgnoreParens());
      clang::SourceLocation At = U.sources().getExpansionLoc(B->getBeginLoc());
      bool Inside = !U.sources().isBeforeInTranslationUnit(At, Body.getBegin()) &&
                    U.sources().isBeforeInTranslationUnit(At, Body.getEnd());
      if (!Inside || !M->isArrow() || !U.scope().contains(M->getMemberDecl()->getLocation()) ||
          !Judged.insert(B).second)
        continue;
      Diagnosis D;
      D.Where = B->getSourceRange();
      D.Message = "'" + M->getMemberDecl()->getNameAsString() + "' is changed inside " + Entry.Role +
                  ": the collector calls it several times and expects the object to stay as it is";
      D.Path.push_back({Entry.Registered, "'" + displayName(*Entry.Target->Decl) + "' is " + Entry.Role +
                                              "; the collector calls it with all other threads stopped"});
      D.Path.push_back({D.Where, "only visit what the object owns"});
      Found.push_back(std::move(D));
    }
  }

  static std::string trouble(Unit &U, const Call &C) {
    const CollectorKnowledge &K = Knowledge::get().Collector;
    llvm::StringRef Name = calleeName(C.Site);
    std::string Full = qualifiedName(*C.Callee);
    if (K.Drops.contains(Name) || K.Takes.contains(Name) || K.NewReferences.contains(Name))
      return "it changes a reference count while the collector counts references";
    if (auto Lock = Knowledge::get().LockFunctions.find(Full);
        Lock != Knowledge::get().LockFunctions.end() && Lock->second.What != LockEffect::Release)
      return HoldsLock;
    if (lockAcquiredBy(C.Site, U.paths())) // by a method or a guard
      return HoldsLock;
    if (Knowledge::get().LockFunctions.contains(Full) || K.TraverseSafe.contains(Name))
      return "";
    bool Foreign = !U.scope().contains(C.Callee->getLocation());
    if (Foreign && K.PythonApi.contains(Name) && !llvm::isa<clang::CXXMethodDecl>(C.Callee))
      return NotAllowed;
    if (Knowledge::get().Allocators.contains(Full) || Knowledge::get().Deallocators.contains(Full))
      return "it changes the heap while the collector walks it";
    if (makesOwner(U, C))
      return MakesOwner;
    return "";
  }

  static bool isOwner(clang::QualType T) {
    const clang::RecordDecl *Record = T->getAsRecordDecl();
    return Record && Knowledge::get().Collector.OwningWrappers.contains(qualifiedName(*Record));
  }

  /// A wrapper with a name, or that the function makes itself. A result that becomes a handle at once is gone
  /// before the visit.
  static bool makesOwner(Unit &U, const Call &C) {
    if (const auto *Made = llvm::dyn_cast<clang::CXXConstructorDecl>(C.Callee))
      return isOwner(recordType(U.context(), Made->getParent()));
    return isOwner(C.Callee->getReturnType()) && variableFor(U, C);
  }

  /// The owner in which the result ends up.
  static const clang::VarDecl *variableFor(Unit &U, const Call &C) {
    for (clang::DynTypedNodeList Parents = U.context().getParents(*C.Site); !Parents.empty();
         Parents = U.context().getParents(Parents[0])) {
      if (const auto *V = Parents[0].get<clang::VarDecl>())
        return isOwner(V->getType()) ? V : nullptr;
      const auto *Outer = Parents[0].get<clang::Expr>();
      if (!Outer || !isOwner(Outer->getType()))
        return nullptr;
    }
    return nullptr;
  }

  /// nb::object found = … becomes nb::handle found = …
  static std::optional<Repair> useHandle(Unit &U, const Call &C) {
    const clang::VarDecl *V = variableFor(U, C);
    const clang::TypeSourceInfo *Type = V ? V->getTypeSourceInfo() : nullptr;
    clang::SourceLocation Name = Type ? Type->getTypeLoc().getEndLoc() : clang::SourceLocation();
    if (Name.isInvalid() || Name.isMacroID() || sourceText(Name, U.context()) != "object")
      return std::nullopt;
    return Repair{"hold it in a handle, which owns nothing",
                  {clang::FixItHint::CreateReplacement(Name, "handle")}};
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
