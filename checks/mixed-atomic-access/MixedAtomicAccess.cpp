// Reports memory that some code accesses atomically and other code, which can run at the same time, with a
// plain read or write: one plain side is enough for a data race, and the compiler may tear, cache or repeat
// it.
//
// Does not report plain accesses of initialisation, allocation, deallocation, traversal and of objects that
// nobody else can see; plain reads under a lock that every atomic writer holds; plain reads of what is stored
// once, after an acquire load has seen it; objects whose type makes every access atomic.
//
// Known holes: memory whose address is passed on; accesses by the interpreter through PyMemberDef; elements
// of one array are taken to be one.

#include "analysis/Names.h"
#include "analysis/Races.h"
#include "checks/Check.h"

#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

class MixedAtomicAccess : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &[Location, All] : U.shared().locations())
      if (auto D = judge(U, All))
        Found.push_back(std::move(*D));
    return Found;
  }

private:
  struct Mix {
    const SharedAccess *Plain = nullptr, *Atomic = nullptr;
    std::vector<const SharedAccess *> Others; ///< more plain ones
  };

  static std::optional<Diagnosis> judge(Unit &U, const SharedState::Accesses &All) {
    std::vector<const SharedAccess *> Atomic, Plain;
    for (const SharedAccess &A : All)
      if (A.What != SharedAccess::Exposed && U.shared().isConcurrent(A) && !U.shared().guardsOf(A).Unknown)
        (A.Atomic ? Atomic : Plain).push_back(&A);
    Mix M;
    for (const SharedAccess *P : Plain) {
      const SharedAccess *Against = conflicting(U, *P, Atomic);
      if (!Against)
        continue;
      if (M.Plain)
        M.Others.push_back(P);
      if (!M.Plain || (P->writes() && !M.Plain->writes())) {
        if (M.Plain)
          M.Others.back() = M.Plain;
        M.Plain = P;
        M.Atomic = Against;
      }
    }
    if (!M.Plain)
      return std::nullopt;
    return describe(U, M);
  }

  /// An atomic access that the plain one races with: one of the two writes, and no lock keeps them apart.
  static const SharedAccess *conflicting(Unit &U, const SharedAccess &P,
                                         const std::vector<const SharedAccess *> &Atomic) {
    for (const SharedAccess *A : Atomic)
      if ((P.writes() || A->writes()) && !U.shared().guardsOf(P).shareWith(U.shared().guardsOf(*A)) &&
          !isDone(U, P, *A, Atomic))
        return A;
    return nullptr;
  }

  /// Where the reading function has seen, by an acquire load, what is stored once: under a lock, after
  /// another test. Nobody stores it again.
  static bool isDone(Unit &U, const SharedAccess &P, const SharedAccess &Store,
                     const std::vector<const SharedAccess *> &Atomic) {
    if (P.writes() || Store.Atomic->What != AtomicOperation::Store || U.shared().guardsOf(Store).none())
      return false;
    auto Place = [&](const SharedAccess &A) {
      const clang::Expr *At = A.Through.empty() ? A.At : A.Through.back()->Site;
      return U.sources().getExpansionLoc(At->getBeginLoc());
    };
    bool Tested = false, Seen = false;
    for (const SharedAccess *L : Atomic) {
      if (L->Atomic->What != AtomicOperation::Load || !L->Atomic->Order || !acquires(*L->Atomic->Order))
        continue;
      Tested |= L->In == Store.In;
      Seen |= L->owner() == P.owner() && U.sources().isBeforeInTranslationUnit(Place(*L), Place(P));
    }
    return Tested && Seen;
  }

  static Diagnosis describe(Unit &U, const Mix &M) {
    const char *What = M.Plain->What == SharedAccess::Update ? "update"
                       : M.Plain->writes()                   ? "write"
                                                             : "read";
    Diagnosis D;
    D.Where = M.Plain->At->getSourceRange();
    D.Message = locationName(M.Plain->Location) + " is accessed atomically in '" +
                displayName(*M.Atomic->In->Decl) + "' but with a plain " + What + " in '" +
                displayName(*M.Plain->In->Decl) + "'; plain and atomic accesses race";
    bool Known = isKnownConcurrent(U, *M.Plain) && isKnownConcurrent(U, *M.Atomic);
    D.Sureness = Known ? Confidence::Likely : Confidence::Possible;
    explainRoute(U, *M.Plain, D);
    D.Path.push_back({M.Atomic->At->getSourceRange(), "accessed atomically here"});
    D.Path.push_back({M.Plain->At->getSourceRange(),
                      "make every access atomic that other threads can run at the same time"});
    if (auto Hint = asAtomic(U, M))
      D.Repairs.push_back({"make it atomic", {std::move(*Hint)}});
    std::vector<const Function *> Told{M.Plain->owner()};
    for (const SharedAccess *P : M.Others)
      if (!llvm::is_contained(Told, P->owner())) {
        Told.push_back(P->owner());
        D.Related.push_back({P->At->getSourceRange(), std::string("also plainly ") +
                                                          (P->writes() ? "written" : "read") + " in '" +
                                                          displayName(*P->In->Decl) + "'"});
      }
    return D;
  }

  /// Plain reads and stores in the builtins of the other side, with the order that pairs with it.
  static std::optional<clang::FixItHint> asAtomic(Unit &U, const Mix &M) {
    if (!clang::isa<clang::AtomicExpr>(M.Atomic->At) || M.Plain->At->getBeginLoc().isMacroID() ||
        !M.Atomic->Atomic->Order)
      return std::nullopt;
    bool Ordered = *M.Atomic->Atomic->Order != MemoryOrder::Relaxed;
    if (M.Plain->What == SharedAccess::Read)
      return replace(M.Plain->At, "__atomic_load_n(&" + text(U, M.Plain->At) + ", " +
                                      (Ordered ? "__ATOMIC_ACQUIRE)" : "__ATOMIC_RELAXED)"));
    const auto *B = clang::dyn_cast<clang::BinaryOperator>(M.Plain->At);
    if (M.Plain->What != SharedAccess::Write || !B)
      return std::nullopt;
    return replace(B, "__atomic_store_n(&" + text(U, B->getLHS()) + ", " + text(U, B->getRHS()) + ", " +
                          (Ordered ? "__ATOMIC_RELEASE)" : "__ATOMIC_RELAXED)"));
  }

  static clang::FixItHint replace(const clang::Expr *E, const std::string &By) {
    return clang::FixItHint::CreateReplacement(clang::CharSourceRange::getTokenRange(E->getSourceRange()),
                                               By);
  }

  static std::string text(Unit &U, const clang::Expr *E) {
    return clang::Lexer::getSourceText(clang::CharSourceRange::getTokenRange(E->getSourceRange()),
                                       U.sources(), U.context().getLangOpts())
        .str();
  }
};

} // namespace

UNGIL_CHECK(MixedAtomicAccess)

} // namespace ungil
