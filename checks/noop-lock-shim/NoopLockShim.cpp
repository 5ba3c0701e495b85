// Reports a lock that a free-threaded build compiles to nothing: a macro with the name of a lock operation
// that is empty although Py_GIL_DISABLED is defined, an #if that asks for Py_GIL_DISABLED before the headers
// that define it are included, and one that asks for a misspelt name.
//
// Does not report shims that this configuration leaves out, empty macros that no condition on the GIL or on
// the version of Python decides, macros that nobody uses, and a test that only decides whether Py_LIMITED_API
// is defined.
//
// Known holes: locks that are empty functions; builds that pass -DPy_GIL_DISABLED by hand.

#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

class NoopLockShim : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const EmptyLockMacro &M : U.macros().EmptyLocks)
      if (M.Used && (M.OfPython || !M.Condition.empty()) && U.scope().contains(M.Where))
        Found.push_back(empty(M));
    for (const GilTest &T : U.macros().GilTests) {
      if (!U.scope().contains(T.Where))
        continue;
      if (T.Name != "Py_GIL_DISABLED" && !llvm::is_contained(U.macros().Defined, T.Name))
        Found.push_back(misspelt(T));
      else if (T.Name == "Py_GIL_DISABLED" && T.BeforePython)
        Found.push_back(early(T));
    }
    return Found;
  }

private:
  static Diagnosis empty(const EmptyLockMacro &M) {
    Diagnosis D;
    D.Where = M.Where;
    D.Message = "'" + M.Name + "' is defined as nothing here, although the build is free-threaded" +
                (M.Condition.empty() ? "" : " (decided by '" + M.Condition + "')");
    D.Path.push_back(
        {M.Where, "define the empty form under #ifndef Py_GIL_DISABLED only, after Python.h is included"});
    return D;
  }

  static Diagnosis early(const GilTest &T) {
    Diagnosis D;
    D.Where = T.Where;
    D.Message = "'Py_GIL_DISABLED' is tested before Python.h is included, which defines it; the test always "
                "fails, and "
                "locks that depend on it are left out";
    D.Path.push_back({T.Where, "include Python.h first"});
    return D;
  }

  static Diagnosis misspelt(const GilTest &T) {
    Diagnosis D;
    D.Where = T.Where;
    D.Message =
        "'" + T.Name + "' is not defined by anybody; the macro of free-threaded builds is 'Py_GIL_DISABLED'";
    D.Path.push_back({T.Where, "test 'Py_GIL_DISABLED'"});
    D.Repairs.push_back(
        {"test the macro of the build", {FixItHint::CreateReplacement(T.Where, "Py_GIL_DISABLED")}});
    return D;
  }
};

} // namespace

UNGIL_CHECK(NoopLockShim)

} // namespace ungil
