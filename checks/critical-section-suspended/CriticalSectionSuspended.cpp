// Reports a pointer, a reference or a length that is read from an object in its critical section, and used
// after a call that can suspend the section: Python code, another section, detaching, for pointers also a
// reference that is dropped from memory that others see. Other threads were let in meanwhile.
//
// Does not report values that are read again after the call, references that are counted before it, fields
// that nobody changes while other threads run, and conversions such as PyObject_Str that seldom run Python
// code (those are possible).
//
// Known holes: lengths from functions without a body, such as PyList_Size; tests of a flag whose result is
// acted on later; sections that callers hold.

#include "analysis/BodyVisitor.h"
#include "analysis/BorrowedUses.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

/// Members, and calls that may be accessors of members.
struct Reads : BodyVisitor {
  std::vector<const Expr *> Found;
  bool VisitMemberExpr(MemberExpr *M) override {
    Found.push_back(M);
    return true;
  }
  bool VisitCallExpr(CallExpr *C) override {
    if (C->getType()->isIntegerType() && C->getNumArgs() == 1)
      Found.push_back(C);
    return true;
  }
};

class CriticalSectionSuspended : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    std::optional<PythonCalls> Python;
    for (const auto &F : U.index().functions()) {
      if (!U.contexts().of(F.get()).intersects(ManyThreads) || !U.sections().hasSections(*F))
        continue;
      if (!Python)
        Python.emplace(U.index(), &U.paths());
      judge(U, *F, *Python, Found);
    }
    return Found;
  }

private:
  static void judge(Unit &U, const Function &F, const PythonCalls &Python, std::vector<Diagnosis> &Found) {
    BorrowedUses Uses(F, Python);
    U.paths().enter(F.Decl);
    Reads All;
    All.TraverseStmt(F.Decl->getBody());
    llvm::DenseSet<const VarDecl *> Reported;
    for (const Expr *M : All.Found) {
      const Section *Around = U.sections().innermostAt(F, M);
      const Expr *Value = element(M, Uses);
      const VarDecl *V = Around && !Around->OnMutex ? Uses.assignedTo(Value) : nullptr;
      auto What = V && !Reported.contains(V) ? changeable(U, M, *Around) : std::nullopt;
      if (!What)
        continue;
      BorrowedUse Use = useOf(U, V, M, What->Path, Uses);
      if (Use.What != BorrowedUse::AfterPython || isBegunAgain(U, Use.After, *Around))
        continue;
      Reported.insert(V);
      Found.push_back(describe(U, F, V, M, What->Name, *Around, Use));
    }
  }

  struct Guarded {
    AccessPath Path;
    std::string Name;
  };

  /// What is read from the section's object, if others can change it while the section is given up.
  static std::optional<Guarded> changeable(Unit &U, const Expr *Read, const Section &Around) {
    if (const auto *C = dyn_cast<CallExpr>(Read))
      return isLength(U, *C, Around) ? std::optional(Guarded{{}, "it"}) : std::nullopt;
    auto Path = U.paths().resolve(Read);
    const FieldDecl *Field = Path && !Path->Fields.empty() ? Path->Fields.back() : nullptr;
    if (!Field || !isOfSection(*Path, Around) || !changes(U, *Path, Field))
      return std::nullopt;
    return Guarded{*Path, "'" + Field->getNameAsString() + "'"};
  }

  /// An inline function of the interpreter's headers that gives a number of the object: PyList_GET_SIZE.
  static bool isLength(Unit &U, const CallExpr &C, const Section &Around) {
    const FunctionDecl *Callee = C.getDirectCallee();
    if (!Callee || !Callee->isInlineSpecified() || U.scope().contains(Callee->getLocation()) ||
        !isPyObject(C.getArg(0)->getType()))
      return false;
    auto Object = objectOf(C.getArg(0), U.paths());
    return Object && Around.isOn(*Object);
  }

  /// `s->items` in `s->items[i]`.
  static const Expr *element(const Expr *M, const BorrowedUses &Uses) {
    auto [By, Value] = Uses.consumer(M);
    const auto *S = dyn_cast_or_null<ArraySubscriptExpr>(By);
    return S && S->getBase() == Value ? S : M;
  }

  static bool isBelow(const AccessPath &Field, const AccessPath &Object) {
    return Field.Kind == Object.Kind && Field.Root == Object.Root &&
           Field.Fields.size() > Object.Fields.size() &&
           std::equal(Object.Fields.begin(), Object.Fields.end(), Field.Fields.begin());
  }

  static bool isOfSection(const AccessPath &Path, const Section &S) {
    return llvm::any_of(S.Objects, [&](const AccessPath &Object) { return isBelow(Path, Object); });
  }

  /// Whether somebody can change the field while the section is suspended.
  static bool changes(Unit &U, const AccessPath &Path, const FieldDecl *Field) {
    if (!U.scope().contains(Field->getLocation()))
      return true; // the interpreter's: the items of a list
    auto Location = sharedLocation(Path, U.index());
    auto Accesses = Location ? U.shared().locations().find(*Location) : U.shared().locations().end();
    return Accesses != U.shared().locations().end() &&
           llvm::any_of(Accesses->second,
                        [&](const SharedAccess &A) { return A.writes() && U.shared().isConcurrent(A); });
  }

  /// From 3.14 on, a section on the object that is locked already is left out.
  static bool isBegunAgain(Unit &U, const Expr *Call, const Section &Around) {
    const FunctionDecl *Callee = calleeOf(Call);
    auto Effect = Knowledge::get().LockFunctions.find(Callee ? qualifiedName(*Callee) : std::string());
    if (U.target() < PythonVersion{3, 14} || Effect == Knowledge::get().LockFunctions.end() ||
        Effect->second.AlsoLock)
      return false;
    auto Object = objectOf(argumentOf(Call, Effect->second.Lock), U.paths());
    return Object && Around.isOn(*Object);
  }

  static BorrowedUse useOf(Unit &U, const VarDecl *V, const Expr *SetBy, const AccessPath &Path,
                           BorrowedUses &Uses) {
    if (V->getType()->isPointerType())
      return Uses.ofVariable(V, SetBy);
    if (!V->getType()->isIntegerType())
      return {};
    return Uses.ofVariable(V, SetBy, [&](const DeclRefExpr *R) { return isBound(U, R, Path, Uses); });
  }

  /// Whether the number is an index, bounds a loop, or is stored back.
  static bool isBound(Unit &U, const DeclRefExpr *R, const AccessPath &Path, const BorrowedUses &Uses) {
    for (const Stmt *S = R, *Up = Uses.parents().getParent(R); Up;
         S = Up, Up = Uses.parents().getParent(Up)) {
      if (const auto *A = dyn_cast<ArraySubscriptExpr>(Up))
        return A->getIdx() == S;
      if (const auto *B = dyn_cast<BinaryOperator>(Up); B && B->isAssignmentOp())
        return B->getRHS() == S && U.paths().resolve(B->getLHS()) == Path;
      const auto *For = dyn_cast<ForStmt>(Up);
      const auto *While = dyn_cast<WhileStmt>(Up);
      if (For || While)
        return (For ? For->getCond() : While->getCond()) == S;
      if (!isa<Expr>(Up) || isa<CallExpr>(Up))
        return false;
    }
    return false;
  }

  static Diagnosis describe(Unit &U, const Function &F, const VarDecl *V, const Expr *M,
                            const std::string &What, const Section &Around, const BorrowedUse &Use) {
    bool Seldom = Use.ForSomeTypes || (PythonCalls::isDrop(Use.After) && !V->getType()->isPointerType());
    const FunctionDecl *Callee = calleeOf(Use.After);
    std::string Call = Callee ? "'" + displayName(*Callee) + "'" : "a call";
    Diagnosis D;
    D.Where = Use.At->getSourceRange();
    D.Message = "'" + V->getNameAsString() + "' was read before " + Call +
                ", which can suspend the critical section; another thread can have changed " + What +
                " since";
    D.Sureness = Seldom ? Confidence::Possible : Confidence::Likely;
    D.Path = routeTo(&F, ManyThreads, U.contexts());
    D.Path.push_back({Around.Begin->getSourceRange(), "the section is begun here"});
    D.Path.push_back({M->getSourceRange(), "read here"});
    D.Path.push_back(
        {Use.After->getSourceRange(), "the section can be suspended here, and other threads run"});
    D.Path.push_back(
        {Use.At->getSourceRange(), V->getType()->isIntegerType()
                                       ? "read it again after the call"
                                       : "read it again after the call, or take a reference before it"});
    return D;
  }
};

} // namespace

UNGIL_CHECK(CriticalSectionSuspended)

} // namespace ungil
