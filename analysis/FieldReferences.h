// References and resources that objects hold in their fields: functions that drop what is stored there, and
// functions that use it without a reference of their own. Both are races of two threads that have the same
// object.
#pragma once

#include "analysis/BorrowedUses.h"
#include "analysis/Unit.h"

namespace ungil {

/// A function that gives up what a field holds, with no lock.
struct FieldRelease {
  enum Kind {
    Replaced,  ///< another reference takes its place, or none
    Exhausted, ///< nothing takes its place, once a test has found the object used up
    Closed,    ///< a resource that is no Python object is closed and the field reset
  } What = Replaced;
  const SharedAccess *Store = nullptr;
  const clang::Expr *Release = nullptr; ///< the call that drops the old value; null when the store does
  const clang::Expr *Test = nullptr;    ///< for Exhausted and Closed: what lets both threads in
  std::string By;                       ///< the macro or function that releases
};

/// One for each field and function, in functions that other threads can run on the same object. Fields that
/// most functions guard are left out.
const std::vector<FieldRelease> &fieldReleases(Unit &);

/// A function that uses the object in a field although another one can drop it.
struct FieldBorrow {
  const SharedAccess *Read = nullptr;
  const SharedAccess *Writer = nullptr;  ///< null when Python code can set
  const ExposedMember *Member = nullptr; ///< this attribute
  BorrowedUse Use;
};

/// One for each field and function, gravest use first.
const std::vector<FieldBorrow> &fieldBorrows(Unit &);

} // namespace ungil
