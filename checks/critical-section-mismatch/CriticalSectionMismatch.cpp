// Reports critical sections that do not form a stack of records on the C stack of an attached thread: ended
// in another order than begun, or where they are not open; records in static storage, in an object or on the
// heap, and copies of a record; begun or ended while the thread is detached; still open when the
// PyGILState_Ensure before them is undone; and operands that are NULL or no Python objects.
//
// Does not report guards with the lifetime of a scope, sections begun and ended under the same condition, and
// operands whose type is incomplete.
//
// Known holes: records that are passed to other functions; forms that do not pair (they do not compile on a
// free-threaded build).

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "checks/Check.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {
namespace {

using namespace clang;

class CriticalSectionMismatch : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const VarDecl *V : U.index().statics())
      if (isRecord(V->getType()))
        Found.push_back(inStatic(V));
    for (const auto &F : U.index().functions())
      for (const SectionEvent &E : U.sections().eventsOf(*F))
        if (auto D = repeats(E, U.sections().eventsOf(*F)) ? std::nullopt : judge(E))
          Found.push_back(std::move(*D));
    for (const auto &F : U.index().functions()) {
      bool UsesSections = false;
      for (const Call &C : F->Calls) {
        const LockEffect *Begin = beginning(C);
        UsesSections |= Begin != nullptr;
        if (auto D = Begin ? operand(U, C, *Begin) : std::nullopt)
          Found.push_back(std::move(*D));
        if (auto D = Begin ? kept(U, C, *Begin) : std::nullopt)
          Found.push_back(std::move(*D));
      }
      if (UsesSections)
        findCopies(*F, Found);
    }
    return Found;
  }

private:
  static bool isRecord(QualType T) {
    std::string Name = typeName(T);
    return !T->isPointerType() && (Name == "PyCriticalSection" || Name == "PyCriticalSection2");
  }

  static Diagnosis inStatic(const VarDecl *V) {
    Diagnosis D;
    D.Where = V->getLocation();
    D.Message = "the record '" + V->getNameAsString() +
                "' of a critical section is in static storage; two threads, or one thread twice, would use "
                "it at once";
    D.Sureness = Confidence::Certain;
    D.Path.push_back({V->getLocation(), "make it a local variable, or use Py_BEGIN_CRITICAL_SECTION"});
    return D;
  }

  /// What was begun detached ends detached too.
  static bool repeats(const SectionEvent &E, const std::vector<SectionEvent> &All) {
    return E.What == SectionEvent::EndsDetached && llvm::any_of(All, [&](const SectionEvent &Other) {
             return Other.What == SectionEvent::BeginsDetached && Other.Of == E.Of;
           });
  }

  static std::optional<Diagnosis> judge(const SectionEvent &E) {
    Diagnosis D;
    D.Where = E.At->getSourceRange();
    D.Sureness = Confidence::Certain;
    if (E.Of->Begin != E.At)
      D.Path.push_back({E.Of->Begin->getSourceRange(), "the section is begun here"});
    switch (E.What) {
    case SectionEvent::NotBegun:
      D.Message = "a critical section is ended here that is not open on every path; the thread state's list "
                  "of sections is "
                  "damaged";
      D.Path.push_back({E.At->getSourceRange(), "begin and end it on the same paths"});
      return D;
    case SectionEvent::NotInnermost:
      D.Message = "a critical section is ended here while one that was begun later is open; sections must "
                  "end in reverse order";
      D.Path.push_back({E.Other->Begin->getSourceRange(), "this one is still open; end it first"});
      return D;
    case SectionEvent::BeginsDetached:
      D.Message = "a critical section is begun here while the thread is detached; only an attached thread "
                  "has a list of sections";
      D.Path.push_back({E.At->getSourceRange(), "begin it before Py_BEGIN_ALLOW_THREADS, or use a PyMutex"});
      return D;
    case SectionEvent::EndsDetached:
      D.Message = "a critical section is ended here while the thread is detached; detaching has released its "
                  "lock already";
      D.Path.push_back({E.At->getSourceRange(), "attach before the section ends"});
      return D;
    case SectionEvent::OutlivesState:
      D.Message = "'PyGILState_Release' is called while a critical section is open that was begun after "
                  "'PyGILState_Ensure'; "
                  "its lock is released here, and once more when the section ends";
      D.Path.push_back({E.At->getSourceRange(),
                        E.Of->IsGuard
                            ? "give the guard a scope of its own that ends before 'PyGILState_Release'"
                            : "end the section before 'PyGILState_Release'"});
      return D;
    default:
      return std::nullopt;
    }
  }

  static const LockEffect *beginning(const Call &C) {
    auto Effect = Knowledge::get().LockFunctions.find(qualifiedName(*C.Callee));
    bool Begins = Effect != Knowledge::get().LockFunctions.end() && Effect->second.Section &&
                  Effect->second.What == LockEffect::Acquire;
    return Begins ? &Effect->second : nullptr;
  }

  /// A record that outlives the call of the function.
  static std::optional<Diagnosis> kept(Unit &U, const Call &C, const LockEffect &Effect) {
    U.paths().enter(C.In->Decl);
    const Expr *Record = argumentOf(C.Site, *Effect.Section);
    const VarDecl *V = Record ? variableOf(Record) : nullptr;
    const Expr *Made = V && V->hasLocalStorage() ? U.paths().onlyValueOf(V) : nullptr;
    bool OnHeap = Made && calls(Made, Knowledge::get().Allocators);
    auto Path = Record && !V ? U.paths().resolve(Record) : std::nullopt;
    bool InObject = Path && !Path->Fields.empty() && Path->Fields.back() &&
                    isObjectStruct(Path->Fields.front() ? Path->Fields.front()->getParent()
                                                        : Path->Fields.back()->getParent());
    if (!OnHeap && !InObject)
      return std::nullopt;
    Diagnosis D;
    D.Where = C.Site->getSourceRange();
    D.Message = std::string("the record of the critical section is ") +
                (OnHeap ? "on the heap" : "in an object") +
                "; sections are a stack of records that must die with the function that begins them";
    D.Path.push_back(
        {C.Site->getSourceRange(), "make it a local variable, or use Py_BEGIN_CRITICAL_SECTION"});
    return D;
  }

  struct Copies : BodyVisitor {
    std::vector<const Expr *> Found;
    bool VisitBinaryOperator(BinaryOperator *B) override {
      if (B->getOpcode() == BO_Assign && isRecord(B->getType()))
        Found.push_back(B);
      return true;
    }
    bool VisitVarDecl(VarDecl *V) override {
      const Expr *From = V->getInit() ? V->getInit()->IgnoreImplicit() : nullptr;
      const auto *Copy = dyn_cast_or_null<CXXConstructExpr>(From);
      if (From && isRecord(V->getType()) &&
          (isa<DeclRefExpr>(From) || (Copy && Copy->getConstructor()->isCopyOrMoveConstructor())))
        Found.push_back(From);
      return true;
    }
  };

  static void findCopies(const Function &F, std::vector<Diagnosis> &Found) {
    Copies Of;
    Of.TraverseStmt(F.Decl->getBody());
    for (const Expr *E : Of.Found) {
      Diagnosis D;
      D.Where = E->getSourceRange();
      D.Message =
          "the record of a critical section is copied; the thread state points to the first one, and ending "
          "the copy damages its list of sections";
      D.Path.push_back({E->getSourceRange(), "begin and end a section with one record"});
      Found.push_back(std::move(D));
    }
  }

  /// Sections lock ob_mutex in the header of an object; other structs have something else there.
  static std::optional<Diagnosis> operand(Unit &U, const Call &C, const LockEffect &Effect) {
    for (auto Index : {std::optional(Effect.Lock), Effect.AlsoLock}) {
      const Expr *E = Index ? argumentOf(C.Site, *Index) : nullptr;
      if (!E || !isPyObject(E->getType()))
        continue;
      if (E->IgnoreParenCasts()->isNullPointerConstant(U.context(), Expr::NPC_ValueDependentIsNotNull)) {
        Diagnosis D;
        D.Where = C.Site->getSourceRange();
        D.Message = "critical section on NULL; its lock would be at a small address, and locking it crashes";
        D.Sureness = Confidence::Certain;
        D.Path.push_back({C.Site->getSourceRange(), "name the object whose data the section guards"});
        return D;
      }
      const Expr *Written = E->IgnoreParenCasts();
      QualType T = Written->getType()->isPointerType() ? Written->getType()->getPointeeType() : QualType();
      const RecordDecl *Record = T.isNull() ? nullptr : T->getAsRecordDecl();
      if (!Record || !Record->getDefinition() || isObjectStruct(Record))
        continue;
      Diagnosis D;
      D.Where = C.Site->getSourceRange();
      D.Message = "critical section on a '" + typeName(T) +
                  "', which is no Python object; its lock would be in the middle of "
                  "the struct's own data";
      D.Sureness = Confidence::Certain;
      D.Path.push_back({C.Site->getSourceRange(), "give the struct a PyMutex, and lock that"});
      return D;
    }
    return std::nullopt;
  }
};

} // namespace

UNGIL_CHECK(CriticalSectionMismatch)

} // namespace ungil
