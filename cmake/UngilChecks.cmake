# Turns checks/*/check.json and README.md into the registration table. What does not fit together stops the build.

function(_ungil_camel id out)
  string(REGEX REPLACE "^ungil-" "" name ${id})
  string(REPLACE "-" ";" words ${name})
  set(camel "")
  foreach(word IN LISTS words)
    string(SUBSTRING ${word} 0 1 first)
    string(SUBSTRING ${word} 1 -1 rest)
    string(TOUPPER ${first} first)
    string(APPEND camel ${first}${rest})
  endforeach()
  set(${out} ${camel} PARENT_SCOPE)
endfunction()

function(_ungil_member json key out)
  string(JSON value ERROR_VARIABLE error GET "${json}" ${key})
  if(error)
    message(FATAL_ERROR "${description}: ${error}")
  endif()
  set(${out} "${value}" PARENT_SCOPE)
endfunction()

function(ungil_generate_checks descriptions output)
  set(factories "")
  set(options "")
  set(rows "")
  foreach(description IN LISTS descriptions)
    file(READ ${description} json)
    get_filename_component(folder ${description} DIRECTORY)
    get_filename_component(folder_name ${folder} NAME)
    _ungil_member("${json}" id id)
    if(NOT id STREQUAL "ungil-${folder_name}")
      message(FATAL_ERROR "${description}: the id must be ungil-${folder_name}, after its folder, not ${id}")
    endif()
    _ungil_camel(${id} name)
    foreach(key summary category severity since python)
      _ungil_member("${json}" ${key} ${key})
    endforeach()
    _ungil_member("${json}" default on)
    string(TOLOWER "${on}" on)
    if(on STREQUAL "on")
      set(on true)
    elseif(on STREQUAL "off")
      set(on false)
    endif()
    if(NOT severity MATCHES "^(note|warning|error)$")
      message(FATAL_ERROR "${description}: severity is ${severity}, not note, warning or error")
    endif()
    if(NOT category MATCHES "^(crash|deadlock|race|leak|misuse|readiness|housekeeping)$")
      message(FATAL_ERROR "${description}: unknown category ${category}")
    endif()
    string(SUBSTRING ${severity} 0 1 first)
    string(SUBSTRING ${severity} 1 -1 rest)
    string(TOUPPER ${first} first)
    set(severity "${first}${rest}")

    set(tags "")
    string(JSON count LENGTH "${json}" tags)
    if(count GREATER 0)
      math(EXPR last "${count} - 1")
      foreach(i RANGE ${last})
        string(JSON tag GET "${json}" tags ${i})
        list(APPEND tags ${tag})
      endforeach()
    endif()
    string(REPLACE ";" "," tags "${tags}")

    string(JSON count LENGTH "${json}" options)
    set(option_rows "")
    if(count GREATER 0)
      math(EXPR last "${count} - 1")
      foreach(i RANGE ${last})
        foreach(key name default summary)
          string(JSON option_${key} GET "${json}" options ${i} ${key})
        endforeach()
        string(APPEND option_rows "{R\"~(${option_name})~\", R\"~(${option_default})~\", R\"~(${option_summary})~\"},\n")
      endforeach()
      string(APPEND options "constexpr OptionInfo ${name}Options[] = {${option_rows}};\n")
      set(option_span "${name}Options")
    else()
      set(option_span "{}")
    endif()

    if(NOT EXISTS ${folder}/README.md)
      message(FATAL_ERROR "${folder}: a check needs a README.md")
    endif()
    file(READ ${folder}/README.md readme)
    if(EXISTS ${folder}/${name}.cpp)
      string(APPEND factories "std::unique_ptr<Check> make${name}(const CheckOptions &);\n")
      set(factory "&make${name}")
    else()
      file(GLOB strays ${folder}/*.cpp)
      if(strays)
        message(FATAL_ERROR "${folder}: the source of ${id} must be ${name}.cpp")
      endif()
      set(factory "nullptr")
    endif()
    string(APPEND rows
      "{\"${id}\", \"${name}\", R\"~(${summary})~\", \"${category}\", Severity::${severity}, ${on}, \"${since}\", \"${python}\",\n"
      " \"${tags}\", R\"~(${readme})~\", ${option_span}, ${factory}},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT "#include \"checks/Check.h\"

namespace ungil {

@factories@
namespace {
@options@
constexpr CheckInfo Table[] = {
@rows@};
} // namespace

std::span<const CheckInfo> allChecks() { return Table; }

} // namespace ungil
")
endfunction()
