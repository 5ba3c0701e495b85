#include "driver/report/Headers.h"

namespace ungil {
namespace {

constexpr unsigned FirstFreeThreadedVersion = 0x030D0000;
constexpr unsigned MinorVersion = 0xFFFF0000;

} // namespace

std::string hiddenByHeaders(const RunResult &Run) {
  const PythonHeaders &Python = Run.Python;
  if (Python.VersionHex == 0)
    return {};
  const std::string Headers = "the Python " + Python.Version + " headers are older than ";
  if (Python.VersionHex < FirstFreeThreadedVersion)
    return Headers + "3.13: code behind PY_VERSION_HEX checks for free-threaded Python was not seen";
  if (Python.VersionHex < (Run.Target.hex() & MinorVersion))
    return Headers + Run.Target.text() +
           ", which was checked for: code behind PY_VERSION_HEX checks for newer versions was not seen";
  return {};
}

} // namespace ungil
