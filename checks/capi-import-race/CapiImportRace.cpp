// Reports a pointer to another module's C API that is fetched and stored in a variable with static storage by
// code that several threads can run: PyDateTime_IMPORT, import_array() and assignments of what
// PyCapsule_Import returns. A failing import stores NULL while other threads use the pointer.
//
// Does not report imports during module initialisation, imports under a lock or once flag, and
// PyDateTime_IMPORT for Python 3.15 and later, where it is safe.
//
// Known holes: pointers that are stored by a callee; C APIs that come without a capsule.

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/LazyInit.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

using namespace clang;

/// Assignments of what is found in a capsule.
class Imports : public BodyVisitor {
public:
  std::vector<const BinaryOperator *> Found;
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    const auto *C =
        B->getOpcode() == BO_Assign ? dyn_cast<CallExpr>(B->getRHS()->IgnoreParenCasts()) : nullptr;
    const FunctionDecl *F = C ? C->getDirectCallee() : nullptr;
    if (F && Knowledge::get().Sharing.CapsuleReads.contains(qualifiedName(*F)))
      Found.push_back(B);
    return true;
  }
};

class CapiImportRace : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    std::vector<AccessPath> Lazy;
    for (const LazyInit &L : lazyInits(U))
      Lazy.push_back(L.Store->Location);
    for (const auto &F : U.index().functions()) {
      if (!U.contexts().of(F.get()).intersects(ManyThreads))
        continue;
      bool ReadsCapsule = false;
      for (const Call &C : F->Calls) {
        std::string Name = qualifiedName(*C.Callee);
        if (Knowledge::get().Sharing.ApiImports.contains(Name))
          judge(U, *F, C.Site, displayName(*C.Callee), Found);
        ReadsCapsule |= Knowledge::get().Sharing.CapsuleReads.contains(Name);
      }
      if (!ReadsCapsule)
        continue;
      U.paths().enter(F->Decl);
      Imports In;
      In.TraverseStmt(F->Decl->getBody());
      for (const BinaryOperator *B : In.Found) {
        auto To = U.paths().resolve(B->getLHS());
        if (To && To->Kind == AccessPath::Static && !llvm::is_contained(Lazy, *To) && !isSafe(U, B))
          judge(U, *F, B, To->spelling(), Found);
      }
    }
    return Found;
  }

private:
  /// Expansions of a macro of CPython that is safe in the version that the project is checked for.
  static bool isSafe(Unit &U, const BinaryOperator *B) {
    return macro(U, B) == "PyDateTime_IMPORT" && U.target() >= PythonVersion{3, 15};
  }

  static std::string macro(Unit &U, const Expr *E) {
    SourceLocation Loc = E->getBeginLoc();
    return Loc.isMacroID() ? Lexer::getImmediateMacroName(Loc, U.sources(), U.context().getLangOpts()).str()
                           : "";
  }

  static void judge(Unit &U, const Function &F, const Expr *At, const std::string &What,
                    std::vector<Diagnosis> &Found) {
    if (!U.locks().reaches(F, At) || !U.locks().at(F, At).empty())
      return;
    auto Route = U.contexts().routeTo(&F, ManyThreads);
    if (!Route.Entry)
      return;
    std::string Spelled = macro(U, At);
    Diagnosis D;
    D.Where = At->getSourceRange();
    D.Message = "'" + (Spelled.empty() ? What : Spelled) +
                "' stores a pointer for the whole process; call it from module initialisation, not from '" +
                displayName(*F.Decl) + "'";
    D.Sureness = U.contexts().of(&F).intersects({Context::Alloc, Context::Reinit, Context::Concurrent,
                                                 Context::Exclusive, Context::Detached})
                     ? Confidence::Likely
                     : Confidence::Possible;
    D.Path.push_back(entered(*Route.Entry));
    for (const Call *C : Route.Calls)
      D.Path.push_back({C->Site->getSourceRange(), "which calls '" + displayName(*C->Callee) + "' here"});
    D.Path.push_back({At->getSourceRange(),
                      "import it in the module's exec function, or once under std::call_once or a lock "
                      "that every use holds too"});
    Found.push_back(std::move(D));
  }
};

} // namespace

UNGIL_CHECK(CapiImportRace)

} // namespace ungil
