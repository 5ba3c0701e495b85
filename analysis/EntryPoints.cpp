#include "analysis/EntryPoints.h"

#include "analysis/Annotations.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/SlotTables.h"

#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {

/// What the record's field is called in analysis/knowledge: a PyTypeObject's tag is _typeobject.
std::string recordName(const RecordDecl &R) {
  std::string Name = typeName(R);
  return Name == "_typeobject" ? "PyTypeObject" : Name;
}

/// The context of a function stored in a field, when CPython calls it from there.
std::optional<Context> contextOfField(llvm::StringRef Record, llvm::StringRef Field) {
  const Knowledge &K = Knowledge::get();
  if (Record == "PyTypeObject") {
    auto Slot = K.SlotContexts.find(Field);
    return Slot == K.SlotContexts.end() ? std::nullopt : std::optional(Slot->second);
  }
  auto Fields = K.Fields.find(Record);
  if (Fields == K.Fields.end())
    return std::nullopt;
  for (llvm::StringRef Key : {Field, llvm::StringRef("*")})
    if (auto Known = Fields->second.find(Key); Known != Fields->second.end())
      return Known->second;
  return std::nullopt;
}

bool isNull(const Expr *E, ASTContext &Context) {
  return isa<ImplicitValueInitExpr>(E) ||
         E->IgnoreParenCasts()->isNullPointerConstant(Context, Expr::NPC_ValueDependentIsNotNull) !=
             Expr::NPCK_NotNull;
}

/// The binding namespace's member that is called, such as "def" of pybind11::module_; empty for other
/// callees.
llvm::StringRef bindingMember(const FunctionDecl &Callee) {
  std::string Name = qualifiedName(Callee);
  auto [Namespace, Rest] = llvm::StringRef(Name).split("::");
  // What the library's own parts hand to one another is called there, not registered.
  if (Rest.empty() || Rest.starts_with("detail::") || !Knowledge::get().BindingNamespaces.contains(Namespace))
    return {};
  if (isa<CXXConstructorDecl>(Callee))
    return "constructor";
  return Callee.getIdentifier() ? Callee.getName() : llvm::StringRef();
}

} // namespace

namespace {
/// Whether an argument asks for the bound function to run in the life of a guard that detaches.
bool runsDetached(const Expr *Call) {
  const Knowledge &K = Knowledge::get();
  for (int I = 0; const Expr *Argument = argumentOf(Call, I); ++I) {
    const auto *Record = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
        Argument->IgnoreImplicit()->getType().getNonReferenceType()->getAsCXXRecordDecl());
    if (!Record || !K.CallGuards.contains(qualifiedName(*Record)))
      continue;
    for (const TemplateArgument &A : Record->getTemplateArgs().asArray()) {
      llvm::ArrayRef<TemplateArgument> Guards =
          A.getKind() == TemplateArgument::Pack ? A.pack_elements() : llvm::ArrayRef(A);
      for (const TemplateArgument &Guard : Guards)
        if (Guard.getKind() == TemplateArgument::Type)
          if (auto Known = K.StateGuards.find(typeName(Guard.getAsType()));
              Known != K.StateGuards.end() && Known->second == StateOperation::Detach)
            return true;
    }
  }
  return false;
}

/// The arguments that the binding asks the library to lock: nb::lock_self(), nb::arg().lock().
std::vector<int> lockedByBinding(const Call &C) {
  const Knowledge &K = Knowledge::get();
  const Expr *Bound = argumentOf(C.Site, 1);
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Bound ? functionNamedBy(Bound) : nullptr);
  bool IsMember = Method && !Method->getParent()->isLambda();
  bool OfClass = isa<CXXMethodDecl>(C.Callee) &&
                 K.Sharing.TypeMakers.contains(qualifiedName(*cast<CXXMethodDecl>(C.Callee)->getParent()));
  std::vector<int> Locked;
  int Next = OfClass && !IsMember ? 1 : 0;
  for (int I = 0; const Expr *Argument = argumentOf(C.Site, I); ++I) {
    std::string Type = typeName(Argument->IgnoreImplicit()->getType());
    if (K.SelfLocks.contains(Type))
      Locked.push_back(IsMember ? ThisArgument : 0);
    else if (K.ArgumentLocks.contains(Type))
      Locked.push_back(Next++);
    else if (K.ArgumentNames.contains(Type))
      ++Next;
  }
  return Locked;
}

bool contains(SourceRange Range, SourceLocation Loc, const SourceManager &SM) {
  return !SM.isBeforeInTranslationUnit(Loc, SM.getExpansionLoc(Range.getBegin())) &&
         SM.isBeforeInTranslationUnit(Loc, SM.getExpansionLoc(Range.getEnd()));
}

/// Whether the call makes an object of a class whose other version, in the branch that was left out,
/// attaches.
bool isStandIn(const Call &C, const LeftOutBranch &Left, const SourceManager &SM) {
  const auto *Constructor = dyn_cast<CXXConstructorDecl>(C.Callee);
  return Constructor && contains(Left.Switch, Constructor->getParent()->getLocation(), SM) &&
         llvm::StringRef(Left.Text).contains(Constructor->getParent()->getName());
}

bool isOfStandardLibrary(const FunctionDecl &F) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  return Method ? Method->getParent()->isInStdNamespace() : F.isInStdNamespace();
}

/// The function whose arguments are registered. What makes an element from its arguments, as
/// std::vector<std::thread>::emplace_back does, stands for the element's constructor.
std::string registrar(const FunctionDecl &Callee) {
  if (!Callee.getIdentifier() || !isOfStandardLibrary(Callee))
    return qualifiedName(Callee);
  const TemplateArgumentList *Arguments = nullptr;
  if (Callee.getName().starts_with("emplace"))
    if (const auto *Owner = dyn_cast<ClassTemplateSpecializationDecl>(Callee.getDeclContext()))
      Arguments = &Owner->getTemplateArgs();
  if (Callee.getName().starts_with("make_"))
    Arguments = Callee.getTemplateSpecializationArgs();
  const CXXRecordDecl *Made =
      Arguments && Arguments->size() && Arguments->get(0).getKind() == TemplateArgument::Type
          ? Arguments->get(0).getAsType()->getAsCXXRecordDecl()
          : nullptr;
  return Made && Made->getIdentifier() ? qualifiedName(*Made) + "::" + Made->getName().str()
                                       : qualifiedName(Callee);
}

/// Whether the class is one that holds a function of any kind.
bool holdsFunction(QualType T) {
  std::string Name = typeName(T);
  return Name == "std::function" || Name == "std::move_only_function" || Name == "std::packaged_task";
}

/// What std::function, std::bind and their like are made from, for the object that they make.
const Expr *functionIn(const Expr *E) {
  while (E) {
    const Expr *Inner = E->IgnoreImplicit();
    const auto *Made = dyn_cast<CXXConstructExpr>(Inner);
    const auto *C = dyn_cast<CallExpr>(Inner);
    const FunctionDecl *Callee = C && C->getNumArgs() ? C->getDirectCallee() : nullptr;
    if (Made && Made->getNumArgs() &&
        (holdsFunction(Made->getType()) || Made->getConstructor()->isCopyOrMoveConstructor()))
      E = Made->getArg(0);
    else if (Callee && (qualifiedName(*Callee) == "std::bind" || C->isCallToStdMove()))
      E = C->getArg(0);
    else
      return E;
  }
  return nullptr;
}

/// An algorithm runs its function in several threads only when its execution policy says so.
bool asksForThreads(const Expr *Call, const Callback &Passed) {
  const Expr *Policy = Passed.Policy ? argumentOf(Call, *Passed.Policy) : nullptr;
  return !Passed.Policy || (Policy && Knowledge::get().ParallelPolicies.contains(typeName(
                                          Policy->getType().getNonReferenceType().getUnqualifiedType())));
}
} // namespace

namespace {

llvm::StringRef textOf(const Expr *Name) {
  const auto *Text = Name ? dyn_cast<StringLiteral>(Name->IgnoreParenCasts()) : nullptr;
  return Text && Text->getCharByteWidth() == 1 ? Text->getString() : llvm::StringRef();
}

/// The context in which Python's own protocols call a method of that name.
std::optional<Context> contextOfMethod(const Expr *Name) {
  auto Known = Knowledge::get().MethodNames.find(textOf(Name));
  return Known == Knowledge::get().MethodNames.end() ? std::nullopt : std::optional(Known->second);
}

/// Whether the name says that nobody outside the package is to call the method: one underscore in front.
bool isPrivateName(llvm::StringRef Name) { return Name.starts_with("_") && !Name.starts_with("__"); }

bool isPrivateName(const Expr *Name) {
  const auto *Text = Name ? dyn_cast<StringLiteral>(Name->IgnoreParenImpCasts()) : nullptr;
  return Text && Text->getCharByteWidth() == 1 && isPrivateName(Text->getString());
}

/// (self, PyObject *const *args, Py_ssize_t nargs[, kwnames]): nothing but the interpreter calls such a
/// function.
bool hasVectorcallSignature(const FunctionDecl &F) {
  if (F.getNumParams() < 3 || F.getNumParams() > 4 || !isPyObject(F.getParamDecl(0)->getType()))
    return false;
  QualType Arguments = F.getParamDecl(1)->getType();
  return Arguments->isPointerType() && Arguments->getPointeeType().isConstQualified() &&
         Arguments->getPointeeType()->isPointerType() && isPyObject(Arguments->getPointeeType()) &&
         F.getParamDecl(2)->getType()->isIntegerType() && isPyObject(F.getReturnType()) &&
         (F.getNumParams() == 3 || isPyObject(F.getParamDecl(3)->getType()));
}

} // namespace

EntryPoints::EntryPoints(const UnitIndex &Index, const MacroTable &Macros, const UnitOptions &Options) {
  findModuleBodies(Index, Macros);
  findLeftOutAttachments(Index, Macros);
  for (const VarDecl *V : Index.initialised())
    readTable(Index, V->getInit());
  for (const BinaryOperator *B : Index.memberAssignments())
    readAssignment(Index, B);
  for (const auto &F : Index.functions())
    for (const Call &C : F->Calls)
      readRegistration(Index, C);
  addPoolTasks(Index);
  addReleases(Index);
  addEscaping(Index);
  if (Options.CheckInit)
    for (EntryPoint &P : Points)
      if (P.Where == Context::Reinit)
        P.Where = Context::Concurrent;
}

bool EntryPoints::add(const UnitIndex &Index, const Expr *Named, Context Where, llvm::StringRef Role) {
  Function *F = Index.find(functionNamedBy(Named));
  if (!F)
    return false;
  if (ModuleBodies.contains(F))
    return true; // the library's macro registers it; the interpreter calls it once
  Known.insert(F);
  Points.push_back({F, Where, Role.str(), Named->getBeginLoc()});
  return true;
}

void EntryPoints::findModuleBodies(const UnitIndex &Index, const MacroTable &Macros) {
  const Knowledge &K = Knowledge::get();
  const SourceManager &SM = Index.context().getSourceManager();
  for (const auto &F : Index.functions()) {
    llvm::StringRef Macro = Macros.expandedAt(F->Decl->getLocation(), SM);
    std::string Name = F->Decl->getNameAsString();
    bool Named = llvm::any_of(K.InitPrefixes,
                              [&](const std::string &P) { return llvm::StringRef(Name).starts_with(P); });
    if (Macro.empty() && !Named)
      continue;
    Counts.Modules += !Macro.empty() && Named;
    Known.insert(F.get());
    ModuleBodies.insert(F.get());
    Points.push_back({F.get(), Context::Init, Macro.empty() ? Name : Macro.str(), F->Decl->getLocation()});
  }
}

/// A function that attaches on builds with the GIL alone was written for threads that can come detached.
void EntryPoints::findLeftOutAttachments(const UnitIndex &Index, const MacroTable &Macros) {
  const SourceManager &SM = Index.context().getSourceManager();
  for (const LeftOutBranch &Left : Macros.LeftOutAttachments)
    for (const auto &F : Index.functions()) {
      bool Inside = contains(F->Decl->getBody()->getSourceRange(), Left.Begin, SM);
      bool Guarded = llvm::any_of(F->Calls, [&](const Call &C) { return isStandIn(C, Left, SM); });
      if (Inside || Guarded)
        Points.push_back(
            {F.get(), Context::Detached, "function that attaches only on builds with the GIL", Left.Begin});
    }
}

void EntryPoints::readTable(const UnitIndex &Index, const Expr *E) {
  E = E->IgnoreImplicit();
  const auto *List = dyn_cast<InitListExpr>(E);
  if (!List)
    return;
  if (const InitListExpr *Semantic = List->isSemanticForm() ? List : List->getSemanticForm())
    List = Semantic;
  if (List->getType()->isRecordType())
    readRecord(Index, List);
  for (const Expr *Element : List->inits())
    if (Element)
      readTable(Index, Element);
}

void EntryPoints::readRecord(const UnitIndex &Index, const InitListExpr *List) {
  const RecordDecl *Decl = List->getType()->getAsRecordDecl();
  std::string Record = recordName(*Decl);
  if (auto Slot = slotElement(List, Index.context()))
    return readSlot(Index, *Slot);
  Counts.Types += Record == "PyTypeObject" || Record == "PyType_Spec";
  Counts.Modules += Record == "PyModuleDef";

  unsigned Position = 0;
  for (const FieldDecl *Field : Decl->fields()) {
    if (Field->isUnnamedBitField() || Position >= List->getNumInits())
      continue;
    const Expr *Value = List->getInit(Position++);
    auto Where = Value ? contextOfField(Record, Field->getName()) : std::nullopt;
    if (!Where || isNull(Value, Index.context()))
      continue;
    bool IsMethodName = Record == "PyMethodDef";
    if (IsMethodName)
      Where = contextOfMethod(List->getInit(0)).value_or(*Where);
    bool Resolved = add(Index, Value, *Where, Field->getName());
    if (Resolved && IsMethodName) {
      Points.back().OwnsArguments = Knowledge::get().OwnArguments.contains(textOf(List->getInit(0)));
      Points.back().IsPrivate = isPrivateName(List->getInit(0));
    }
    bool IsMethod = Record == "PyMethodDef" || Record == "PyGetSetDef";
    (IsMethod ? Counts.MethodsPresent : Counts.SlotsPresent)++;
    (IsMethod ? Counts.MethodsResolved : Counts.SlotsResolved) += Resolved;
  }
}

void EntryPoints::readSlot(const UnitIndex &Index, const SlotElement &Slot) {
  const Knowledge &K = Knowledge::get();
  const llvm::StringMap<Context> &Contexts = Slot.OfModule ? K.ModuleSlotContexts : K.SlotContexts;
  auto Where = Contexts.find(Slot.Name);
  if (Where == Contexts.end())
    return;
  Counts.SlotsPresent++;
  Counts.SlotsResolved += add(Index, Slot.Value, Where->second, Slot.Name);
}

void EntryPoints::readAssignment(const UnitIndex &Index, const BinaryOperator *B) {
  const auto *Member = cast<MemberExpr>(B->getLHS()->IgnoreParens());
  const auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl());
  if (!Field)
    return;
  if (auto Where = contextOfField(recordName(*Field->getParent()), Field->getName()))
    add(Index, B->getRHS(), *Where, Field->getName());
}

void EntryPoints::readRegistration(const UnitIndex &Index, const Call &C) {
  const Knowledge &K = Knowledge::get();
  std::string Name = registrar(*C.Callee);
  if (auto Callbacks = K.Callbacks.find(Name); Callbacks != K.Callbacks.end())
    for (const Callback &Passed : Callbacks->second) {
      const Expr *Argument = functionIn(argumentOf(C.Site, Passed.Argument));
      if (!Argument || !Passed.Where || isNull(Argument, Index.context()) || !asksForThreads(C.Site, Passed))
        continue;
      bool Resolved = add(Index, Argument, *Passed.Where, "callback of " + Name);
      if (Resolved)
        Points.back().DropsClosure = Passed.DropsClosure;
      Counts.CallbacksPresent++;
      Counts.CallbacksResolved += Resolved;
    }

  llvm::StringRef Member = bindingMember(*C.Callee);
  if (Member.empty())
    return;
  auto Factory = K.BindingFactories.find(Member);
  Context Where = Factory == K.BindingFactories.end()
                      ? contextOfMethod(argumentOf(C.Site, 0)).value_or(Context::Concurrent)
                      : Factory->second;
  if (runsDetached(C.Site))
    Where = Context::Detached;
  std::string Role = Where == Context::Detached ? Member.str() + " under a call_guard that detaches"
                                                : "bound with " + Member.str();
  for (int I = 0; const Expr *Argument = argumentOf(C.Site, I); ++I) {
    bool Added = add(Index, Argument, Where, Role);
    if (const auto *Chosen = dyn_cast<CallExpr>(Argument->IgnoreImplicit()); Chosen && !Added)
      for (const Expr *Overload : Chosen->arguments()) // py::overload_cast<int>(&T::f)
        Added |= add(Index, Overload, Where, Role);
    if (Added) {
      Points.back().Locked = lockedByBinding(C);
      Points.back().IsPrivate = isPrivateName(argumentOf(C.Site, 0));
      Counts.MethodsPresent++;
      Counts.MethodsResolved++;
    }
  }
}

namespace {

/// The class that the function, or the one that a lambda stands in, is a member of.
const CXXRecordDecl *classOf(const Function &F) {
  const Function *Outer = &F;
  while (Outer->Parent)
    Outer = Outer->Parent;
  const auto *Method = dyn_cast<CXXMethodDecl>(Outer->Decl);
  return Method ? Method->getParent()->getCanonicalDecl() : nullptr;
}

/// Whether the function calls what it has taken out of a queue.
bool runsTasks(const Function &F) {
  return llvm::any_of(F.Calls, [](const Call &C) {
    const auto *Operator = dyn_cast<CXXOperatorCallExpr>(C.Site);
    if (!Operator || Operator->getOperator() != OO_Call || !holdsFunction(Operator->getArg(0)->getType()))
      return false;
    const auto *R = dyn_cast<DeclRefExpr>(Operator->getArg(0)->IgnoreParenImpCasts());
    return !R || (isa<VarDecl>(R->getDecl()) && !isa<ParmVarDecl>(R->getDecl()) &&
                  !R->refersToEnclosingVariableOrCapture());
  });
}

bool attaches(const Function &F) {
  const Knowledge &K = Knowledge::get();
  return llvm::any_of(F.Calls, [&](const Call &C) {
    if (isa<CXXConstructExpr>(C.Site)) {
      auto Guard = K.StateGuards.find(typeName(C.Site->getType()));
      return Guard != K.StateGuards.end() && Guard->second == StateOperation::Ensure;
    }
    auto Known = K.StateOperations.find(qualifiedName(*C.Callee));
    return Known != K.StateOperations.end() &&
           (Known->second.What == StateOperation::Ensure || Known->second.What == StateOperation::Attach);
  });
}

/// Whether the function puts a function object into a container.
bool queuesTasks(const Function &F) {
  return llvm::any_of(F.Calls, [](const Call &C) {
    const auto *Method = dyn_cast<CXXMethodDecl>(C.Callee);
    if (!Method || !Method->getIdentifier() || !Knowledge::get().ContainerPushes.contains(Method->getName()))
      return false;
    const auto *Owner = dyn_cast<ClassTemplateSpecializationDecl>(Method->getParent());
    return Owner && Owner->isInStdNamespace() && Owner->getTemplateArgs().size() &&
           Owner->getTemplateArgs()[0].getKind() == TemplateArgument::Type &&
           holdsFunction(Owner->getTemplateArgs()[0].getAsType());
  });
}

} // namespace

/// A pool of the project's own: its threads run what its members put into a queue.
void EntryPoints::addPoolTasks(const UnitIndex &Index) {
  llvm::DenseSet<const Function *> Seen;
  llvm::DenseSet<const CXXRecordDecl *> Pools;
  std::vector<const Function *> Pending;
  for (const EntryPoint &Point : Points)
    if (Point.Where == Context::Detached)
      Pending.push_back(Point.Target);
  while (!Pending.empty()) {
    const Function *F = Pending.back();
    Pending.pop_back();
    if (!Seen.insert(F).second || attaches(*F)) // tasks that it runs may be attached
      continue;
    if (const CXXRecordDecl *Pool = runsTasks(*F) ? classOf(*F) : nullptr)
      Pools.insert(Pool);
    for (const Call &C : F->Calls)
      if (const Function *Callee = Index.find(C.Callee))
        Pending.push_back(Callee);
  }
  for (const auto &F : Index.functions()) {
    const CXXRecordDecl *Pool = classOf(*F);
    if (!Pool || !Pools.contains(Pool) || F->Parent || !queuesTasks(*F))
      continue;
    for (const Call *Caller : F->Callers)
      for (int I = 0; const Expr *Argument = argumentOf(Caller->Site, I); ++I)
        if (const Expr *Task = functionIn(Argument);
            isa_and_nonnull<CXXMethodDecl>(functionNamedBy(Task)) &&
            add(Index, Task, Context::Detached, "task of '" + Pool->getNameAsString() + "'"))
          Points.back().DropsClosure = true;
  }
}

namespace {

/// Whether all that the function does with its only argument, a void pointer, is to delete what it points to.
bool deletesItsArgument(const UnitIndex &Index, const Function &F, unsigned Depth = 2) {
  if (F.Decl->getNumParams() != 1 || !F.Decl->getParamDecl(0)->getType()->isVoidPointerType() ||
      !F.Decl->getReturnType()->isVoidType())
    return false;
  const auto *Body = dyn_cast_or_null<CompoundStmt>(F.Decl->getBody());
  if (!Body || Body->body_empty())
    return false;
  const Stmt *Last = Body->body_back();
  if (const auto *Return = dyn_cast<ReturnStmt>(Last); Return && Return->getRetValue())
    Last = Return->getRetValue();
  if (const auto *Cleanups = dyn_cast<ExprWithCleanups>(Last))
    Last = Cleanups->getSubExpr();
  if (isa<CXXDeleteExpr>(Last))
    return true;
  const auto *C = dyn_cast<CallExpr>(Last);
  const Function *Callee = C ? Index.find(C->getDirectCallee()) : nullptr;
  return Callee && Depth && deletesItsArgument(Index, *Callee, Depth - 1);
}

/// Whether the function counts an object down that threads share.
bool countsDown(const Function &F) {
  return llvm::any_of(F.Calls, [](const Call &C) {
    if (!isOfStandardLibrary(*C.Callee))
      return false;
    return C.Callee->getOverloadedOperator() == OO_MinusMinus ||
           (C.Callee->getIdentifier() && C.Callee->getName() == "fetch_sub");
  });
}

} // namespace

/// What other libraries call when they are done with something of the module's, in whatever thread that is.
void EntryPoints::addReleases(const UnitIndex &Index) {
  for (const auto &F : Index.functions()) {
    if (Known.contains(F.get()) || F->Parent || !F->Decl->isExternallyVisible() ||
        isa<CXXMethodDecl>(F->Decl))
      continue;
    const char *Role = nullptr;
    if (F->Callers.empty() && deletesItsArgument(Index, *F))
      Role = "deleter of an opaque handle";
    else if (countsDown(*F) && llvm::any_of(F->Callers, [&](const Call *C) { return attaches(*C->In); }))
      Role = "release of a handle, which one of its callers attaches for";
    if (Role)
      Points.push_back({F.get(), Context::Detached, Role, F->Decl->getLocation()});
  }
}

/// A function that is cast to the type of a slot is given to that slot, here or in another unit.
void EntryPoints::readCasts(const UnitIndex &Index, const Function &F) {
  if (Known.contains(&F))
    return;
  for (const auto &[Use, Type] : F.Casts)
    if (auto Slot = Knowledge::get().FunctionTypes.find(Type); Slot != Knowledge::get().FunctionTypes.end())
      add(Index, Use, Slot->second, Type);
}

/// Whether the interpreter calls the function from a table of another unit: it has the signature of a method,
/// which it does not choose itself, as parameters say that it has no use for.
static bool looksLikeMethod(const FunctionDecl &F) {
  if (F.getNumParams() != 2 || isa<CXXMethodDecl>(F))
    return false;
  return isPyObject(F.getReturnType()) &&
         llvm::all_of(F.parameters(), [](const ParmVarDecl *P) { return isPyObject(P->getType()); }) &&
         llvm::any_of(F.parameters(),
                      [](const ParmVarDecl *P) { return !P->isUsed() && !P->isReferenced(); });
}

void EntryPoints::addEscaping(const UnitIndex &Index) {
  for (const auto &F : Index.functions())
    readCasts(Index, *F);
  for (const auto &F : Index.functions()) {
    if (Known.contains(F.get()))
      continue;
    if (claimsToBeShared(*F->Decl)) {
      Points.push_back({F.get(), Context::Concurrent, "declared to be shared", F->Decl->getLocation()});
      continue;
    }
    if (F->Callers.empty() && F->AddressTaken.empty() && !F->InTable && F->Decl->isExternallyVisible() &&
        looksLikeMethod(*F->Decl)) {
      Points.push_back(
          {F.get(), Context::Concurrent, "a method in the table of another unit", F->Decl->getLocation()});
      Points.back().IsPrivate = isPrivateName(F->Decl->getName());
      continue;
    }
    if (F->InTable || !F->AddressTaken.empty()) {
      auto Where = F->AddressTaken.empty() ? F->Decl->getLocation() : F->AddressTaken.front()->getBeginLoc();
      Points.push_back({F.get(), Context::Escaped, "function pointer", Where});
    } else if (F->Callers.empty() && !F->Parent && F->Decl->isExternallyVisible() &&
               hasVectorcallSignature(*F->Decl)) {
      Points.push_back(
          {F.get(), Context::Concurrent, "a function with a method's signature", F->Decl->getLocation()});
    } else if (F->Callers.empty() && !F->Parent && F->Decl->isExternallyVisible()) {
      Points.push_back({F.get(), Context::Escaped, "external linkage", F->Decl->getLocation()});
      Points.back().IsLinkage = true;
    }
  }
  addUnreached(Index);
}

/// Functions that only call one another are entered by other units through those that these can name.
void EntryPoints::addUnreached(const UnitIndex &Index) {
  llvm::DenseSet<const Function *> Reached;
  std::vector<const Function *> Pending;
  auto Reach = [&](const Function *F) {
    if (F && Reached.insert(F).second)
      Pending.push_back(F);
    while (!Pending.empty()) {
      const Function *Next = Pending.back();
      Pending.pop_back();
      for (const Call &C : Next->Calls)
        if (const Function *Callee = Index.find(C.Callee); Callee && Reached.insert(Callee).second)
          Pending.push_back(Callee);
    }
  };
  for (const EntryPoint &Point : Points)
    Reach(Point.Target);
  for (const auto &F : Index.functions())
    if (!F->Parent && F->Decl->isExternallyVisible() && !Reached.contains(F.get())) {
      Points.push_back({F.get(), Context::Escaped, "external linkage", F->Decl->getLocation()});
      Points.back().IsLinkage = true;
      Reach(F.get());
    }
}

} // namespace ungil
