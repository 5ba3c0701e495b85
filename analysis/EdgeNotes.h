// Words for the reports about fields, and the places in functions where a repair can be written.
#pragma once

#include "analysis/Diagnosis.h"
#include "analysis/TypeGraph.h"

namespace ungil {

/// "'a'", "'a' and 'b'", "'a', 'b' and 'c'"; of many, the first ones.
std::string quotedFields(llvm::ArrayRef<const Edge *>);

/// A note at the field's declaration, then one at what shows that it is owned.
void explainEdge(const Edge &, llvm::StringRef Trouble, std::vector<Remark> &Notes);

/// Says that the type is a heap type, at the spec or the slots that it is made from.
Remark heapTypeNote(const TypeInfo &);

/// Python code can make instances or call their methods; else they are parts of other objects.
bool isVisible(const TypeInfo &);

/// A remark at the name of a function or variable.
clang::SourceRange nameRange(const clang::NamedDecl *);

/// How the function writes its object, such as "self" or "((Box *)o)", taken from an access to one of the
/// struct's fields in it; empty when it has none that is written in the file.
std::string spellingOfSelf(const Function *, const clang::RecordDecl *, const clang::ASTContext &);

/// Statements written on lines of their own before the function's last one, which must be `return 0`, or
/// before its first that is no declaration. Empty where the body is not plain text of the file.
std::optional<Repair> insertBeforeReturn(const clang::FunctionDecl *, llvm::ArrayRef<std::string> Statements,
                                         std::string Description, const clang::ASTContext &);
std::optional<Repair> insertFirst(const clang::FunctionDecl *, llvm::ArrayRef<std::string> Statements,
                                  std::string Description, const clang::ASTContext &);

/// What the file says there, on one line, arguments of macros too; else empty.
std::string sourceText(clang::SourceRange, const clang::ASTContext &);

/// Whether the expression is a statement of a block, so that its value is not used.
bool isStatement(const clang::Expr *, clang::ASTContext &);

/// Whether the parameters are called as Py_VISIT wants them.
bool canUseVisitMacro(const clang::FunctionDecl *Traverse);

} // namespace ungil
