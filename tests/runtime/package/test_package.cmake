# Installs the runtime and builds the project beside this file against it, as a user would.
#   cmake -DBUILD_DIR=... -DWORK=... -DCXX=... -DGENERATOR=... -DPYTHON=... -DPYTHON_INCLUDE=... -DPYTHON_SUFFIX=... -P this
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGN}\n${output}")
  endif()
  message(STATUS "${output}")
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK}/prefix --component runtime)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK}/build -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${CXX}
  -DCMAKE_PREFIX_PATH=${WORK}/prefix "-DPYTHON_INCLUDE=${PYTHON_INCLUDE}" "-DPYTHON_SUFFIX=${PYTHON_SUFFIX}")
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${CMAKE_COMMAND} -E env PYTHONPATH=${WORK}/build ${PYTHON} -c "import ext; x = object(); assert ext.detour(x) is x")
