// What the examples of the documentation may take as included.
#include <Python.h>
#include <pthread.h>
#include <pythread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __cplusplus
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>
#else
#include <stdatomic.h>
#include <stdbool.h>
#endif
#ifdef EXAMPLE_PYBIND11
#include <pybind11/pybind11.h>
namespace py = pybind11;
#endif
#ifdef EXAMPLE_NANOBIND
#include <nanobind/nanobind.h>
namespace nb = nanobind;
#endif
