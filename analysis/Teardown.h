// What a tp_dealloc does, in order: finalize, untrack, drop, free, release the type. Helpers in the unit are
// followed.
#pragma once

#include "analysis/References.h"

#include <functional>

namespace ungil {

struct Teardown {
  const clang::Expr *Frees = nullptr; ///< the call that gives the instance's memory back
  const Function *FreesIn = nullptr;
  bool FreesThroughType = false; ///< it is the type's tp_free
  bool DropsType = false;        ///< the reference to the type is released somewhere
  bool ChainsToBase = false;     ///< another destructor is called on the object
  bool Bounded = true;           ///< everything that the object is handed to is seen
  const clang::Expr *ReadsTypeAfterFree = nullptr;
  /// The last reference to the type may go with this, and the free is a function of the type.
  const clang::Expr *DropsTypeBeforeFree = nullptr;

  const clang::Expr *Untracks = nullptr;
  const clang::Expr *Finalizes = nullptr;
  /// The first thing done to a tracked object that other threads or other code can notice.
  const clang::Expr *BeforeUntrack = nullptr;
  const Function *BeforeUntrackIn = nullptr;
  std::string Does; ///< "releases 'items'"
};

/// IsLeaf: fields whose release runs no code.
Teardown teardownOf(const References &, const Function *Dealloc,
                    const std::function<bool(const clang::FieldDecl *)> &IsLeaf = {});

/// Whether the function runs Python code or detaches the thread.
bool letsOthersRun(llvm::StringRef Name);

/// Whether the first expression stands before the second in the file, macros counted where they are used.
bool writtenBefore(const clang::Expr *, const clang::Expr *, const clang::SourceManager &);

} // namespace ungil
