// Writes a report so that it is there whole or not at all.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

namespace ungil {

struct OutputError {
  int Code = 0;     ///< errno; EPIPE means that the reader went away, which may deserve silence
  std::string Text; ///< what went wrong, where, and what to do

  explicit operator bool() const { return Code != 0; }
};

/// Lets Write produce the contents of the file at Path, beside it at first. On an error the file that was
/// there before stays as it was, and nothing else is left behind. Devices and pipes are written directly.
[[nodiscard]] OutputError writeOutputFile(const std::string &Path,
                                          const std::function<void(std::ostream &)> &Write);

/// The same for an open descriptor, which stays open. Name is for people: "standard output". The process must
/// ignore SIGPIPE.
[[nodiscard]] OutputError writeDescriptor(int Descriptor, const std::string &Name,
                                          const std::function<void(std::ostream &)> &Write);

} // namespace ungil
