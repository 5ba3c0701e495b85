// The uses of Python by detached threads that are worth a report, and how one comes to each: which thread,
// where it detached, through which calls.
#pragma once

#include "analysis/Diagnosis.h"
#include "analysis/Unit.h"

namespace ungil {

/// Uses in one stretch of detached code, in the order of the source.
struct DetachedStretch {
  const Function *In = nullptr;
  StateOrigin Since;
  const EntryPoint *Entered = nullptr; ///< when the function was entered detached
  std::vector<const DetachedUse *> Uses;
};

/// The stretches that hold uses which Wanted accepts; other uses are left out of them.
std::vector<DetachedStretch> detachedStretches(Unit &, llvm::function_ref<bool(const DetachedUse &)> Wanted);

/// Why the thread is detached, to go after "is called": "between X and Y", "in a thread started by 'f'".
std::string whyDetached(const Unit &, const DetachedStretch &);

/// Certain when the function itself detaches on every path and uses Python itself. Only possible where the
/// function is a template's that its maker names under a condition, for every argument alike.
Confidence surenessOf(Unit &, const DetachedStretch &, const DetachedUse &);

/// The notes from where the thread detached down to the use.
void explainDetached(const Unit &, const DetachedStretch &, const DetachedUse &, Diagnosis &);

/// What to do, the kind of function that is called considered.
std::string adviceFor(const DetachedUse &, const DetachedStretch &);

} // namespace ungil
