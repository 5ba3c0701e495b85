// The elements of the tables that describe types and modules to the interpreter.
//
// Rules: Doc/c-api/type.rst (PyType_Slot), Doc/c-api/module.rst (PyModuleDef_Slot), PEP 820 (PySlot).
#pragma once

#include "clang/AST/Expr.h"

#include <optional>

namespace ungil {

/// {Py_tp_dealloc, dealloc} or PySlot_FUNC(Py_tp_dealloc, dealloc)
struct SlotElement {
  llvm::StringRef Name; ///< as in analysis/knowledge: "tp_dealloc", "Py_mod_exec"
  const clang::Expr *Value;
  bool OfModule;
};

/// Nothing for other expressions, unknown slots and null pointers.
std::optional<SlotElement> slotElement(const clang::Expr *, const clang::ASTContext &);

} // namespace ungil
