// Classes that pybind11 and nanobind bind: which members own references, and whether the Python type gets a
// tp_traverse for them.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

struct BoundClass {
  const clang::CXXRecordDecl *Class = nullptr;
  const clang::Expr *At = nullptr;               ///< where it is bound
  std::vector<const clang::FieldDecl *> Members; ///< those that own references to arbitrary objects
  bool Traversed = false;                        ///< slots with tp_traverse are given
  std::string SlotsBy;                           ///< what gives slots: "pybind11::custom_type_setup"
};

/// In the order of the source.
std::vector<BoundClass> boundClasses(Unit &);

} // namespace ungil
