// Every component that needs an interpreter, as a Python module for the tests beside it. `broken` types
// forget one duty each, to show that the tests would notice.
#include "ungil/ungil.h"

#include <mutex>
#include <thread>

using namespace ungil;

namespace {

std::atomic<long> live_states{0};
struct CountsLife {
  CountsLife() noexcept { ++live_states; }
  ~CountsLife() { --live_states; }
};

template <class T> PyTypeObject *&type_of() {
  static PyTypeObject *type = nullptr; // written by module exec only; the test uses one interpreter
  return type;
}

PyObject *none(const Attached &attached) { return Py<>::borrow(attached, Py_None).release(); }

// Node: a container with a free list. Its links are behind a Cell; `cached` is made once.

struct Links {
  Py<> next;
  std::vector<Py<>> items;
};
struct NodeState {
  Cell<Links> links;
  OnceRef cached;
  NoRefs<CountsLife> life;
};
using Node = gc_class<NodeState, no_base, FreeList<NodeState>>;

PyObject *node_get_next(PyObject *self, void *) {
  EntryScope attached;
  auto links = Node::of(self).links.borrow(attached);
  if (!links)
    return nullptr;
  return links->next ? links->next.clone(attached).release() : none(attached);
}

int node_set_next(PyObject *self, PyObject *value, void *) {
  EntryScope attached;
  Py<> next = value && value != Py_None ? Py<>::borrow(attached, value) : Py<>();
  auto links = Node::of(self).links.borrow_mut(attached);
  if (!links)
    return -1;
  std::swap(links->next, next); // the old value is dropped after the borrow
  links = {};
  return 0;
}

PyObject *node_append(PyObject *self, PyObject *item) {
  EntryScope attached;
  auto links = Node::of(self).links.borrow_mut(attached);
  if (!links)
    return nullptr;
  links->items.push_back(Py<>::borrow(attached, item));
  return none(attached);
}

PyObject *node_cached(PyObject *self, PyObject *make) {
  EntryScope attached;
  return Py<>::borrow(attached, Node::of(self).cached.get_or_init(
                                    attached, [&] { return Py<>::steal(PyObject_CallNoArgs(make)); }))
      .release();
}

PyGetSetDef node_getset[] = {{"next", node_get_next, node_set_next, nullptr, nullptr}, {}};
PyMethodDef node_methods[] = {
    {"append", node_append, METH_O, nullptr}, {"cached", node_cached, METH_O, nullptr}, {}};
PyType_Slot node_slots[] = {{Py_tp_getset, node_getset}, {Py_tp_methods, node_methods}, {0, nullptr}};

// Leaf: derives from Node natively and owns one more reference. Table: derives from dict.

struct LeafState {
  Py<> extra;
  NoRefs<CountsLife> life;
};
using Leaf = gc_class<LeafState, Node>;

struct dict_base {
  using object_type = PyDictObject;
  static PyTypeObject *type() { return &PyDict_Type; }
};
using Table = gc_class<LeafState, dict_base>;

template <class C> int set_extra(PyObject *self, PyObject *value, void *) {
  EntryScope attached;
  Py<> old = Py<>::borrow(attached, value);
  {
    CriticalSection section(attached, self);
    std::swap(C::of(self).extra, old);
  }
  return 0;
}
PyGetSetDef leaf_getset[] = {{"extra", nullptr, set_extra<Leaf>, nullptr, nullptr}, {}};
PyGetSetDef table_getset[] = {{"extra", nullptr, set_extra<Table>, nullptr, nullptr}, {}};
PyType_Slot leaf_slots[] = {{Py_tp_getset, leaf_getset}, {0, nullptr}};
PyType_Slot table_slots[] = {{Py_tp_getset, table_getset}, {0, nullptr}};

// Finalised: has tp_finalize.

struct FinalState {
  Py<> extra;
  NoRefs<CountsLife> life;
};
using Finalised = gc_class<FinalState>;
std::atomic<long> finalised{0};
void finalise(PyObject *) { ++finalised; }
PyGetSetDef final_getset[] = {{"extra", nullptr, set_extra<Finalised>, nullptr, nullptr}, {}};
PyType_Slot final_slots[] = {
    {Py_tp_getset, final_getset}, {Py_tp_finalize, reinterpret_cast<void *>(finalise)}, {0, nullptr}};

// Broken types, made by hand, that forget one duty each: a field in traverse, clear, the base's fields, the
// type of the instance, to track an object that comes from a free list. `Whole` forgets none.

struct BrokenObject {
  PyObject base;
  PyObject *extra;
  PyObject *derived_extra;
};
BrokenObject *broken(PyObject *self) { return reinterpret_cast<BrokenObject *>(self); }
PyObject *broken_new(PyTypeObject *type, PyObject *, PyObject *) {
  PyObject *self = type->tp_alloc(type, 0);
  live_states += self != nullptr;
  return self;
}
void broken_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Py_XDECREF(broken(self)->extra);
  --live_states;
  type->tp_free(self);
  Py_DECREF(type);
}
int broken_set_extra(PyObject *self, PyObject *value, void *) {
  EntryScope attached;
  Py_INCREF(value);
  {
    CriticalSection section(attached, self);
    std::swap(broken(self)->extra, value);
  }
  Py_XDECREF(value);
  return 0;
}
int traverse_type_only(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  return 0;
}
int traverse_all(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(broken(self)->extra);
  return traverse_type_only(self, visit, arg);
}
int clear_all(PyObject *self) {
  Py_CLEAR(broken(self)->extra);
  return 0;
}
int traverse_own_field(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(broken(self)->derived_extra);
  return traverse_type_only(self, visit, arg);
}
int traverse_fields_only(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(broken(self)->extra);
  return 0;
}
int clear_nothing(PyObject *) { return 0; }
using UntrackedList = FreeList<BrokenObject>;
PyObject *new_untracked(PyTypeObject *type, PyObject *, PyObject *) {
  PyObject *self = UntrackedList::try_reuse(type);
  if (self == nullptr)
    return broken_new(type, nullptr, nullptr);
  broken(self)->extra = nullptr;
  ++live_states;
  return self;
}
void dealloc_to_list(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Py_XDECREF(broken(self)->extra);
  --live_states;
  if (!UntrackedList::try_keep(self))
    type->tp_free(self);
  Py_DECREF(type);
}
PyGetSetDef broken_getset[] = {{"extra", nullptr, broken_set_extra, nullptr, nullptr}, {}};

struct BrokenType {
  const char *name;
  traverseproc traverse = traverse_all;
  inquiry clear = clear_all;
  newfunc make = broken_new;
  destructor dealloc = broken_dealloc;
};
Py<PyTypeObject> add_broken(PyObject *module, const BrokenType &made_of, PyTypeObject *base = nullptr) {
  PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void *>(made_of.make)},
                         {Py_tp_dealloc, reinterpret_cast<void *>(made_of.dealloc)},
                         {Py_tp_traverse, reinterpret_cast<void *>(made_of.traverse)},
                         {Py_tp_clear, reinterpret_cast<void *>(made_of.clear)},
                         {Py_tp_getset, broken_getset},
                         {0, nullptr}};
  PyType_Spec spec = {made_of.name, sizeof(BrokenObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, slots};
  Py<> bases = Py<>::steal(base ? PyTuple_Pack(1, base) : nullptr);
  if (base && !bases)
    return nullptr;
  auto type = Py<PyTypeObject>::steal(
      reinterpret_cast<PyTypeObject *>(PyType_FromModuleAndSpec(module, &spec, bases.object())));
  if (type && PyModule_AddType(module, type.get()) < 0)
    return nullptr;
  return type;
}

// Functions.

PyObject *live(PyObject *, PyObject *) { return PyLong_FromLong(live_states.load()); }
PyObject *count_finalised(PyObject *, PyObject *) { return PyLong_FromLong(finalised.load()); }
PyObject *pool_empty(PyObject *, PyObject *) { return PyBool_FromLong(ReferencePool::empty()); }
#if !UNGIL_FREE_THREADED
static_assert(std::is_empty_v<CriticalSection> && std::is_empty_v<CriticalSection2>, "a GIL needs none");
#endif
PyObject *free_threaded(PyObject *, PyObject *) { return PyBool_FromLong(UNGIL_FREE_THREADED); }

/// Moves references to the items of a list into native threads that never attach, and drops them there.
PyObject *drop_detached(PyObject *, PyObject *args) {
  EntryScope attached;
  PyObject *list;
  int threads;
  if (!PyArg_ParseTuple(args, "O!i", &PyList_Type, &list, &threads))
    return nullptr;
  std::vector<std::vector<Py<>>> shares{std::size_t(threads)};
  std::size_t next = 0;
  if (!for_each_ref(attached, list, [&](Py<> item) {
        shares[next++ % shares.size()].push_back(std::move(item));
        return true;
      }))
    return nullptr;
  {
    Detached detached(attached);
    std::vector<std::thread> workers;
    for (auto &share : shares)
      workers.emplace_back([mine = std::move(share)]() mutable { mine.clear(); });
    for (auto &worker : workers)
      worker.join();
  }
  return none(attached);
}

/// The same from one thread that outlives the call, so that only a pending call can apply the decrement.
PyObject *drop_later(PyObject *, PyObject *object) {
  EntryScope attached;
  std::thread([mine = Py<>::borrow(attached, object)]() mutable {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    mine.reset();
  }).detach();
  return none(attached);
}

/// Whether each boundary of each scope applies a decrement that waits there.
PyObject *boundaries_flush(PyObject *, PyObject *make) {
  EntryScope attached;
  bool pooled = true, flushed = true;
  const auto pool_one = [&] {
    ReferencePool::defer_decref(PyObject_CallNoArgs(make));
    pooled = pooled && !ReferencePool::empty();
  };
  const auto check = [&] { flushed = flushed && ReferencePool::empty(); };
  {
    pool_one();
    EntryScope entered;
    check();
  }
  {
    pool_one();
    AttachScope entered;
    check();
    pool_one();
  }
  check();
  {
    pool_one();
    Detached detached(attached);
    check();
  }
  {
    Detached detached(attached);
    std::thread([&] {
      Py<> made;
      {
        AttachScope worker;
        made = Py<>::steal(PyObject_CallNoArgs(make));
      }
      made.reset();
      pooled = pooled && !ReferencePool::empty();
    }).join();
  }
  check();
  return PyBool_FromLong(pooled && flushed);
}

/// Calls `function(i)` in each of n native threads; the first exception is raised here.
PyObject *call_in_threads(PyObject *, PyObject *args) {
  EntryScope attached;
  PyObject *function;
  int threads;
  if (!PyArg_ParseTuple(args, "Oi", &function, &threads))
    return nullptr;
  std::atomic<int> failures{0};
  {
    Detached detached(attached);
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i)
      workers.emplace_back([&, i] {
        AttachScope worker;
        Py<> result = Py<>::steal(PyObject_CallFunction(function, "i", i));
        if (!result) {
          PyErr_Print();
          ++failures;
        }
      });
    for (auto &worker : workers)
      worker.join();
  }
  if (failures.load() != 0)
    return PyErr_Format(PyExc_RuntimeError, "%d threads failed", failures.load());
  return none(attached);
}

PyObject *snapshot(PyObject *, PyObject *list) {
  EntryScope attached;
  return list_snapshot(attached, list).release();
}

PyObject *count_items(PyObject *, PyObject *list) {
  EntryScope attached;
  long count = 0;
  if (!for_each_ref(attached, list, [&](Py<>) { return ++count, true; }))
    return nullptr;
  return PyLong_FromLong(count);
}

// A value behind a Cell and one behind a critical section, neither of them atomic.

Cell<long> cell;
PyObject *cell_add(PyObject *, PyObject *times) {
  EntryScope attached;
  for (long i = PyLong_AsLong(times); i > 0; --i) {
    auto value = cell.borrow_mut(attached);
    if (!value)
      return nullptr;
    ++*value;
  }
  return none(attached);
}
PyObject *cell_read(PyObject *, PyObject *) {
  EntryScope attached;
  auto value = cell.borrow(attached);
  return value ? PyLong_FromLong(*value) : nullptr;
}
PyObject *cell_try(PyObject *, PyObject *) {
  EntryScope attached;
  auto value = cell.try_borrow();
  if (!value) {
    set_borrow_error(attached, false);
    return nullptr;
  }
  return PyLong_FromLong(*value);
}
/// Holds an exclusive borrow while `function()` runs.
PyObject *cell_hold(PyObject *, PyObject *function) {
  EntryScope attached;
  auto value = cell.try_borrow_mut();
  if (!value) {
    set_borrow_error(attached, true);
    return nullptr;
  }
  return PyObject_CallNoArgs(function);
}

/// Gives an exclusive borrow back and stays attached for a while: whether nobody takes it meanwhile. With a
/// GIL nobody can, because a borrow is taken by attached threads only.
PyObject *cell_nobody_takes_while_attached(PyObject *, PyObject *) {
  using namespace std::chrono;
  EntryScope attached;
  auto held = cell.borrow_mut(attached);
  if (!held)
    return nullptr;
  {
    Detached detached(attached);
    std::this_thread::sleep_for(milliseconds(200)); // the others begin to wait
  }
  held = {};
  const auto end = steady_clock::now() + milliseconds(100);
  while (steady_clock::now() < end)
    ;
  return PyBool_FromLong(bool(cell.try_borrow_mut()));
}

/// Which types a list is bound to, and what it refuses, with types of the interpreter that it is never used
/// for.
PyObject *free_list_rules(PyObject *, PyObject *) {
  struct OfThisTest;
  using List = ObjectFreeList<default_store<OfThisTest, 2>>;
  const bool finaliser_refused = !List::bind(&PyGen_Type);
  const bool first = List::bind(&PyFloat_Type), again = List::bind(&PyFloat_Type);
  const bool second_refused = !List::bind(&PyLong_Type);
  const bool other_type_refused = !List::try_keep(Py_None) && List::try_reuse(&PyLong_Type) == nullptr;
  List::retire();
  const bool retired = !List::bind(&PyFloat_Type) && List::try_reuse(&PyFloat_Type) == nullptr;
  return PyBool_FromLong(finaliser_refused && first && again && second_refused && other_type_refused &&
                         retired);
}

long guarded = 0;
PyObject *section_add(PyObject *, PyObject *args) {
  EntryScope attached;
  PyObject *lock, *other;
  long times;
  if (!PyArg_ParseTuple(args, "OOl", &lock, &other, &times))
    return nullptr;
  for (; times > 0; --times) {
    if (times % 2) {
      CriticalSection section(attached, lock);
      ++guarded;
    } else {
      CriticalSection2 section(attached, other, lock);
      ++guarded;
    }
  }
  CriticalSection2 section(attached, lock, lock);
  return PyLong_FromLong(guarded);
}

/// Makes and drops Nodes on a thread that Python does not know and that then ends.
PyObject *churn_in_thread(PyObject *, PyObject *count) {
  EntryScope attached;
  const long n = PyLong_AsLong(count);
  {
    Detached detached(attached);
    std::thread([n] {
      AttachScope worker;
      std::vector<Py<>> nodes;
      for (long i = 0; i < n; ++i)
        nodes.push_back(Py<>::steal(gc_slots<Node>::create(worker, type_of<Node>())));
    }).join();
  }
  return none(attached);
}

/// Keeps a reference in a static handle, whose destructor runs after finalisation.
Py<> kept_for_ever;
std::mutex kept_mutex;
PyObject *keep_for_ever(PyObject *, PyObject *object) {
  EntryScope attached;
  Py<> kept = Py<>::borrow(attached, object);
  std::lock_guard<std::mutex> guard(kept_mutex);
  std::swap(kept_for_ever, kept);
  return none(attached);
}

PyMethodDef functions[] = {
    {"live", live, METH_NOARGS, nullptr},
    {"finalised", count_finalised, METH_NOARGS, nullptr},
    {"pool_empty", pool_empty, METH_NOARGS, nullptr},
    {"free_threaded", free_threaded, METH_NOARGS, nullptr},
    {"drop_detached", drop_detached, METH_VARARGS, nullptr},
    {"drop_later", drop_later, METH_O, nullptr},
    {"boundaries_flush", boundaries_flush, METH_O, nullptr},
    {"cell_nobody_takes_while_attached", cell_nobody_takes_while_attached, METH_NOARGS, nullptr},
    {"free_list_rules", free_list_rules, METH_NOARGS, nullptr},
    {"call_in_threads", call_in_threads, METH_VARARGS, nullptr},
    {"snapshot", snapshot, METH_O, nullptr},
    {"count_items", count_items, METH_O, nullptr},
    {"cell_add", cell_add, METH_O, nullptr},
    {"cell_read", cell_read, METH_NOARGS, nullptr},
    {"cell_try", cell_try, METH_NOARGS, nullptr},
    {"cell_hold", cell_hold, METH_O, nullptr},
    {"section_add", section_add, METH_VARARGS, nullptr},
    {"churn_in_thread", churn_in_thread, METH_O, nullptr},
    {"keep_for_ever", keep_for_ever, METH_O, nullptr},
    {}};

template <class C>
int add_type(const Attached &attached, PyObject *module, const char *name, const PyType_Slot *slots,
             PyTypeObject *base = nullptr) {
  auto type = gc_slots<C>::make_type(attached, module, name, slots, Py_TPFLAGS_BASETYPE, base);
  if (!type || PyModule_AddType(module, type.get()) < 0)
    return -1;
  type_of<C>() = type.release();
  return 0;
}

int exec(PyObject *module) {
  EntryScope attached;
  const auto whole = add_broken(module, {"runtime_test_module.Whole"});
  const auto not_tracked = add_broken(module, {"runtime_test_module.NotTrackedAgain", traverse_all, clear_all,
                                               new_untracked, dealloc_to_list});
  if (!whole || !not_tracked || !UntrackedList::bind(not_tracked.get()) ||
      add_type<Node>(attached, module, "runtime_test_module.Node", node_slots) < 0 ||
      add_type<Leaf>(attached, module, "runtime_test_module.Leaf", leaf_slots, type_of<Node>()) < 0 ||
      add_type<Table>(attached, module, "runtime_test_module.Table", table_slots) < 0 ||
      add_type<Finalised>(attached, module, "runtime_test_module.Finalised", final_slots) < 0 ||
      !add_broken(module, {"runtime_test_module.NotVisited", traverse_type_only}) ||
      !add_broken(module, {"runtime_test_module.NotCleared", traverse_all, clear_nothing}) ||
      !add_broken(module, {"runtime_test_module.BaseForgotten", traverse_own_field}, whole.get()) ||
      !add_broken(module, {"runtime_test_module.TypeForgotten", traverse_fields_only}))
    return -1;
  return 0;
}

PyModuleDef_Slot module_slots[] = {{Py_mod_exec, reinterpret_cast<void *>(exec)},
#ifdef Py_mod_gil
                                   {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
                                   {0, nullptr}};
PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          "runtime_test_module",
                          nullptr,
                          0,
                          functions,
                          module_slots,
                          nullptr,
                          nullptr,
                          nullptr};

} // namespace

PyMODINIT_FUNC PyInit_runtime_test_module() { return PyModuleDef_Init(&definition); }
