// REQUIRES: pybind11, system-python
// The entry points of binding libraries are lambdas and functions given to .def.
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -isystem %py311 -std=c++17 | %filecheck %s
#include <vector>
#ifdef NANOBIND
#include <nanobind/nanobind.h>
namespace bind = nanobind;
#else
#include <pybind11/pybind11.h>
namespace bind = pybind11;
#define NB_MODULE PYBIND11_MODULE
#endif

struct Block { int value; };

static std::vector<Block *> spare;
static std::vector<Block *> prepared;

static void give(Block *block) { spare.push_back(block); }

NB_MODULE(blocks, m) {
  prepared.push_back(new Block); // initialisation: one thread
  if (prepared.size() > 3)
    prepared.pop_back();
  m.def("take", [] {
    Block *block = spare.back();
    spare.pop_back();
    return block->value;
  });
  m.def("give", &give);
}
// CHECK: pybind11.cpp:[[@LINE-5]]:5: error: free list 'spare' is popped in 'lambda at line {{[0-9]+}}' and pushed in 'give' without synchronisation;
// CHECK-NEXT: :[[@LINE-8]]:17: note: 'lambda at line {{[0-9]+}}' is bound with def; several threads can run it at once
// CHECK-NEXT: :[[@LINE-15]]:34: note: pushed here in 'give'
// CHECK-NEXT: :[[@LINE-5]]:17: note: 'give' is bound with def; several threads can run it at once
// CHECK-NEXT: note: guard every
// CHECK-NEXT: end of report
