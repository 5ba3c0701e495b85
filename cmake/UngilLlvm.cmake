# One LLVM, from its own prefix: several versions live side by side on a Debian machine.
string(REGEX MATCH "^[0-9]+" UNGIL_LLVM_MAJOR "${UNGIL_LLVM_VERSION}")
find_package(LLVM ${UNGIL_LLVM_VERSION} REQUIRED CONFIG PATHS "/usr/lib/llvm-${UNGIL_LLVM_MAJOR}" NO_DEFAULT_PATH)
find_package(Clang REQUIRED CONFIG PATHS "${LLVM_INSTALL_PREFIX}" NO_DEFAULT_PATH)

# The parts that use Clang: its headers are not ours to warn about, and Debian builds it without RTTI.
add_library(ungil_llvm INTERFACE)
target_include_directories(ungil_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${CLANG_INCLUDE_DIRS})
target_compile_definitions(ungil_llvm INTERFACE ${LLVM_DEFINITIONS})
target_compile_options(ungil_llvm INTERFACE -fno-rtti)
