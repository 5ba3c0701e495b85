// Where the interpreter, another thread or another unit can enter the project's code. Found from what is
// registered (method tables, slots, .def calls, thread starts), never from how a function is called.
#pragma once

#include "analysis/Context.h"
#include "analysis/MacroRecorder.h"
#include "analysis/UnitIndex.h"
#include "analysis/UnitOptions.h"

#include <string>
#include <vector>

namespace ungil {

struct EntryPoint {
  Function *Target;
  Context Where;
  std::string Role;                 ///< "tp_dealloc", "ml_meth", "thread start routine"
  clang::SourceLocation Registered; ///< where it is handed over
  bool DropsClosure = false;        ///< what a lambda captured by copy is destroyed when it has run
  bool IsLinkage = false;           ///< known for its linkage alone: other units may call it
  bool OwnsArguments = false;       ///< what it is given was made for it: the state of __setstate__
  std::vector<int> Locked = {};     ///< arguments whose critical section the binding library holds for it
  bool IsPrivate =
      false; ///< Python code knows it by a name like "_configure": its package calls it, not users
};

/// How much of what is registered could be resolved to a function of the project.
struct EntryPointCounts {
  unsigned SlotsPresent = 0, SlotsResolved = 0;
  unsigned MethodsPresent = 0, MethodsResolved = 0;
  unsigned CallbacksPresent = 0, CallbacksResolved = 0;
  unsigned Types = 0;   ///< PyTypeObject and PyType_Spec definitions
  unsigned Modules = 0; ///< PyModuleDef definitions and binding-library module bodies
};

class EntryPoints {
public:
  EntryPoints(const UnitIndex &, const MacroTable &, const UnitOptions & = {});

  const std::vector<EntryPoint> &all() const { return Points; }
  const EntryPointCounts &counts() const { return Counts; }

private:
  void findModuleBodies(const UnitIndex &, const MacroTable &);
  void findLeftOutAttachments(const UnitIndex &, const MacroTable &);
  void readTable(const UnitIndex &, const clang::Expr *Initialiser);
  void readRecord(const UnitIndex &, const clang::InitListExpr *);
  void readSlot(const UnitIndex &, const struct SlotElement &);
  void readAssignment(const UnitIndex &, const clang::BinaryOperator *);
  void readRegistration(const UnitIndex &, const Call &);
  void addEscaping(const UnitIndex &);
  void readCasts(const UnitIndex &, const Function &);
  void addPoolTasks(const UnitIndex &);
  void addReleases(const UnitIndex &);
  void addUnreached(const UnitIndex &);
  bool add(const UnitIndex &, const clang::Expr *Named, Context, llvm::StringRef Role);

  std::vector<EntryPoint> Points;
  llvm::DenseSet<const Function *> Known, ModuleBodies;
  EntryPointCounts Counts;
};

} // namespace ungil
