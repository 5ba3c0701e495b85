// How binding libraries make types, and which C++ members own references; data in knowledge/bindings.json.
#pragma once

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <string>

namespace ungil {

struct BindingKnowledge {
  static const BindingKnowledge &get();

  llvm::StringSet<> AllocateTracked;    ///< functions and slots that zero what they allocate and track it
  llvm::StringSet<> MakesImmortal;      ///< functions, by the name that projects agree on too
  llvm::StringMap<std::string> Classes; ///< class template → the argument that gives the type slots
  llvm::StringSet<> MembersWritten;     ///< methods of those that let Python code store in a member
  llvm::StringSet<> Owners;             ///< classes that own a reference; those that derive from them too
  llvm::StringSet<> LeafWrappers;       ///< such owners of objects that refer to nothing
  llvm::StringSet<> Callables;          ///< classes that can hold a callable of Python
};

} // namespace ungil
