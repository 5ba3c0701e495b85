// Runs tasks in processes forked beforehand, so that a crash, an overflowing stack or an endless loop costs
// one task.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace ungil {

struct TaskOutcome {
  std::string Answer; ///< what the task returned
  std::string
      Problem; ///< "timed out after 60 s", "crashed: Segmentation fault", …; empty when there is an answer
};

struct PoolOptions {
  unsigned Workers = 1;
  std::chrono::seconds Timeout{60}; ///< of processor time for one task, ten times that by the clock; 0: none
  std::function<void(unsigned Done, unsigned All)> Progress; ///< called in the parent after each task
};

/// Calls Task(0) … Task(Count-1), each in some worker process, and returns the outcomes in that order
/// whatever the number of workers. The calling process must have a single thread.
std::vector<TaskOutcome> runInWorkers(unsigned Count, const std::function<std::string(unsigned)> &Task,
                                      const PoolOptions &);

} // namespace ungil
