// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=c++17 -DNANOBIND | %filecheck %s
// Classes that a binding library makes Python types of: their members are fields of objects, and what is given
// to .def runs in several threads.
#include <Python.h>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#ifdef NANOBIND
#define pybind11 nanobind
#endif
namespace pybind11 {
struct module_ {};
template <class T, class... Options> struct class_ {
  class_(module_ &, const char *) {}
  template <class F, class... Extra> class_ &def(const char *, F &&, const Extra &...) { return *this; }
  template <class I> class_ &def(I &&) { return *this; }
  template <class Get, class Set> class_ &def_property(const char *, Get &&, Set &&) { return *this; }
};
template <class... Arguments> struct init {};
template <class... Arguments> struct overload_cast_impl {
  template <class R, class T> constexpr R (T::*operator()(R (T::*f)(Arguments...)) const)(Arguments...) { return f; }
};
template <class... Arguments> inline constexpr overload_cast_impl<Arguments...> overload_cast{};
} // namespace pybind11
namespace py = pybind11;

// A vector that one method fills and another reads.
class Series {
public:
  explicit Series(int n) { values.resize(n); }
  void push(double value) { values.push_back(value); }
  double at(std::size_t i) const { return values[i]; }

private:
  std::vector<double> values;
};

// Lambdas that take the object; a base class; a property.
struct Named {
  std::string name;
};
struct Table : Named {
  std::map<int, int> rows;
  int hits = 0;
};
static void set_name(Table &table, const std::string &name) { table.name = name; }

// A lock of its own in every method.
class Locked {
public:
  void push(double value) {
    std::lock_guard<std::mutex> guard(mutex);
    values.push_back(value);
  }
  std::size_t size() {
    std::lock_guard<std::mutex> guard(mutex);
    return values.size();
  }

private:
  std::mutex mutex;
  std::vector<double> values;
};

// Written by construction alone.
struct Frozen {
  explicit Frozen(std::vector<int> of) : values(std::move(of)) { values.push_back(0); }
  ~Frozen() { values.clear(); }
  int at(int i) const { return values[i]; }
  std::vector<int> values;
};

// Not a type of Python.
struct Scratch {
  std::vector<int> values;
  void push(int v) { values.push_back(v); }
};

struct Chosen {
  std::vector<int> values;
  void push(int v) { values.push_back(v); }
  void push(double v) { values.push_back(int(v)); }
};

static void fill_types(py::module_ &m) {
  py::class_<Series>(m, "Series").def(py::init<int>()).def("push", &Series::push).def("at", &Series::at);
  py::class_<Table, Named>(m, "Table")
      .def("set", [](Table &t, int key, int value) { t.rows[key] = value; })
      .def("get", [](Table *t, int key) { return t->rows.find(key)->second; })
      .def_property("name", [](const Table &t) { return t.name; }, &set_name);
  py::class_<Locked>(m, "Locked").def("push", &Locked::push).def("size", &Locked::size);
  py::class_<Frozen>(m, "Frozen").def(py::init<std::vector<int>>()).def("at", &Frozen::at);
  py::class_<Chosen>(m, "Chosen").def("push", py::overload_cast<int>(&Chosen::push));
  py::class_<Table>(m, "Other").def("count", [](int n) {
    Scratch scratch;
    Table own;
    for (int i = 0; i < n; i++) {
      scratch.push(i);
      own.rows[i] = i;
    }
    return scratch.values.size() + own.rows.size();
  });
}
extern "C" PyObject *PyInit_types(void) {
  py::module_ m;
  fill_types(m);
  return nullptr;
}
// CHECK: :[[@LINE-78]]:29: warning: 'Series.values' is modified in 'Series::push' without synchronisation while 'Series::at' uses it; threads corrupt it on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-24]]:68: note: 'Series::push' is bound with def; several threads can run it at once
// CHECK-NEXT: :[[@LINE-79]]:43: note: used here in 'Series::at'
// CHECK-NEXT: :[[@LINE-26]]:93: note: 'Series::at' is bound with def; several threads can run it at once
// CHECK-NEXT: :[[@LINE-82]]:29: note: hold one mutex, a member of the class, in every function that the notes name
// CHECK-NEXT: :[[@LINE-68]]:63: warning: 'Named.name' is modified in 'set_name' without synchronisation while 'lambda at line {{[0-9]+}}' uses it; threads corrupt it on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-25]]:68: note: 'set_name' is bound with def_property; several threads can run it at once
// CHECK-NEXT: :[[@LINE-26]]:57: note: used here in 'lambda at line {{[0-9]+}}'
// CHECK-NEXT: :[[@LINE-27]]:29: note: 'lambda at line {{[0-9]+}}' is bound with def_property; several threads can run it at once
// CHECK-NEXT: :[[@LINE-72]]:63: note: hold one mutex, a member of the class, in every function that the notes name
// CHECK-NEXT: :[[@LINE-38]]:22: warning: 'Chosen.values' is modified in 'Chosen::push' without synchronisation while another thread runs the same function; threads corrupt it on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-27]]:70: note: 'Chosen::push' is bound with def; several threads can run it at once
// CHECK-NEXT: :[[@LINE-39]]:25: note: 'Chosen::push' writes 'values'
// CHECK-NEXT: :[[@LINE-41]]:22: note: hold one mutex, a member of the class, in every function that the notes name
// CHECK-NEXT: :[[@LINE-35]]:54: warning: 'Table.rows' is modified in 'lambda at line {{[0-9]+}}' without synchronisation while 'lambda at line {{[0-9]+}}' uses it; threads corrupt it on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-36]]:19: note: 'lambda at line {{[0-9]+}}' is bound with def; several threads can run it at once
// CHECK-NEXT: :[[@LINE-36]]:50: note: used here in 'lambda at line {{[0-9]+}}'
// CHECK-NEXT: :[[@LINE-37]]:19: note: 'lambda at line {{[0-9]+}}' is bound with def; several threads can run it at once
// CHECK-NEXT: :[[@LINE-39]]:54: note: hold one mutex, a member of the class, in every function that the notes name
// CHECK: end of report
