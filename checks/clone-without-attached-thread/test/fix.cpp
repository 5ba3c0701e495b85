// RUN: cp %s %t.cpp
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-clone-without-attached-thread' --fix --quiet %t.cpp -- -I%py314t -isystem %nanobind -std=c++17 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.cpp --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %t.cpp -- -I%py314t -isystem %nanobind -std=c++17 | FileCheck --check-prefix=AGAIN %s
#include <nanobind/nanobind.h>

namespace nb = nanobind;
int work();
nb::object make(int);

void swapped(nb::object callback) {
  nb::gil_scoped_release release;
  nb::object keep = callback;
  work();
}

void enclosed(nb::object callback) {
  nb::gil_scoped_release release;
  work();
  nb::object keep = callback;
}

// No repair: what is declared in between is used after the copy.
void by_hand(nb::object callback) {
  nb::gil_scoped_release release;
  int result = work();
  nb::object keep = callback;
  (void)result;
}
// FIXED-LABEL: void swapped(
// FIXED-NEXT: nb::object keep = callback;
// FIXED-NEXT: nb::gil_scoped_release release;
// FIXED-NEXT: work();
// FIXED-LABEL: void enclosed(
// FIXED-NEXT: { nb::gil_scoped_release release;
// FIXED-NEXT: work();
// FIXED-NEXT: }
// FIXED-NEXT: nb::object keep = callback;
// FIXED-LABEL: void by_hand(
// FIXED-NEXT: nb::gil_scoped_release release;
// AGAIN: fix.cpp.tmp.cpp:28:21: error: a 'nanobind::object' is copied
// AGAIN-NOT: error:
