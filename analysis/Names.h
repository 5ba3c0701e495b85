// Names as analysis/knowledge/*.json writes them.
#pragma once

#include "clang/AST/Decl.h"
#include "clang/AST/Type.h"

#include <string>

namespace ungil {

/// Qualified, without inline and anonymous namespaces and template arguments: "std::lock_guard".
std::string qualifiedName(const clang::NamedDecl &);

/// The record, typedef or builtin behind references, pointers and sugar; empty when it has no name. A typedef
/// of an unnamed struct has the typedef's name, as in C.
std::string typeName(clang::QualType);

/// The same for a record that is known.
std::string typeName(const clang::RecordDecl &);
/// Whether the type is PyObject, whose struct has another name in the headers of Python; or a pointer to it.
bool isPyObject(clang::QualType);

/// For messages: 'f', 'Class::method', or "a lambda".
std::string displayName(const clang::FunctionDecl &);

/// Whether a word of the name is the given one, which is in lower case: "PyArray_SimpleNew2" and "list_new"
/// have "new", "newest" has not.
bool hasWord(llvm::StringRef Name, llvm::StringRef Word);

} // namespace ungil
