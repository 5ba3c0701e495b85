#include "analysis/Names.h"

#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

namespace ungil {

using namespace clang;

std::string qualifiedName(const NamedDecl &D) {
  llvm::SmallVector<llvm::StringRef, 6> Parts;
  std::string Own = D.getIdentifier() ? D.getName().str() : D.getNameAsString();
  for (const DeclContext *C = D.getDeclContext(); C; C = C->getParent()) {
    if (const auto *N = dyn_cast<NamespaceDecl>(C)) {
      if (!N->isInline() && !N->isAnonymousNamespace())
        Parts.push_back(N->getName());
    } else if (const auto *R = dyn_cast<RecordDecl>(C)) {
      Parts.push_back(R->getName());
    }
  }
  std::string Name;
  for (llvm::StringRef Part : llvm::reverse(Parts))
    if (!Part.empty())
      (Name += Part) += "::";
  return Name + Own;
}

std::string typeName(const RecordDecl &D) {
  if (const TypedefNameDecl *Typedef = D.getTypedefNameForAnonDecl())
    return qualifiedName(*Typedef);
  return qualifiedName(D);
}

std::string typeName(QualType T) {
  T = T.getNonReferenceType();
  while (T->isPointerType())
    T = T->getPointeeType();
  if (const auto *R = T->getAs<RecordType>())
    return typeName(*R->getDecl());
  if (const auto *Typedef = T->getAs<TypedefType>())
    return qualifiedName(*Typedef->getDecl());
  return {};
}

bool isPyObject(QualType T) {
  std::string Name = typeName(T);
  return Name == "PyObject" || Name == "_object";
}

std::string displayName(const FunctionDecl &F) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  if (!Method)
    return F.getNameAsString();
  if (Method->getParent()->isLambda()) {
    const SourceManager &Sources = F.getASTContext().getSourceManager();
    return "lambda at line " +
           std::to_string(Sources.getExpansionLineNumber(Method->getParent()->getBeginLoc()));
  }
  return Method->getParent()->getNameAsString() + "::" + F.getNameAsString();
}

bool hasWord(llvm::StringRef Name, llvm::StringRef Word) {
  for (std::size_t At = Name.find_insensitive(Word); At != llvm::StringRef::npos;
       At = Name.find_insensitive(Word, At + 1)) {
    std::size_t End = At + Word.size();
    bool Begins =
        At == 0 || !llvm::isAlpha(Name[At - 1]) || (llvm::isUpper(Name[At]) && llvm::isLower(Name[At - 1]));
    bool Ends = End == Name.size() || !llvm::isLower(Name[End]);
    if (Begins && Ends)
      return true;
  }
  return false;
}

} // namespace ungil
