// What a call asks of the thread that makes it: an attached thread state, or nothing. By name, for CPython's
// own functions and for those of binding libraries (analysis/knowledge/thread-state.json).
#pragma once

#include "analysis/Knowledge.h"
#include "analysis/ProjectScope.h"

#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "llvm/ADT/DenseMap.h"

namespace ungil {

class PythonApi {
public:
  explicit PythonApi(const ProjectScope &Scope) : Scope(Scope) {}

  enum Need {
    Nothing,
    Attached,  ///< touches objects or the interpreter
    Increment, ///< changes a reference count
    Decrement,
  };
  /// Nothing for functions that the project defines; those are followed.
  Need needOf(const clang::FunctionDecl *);
  /// The operation of a call by name; null when it has none.
  const StateOperation *operationOf(const clang::FunctionDecl *);

private:
  struct Entry {
    Need What = Nothing;
    const StateOperation *Operation = nullptr;
  };
  const Entry &entryOf(const clang::FunctionDecl *);
  Need classify(const clang::FunctionDecl &, llvm::StringRef Name) const;
  static Need ofBinding(const clang::FunctionDecl &);

  const ProjectScope &Scope;
  llvm::DenseMap<const clang::FunctionDecl *, Entry> Known;
};

/// The guard that the type is, for the thread state; null when it is none.
const StateOperation::Kind *stateGuard(clang::QualType);

/// Whether the function's result tells that the calling thread is attached: a test of the interpreter's, or a
/// function that returns nothing but the answer of one.
bool tellsAttached(const clang::FunctionDecl &);

/// Whether objects of the class itself, base classes aside, own a reference.
bool ownsReference(const clang::CXXRecordDecl &);

/// Whether the place is in the expansion of a macro whose content is not judged, such as assert.
bool inIgnoredMacro(clang::SourceLocation, const clang::ASTContext &);

/// Whether the expression names an object that is never freed, such as None.
bool isImmortal(const clang::Expr *);

} // namespace ungil
