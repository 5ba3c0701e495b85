// What the types forbid. Without a case this file compiles; each case adds one line that must not, and says why.
#include "ungil/ungil.h"

#include <map>
#include <memory>

using namespace ungil;

struct Good {
  Py<> reference;
  std::vector<std::pair<Py<>, long>> pairs;
  NoRefs<void *> handle;
};

template <class State> int traversed() {
  using slots = gc_slots<gc_class<State>>;
  return slots::traverse(nullptr, nullptr, nullptr) + slots::clear(nullptr);
}

void sound(Attached &attached, PyObject *object) {
  Py<> a = Py<>::borrow(attached, object);
  Py<> b = a.clone(attached);
  Py<> c = std::move(b);
  traversed<Good>();
}

#ifdef COPY_HANDLE // deleted
void copy(const Py<> &a) { Py<> b = a; }
#endif
#ifdef ASSIGN_HANDLE // deleted
void assign(Py<> &a, const Py<> &b) { a = b; }
#endif
#ifdef CLONE_WITHOUT_PROOF // clone
Py<> clone(const Py<> &a) { return a.clone(); }
#endif
#ifdef BORROW_WITHOUT_PROOF // borrow
Py<> borrow(PyObject *object) { return Py<>::borrow(object); }
#endif
#ifdef HANDLE_FROM_RAW_POINTER // Py
Py<> from_raw(PyObject *object) { return object; }
#endif
#ifdef CAPTURE_HANDLE_BY_COPY // deleted
auto capture(const Py<> &a) { return [a] { return a.get(); }; }
#endif
#ifdef MAKE_TOKEN // protected
void make() { Attached attached; }
#endif
#ifdef NEW_TOKEN // deleted
void heap() { new AttachScope; }
#endif
#ifdef COPY_TOKEN // deleted
void copy_token(const EntryScope &a) { EntryScope b = a; }
#endif
#ifdef MOVE_TOKEN // deleted
void move_token(AttachScope &a) { AttachScope b = std::move(a); }
#endif
#ifdef DETACH_BY_CONST_PROOF // Detached
void detach(const Attached &attached) { Detached detached(attached); }
#endif
#ifdef COPY_BORROW // deleted
void copy_borrow(const RefMut<long> &a) { RefMut<long> b = a; }
#endif
#ifdef WRITE_THROUGH_SHARED_BORROW // read-only|const
void write(Cell<long> &cell) { *cell.try_borrow() = 1; }
#endif
#ifdef IGNORE_BORROW // nodiscard
void ignore(BorrowFlag &flag) { flag.try_exclusive(); }
#endif
#ifdef RAW_POINTER_MEMBER // use ungil::Py<>
struct Raw {
  Py<> seen;
  PyObject *forgotten;
};
int raw = traversed<Raw>();
#endif
#ifdef RAW_POINTER_IN_VECTOR // use ungil::Py<>
struct RawVector {
  std::vector<PyObject *> forgotten;
};
int raw_vector = traversed<RawVector>();
#endif
#ifdef ATOMIC_POINTER_MEMBER // nobody told the collector
struct AtomicPointer {
  std::atomic<PyObject *> forgotten;
};
int atomic_pointer = traversed<AtomicPointer>();
#endif
#ifdef OPAQUE_MEMBER // nobody told the collector
class Opaque {
  PyObject *hidden = nullptr;

public:
  PyObject *get() { return hidden; }
};
struct HasOpaque {
  Opaque opaque;
};
int opaque = traversed<HasOpaque>();
#endif
#ifdef MAP_MEMBER // nobody told the collector
struct HasMap {
  std::map<long, Py<>> map;
};
int has_map = traversed<HasMap>();
#endif
#ifdef SHARED_PTR_MEMBER // nobody told the collector
struct HasShared {
  std::shared_ptr<Py<>> shared;
};
int has_shared = traversed<HasShared>();
#endif
#ifdef STATE_WITH_CONSTRUCTOR // must be an aggregate
struct Constructed {
  Constructed() {}
  Py<> reference;
};
int constructed = traversed<Constructed>();
#endif
#ifdef MORE_MEMBERS_THAN_COUNTED // 16
struct Many {
  Py<> a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q;
};
int many = traversed<Many>();
#endif
