// RUN: %both --checks='-*,ungil-relaxed-borrow-state,ungil-relaxed-publication,ungil-atomic-rmw-split' %s -- -I%py314t -I%source/include -std=c++17 | %filecheck %s
// The reference runtime has each of the roles, with the orders that it needs: a borrow flag, a pointer that is published
// once, a list that is taken by compare-and-swap.
#include <ungil/borrow_flag.h>
#include <ungil/cell.h>
#include <ungil/freelist.h>
#include <ungil/once_ref.h>

ungil::BorrowFlag flag;
ungil::Cell<int> cell;
int use() {
  if (flag.try_shared())
    flag.release_shared();
  if (flag.try_exclusive())
    flag.release_exclusive();
  static ungil::slots_store<4> slots;
  static ungil::treiber_store<4> stack;
  void *block = slots.pop() ? slots.pop() : stack.pop();
  if (block && !slots.push(block))
    stack.push(block);
  ungil::OnceRef once;
  (void)once.take();
  auto value = cell.try_borrow_mut();
  return value ? *value : 0;
}
// CHECK: end of report
