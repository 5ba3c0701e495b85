// Reports memory from the wrong allocator: an object header that is initialised in memory which the object
// allocator did not give, a plain buffer or struct that is taken from the object allocator, and a local
// pointer that is freed by another allocator than the one that it came from. On a free-threaded build the
// object allocator's pages may hold objects only: the interpreter frees them late, because other threads may
// still look at the headers.
//
// Does not report memory that becomes an object, memory whose use cannot be seen (void pointers that are
// returned), and code that a free-threaded build does not compile.
//
// Known holes: allocators behind function pointers of the project; pairs that are spread over several
// functions.

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "checks/Check.h"

#include "clang/AST/ParentMap.h"

namespace ungil {
namespace {

using namespace clang;

std::string domainOf(const Expr *E) {
  const FunctionDecl *Callee = E ? calleeOf(E->IgnoreParenCasts()) : nullptr;
  return Callee && Callee->getIdentifier() ? Knowledge::get().MemoryDomains.lookup(qualifiedName(*Callee))
                                           : std::string();
}

/// What a function does with memory.
struct MemoryUses : BodyVisitor {
  std::vector<const CallExpr *> Calls;
  std::vector<const DeclRefExpr *> Names, Mentions;
  std::vector<const ExplicitCastExpr *> Casts;
  bool VisitCallExpr(CallExpr *C) override {
    Calls.push_back(C);
    return true;
  }
  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    if (isa<VarDecl>(R->getDecl()))
      Mentions.push_back(R);
    else if (isa<FunctionDecl>(R->getDecl()))
      Names.push_back(R);
    return true;
  }
  bool VisitExplicitCastExpr(ExplicitCastExpr *C) override {
    Casts.push_back(C);
    return true;
  }
};

class AllocatorDomain : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &F : U.index().functions()) {
      if (U.contexts().of(F.get()).empty())
        continue;
      MemoryUses Uses;
      Uses.TraverseStmt(F->Decl->getBody());
      ParentMap Parents(F->Decl->getBody());
      for (const CallExpr *C : Uses.Calls) {
        if (!U.locks().reaches(*F, C))
          continue;
        if (auto D = judge(C, Uses, Parents))
          Found.push_back(std::move(*D));
      }
      for (const DeclRefExpr *R : Uses.Names)
        if (isGivenAway(R, Parents))
          Found.push_back(passed(R));
    }
    return Found;
  }

private:
  static std::optional<Diagnosis> judge(const CallExpr *C, const MemoryUses &Uses, const ParentMap &Parents) {
    if (calls(C, Knowledge::get().ObjectInitialisers))
      return foreignObject(C, Uses, Parents);
    const FunctionDecl *Callee = C->getDirectCallee();
    std::string Name = Callee && Callee->getIdentifier() ? qualifiedName(*Callee) : std::string();
    auto Plain = Knowledge::get().PlainAllocators.find(Name);
    if (Plain != Knowledge::get().PlainAllocators.end() && C->getType()->isPointerType())
      return plainBuffer(C, Name, Plain->second, Uses, Parents);
    return domainOf(C).empty() ? std::nullopt : mixedPair(C, Uses, Parents);
  }

  /// Where the value goes, past casts: the variable, and the type as which it is used.
  static std::pair<const VarDecl *, QualType> target(const Expr *E, const ParentMap &Parents) {
    const Stmt *Up = Parents.getParent(E);
    QualType T = E->getType();
    while (isa_and_nonnull<CastExpr>(Up) || isa_and_nonnull<ParenExpr>(Up)) {
      T = cast<Expr>(Up)->getType();
      E = cast<Expr>(Up);
      Up = Parents.getParent(Up);
    }
    if (const auto *B = dyn_cast_or_null<BinaryOperator>(Up);
        B && B->getOpcode() == BO_Assign && B->getRHS() == E)
      return {variableOf(B->getLHS()), B->getLHS()->getType()};
    if (const auto *D = dyn_cast_or_null<DeclStmt>(Up))
      for (const Decl *Declared : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Declared); V && V->getInit() == E)
          return {V, V->getType()};
    return {nullptr, T};
  }

  /// Plain data: characters, numbers, pointers, or a struct without an object header.
  static bool isPlain(QualType T) {
    if (!T->isPointerType())
      return false;
    QualType Pointee = T->getPointeeType();
    if (const RecordDecl *R = Pointee->getAsRecordDecl())
      return R->getDefinition() && !isObjectStruct(R);
    return Pointee->isArithmeticType() || Pointee->isPointerType() || Pointee->isEnumeralType();
  }

  static std::optional<Diagnosis> plainBuffer(const CallExpr *C, const std::string &Name,
                                              const std::string &Plain, const MemoryUses &Uses,
                                              const ParentMap &Parents) {
    auto [V, T] = target(C, Parents);
    if (V && becomesObject(V, Uses))
      return std::nullopt;
    if (V && T->isVoidPointerType())
      for (const ExplicitCastExpr *Cast : Uses.Casts)
        if (variableOf(Cast->getSubExpr()) == V)
          T = Cast->getType();
    if (!isPlain(T))
      return std::nullopt;
    std::string What =
        typeName(T).empty() ? "a plain buffer" : "'" + typeName(T) + "', which is no Python object";
    Diagnosis D;
    D.Where = C->getSourceRange();
    D.Message = "'" + Name + "' is used for " + What +
                "; memory of the object allocator may hold objects only, use '" + Plain + "'";
    D.Path.push_back(
        {C->getSourceRange(),
         "use '" + Plain + "' here, and PyMem_Realloc and PyMem_Free wherever this memory goes"});
    if (auto Fix = V && isFirst(C, V, Uses, Parents) ? renameAll(V, Uses, Parents) : std::nullopt)
      D.Repairs.push_back(std::move(*Fix));
    return D;
  }

  /// One of the findings for a variable carries the edits of them all.
  static bool isFirst(const CallExpr *C, const VarDecl *V, const MemoryUses &Uses, const ParentMap &Parents) {
    auto First = llvm::find_if(Uses.Calls, [&](const CallExpr *Other) {
      return target(Other, Parents).first == V && domainOf(Other) == "object";
    });
    return First != Uses.Calls.end() && *First == C;
  }

  static bool becomesObject(const VarDecl *V, const MemoryUses &Uses) {
    return llvm::any_of(Uses.Calls, [&](const CallExpr *C) {
      return calls(C, Knowledge::get().ObjectInitialisers) && variableOf(argumentOf(C, 0)) == V;
    });
  }

  /// All calls for the variable can change together when it does not leave the function.
  static std::optional<Repair> renameAll(const VarDecl *V, const MemoryUses &Uses, const ParentMap &Parents) {
    Repair Fix{"take the memory from the allocator for plain memory", {}};
    if (!V->hasLocalStorage() || isa<ParmVarDecl>(V))
      return std::nullopt;
    for (const DeclRefExpr *R : Uses.Mentions) {
      if (R->getDecl() != V)
        continue;
      const Stmt *Up = Parents.getParent(R);
      while (isa_and_nonnull<CastExpr>(Up) || isa_and_nonnull<ParenExpr>(Up))
        Up = Parents.getParent(Up);
      const auto *B = dyn_cast_or_null<BinaryOperator>(Up);
      if (!Up || isa<ReturnStmt>(Up) || isa<InitListExpr>(Up) || isa<DeclStmt>(Up) ||
          (B && B->isAssignmentOp() && variableOf(B->getLHS()) != V))
        return std::nullopt;
    }
    for (const CallExpr *C : Uses.Calls) {
      const FunctionDecl *Callee = C->getDirectCallee();
      bool Concerned = variableOf(argumentOf(C, 0)) == V || target(C, Parents).first == V;
      auto Plain = Callee && Callee->getIdentifier()
                       ? Knowledge::get().PlainAllocators.find(Callee->getName())
                       : Knowledge::get().PlainAllocators.end();
      if (!Concerned || Plain == Knowledge::get().PlainAllocators.end())
        continue;
      if (C->getBeginLoc().isMacroID())
        return std::nullopt;
      Fix.Hints.push_back(FixItHint::CreateReplacement(C->getCallee()->getSourceRange(), Plain->second));
    }
    return Fix.Hints.size() > 1 ? std::optional(Fix) : std::nullopt;
  }

  static const CallExpr *allocationOf(const VarDecl *V, const MemoryUses &Uses, const ParentMap &Parents,
                                      bool &Ambiguous) {
    const CallExpr *Found = nullptr;
    for (const CallExpr *C : Uses.Calls)
      if (!domainOf(C).empty() && C->getType()->isPointerType() && target(C, Parents).first == V) {
        Ambiguous |= Found && domainOf(Found) != domainOf(C);
        Found = C;
      }
    return Found;
  }

  static std::optional<Diagnosis> foreignObject(const CallExpr *Init, const MemoryUses &Uses,
                                                const ParentMap &Parents) {
    const Expr *Memory = argumentOf(Init, 0);
    bool Ambiguous = false;
    const VarDecl *V = variableOf(Memory);
    const auto *From =
        V ? allocationOf(V, Uses, Parents, Ambiguous) : dyn_cast<CallExpr>(Memory->IgnoreParenCasts());
    if (!From || Ambiguous || domainOf(From).empty() || domainOf(From) == "object")
      return std::nullopt;
    std::string Name = From->getDirectCallee()->getNameAsString();
    Diagnosis D;
    D.Where = From->getSourceRange();
    D.Message = "a Python object is made in memory from '" + Name +
                "'; object memory must come from the object allocator";
    D.Level = Severity::Error;
    D.Path.push_back({Init->getSourceRange(), "it becomes an object here"});
    D.Path.push_back(
        {From->getSourceRange(),
         "use the type's tp_alloc, PyObject_New, or 'PyObject_Malloc' and tp_free 'PyObject_Free'"});
    return D;
  }

  static std::optional<Diagnosis> mixedPair(const CallExpr *Free, const MemoryUses &Uses,
                                            const ParentMap &Parents) {
    const VarDecl *V = variableOf(argumentOf(Free, 0));
    bool Ambiguous = false;
    const CallExpr *From = V && V->hasLocalStorage() && !isa<ParmVarDecl>(V)
                               ? allocationOf(V, Uses, Parents, Ambiguous)
                               : nullptr;
    if (!From || Ambiguous || From == Free || domainOf(From) == domainOf(Free) ||
        !argumentOf(Free, 0)->getType()->isPointerType())
      return std::nullopt;
    Diagnosis D;
    D.Where = Free->getSourceRange();
    D.Message = "'" + V->getNameAsString() + "' was allocated with '" +
                From->getDirectCallee()->getNameAsString() + "' and goes to '" +
                Free->getDirectCallee()->getNameAsString() + "', which belongs to another allocator";
    D.Level = Severity::Error;
    D.Path.push_back({From->getSourceRange(), "allocated here"});
    D.Path.push_back({Free->getSourceRange(), "free memory with the allocator that it came from"});
    return D;
  }

  /// The object allocator as a function pointer, for somebody who does not make objects.
  static bool isGivenAway(const DeclRefExpr *R, const ParentMap &Parents) {
    const auto *F = cast<FunctionDecl>(R->getDecl());
    if (!F->getIdentifier() || !Knowledge::get().PlainAllocators.contains(F->getName()) ||
        F->getReturnType()->isVoidType())
      return false;
    const Stmt *Up = Parents.getParent(R);
    while (isa_and_nonnull<CastExpr>(Up) || isa_and_nonnull<ParenExpr>(Up))
      Up = Parents.getParent(Up);
    const auto *C = dyn_cast_or_null<CallExpr>(Up);
    if (C && C->getCallee()->IgnoreParenImpCasts() == R)
      return false;
    const auto *L = dyn_cast_or_null<InitListExpr>(Up);
    const RecordDecl *Record = L ? L->getType()->getAsRecordDecl() : nullptr;
    llvm::StringRef Name = Record && Record->getIdentifier() ? Record->getName() : "";
    return C || (L && !Name.starts_with("Py") && !Name.starts_with("_type"));
  }

  static Diagnosis passed(const DeclRefExpr *R) {
    std::string Name = R->getDecl()->getNameAsString();
    Diagnosis D;
    D.Where = R->getSourceRange();
    D.Message = "'" + Name +
                "' is given away as a general allocator; memory of the object allocator may hold objects "
                "only, use '" +
                Knowledge::get().PlainAllocators.lookup(Name) + "'";
    D.Path.push_back({R->getSourceRange(), "give all three of PyMem_Malloc, PyMem_Realloc and PyMem_Free"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(AllocatorDomain)

} // namespace ungil
