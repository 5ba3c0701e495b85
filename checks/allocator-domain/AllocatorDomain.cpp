// Reports memory from the wrong allocator: an object header that is initialised in memory which the object
// allocator did not give, a plain buffer or struct that is taken from the object allocator, memory that goes
// back to another allocator than the one that it came from (through a local variable, a field or a wrapper),
// and objects whose memory goes to an allocator for plain memory. On a free-threaded build the object
// allocator's pages may hold objects only: the interpreter frees them late, because other threads may still
// look at the headers.
//
// Does not report memory that becomes an object, memory whose use cannot be seen (void pointers that are
// returned), fields that more than one allocator fills, and code that a free-threaded build does not compile.
//
// Known holes: allocators behind function pointers of the project; fields that another unit fills or frees.

#include "analysis/Knowledge.h"
#include "analysis/MemoryOrigins.h"
#include "analysis/Names.h"
#include "analysis/TypeDiscovery.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

class AllocatorDomain : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    MemoryOrigins Origins(U.index());
    Memory = &Origins;
    for (const auto &F : U.index().functions()) {
      if (U.contexts().of(F.get()).empty())
        continue;
      MemoryUses Uses;
      Uses.TraverseStmt(F->Decl->getBody());
      ParentMap Parents(F->Decl->getBody());
      for (const CallExpr *C : Uses.Calls) {
        if (!U.locks().reaches(*F, C))
          continue;
        if (auto D = judge(C, Uses, Parents, U.contexts().of(F.get()).contains(Context::Exclusive)))
          Found.push_back(std::move(*D));
      }
      for (const DeclRefExpr *R : Uses.Names)
        if (isGivenAway(R, Parents))
          Found.push_back(passed(R));
    }
    for (const VarDecl *V : U.index().initialised())
      if (auto D = slot(V))
        Found.push_back(std::move(*D));
    return Found;
  }

private:
  MemoryOrigins *Memory = nullptr;
  llvm::DenseSet<const CallExpr *> Reported; ///< allocations that become objects

  std::optional<Diagnosis> judge(const CallExpr *C, const MemoryUses &Uses, const ParentMap &Parents,
                                 bool TearsDown) {
    if (calls(C, Knowledge::get().ObjectInitialisers))
      return foreignObject(C, Uses, Parents);
    const FunctionDecl *Callee = C->getDirectCallee();
    std::string Name = Callee && Callee->getIdentifier() ? qualifiedName(*Callee) : std::string();
    auto Plain = Knowledge::get().PlainAllocators.find(Name);
    if (Plain != Knowledge::get().PlainAllocators.end() && C->getType()->isPointerType())
      return plainBuffer(C, Name, Plain->second, Uses, Parents);
    return mixedPair(C, Uses, Parents, TearsDown);
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

  /// A pointer to the struct whose size is asked for.
  static std::optional<QualType> measured(const CallExpr *C) {
    for (const Expr *Argument : C->arguments()) {
      const auto *Size = dyn_cast<UnaryExprOrTypeTraitExpr>(Argument->IgnoreParenCasts());
      if (Size && Size->getKind() == UETT_SizeOf && Size->getTypeOfArgument()->isRecordType())
        return C->getCalleeDecl()->getASTContext().getPointerType(Size->getTypeOfArgument());
    }
    return std::nullopt;
  }

  std::optional<Diagnosis> plainBuffer(const CallExpr *C, const std::string &Name, const std::string &Plain,
                                       const MemoryUses &Uses, const ParentMap &Parents) {
    auto [V, T] = destination(C, Parents);
    if (V && becomesObject(V, Uses))
      return std::nullopt;
    if (V && T->isVoidPointerType())
      for (const ExplicitCastExpr *Cast : Uses.Casts)
        if (variableOf(Cast->getSubExpr()) == V)
          T = Cast->getType();
    if (T->isVoidPointerType())
      T = measured(C).value_or(T);
    if (!isPlain(T))
      return std::nullopt;
    std::string What = typeName(T).empty() || T->getPointeeType()->isPointerType()
                           ? "a plain buffer"
                           : "'" + typeName(T) + "', which is no Python object";
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
  bool isFirst(const CallExpr *C, const VarDecl *V, const MemoryUses &Uses, const ParentMap &Parents) {
    auto First = llvm::find_if(Uses.Calls, [&](const CallExpr *Other) {
      return destination(Other, Parents).first == V && Memory->allocation(Other) == "object";
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
      bool Concerned = variableOf(argumentOf(C, 0)) == V || destination(C, Parents).first == V;
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

  std::optional<Diagnosis> foreignObject(const CallExpr *Init, const MemoryUses &Uses,
                                         const ParentMap &Parents) {
    const Expr *Object = argumentOf(Init, 0);
    const VarDecl *V = Object ? variableOf(Object) : nullptr;
    const auto *From = V        ? Memory->allocationOf(V, Uses, Parents)
                       : Object ? dyn_cast<CallExpr>(Object->IgnoreParenCasts())
                                : nullptr;
    std::string Domain = From ? Memory->allocation(From) : std::string();
    if (Domain.empty() || Domain == "object" || !Reported.insert(From).second)
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

  std::optional<Diagnosis> mixedPair(const CallExpr *Free, const MemoryUses &Uses, const ParentMap &Parents,
                                     bool TearsDown) {
    auto Back = Memory->release(Free);
    if (!Back)
      return std::nullopt;
    const VarDecl *V = variableOf(Back->Memory);
    const FieldDecl *Field = fieldNamedBy(Back->Memory);
    const CallExpr *From = V && V->hasLocalStorage() && !isa<ParmVarDecl>(V)
                               ? Memory->allocationOf(V, Uses, Parents)
                           : Field ? Memory->allocationOf(Field)
                                   : nullptr;
    if (!From)
      return TearsDown && isObject(Back->Memory) && Back->Domain != "object"
                 ? std::optional(freedObject(Free))
                 : std::nullopt;
    if (From == Free || Memory->allocation(From) == Back->Domain)
      return std::nullopt;
    Diagnosis D;
    D.Where = Free->getSourceRange();
    D.Message = "'" + (V ? V->getNameAsString() : Field->getNameAsString()) + "' was allocated with '" +
                From->getDirectCallee()->getNameAsString() + "' and goes to '" +
                Free->getDirectCallee()->getNameAsString() + "', which belongs to another allocator";
    D.Level = Severity::Error;
    D.Path.push_back({From->getSourceRange(), "allocated here"});
    D.Path.push_back({Free->getSourceRange(), "free memory with the allocator that it came from"});
    return D;
  }

  static bool isObject(const Expr *Pointer) {
    QualType T = Pointer->IgnoreParenCasts()->getType();
    const RecordDecl *R = T->isPointerType() ? T->getPointeeType()->getAsRecordDecl() : nullptr;
    return R && R->getDefinition() && isObjectStruct(R);
  }

  static Diagnosis freedObject(const CallExpr *Free) {
    Diagnosis D;
    D.Where = Free->getSourceRange();
    D.Message = "the memory of a Python object goes to '" + Free->getDirectCallee()->getNameAsString() +
                "'; it belongs to the object allocator";
    D.Level = Severity::Error;
    D.Path.push_back({Free->getSourceRange(), "call the type's tp_free"});
    return D;
  }

  /// A slot that allocates or frees objects with an allocator for plain memory.
  static std::optional<Diagnosis> slot(const VarDecl *V) {
    MemoryUses Uses;
    Uses.TraverseStmt(const_cast<Expr *>(V->getInit()));
    std::string Type = typeName(V->getASTContext().getBaseElementType(V->getType()));
    if (Type != "PyTypeObject" && Type != "_typeobject" && Type != "PyType_Slot")
      return std::nullopt;
    for (const DeclRefExpr *R : Uses.Names) {
      std::string Name = R->getDecl()->getNameAsString();
      std::string Domain = Knowledge::get().MemoryDomains.lookup(Name);
      if (Domain.empty() || Domain == "object")
        continue;
      Diagnosis D;
      D.Where = R->getSourceRange();
      D.Message =
          "'" + Name +
          "' in a slot of a type frees or makes objects; their memory belongs to the object allocator";
      D.Level = Severity::Error;
      D.Path.push_back(
          {R->getSourceRange(), "use PyObject_Free, or PyObject_GC_Del for types that the collector tracks"});
      return D;
    }
    return std::nullopt;
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
