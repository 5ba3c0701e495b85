#include "analysis/BoundClasses.h"

#include "analysis/BindingKnowledge.h"
#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/SlotTables.h"
#include "analysis/TypeDiscovery.h"

#include "clang/AST/DeclTemplate.h"

namespace ungil {

using namespace clang;

namespace {

constexpr unsigned MaxDepth = 4; // of members in members and of arguments of templates

std::string classOf(QualType T) {
  const auto *Record = T.getNonReferenceType()->getAsCXXRecordDecl();
  return Record ? qualifiedName(*Record) : "";
}

bool ownsReference(const CXXRecordDecl *Record, const BindingKnowledge &K) {
  if (!Record || !Record->hasDefinition())
    return false;
  return K.Owners.contains(qualifiedName(*Record)) ||
         llvm::any_of(Record->getDefinition()->bases(), [&](const CXXBaseSpecifier &B) {
           return ownsReference(B.getType()->getAsCXXRecordDecl(), K);
         });
}

class MemberFinder {
public:
  MemberFinder(Unit &U, const llvm::DenseSet<const FieldDecl *> &Written,
               const llvm::DenseSet<const Decl *> &Bases)
      : U(U), Written(Written), BoundBases(Bases) {}
  std::vector<const FieldDecl *> Found;

  void gather(const CXXRecordDecl *Record, unsigned Depth = 0) {
    Record = Record ? Record->getDefinition() : nullptr;
    if (!Record || Depth > MaxDepth || !U.scope().contains(Record->getLocation()))
      return;
    for (const CXXBaseSpecifier &B : Record->bases())
      if (const auto *Base = B.getType()->getAsCXXRecordDecl();
          Base && !BoundBases.contains(Base->getCanonicalDecl()))
        gather(Base, Depth + 1);
    for (const FieldDecl *Field : Record->fields())
      if (holdsReference(Field, Field->getType(), 0))
        Found.push_back(Field);
      else
        gather(Field->getType()->getAsCXXRecordDecl(), Depth + 1);
  }

private:
  bool holdsReference(const FieldDecl *Field, QualType T, unsigned Depth) const {
    const BindingKnowledge &K = BindingKnowledge::get();
    while (const auto *Array = T->getAsArrayTypeUnsafe())
      T = Array->getElementType();
    const auto *Record = T->getAsCXXRecordDecl();
    if (!Record || Depth > MaxDepth)
      return false;
    std::string Name = qualifiedName(*Record);
    if (K.LeafWrappers.contains(Name))
      return false;
    if (K.Callables.contains(Name))
      return Written.contains(Field->getCanonicalDecl());
    if (ownsReference(Record, K))
      return true;
    const auto *Special = dyn_cast<ClassTemplateSpecializationDecl>(Record);
    return Special && llvm::any_of(Special->getTemplateArgs().asArray(), [&](const TemplateArgument &A) {
             return A.getKind() == TemplateArgument::Type && holdsReference(Field, A.getAsType(), Depth + 1);
           });
  }

  Unit &U;
  const llvm::DenseSet<const FieldDecl *> &Written;
  const llvm::DenseSet<const Decl *> &BoundBases;
};

/// Arrays of slots that an expression names.
struct SlotArrays : BodyVisitor {
  std::vector<const VarDecl *> Found;
  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    const auto *V = dyn_cast<VarDecl>(R->getDecl());
    if (V && V->getType()->isArrayType())
      Found.push_back(V);
    return true;
  }
};

/// Unless the slots are seen and tp_traverse is not among them.
bool givesTraverse(const Expr *Setup, const ASTContext &Context) {
  SlotArrays Arrays;
  Arrays.TraverseStmt(const_cast<Expr *>(Setup));
  bool Seen = false;
  for (const VarDecl *V : Arrays.Found)
    for (const Expr *Element : elementsOf(V->getAnyInitializer())) {
      auto Slot = slotElement(Element, Context);
      if (Slot && Slot->Name == "tp_traverse")
        return true;
      Seen = true;
    }
  return !Seen;
}

/// Members that Python code can store in: .def_readwrite("callback", &Widget::callback).
llvm::DenseSet<const FieldDecl *> membersWritten(const UnitIndex &Index) {
  llvm::DenseSet<const FieldDecl *> Written;
  for (const Call &C : Index.externalCalls()) {
    const auto *Site = dyn_cast<CallExpr>(C.Site);
    if (!Site || !BindingKnowledge::get().MembersWritten.contains(calleeName(Site)))
      continue;
    for (const Expr *Argument : Site->arguments()) {
      const auto *Address = dyn_cast<UnaryOperator>(Argument->IgnoreParenImpCasts());
      const auto *Named = Address ? dyn_cast<DeclRefExpr>(Address->getSubExpr()->IgnoreParens()) : nullptr;
      if (const auto *Field = Named ? dyn_cast<FieldDecl>(Named->getDecl()) : nullptr)
        Written.insert(Field->getCanonicalDecl());
    }
  }
  return Written;
}

} // namespace

std::vector<BoundClass> boundClasses(Unit &U) {
  std::vector<BoundClass> Found;
  std::optional<llvm::DenseSet<const FieldDecl *>> Written;
  for (const Call &C : U.index().externalCalls()) {
    const auto *Made = dyn_cast<CXXConstructExpr>(C.Site);
    const auto *Binding =
        Made ? dyn_cast<ClassTemplateSpecializationDecl>(Made->getConstructor()->getParent()) : nullptr;
    auto Known = Binding ? BindingKnowledge::get().Classes.find(qualifiedName(*Binding))
                         : BindingKnowledge::get().Classes.end();
    if (Known == BindingKnowledge::get().Classes.end() || Made->getConstructor()->isCopyOrMoveConstructor())
      continue;
    BoundClass B;
    B.At = Made;
    B.SlotsBy = Known->second;
    llvm::DenseSet<const Decl *> Bases;
    for (const TemplateArgument &A : Binding->getTemplateArgs().asArray()) {
      llvm::ArrayRef<TemplateArgument> Each =
          A.getKind() == TemplateArgument::Pack ? A.getPackAsArray() : llvm::ArrayRef<TemplateArgument>(A);
      for (const TemplateArgument &Type : Each)
        if (const auto *Record =
                Type.getKind() == TemplateArgument::Type ? Type.getAsType()->getAsCXXRecordDecl() : nullptr) {
          if (!B.Class)
            B.Class = Record;
          else
            Bases.insert(Record->getCanonicalDecl());
        }
    }
    for (const Expr *Argument : Made->arguments())
      B.Traversed |= classOf(Argument->getType()) == B.SlotsBy && givesTraverse(Argument, U.context());
    if (!Written)
      Written = membersWritten(U.index());
    MemberFinder Finder(U, *Written, Bases);
    Finder.gather(B.Class);
    B.Members = std::move(Finder.Found);
    Found.push_back(std::move(B));
  }
  return Found;
}

} // namespace ungil
