// Which types drop a reference when an object of theirs dies.

#include "analysis/AccessPath.h"
#include "analysis/Names.h"
#include "analysis/StateExpressions.h"
#include "analysis/StateFlow.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

/// Whether another unit defines the destructor of a class with pointers to objects. Somebody has written it
/// for those: pointers that are only borrowed need none.
static bool destroyedElsewhere(const CXXRecordDecl &Record) {
  const CXXDestructorDecl *Dtor = Record.getDestructor();
  return Dtor && Dtor->isUserProvided() && !Dtor->isDefined() &&
         llvm::any_of(Record.fields(), [](const FieldDecl *Field) {
           QualType T = Field->getType();
           return T->isPointerType() && isObjectStruct(T->getPointeeType()->getAsRecordDecl());
         });
}

static bool mentions(const Stmt *S, const FieldDecl *Field) {
  if (const auto *M = dyn_cast<MemberExpr>(S); M && M->getMemberDecl() == Field)
    return true;
  return llvm::any_of(S->children(), [&](const Stmt *Child) { return Child && mentions(Child, Field); });
}

/// Whether the variable is made from the field, which holds nothing afterwards.
static bool isMovedFrom(const Decl *Declared, const FieldDecl *Field) {
  const auto *V = dyn_cast<VarDecl>(Declared);
  const auto *Made = V && V->getInit() ? dyn_cast<CXXConstructExpr>(makerOf(V->getInit())) : nullptr;
  const auto *Move = Made && Made->getNumArgs() == 1 && Made->getConstructor()->isMoveConstructor()
                         ? dyn_cast<CallExpr>(Made->getArg(0)->IgnoreParenCasts())
                         : nullptr;
  return Move && Move->isCallToStdMove() && namedBy(Move->getArg(0)) == Field;
}

/// Whether the code empties the field whenever it holds something: what runs afterwards finds nothing in it.
static bool empties(const Stmt *S, const FieldDecl *Field) {
  if (const auto *Block = dyn_cast_or_null<CompoundStmt>(S))
    return llvm::any_of(Block->body(), [&](const Stmt *Child) { return empties(Child, Field); });
  if (const auto *D = dyn_cast_or_null<DeclStmt>(S))
    return llvm::any_of(D->decls(), [&](const Decl *Declared) { return isMovedFrom(Declared, Field); });
  if (const auto *If = dyn_cast_or_null<IfStmt>(S))
    return mentions(If->getCond(), Field) && empties(If->getThen(), Field);
  const auto *E = dyn_cast_or_null<Expr>(S);
  const auto *C = E ? dyn_cast<CXXMemberCallExpr>(makerOf(E)) : nullptr;
  if (C && C->getMethodDecl()->getIdentifier() &&
      Knowledge::get().Emptiers.contains(C->getMethodDecl()->getName()))
    return namedBy(C->getImplicitObjectArgument()) == Field;
  const auto *Assignment = E ? dyn_cast<CXXOperatorCallExpr>(makerOf(E)) : nullptr;
  return Assignment && Assignment->getOperator() == OO_Equal && namedBy(Assignment->getArg(0)) == Field &&
         makesEmpty(Assignment->getArg(1));
}

/// The function that calling an object of the type runs, when there is one.
static const FunctionDecl *callOf(QualType T) {
  const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
  if (!Record || !Record->hasDefinition())
    return nullptr;
  const CXXMethodDecl *Found = nullptr;
  for (const CXXMethodDecl *Method : Record->methods())
    if (Method->getOverloadedOperator() == OO_Call)
      Found = Found ? nullptr : Method;
  return Found;
}

/// Whether what a pointer of the library's calls with what it points to drops a reference.
bool ThreadStates::deletesReference(DetachedUse &Use, const FunctionDecl *Deleter) {
  if (const Function *F = Index.find(Deleter)) {
    auto Inside = usesWhenEnteredDetached(*F);
    if (Inside.empty())
      return false;
    Use.What = Inside.front()->innermost().What;
    Use.Callee = F;
    Use.Inner = Inside.front();
    return true;
  }
  PythonApi::Need What = Api.needOf(Deleter);
  if (What != PythonApi::Nothing)
    Use.What = What;
  return What != PythonApi::Nothing;
}

bool ThreadStates::destroysContent(DetachedUse &Use, const VarDecl &V) {
  const CXXRecordDecl *Record = V.getType()->getAsCXXRecordDecl();
  if (!Record || !Record->isInStdNamespace() || !V.getInit())
    return false;
  const auto *Made = dyn_cast<CXXConstructExpr>(makerOf(V.getInit()));
  if (!Made)
    return false;
  const bool Pointer = Knowledge::get().OwningPointers.contains(typeName(V.getType()));
  return llvm::any_of(Made->arguments(), [&](const Expr *Argument) {
    if (Pointer)
      return deletesReference(Use, functionNamedBy(Argument));
    const CXXRecordDecl *Content = makerOf(Argument)->getType()->getAsCXXRecordDecl();
    return Content && Content->isLambda() && destroysReference(Use, makerOf(Argument)->getType());
  });
}

bool ThreadStates::destroysReference(DetachedUse &Use, QualType T, unsigned Depth) {
  T = Index.context().getBaseElementType(T);
  const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
  if (!Record || !Record->hasDefinition() || Record->hasTrivialDestructor() || Depth > 6)
    return false;
  Record = Record->getDefinition();
  if (Knowledge::get().ImmortalOwners.contains(qualifiedName(*Record)))
    return false;
  const CXXDestructorDecl *Dtor = Record->getDestructor();
  const Function *F = Index.find(Dtor);
  if (F) {
    auto Inside = usesWhenEnteredDetached(*F);
    if (!Inside.empty()) {
      Use.What = Inside.front()->innermost().What;
      Use.Callee = F;
      Use.Inner = Inside.front();
      return true;
    }
    const Facts *Effect = effectOf(F, Attachment::Detached);
    if (Effect && !Effect->Returns)
      return false;
  } else if (ownsReference(*Record)) {
    Use.What = PythonApi::Decrement;
    return true;
  } else if (Index.scope().contains(Record->getLocation()) && destroyedElsewhere(*Record)) {
    Use.What = PythonApi::Decrement;
    Use.Unseen = Record;
    return true;
  }
  if (Record->isEmpty()) // allocators and comparisons of the type hold none
    return false;
  if (const auto *Template = dyn_cast<ClassTemplateSpecializationDecl>(Record);
      Template && Record->isInStdNamespace()) {
    std::vector<TemplateArgument> Arguments;
    for (const TemplateArgument &A : Template->getTemplateArgs().asArray())
      if (A.getKind() == TemplateArgument::Pack)
        Arguments.insert(Arguments.end(), A.pack_begin(), A.pack_end());
      else
        Arguments.push_back(A);
    const bool Pointer = Knowledge::get().OwningPointers.contains(typeName(*Record));
    return llvm::any_of(Arguments, [&](const TemplateArgument &A) {
      return A.getKind() == TemplateArgument::Type &&
             (destroysReference(Use, A.getAsType(), Depth + 1) ||
              (Pointer && deletesReference(Use, callOf(A.getAsType()))));
    });
  }
  for (const CXXBaseSpecifier &Base : Record->bases())
    if (destroysReference(Use, Base.getType(), Depth + 1))
      return true;
  for (const FieldDecl *Field : Record->fields())
    if (!(F && empties(F->Decl->getBody(), Field)) && destroysReference(Use, Field->getType(), Depth + 1))
      return true;
  return false;
}

} // namespace ungil
