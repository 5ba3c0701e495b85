// How functions make objects: which fields are set when the collector is handed the object, when others get
// to see it, and when it is dropped half-made.
//
// Rules: Doc/c-api/gcsupport.rst (PyObject_GC_New leaves the fields as they are, PyObject_GC_Track wants all
// that tp_traverse reads to be valid), PyType_GenericAlloc() in Objects/typeobject.c (zeroes and tracks).
#pragma once

#include "analysis/Unit.h"

namespace ungil {

struct ConstructionFault {
  enum Kind {
    Unset,        ///< tracked while a field that tp_traverse reads is not set
    TrackedTwice, ///< Later is where it was tracked before
    CountFirst,   ///< a count is set, then others run, then the items that it counts are set
    Dropped,      ///< released while a pointer that the destructor follows is null
    Seen,         ///< others run while a pointer that tp_traverse follows is null
    Published,    ///< stored where others look before a field is set
  } What = Unset;
  const Function *In = nullptr;
  const clang::VarDecl *Object = nullptr;
  const clang::FieldDecl *Field = nullptr; ///< of CountFirst: the array
  const clang::FieldDecl *Count = nullptr; ///< of CountFirst
  const clang::Expr *At = nullptr;
  const clang::Expr *Meanwhile = nullptr; ///< the call that lets others run
  const clang::Expr *Later = nullptr;     ///< where the field is set in the end; null when it is not
  const clang::Expr *Follows = nullptr;   ///< where the null pointer is followed
  const Function *FollowsIn = nullptr;
  std::string Where; ///< of Published: "'registry'"
};

/// In the order of the source, each place once.
std::vector<ConstructionFault> constructionFaults(Unit &);

} // namespace ungil
