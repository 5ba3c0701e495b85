// The module definitions of a unit and what they say about the GIL. A module that does not declare
// Py_MOD_GIL_NOT_USED turns the GIL on when it is imported, so that its data races stay hidden until somebody
// forbids that.
//
// Source of the rules: Doc/howto/free-threading-extensions.rst (Module Initialization).
#pragma once

#include "analysis/EntryPoints.h"

#include <string>
#include <vector>

namespace ungil {

class Unit;

struct ModuleDeclaration {
  enum Kind {
    Silent,  ///< says nothing: the GIL is turned on, with a warning
    Used,    ///< Py_MOD_GIL_USED
    NotUsed, ///< Py_MOD_GIL_NOT_USED
    Unknown  ///< cannot be read, or the build decides
  } Gil = Silent;
  std::string Name;
  clang::SourceLocation Where;               ///< of the definition
  clang::SourceLocation Declared;            ///< of the slot or the call that declares it
  clang::SourceLocation Remedy;              ///< where the declaration belongs
  clang::SourceLocation End;                 ///< of its table: the slot that ends it; of its macro: the )
  std::string Macro;                         ///< of a binding library, by which it is defined
  enum { Slots, Call, Binding } How = Slots; ///< how this kind of module declares it
  const ungil::Call *Creation = nullptr;     ///< PyModule_Create
};

/// The modules that the unit's PyInit functions and binding macros define.
std::vector<ModuleDeclaration> modulesOf(Unit &);

} // namespace ungil
