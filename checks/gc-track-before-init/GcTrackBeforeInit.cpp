// Reports an object that others get to see before it is complete: tracked with PyObject_GC_Track before a
// field is set that tp_traverse visits, tracked twice, stored in shared memory before its fields are set,
// with a count set before the items that it counts; and an object that can be dropped or traversed while a
// pointer that its tp_dealloc or tp_traverse follows is still null.
//
// Does not report objects that tp_alloc makes, whose fields are zero, when the slots bear null; fields that
// are set before and after; stores under a lock; and what only the initialisation of the module does.
//
// Known holes: objects that a function of the project makes and hands to its caller unfinished.

#include "analysis/Construction.h"
#include "analysis/EdgeNotes.h"
#include "analysis/Names.h"
#include "analysis/References.h"
#include "checks/Check.h"

#include "clang/AST/Expr.h"
#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

std::string quoted(const clang::NamedDecl *D) { return "'" + D->getNameAsString() + "'"; }

class GcTrackBeforeInit : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const ConstructionFault &F : constructionFaults(U))
      Found.push_back(describe(U, F));
    return Found;
  }

private:
  static Diagnosis describe(Unit &U, const ConstructionFault &F) {
    switch (F.What) {
    case ConstructionFault::Unset:
      return unset(U, F);
    case ConstructionFault::TrackedTwice:
      return trackedTwice(F);
    case ConstructionFault::CountFirst:
      return countFirst(F);
    case ConstructionFault::Dropped:
    case ConstructionFault::Seen:
      return followed(F);
    case ConstructionFault::Published:
      return published(F);
    }
    return {};
  }

  static Diagnosis unset(Unit &U, const ConstructionFault &F) {
    Diagnosis D;
    D.Where = F.At->getSourceRange();
    D.Message = quoted(F.Object) + " is tracked here, but " + quoted(F.Field) + " is " +
                (F.Later ? "set later" : "not set") +
                "; a collection in another thread reads it uninitialised";
    if (F.Later)
      D.Path.push_back({F.Later->getSourceRange(), quoted(F.Field) + " is set here"});
    else
      D.Path.push_back({nameRange(F.Field), quoted(F.Field) + ", which tp_traverse reads, is declared here"});
    D.Path.push_back({D.Where, "track the object when all that tp_traverse reads is set"});
    if (auto R = F.Later ? trackLast(U, F) : std::nullopt)
      D.Repairs.push_back(std::move(*R));
    return D;
  }

  static Diagnosis trackedTwice(const ConstructionFault &F) {
    Diagnosis D;
    D.Where = F.At->getSourceRange();
    D.Message = quoted(F.Object) + " is tracked already; PyObject_GC_Track ends the process";
    D.Path.push_back({F.Later->getSourceRange(), "tracked here first"});
    D.Path.push_back({D.Where, "drop the second call; tp_alloc tracks what it makes"});
    return D;
  }

  static Diagnosis countFirst(const ConstructionFault &F) {
    Diagnosis D;
    D.Where = F.At->getSourceRange();
    D.Message = quoted(F.Count) + " of tracked " + quoted(F.Object) + " is set before the items of " +
                quoted(F.Field) + " that it counts; a collection meanwhile reads items that are not there";
    D.Path.push_back({F.Meanwhile->getSourceRange(), "other threads can collect during this call"});
    D.Path.push_back({F.Later->getSourceRange(), quoted(F.Field) + " is filled here"});
    D.Path.push_back({D.Where, "set the count when the items are there"});
    return D;
  }

  static Diagnosis followed(const ConstructionFault &F) {
    bool Dropped = F.What == ConstructionFault::Dropped;
    std::string Slot = "'" + displayName(*F.FollowsIn->Decl) + "'";
    Diagnosis D;
    D.Where = F.At->getSourceRange();
    D.Message = quoted(F.Object) + (Dropped ? " is dropped" : " can be traversed") + " while " +
                quoted(F.Field) + " is null, and " + Slot + " follows it";
    D.Path.push_back({F.Follows->getSourceRange(), quoted(F.Field) + " is followed here without a test"});
    if (F.Later)
      D.Path.push_back({F.Later->getSourceRange(), quoted(F.Field) + " is set here, too late"});
    D.Path.push_back({F.Follows->getSourceRange(), "test " + quoted(F.Field) + " for null first"});
    return D;
  }

  static Diagnosis published(const ConstructionFault &F) {
    Diagnosis D;
    D.Where = F.At->getSourceRange();
    D.Message = quoted(F.Object) + " is stored in shared '" + F.Where + "' before " + quoted(F.Field) +
                " is set; other threads see it unfinished";
    D.Path.push_back({F.Later->getSourceRange(), quoted(F.Field) + " is set here"});
    D.Path.push_back({D.Where, "store the object when it is complete"});
    return D;
  }

  /// Everything between the call and the return at the end of the same block stores in the object's fields.
  static std::optional<Repair> trackLast(Unit &U, const ConstructionFault &F) {
    const auto *Body = llvm::dyn_cast<clang::CompoundStmt>(F.In->Decl->getBody());
    const auto *Last =
        Body && !Body->body_empty() ? llvm::dyn_cast<clang::ReturnStmt>(Body->body_back()) : nullptr;
    if (!Last || F.At->getBeginLoc().isMacroID() || Last->getBeginLoc().isMacroID())
      return std::nullopt;
    bool After = false;
    for (const clang::Stmt *S : Body->body()) {
      if (After && S != Last && !isPlainStore(S))
        return std::nullopt;
      After |= S == F.At;
    }
    std::string Call = sourceText(F.At->getSourceRange(), U.context());
    const clang::SourceManager &SM = U.sources();
    clang::SourceLocation End = clang::Lexer::findLocationAfterToken(
        F.At->getEndLoc(), clang::tok::semi, SM, U.context().getLangOpts(),
        /*SkipTrailingWhitespaceAndNewLine=*/true);
    if (!After || Call.empty() || End.isInvalid())
      return std::nullopt;
    std::string Indent(SM.getSpellingColumnNumber(Last->getBeginLoc()) - 1, ' ');
    auto Whole = clang::CharSourceRange::getCharRange(F.At->getBeginLoc(), End);
    return Repair{"track the object when it is complete",
                  {clang::FixItHint::CreateRemoval(Whole),
                   clang::FixItHint::CreateInsertion(Last->getBeginLoc(), Call + ";\n" + Indent)}};
  }

  static bool isPlainStore(const clang::Stmt *S) {
    const auto *B = llvm::dyn_cast<clang::BinaryOperator>(S);
    return B && B->getOpcode() == clang::BO_Assign &&
           llvm::isa<clang::MemberExpr>(B->getLHS()->IgnoreParenCasts());
  }
};

} // namespace

UNGIL_CHECK(GcTrackBeforeInit)

} // namespace ungil
