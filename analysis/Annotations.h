// What the source says of its own locking: Clang's thread-safety attributes, comments for locks that no
// attribute can name, such as one that is held in Python code: "// ungil: guarded-by(name)", and the levels
// of ungil/thread_safety.h.
#pragma once

#include "clang/AST/Decl.h"

namespace ungil {

/// Whether the variable or field is declared to be guarded: guarded_by, pt_guarded_by, the comment on its
/// line or on the one before, or a type whose level leaves it to callers that no two threads use one object:
/// distinct or below. Who keeps to it is for Clang's -Wthread-safety to verify, or for the project.
bool isDeclaredGuarded(const clang::ValueDecl &);

/// Whether the function is declared to run under a lock that its callers take: requires_capability and its
/// older spellings, no_thread_safety_analysis, the comment before it, a level that leaves it to callers that
/// no two calls run at once (incompatible, compatible), or an assertion at its beginning that the lock is
/// held, whether or not this build compiles it.
bool isDeclaredUnderLock(const clang::FunctionDecl &);

/// Whether the function claims that several threads can call it on one object: level shared or atomic.
bool claimsToBeShared(const clang::FunctionDecl &);

} // namespace ungil
