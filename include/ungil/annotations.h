/* Annotations that compilers and checkers read; all of them expand to nothing elsewhere. Usable from C and
 * C++.
 *
 * The first group is Clang's thread-safety analysis (-Wthread-safety). The second is ungil's own, kept in the
 * syntax tree as annotate("ungil::...") strings. */
#ifndef UNGIL_ANNOTATIONS_H
#define UNGIL_ANNOTATIONS_H

#if defined(__clang__)
#define UNGIL_ATTRIBUTE(x) __attribute__((x))
#else
#define UNGIL_ATTRIBUTE(x)
#endif

#define UNGIL_CAPABILITY(name) UNGIL_ATTRIBUTE(capability(name))
#define UNGIL_SCOPED_CAPABILITY UNGIL_ATTRIBUTE(scoped_lockable)
#define UNGIL_GUARDED_BY(lock) UNGIL_ATTRIBUTE(guarded_by(lock))
#define UNGIL_PT_GUARDED_BY(lock) UNGIL_ATTRIBUTE(pt_guarded_by(lock))
#define UNGIL_REQUIRES(...) UNGIL_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define UNGIL_ACQUIRE(...) UNGIL_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define UNGIL_RELEASE(...) UNGIL_ATTRIBUTE(release_capability(__VA_ARGS__))
#define UNGIL_EXCLUDES(...) UNGIL_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define UNGIL_NO_THREAD_SAFETY_ANALYSIS UNGIL_ATTRIBUTE(no_thread_safety_analysis)

/* The function may run arbitrary Python code. Other threads can then run, critical sections of the caller can
 * be suspended, and what was read before the call must be read again. */
#define UNGIL_MAY_RUN_PYTHON UNGIL_ATTRIBUTE(annotate("ungil::may_run_python"))

/* "This thread is detached", as a capability: held between PyEval_SaveThread and PyEval_RestoreThread. A
 * function that needs an attached thread state excludes it. The object is named in attributes only and never
 * defined. */
#ifdef __cplusplus
extern "C" {
#endif
struct UNGIL_CAPABILITY("detached thread state") ungil_detached_state {
  char unused;
};
extern struct ungil_detached_state ungil_detached;
#ifdef __cplusplus
}
#endif

/* Only callable with an attached thread state. */
#define UNGIL_NEEDS_ATTACHED UNGIL_EXCLUDES(ungil_detached) UNGIL_ATTRIBUTE(annotate("ungil::needs_attached"))

#endif
