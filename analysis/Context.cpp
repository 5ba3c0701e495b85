#include "analysis/Context.h"

namespace ungil {

std::string_view toString(Context C) {
  switch (C) {
  case Context::Init:
    return "init";
  case Context::Alloc:
    return "alloc";
  case Context::Reinit:
    return "reinit";
  case Context::Concurrent:
    return "concurrent";
  case Context::Exclusive:
    return "exclusive";
  case Context::StopTheWorld:
    return "stop-the-world";
  case Context::Fini:
    return "fini";
  case Context::Detached:
    return "detached";
  case Context::Escaped:
    return "escaped";
  }
  return "";
}

} // namespace ungil
