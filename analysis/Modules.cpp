#include "analysis/Modules.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Unit.h"

#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {

struct NamedValues : BodyVisitor {
  llvm::DenseSet<const ValueDecl *> Named;
  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    Named.insert(R->getDecl());
    return true;
  }
};

/// What the PyInit function names, and the functions of the project that it calls.
void collect(Unit &U, const Function *F, NamedValues &Into, unsigned Depth) {
  if (Depth > 3)
    return;
  Into.TraverseStmt(F->Decl->getBody());
  for (const Call &C : F->Calls)
    if (const Function *Callee = U.index().find(C.Callee))
      collect(U, Callee, Into, Depth + 1);
}

/// Calls whose results a function returns, itself or through local variables.
struct ReturnedCalls : BodyVisitor {
  llvm::DenseSet<const VarDecl *> Variables;
  std::vector<std::pair<const VarDecl *, const CallExpr *>> Assigned;
  std::vector<const CallExpr *> Calls;
  bool VisitReturnStmt(ReturnStmt *R) override {
    const Expr *Value = R->getRetValue() ? R->getRetValue()->IgnoreParenCasts() : nullptr;
    if (const auto *C = dyn_cast_or_null<CallExpr>(Value))
      Calls.push_back(C);
    else if (const VarDecl *V = variableOf(Value))
      Variables.insert(V);
    return true;
  }
  bool VisitVarDecl(VarDecl *V) override {
    assign(V, V->getInit());
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->getOpcode() == BO_Assign)
      assign(variableOf(B->getLHS()), B->getRHS());
    return true;
  }

private:
  void assign(const VarDecl *V, const Expr *Value) {
    if (const auto *C = dyn_cast_or_null<CallExpr>(Value ? Value->IgnoreParenCasts() : nullptr))
      Assigned.emplace_back(V, C);
  }
};

/// The calls that make what the PyInit function returns. Modules that it makes for the namespace of that one
/// are none that the import statement loads.
void collectMakers(Unit &U, const Function *F, llvm::DenseSet<const CallExpr *> &Into, unsigned Depth) {
  if (Depth > 3)
    return;
  ReturnedCalls Of;
  Of.TraverseStmt(F->Decl->getBody());
  for (auto [V, C] : Of.Assigned)
    if (Of.Variables.contains(V))
      Of.Calls.push_back(C);
  for (const CallExpr *C : Of.Calls) {
    Into.insert(C);
    if (const Function *Callee = U.index().find(C->getDirectCallee()))
      collectMakers(U, Callee, Into, Depth + 1);
  }
}

const Expr *member(const InitListExpr *L, llvm::StringRef Name) {
  unsigned Position = 0;
  for (const FieldDecl *Field : L->getType()->getAsRecordDecl()->fields()) {
    if (Field->getName() == Name)
      return Position < L->getNumInits() ? L->getInit(Position) : nullptr;
    ++Position;
  }
  return nullptr;
}

const InitListExpr *initialiser(const Expr *E) {
  const auto *L = E ? dyn_cast<InitListExpr>(E->IgnoreImplicit()) : nullptr;
  return L && !L->isSemanticForm() && L->getSemanticForm() ? L->getSemanticForm() : L;
}

bool isNull(const Expr *E, ASTContext &Context) {
  return !E || isa<ImplicitValueInitExpr>(E) ||
         E->IgnoreParenCasts()->isNullPointerConstant(Context, Expr::NPC_ValueDependentIsNotNull);
}

/// Py_MOD_GIL_USED is a null pointer.
ModuleDeclaration::Kind declaredBy(const Expr *Value, ASTContext &Context) {
  return isNull(Value, Context) ? ModuleDeclaration::Used : ModuleDeclaration::NotUsed;
}

/// Reads the slots up to the one that ends them.
void readSlots(const InitListExpr *Slots, ASTContext &Context, ModuleDeclaration &M) {
  const auto &Names = Knowledge::get().ModuleSlotNames;
  for (const Expr *Element : Slots->inits()) {
    const InitListExpr *Slot = initialiser(Element);
    Expr::EvalResult Id;
    if (!Slot || Slot->getNumInits() < 2 || !Slot->getInit(0)->EvaluateAsInt(Id, Context))
      continue;
    std::uint64_t Number = Id.Val.getInt().getZExtValue();
    if (Number == 0) {
      M.End = Slot->getBeginLoc();
      return;
    }
    if (Number < Names.size() && Names[Number] == "Py_mod_gil") {
      M.Declared = Slot->getBeginLoc();
      M.Gil = declaredBy(Slot->getInit(1), Context);
      return;
    }
  }
}

/// Where the module is made from its definition.
const Call *creation(Unit &U, const VarDecl *Definition) {
  for (const Call &C : U.index().externalCalls()) {
    const Expr *Argument = argumentOf(C.Site, 0);
    const auto *A = Argument ? dyn_cast<UnaryOperator>(Argument->IgnoreParenCasts()) : nullptr;
    if (A && variableOf(A->getSubExpr()) == Definition)
      return &C;
  }
  return nullptr;
}

std::optional<ModuleDeclaration> fromDefinition(Unit &U, const VarDecl *Definition) {
  const InitListExpr *L = initialiser(Definition->getInit());
  if (!L)
    return std::nullopt;
  ModuleDeclaration M;
  const Expr *Name = member(L, "m_name");
  const auto *Text = Name ? dyn_cast<StringLiteral>(Name->IgnoreParenCasts()) : nullptr;
  M.Name = Text ? Text->getString().str() : Definition->getNameAsString();
  M.Where = M.Remedy = Definition->getLocation();
  const Expr *Slots = member(L, "m_slots");
  if (isNull(Slots, U.context())) {
    M.How = ModuleDeclaration::Call;
    M.Creation = creation(U, Definition);
    M.Remedy = M.Creation ? M.Creation->Site->getBeginLoc() : Definition->getLocation();
    return M;
  }
  const VarDecl *Array = variableOf(Slots);
  const InitListExpr *Elements = Array ? initialiser(Array->getInit()) : nullptr;
  if (Elements)
    readSlots(Elements, U.context(), M);
  else
    M.Gil = ModuleDeclaration::Unknown;
  M.Remedy = Array ? Array->getLocation() : M.Where;
  return M;
}

ModuleDeclaration fromBinding(Unit &U, const EntryPoint &P) {
  ModuleDeclaration M;
  M.How = ModuleDeclaration::Binding;
  M.Where = M.Remedy = U.sources().getExpansionLoc(P.Target->Decl->getLocation());
  CharSourceRange Written = U.sources().getExpansionRange(P.Target->Decl->getLocation());
  llvm::StringRef Text = Lexer::getSourceText(Written, U.sources(), U.context().getLangOpts());
  M.End = Written.getEnd();
  M.Macro = Text.split('(').first.trim().str();
  M.Name = Text.split('(').second.split(',').first.trim().str();
  if (!Text.starts_with("PYBIND11_MODULE"))
    M.Gil = ModuleDeclaration::Unknown;
  else if (Text.contains("mod_gil_"))
    M.Gil = ModuleDeclaration::NotUsed;
  return M;
}

/// A call of PyUnstable_Module_SetGIL: in the function that names the definition, or else for any module.
void declareByCall(Unit &U, const VarDecl *Definition, ModuleDeclaration &M) {
  std::vector<const Call *> Declaring, Here;
  for (const Call &C : U.index().externalCalls())
    if (calls(C.Site, Knowledge::get().GilDeclarations))
      Declaring.push_back(&C);
  bool Elsewhere = false; // the functions that declare a module name another definition
  for (const Call *C : Declaring) {
    NamedValues Of;
    collect(U, C->In, Of, 0);
    if (Of.Named.contains(Definition))
      Here.push_back(C);
    else
      Elsewhere |= llvm::any_of(Of.Named, [](const ValueDecl *D) {
        return isa<VarDecl>(D) && typeName(D->getType()) == "PyModuleDef";
      });
  }
  const Call *By = !Here.empty() ? Here.back() : Elsewhere || Declaring.empty() ? nullptr : Declaring.back();
  if (!By)
    return;
  M.Gil = declaredBy(argumentOf(By->Site, 1), U.context());
  M.Declared = By->Site->getBeginLoc();
}

} // namespace

std::vector<ModuleDeclaration> modulesOf(Unit &U) {
  std::vector<ModuleDeclaration> Found;
  NamedValues InInit;
  llvm::DenseSet<const CallExpr *> Makers;
  for (const EntryPoint &P : U.entryPoints().all()) {
    if (P.Where != Context::Init)
      continue;
    if (Knowledge::get().InitMacros.contains(P.Role)) {
      ModuleDeclaration M = fromBinding(U, P);
      if (llvm::none_of(Found, [&](const ModuleDeclaration &Other) { return Other.Where == M.Where; }))
        Found.push_back(std::move(M));
    } else if (llvm::any_of(Knowledge::get().InitPrefixes, [&](const std::string &Prefix) {
                 return llvm::StringRef(P.Role).starts_with(Prefix);
               })) {
      collect(U, P.Target, InInit, 0);
      collectMakers(U, P.Target, Makers, 0);
    }
  }
  for (const VarDecl *V : U.index().statics())
    if (InInit.Named.contains(V) && typeName(V->getType()) == "PyModuleDef" && !V->getType()->isPointerType())
      if (auto M = fromDefinition(U, V)) {
        if (M->Gil == ModuleDeclaration::Silent)
          declareByCall(U, V, *M);
        Found.push_back(std::move(*M));
      }
  auto IsReturned = [&](const ModuleDeclaration &M) {
    return M.Creation && Makers.contains(dyn_cast<CallExpr>(M.Creation->Site));
  };
  if (llvm::any_of(Found, IsReturned))
    llvm::erase_if(Found, [&](const ModuleDeclaration &M) { return M.Creation && !IsReturned(M); });
  return Found;
}

} // namespace ungil
