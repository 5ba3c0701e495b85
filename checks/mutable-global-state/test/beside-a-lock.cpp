// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// Who calls the functions of an interface is not seen. A struct with a lock is there for several threads.
#include <Python.h>
#include <mutex>

struct Node { void (*run)(void *); void *payload; Node *next; };

struct Registry { Node first; PyMutex mutex; };
extern Registry *registry;
void add(void (*run)(void *), void *payload) {
  Node *first = &registry->first, *next = new Node(*first);
  first->next = next;
  first->run = run;
}

// Without a lock in the struct it may be all set up before threads run; under the lock it is right.
struct Settings { Node first; };
extern Settings *settings;
void set(void *payload) { settings->first.payload = payload; }
struct Careful { Node first; std::mutex mutex; };
extern Careful *careful;
void add_carefully(void *payload) {
  std::lock_guard<std::mutex> held(careful->mutex);
  careful->first.payload = payload;
}
// A struct of the function's own, which is published when it is complete.
Careful *make_careful(void *payload) {
  Careful *made = new Careful;
  made->first.payload = payload;
  careful = made;
  return made;
}
// CHECK: :[[@LINE-21]]:3: warning: 'registry->first.next' is written in 'add' with no common lock; a thread can use or free what another has replaced on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-24]]:6: note: 'add' can be called from elsewhere, by any thread
// CHECK-NEXT: :[[@LINE-26]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: end of report
