// What the source says of its own locking: Clang's thread-safety attributes, and comments for locks that no
// attribute can name, such as one that is held in Python code: "// ungil: guarded-by(name)".
#pragma once

#include "clang/AST/Decl.h"

namespace ungil {

/// Whether the variable or field is declared to be guarded: guarded_by, pt_guarded_by, or the comment on its
/// line or on the one before. Who keeps to it is for Clang's -Wthread-safety to verify, or for the project.
bool isDeclaredGuarded(const clang::ValueDecl &);

/// Whether the function is declared to run under a lock that its callers take: requires_capability and its
/// older spellings, no_thread_safety_analysis, the comment before it, or an assertion at its beginning that
/// the lock is held, whether or not this build compiles it.
bool isDeclaredUnderLock(const clang::FunctionDecl &);

} // namespace ungil
