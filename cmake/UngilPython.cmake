# What tests need to know about an interpreter, asked of the interpreter itself: FindPython of older CMakes does not know
# free-threaded builds.
#
#   ungil_query_python(<prefix> <executable>)
#
# sets <prefix>_FOUND (headers are there), _INCLUDE, _SUFFIX (of extension modules), _VERSION, _FREE_THREADED, _TSAN (the
# interpreter itself is built with ThreadSanitizer) and _TAG, a short name such as 3.11 or 3.13t.
function(ungil_query_python prefix executable)
  execute_process(
    COMMAND ${executable} -c "
import os, sys, sysconfig
get = sysconfig.get_config_var
include = sysconfig.get_path('include')
free_threaded = int(bool(get('Py_GIL_DISABLED')))
print(int(os.path.exists(os.path.join(include, 'Python.h'))), include, get('EXT_SUFFIX'), '%d.%d.%d' % sys.version_info[:3],
      free_threaded, int('thread-sanitizer' in (get('CONFIG_ARGS') or '')),
      '%d.%d' % sys.version_info[:2] + 't' * free_threaded, sep=';')"
    OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status ERROR_QUIET)
  if(NOT status EQUAL 0)
    set(answer "0;;;;0;0;")
  endif()
  foreach(name FOUND INCLUDE SUFFIX VERSION FREE_THREADED TSAN TAG)
    list(POP_FRONT answer value)
    set(${prefix}_${name} "${value}" PARENT_SCOPE)
  endforeach()
endfunction()
