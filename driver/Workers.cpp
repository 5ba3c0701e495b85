#include "driver/Workers.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ungil {
namespace {

using Clock = std::chrono::steady_clock;

bool writeAll(int To, const void *Data, std::size_t Size) {
  const char *At = static_cast<const char *>(Data);
  while (Size > 0) {
    ssize_t Written = write(To, At, Size);
    if (Written < 0 && errno == EINTR)
      continue;
    if (Written <= 0)
      return false;
    At += Written;
    Size -= std::size_t(Written);
  }
  return true;
}

bool readAll(int From, void *Data, std::size_t Size) {
  char *At = static_cast<char *>(Data);
  while (Size > 0) {
    ssize_t Got = read(From, At, Size);
    if (Got < 0 && errno == EINTR)
      continue;
    if (Got <= 0)
      return false;
    At += Got;
    Size -= std::size_t(Got);
  }
  return true;
}

/// The worker's side: a task number comes in, the length of the answer and the answer go out.
[[noreturn]] void serve(int Parent, const std::function<std::string(unsigned)> &Task) {
  rlimit NoCore{0, 0};
  setrlimit(RLIMIT_CORE, &NoCore);
  for (std::uint32_t Number; readAll(Parent, &Number, sizeof Number);) {
    std::string Answer = Task(Number);
    std::uint64_t Size = Answer.size();
    if (!writeAll(Parent, &Size, sizeof Size) || !writeAll(Parent, Answer.data(), Answer.size()))
      break;
  }
  _exit(0);
}

constexpr int WaitingFactor = 10;

struct Worker {
  pid_t Process = -1;
  int Pipe = -1;
  std::optional<unsigned> Busy; ///< number of the task
  Clock::time_point Started;
  std::chrono::nanoseconds UsedBefore{0}; ///< processor time before this task
  std::string Received;
};

class Pool {
public:
  Pool(unsigned Count, const std::function<std::string(unsigned)> &Task, const PoolOptions &Options)
      : Task(Task), Options(Options), Outcomes(Count) {}

  std::vector<TaskOutcome> run() {
    Workers.resize(std::clamp<std::size_t>(Options.Workers, 1, std::max<std::size_t>(Outcomes.size(), 1)));
    for (Worker &W : Workers)
      start(W);
    while (Done < Outcomes.size()) {
      for (Worker &W : Workers)
        if (!W.Busy && Next < Outcomes.size())
          give(W);
      waitForAnswers();
      endLateTasks();
    }
    for (Worker &W : Workers)
      stop(W);
    return std::move(Outcomes);
  }

private:
  void start(Worker &W) {
    int Ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, Ends) != 0)
      return fail("cannot make a channel to a worker process");
    W = Worker();
    W.Process = fork();
    if (W.Process < 0)
      return fail("cannot start a worker process");
    if (W.Process == 0) {
      for (const Worker &Other : Workers)
        if (Other.Pipe >= 0)
          close(Other.Pipe);
      close(Ends[0]);
      serve(Ends[1], Task);
    }
    close(Ends[1]);
    W.Pipe = Ends[0];
  }

  [[noreturn]] static void fail(const char *What) {
    std::fprintf(stderr, "ungil: %s: %s\n", What, std::strerror(errno));
    std::exit(2);
  }

  void give(Worker &W) {
    std::uint32_t Number = Next++;
    W.Busy = Number;
    W.Started = Clock::now();
    W.UsedBefore = processorTime(W.Process);
    W.Received.clear();
    writeAll(W.Pipe, &Number, sizeof Number); // a worker that is gone shows at the next poll
  }

  void waitForAnswers() {
    std::vector<pollfd> Polled;
    for (const Worker &W : Workers)
      Polled.push_back({W.Busy ? W.Pipe : -1, POLLIN, 0});
    if (poll(Polled.data(), Polled.size(), 200) <= 0)
      return;
    for (std::size_t I = 0; I != Workers.size(); ++I)
      if (Polled[I].revents)
        receive(Workers[I]);
  }

  void receive(Worker &W) {
    char Buffer[1 << 16];
    ssize_t Got = read(W.Pipe, Buffer, sizeof Buffer);
    if (Got < 0 && errno == EINTR)
      return;
    if (Got <= 0)
      return replace(W, "crashed");
    W.Received.append(Buffer, std::size_t(Got));
    std::uint64_t Size;
    if (W.Received.size() < sizeof Size)
      return;
    std::memcpy(&Size, W.Received.data(), sizeof Size);
    if (W.Received.size() == sizeof Size + Size)
      finish(W, {W.Received.substr(sizeof Size), {}});
  }

  void endLateTasks() {
    if (Options.Timeout.count() == 0)
      return;
    for (Worker &W : Workers)
      if (W.Busy && isLate(W)) {
        kill(W.Process, SIGKILL);
        replace(W, "timed out after " + std::to_string(Options.Timeout.count()) + " s");
      }
  }

  /// By the clock alone a busy machine would decide which units are analysed; without it a unit that waits
  /// would never end.
  bool isLate(const Worker &W) const {
    return processorTime(W.Process) - W.UsedBefore > Options.Timeout ||
           Clock::now() - W.Started > WaitingFactor * Options.Timeout;
  }

  static std::chrono::nanoseconds processorTime(pid_t Process) {
    clockid_t OfProcess;
    timespec Used{};
    if (clock_getcpuclockid(Process, &OfProcess) == 0)
      clock_gettime(OfProcess, &Used);
    return std::chrono::seconds(Used.tv_sec) + std::chrono::nanoseconds(Used.tv_nsec);
  }

  void replace(Worker &W, std::string Problem) {
    int Status = 0;
    waitpid(W.Process, &Status, 0);
    close(W.Pipe);
    W.Pipe = -1;
    if (Problem == "crashed" && WIFSIGNALED(Status))
      Problem += std::string(": ") + strsignal(WTERMSIG(Status));
    finish(W, {{}, std::move(Problem)});
    if (Next < Outcomes.size())
      start(W);
  }

  void finish(Worker &W, TaskOutcome Outcome) {
    Outcomes[*W.Busy] = std::move(Outcome);
    W.Busy.reset();
    ++Done;
    if (Options.Progress)
      Options.Progress(Done, unsigned(Outcomes.size()));
  }

  static void stop(Worker &W) {
    if (W.Pipe < 0)
      return;
    close(W.Pipe);
    waitpid(W.Process, nullptr, 0);
  }

  const std::function<std::string(unsigned)> &Task;
  const PoolOptions &Options;
  std::vector<TaskOutcome> Outcomes;
  std::vector<Worker> Workers;
  unsigned Next = 0;
  std::size_t Done = 0;
};

} // namespace

std::vector<TaskOutcome> runInWorkers(unsigned Count, const std::function<std::string(unsigned)> &Task,
                                      const PoolOptions &Options) {
  return Pool(Count, Task, Options).run();
}

} // namespace ungil
