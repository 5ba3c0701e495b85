#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

void db_enter(), db_leave();
struct Database;
extern Database *database;
void take(Database *), give(Database *);
namespace db {
struct Session {
  Session();
  ~Session();
};
struct Hold {
  explicit Hold(Database *);
  ~Hold();
};
struct Mutex {
  void lock(), unlock();
};
} // namespace db
static db::Mutex mutex;

static long by_function, by_argument, by_session, by_hold, by_mutex;
static PyObject *function(PyObject *, PyObject *) {
  db_enter();
  ++by_function;
  db_leave();
  Py_RETURN_NONE;
}
METHOD(function)
static PyObject *argument(PyObject *, PyObject *) {
  take(database);
  ++by_argument;
  give(database);
  Py_RETURN_NONE;
}
METHOD(argument)
static PyObject *session(PyObject *, PyObject *) {
  db::Session open;
  ++by_session;
  Py_RETURN_NONE;
}
METHOD(session)
static PyObject *hold(PyObject *, PyObject *) {
  db::Hold held(database);
  ++by_hold;
  Py_RETURN_NONE;
}
METHOD(hold)
static PyObject *native(PyObject *, PyObject *) {
  mutex.lock();
  ++by_mutex;
  mutex.unlock();
  Py_RETURN_NONE;
}
METHOD(native)
