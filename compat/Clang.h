// The differences between LLVM 19 and 22 that this project meets; nowhere else is the version asked for.
#pragma once

#include "llvm/Config/llvm-config.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
