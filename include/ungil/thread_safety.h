// The thread-safety level of a function, type or module, in the five words of CPython's own documentation
// (Doc/data/threadsafety.dat, gh-145254). A level is a promise to callers and a claim that the checks read;
// stating a low level honestly is better than pretending that everything is safe.
//
//   UNGIL_SHARED int counter_add(Counter *self, int n);
//   struct UNGIL_DISTINCT Parser { ... };
//
// What the checks make of a level:
//   - the fields of a type that is distinct or below are its users' to guard: nothing is reported of them
//   - a function that is compatible or below runs under a lock of its caller: nothing is reported inside, and
//   a
//     call without any lock is reported (lock-held-contract)
//   - a function that is shared or atomic is taken at its word: two threads call it on one object, and what
//     then races is reported, also where nothing else tells that threads can get there
// C and C++; empty for compilers other than Clang, which the checks are.
#pragma once

#include "ungil/annotations.h"

#define UNGIL_THREAD_SAFETY(level) UNGIL_ATTRIBUTE(annotate("ungil::thread_safety=" #level))

/// Not safe to call from more than one thread at all, whatever the arguments.
#define UNGIL_INCOMPATIBLE UNGIL_THREAD_SAFETY(incompatible)
/// Safe when the caller serialises every call, for instance with one lock of its own.
#define UNGIL_COMPATIBLE UNGIL_THREAD_SAFETY(compatible)
/// Safe from several threads as long as they use distinct objects.
#define UNGIL_DISTINCT UNGIL_THREAD_SAFETY(distinct)
/// Safe on a shared object; a concurrent caller may see an intermediate state of a longer operation.
#define UNGIL_SHARED UNGIL_THREAD_SAFETY(shared)
/// Safe on a shared object, and each call takes effect at one instant.
#define UNGIL_ATOMIC UNGIL_THREAD_SAFETY(atomic)
