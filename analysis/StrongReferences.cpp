#include "analysis/StrongReferences.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Containers.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {

/// Mentions of one variable, and statements that leave the straight line.
class Mentions : public BodyVisitor {
public:
  Mentions(const VarDecl *V, Stmt *In) : V(V) { TraverseStmt(In); }

  std::vector<const DeclRefExpr *> Found;
  bool Jumps = false;

  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    if (R->getDecl() == V)
      Found.push_back(R);
    return true;
  }
  bool VisitStmt(Stmt *S) override {
    Jumps |= isa<ReturnStmt>(S) || isa<GotoStmt>(S) || isa<BreakStmt>(S) || isa<ContinueStmt>(S) ||
             isa<CXXThrowExpr>(S) || isa<LabelStmt>(S) || isa<SwitchCase>(S) || isa<LambdaExpr>(S);
    return true;
  }

private:
  const VarDecl *V;
};

class Rewriting {
public:
  Rewriting(const CallExpr *Call, const BorrowedReference &Row, const BorrowedUses &Uses,
            const ASTContext &Context)
      : Call(Call), Row(Row), Uses(Uses), Context(Context), SM(Context.getSourceManager()) {}

  std::optional<Repair> repair() {
    if (Row.Rewrite != BorrowedReference::Same && Row.Rewrite != BorrowedReference::OutParameter)
      return std::nullopt;
    V = Uses.assignedTo(Call);
    if (!V || !V->getType()->isPointerType() || !isPyObject(V->getType()) || !findBlock() || !rewriteCall())
      return std::nullopt;
    if (!dropTakenReference() && !releaseAfterLastUse())
      return std::nullopt;
    return Repair{"use '" + Row.Replacement + "', which returns a strong reference", std::move(Hints)};
  }

private:
  /// The block that holds the assignment as a statement of its own; the variable must not live outside of it.
  bool findBlock() {
    const Stmt *S = Call;
    while (S && !isa_and_nonnull<CompoundStmt>(Uses.parents().getParent(S)))
      S = Uses.parents().getParent(S);
    if (!S || !(isa<DeclStmt>(S) || isa<BinaryOperator>(S)))
      return false;
    if (const auto *D = dyn_cast<DeclStmt>(S); D && !D->isSingleDecl())
      return false;
    Assignment = S;
    Block = cast<CompoundStmt>(Uses.parents().getParent(S));
    First = unsigned(std::find(Block->body_begin(), Block->body_end(), S) - Block->body_begin());
    const Stmt *Body = Block;
    while (const Stmt *Up = Uses.parents().getParent(Body))
      Body = Up;
    std::size_t Inside = 0;
    for (unsigned I = First; I != Block->size(); ++I)
      Inside += Mentions(V, Block->body_begin()[I]).Found.size();
    All = Mentions(V, const_cast<Stmt *>(Body)).Found;
    return Inside == All.size() && llvm::none_of(All, [&](const DeclRefExpr *R) { return isChanged(R); });
  }

  bool isChanged(const DeclRefExpr *R) const {
    const Stmt *Up = Uses.parents().getParent(R);
    if (const auto *B = dyn_cast<BinaryOperator>(Up))
      return B != Assignment && B->isAssignmentOp() && B->getLHS() == R;
    const auto *U = dyn_cast<UnaryOperator>(Up);
    return U && (U->getOpcode() == UO_AddrOf || U->isIncrementDecrementOp());
  }

  bool rewriteCall() {
    const Expr *Callee = Call->getCallee()->IgnoreParenImpCasts();
    if (Call->getBeginLoc().isMacroID() || Call->getEndLoc().isMacroID() ||
        Assignment->getBeginLoc().isMacroID() || !isa<DeclRefExpr>(Callee))
      return false;
    if (Row.Rewrite == BorrowedReference::Same) {
      Hints.push_back(FixItHint::CreateReplacement(Callee->getSourceRange(), Row.Replacement));
      return true;
    }
    if (Uses.parents().getParent(Call) != Assignment && !(isa<DeclStmt>(Assignment) && V->getInit() == Call))
      return false; // a cast
    std::string Declared;
    if (isa<DeclStmt>(Assignment))
      Declared = "PyObject *" + V->getNameAsString() + ";\n" + indentation(Assignment->getBeginLoc());
    Hints.push_back(FixItHint::CreateReplacement(
        CharSourceRange::getCharRange(Assignment->getBeginLoc(), Call->getBeginLoc()), Declared + "(void)"));
    Hints.push_back(FixItHint::CreateReplacement(Callee->getSourceRange(), Row.Replacement));
    Hints.push_back(FixItHint::CreateInsertion(Call->getRParenLoc(), ", &" + V->getNameAsString()));
    return true;
  }

  const Stmt *statement(unsigned I) const { return I < Block->size() ? Block->body_begin()[I] : nullptr; }

  /// `if (v == NULL) leave;` with nothing else in it.
  bool isNullCheck(const Stmt *S) const {
    const auto *I = dyn_cast_or_null<IfStmt>(S);
    return I && !I->getElse() && tests(I->getCond()) == -1 && leaves(I->getThen()) &&
           Mentions(V, const_cast<Stmt *>(I->getThen())).Found.empty();
  }

  /// 1 when the condition holds exactly if the variable is not null, -1 when exactly if it is, 0 otherwise.
  int tests(const Expr *Condition) const {
    Condition = Condition->IgnoreParenImpCasts();
    if (variableOf(Condition) == V)
      return 1;
    if (const auto *U = dyn_cast<UnaryOperator>(Condition); U && U->getOpcode() == UO_LNot)
      return -tests(U->getSubExpr());
    const auto *B = dyn_cast<BinaryOperator>(Condition);
    if (!B || !B->isEqualityOp() || variableOf(B->getLHS()) != V ||
        !B->getRHS()->isNullPointerConstant(const_cast<ASTContext &>(Context),
                                            Expr::NPC_ValueDependentIsNotNull))
      return 0;
    return B->getOpcode() == BO_NE ? 1 : -1;
  }

  static bool leaves(const Stmt *S) {
    if (const auto *C = dyn_cast<CompoundStmt>(S))
      S = C->body_empty() ? S : C->body_back();
    return isa<ReturnStmt>(S) || isa<GotoStmt>(S) || isa<BreakStmt>(S) || isa<ContinueStmt>(S);
  }

  /// `Py_INCREF(v);` or `Py_XINCREF(v);` as a statement.
  bool takesReference(const Stmt *S) const {
    const auto *C = dyn_cast_or_null<CallExpr>(S ? dyn_cast<Expr>(S) : nullptr);
    return C && C->getNumArgs() == 1 && C->getType()->isVoidType() && calls(C, Knowledge::get().References) &&
           variableOf(C->getArg(0)) == V;
  }

  bool dropTakenReference() {
    const Stmt *Next = statement(First + 1);
    if (takesReference(Next))
      return removeStatement(Next);
    if (isNullCheck(Next) && takesReference(statement(First + 2)))
      return removeStatement(statement(First + 2));
    const auto *I = dyn_cast_or_null<IfStmt>(Next);
    const auto *Then = I && tests(I->getCond()) == 1 ? dyn_cast<CompoundStmt>(I->getThen()) : nullptr;
    return Then && !Then->body_empty() && takesReference(Then->body_front()) &&
           removeStatement(Then->body_front());
  }

  bool releaseAfterLastUse() {
    if (!isNullCheck(statement(First + 1)))
      return false;
    unsigned Last = 0;
    for (unsigned I = First + 2; I < Block->size(); ++I)
      if (!Mentions(V, Block->body_begin()[I]).Found.empty())
        Last = I;
    if (!Last)
      return false;
    for (unsigned I = First + 2; I <= Last; ++I)
      if (Mentions(V, Block->body_begin()[I]).Jumps)
        return false;
    for (const DeclRefExpr *R : All)
      if (!isReadOnly(R))
        return false;
    const Stmt *S = statement(Last);
    SourceLocation End = endOf(S);
    if (End.isInvalid())
      return false;
    Hints.push_back(FixItHint::CreateInsertion(End, "\n" + indentation(S->getBeginLoc()) + "Py_DECREF(" +
                                                        V->getNameAsString() + ");"));
    return true;
  }

  /// Tested, assigned, or given to a function of Python that does not keep it.
  bool isReadOnly(const DeclRefExpr *R) const {
    const Stmt *Up = Uses.parents().getParent(R);
    const Expr *Value = R;
    while (isa<CastExpr>(Up) || isa<ParenExpr>(Up)) {
      Value = cast<Expr>(Up);
      Up = Uses.parents().getParent(Up);
    }
    if (Up == Assignment || isa<IfStmt>(Up) || isa<UnaryOperator>(Up))
      return true;
    if (const auto *B = dyn_cast<BinaryOperator>(Up))
      return B->isComparisonOp() || B->isLogicalOp();
    const auto *C = dyn_cast<CallExpr>(Up);
    const FunctionDecl *Callee = C ? C->getDirectCallee() : nullptr;
    if (!Callee || !Callee->getIdentifier() || !Callee->getName().starts_with("Py") ||
        calls(C, Knowledge::get().References) || calls(C, Knowledge::get().Transparent))
      return false;
    auto Kept = Knowledge::get().Retained.find(qualifiedName(*Callee));
    auto Position = std::find(C->arg_begin(), C->arg_end(), Value) - C->arg_begin();
    // What is copied out of the object, such as a pointer to its characters, dies with it.
    return !C->getType()->isPointerType() || isPyObject(C->getType())
               ? Kept == Knowledge::get().Retained.end() || !llvm::is_contained(Kept->second, int(Position))
               : false;
  }

  bool removeStatement(const Stmt *S) {
    CharSourceRange Range = SM.getExpansionRange(S->getSourceRange());
    llvm::StringRef Text = Lexer::getSourceText(Range, SM, Context.getLangOpts());
    SourceLocation End = afterSemicolon(Range);
    if (!(Text.starts_with("Py_INCREF") || Text.starts_with("Py_XINCREF") || Text.starts_with("Py_IncRef")) ||
        End.isInvalid())
      return false;
    Hints.push_back(
        FixItHint::CreateRemoval(CharSourceRange::getCharRange(lineStart(Range.getBegin(), End), End)));
    return true;
  }

  /// The end of the line before, when the statement has its line for itself.
  SourceLocation lineStart(SourceLocation Begin, SourceLocation End) const {
    auto [File, Offset] = SM.getDecomposedLoc(Begin);
    llvm::StringRef Text = SM.getBufferData(File);
    llvm::StringRef Before = Text.take_front(Offset).rtrim(" \t");
    llvm::StringRef After = Text.drop_front(SM.getFileOffset(End)).ltrim(" \t");
    if (!Before.ends_with("\n") || !(After.starts_with("\n") || After.starts_with("\r")))
      return Begin;
    return SM.getLocForStartOfFile(File).getLocWithOffset(int(Before.size()) - 1);
  }

  SourceLocation afterSemicolon(CharSourceRange Range) const {
    SourceLocation End = Range.isTokenRange()
                             ? Lexer::getLocForEndOfToken(Range.getEnd(), 0, SM, Context.getLangOpts())
                             : Range.getEnd();
    auto [File, Offset] = SM.getDecomposedLoc(End);
    llvm::StringRef Rest = SM.getBufferData(File).drop_front(Offset);
    std::size_t Semicolon = Rest.find_first_not_of(" \t");
    return Semicolon != llvm::StringRef::npos && Rest[Semicolon] == ';'
               ? End.getLocWithOffset(int(Semicolon) + 1)
               : SourceLocation();
  }

  SourceLocation endOf(const Stmt *S) const {
    CharSourceRange Range = SM.getExpansionRange(S->getSourceRange());
    llvm::StringRef Text = Lexer::getSourceText(Range, SM, Context.getLangOpts());
    if (isa<Expr>(S))
      return afterSemicolon(Range);
    if (!Text.ends_with("}") && !Text.ends_with(";"))
      return {};
    return Range.isTokenRange() ? Lexer::getLocForEndOfToken(Range.getEnd(), 0, SM, Context.getLangOpts())
                                : Range.getEnd();
  }

  std::string indentation(SourceLocation Loc) const {
    return Lexer::getIndentationForLine(SM.getExpansionLoc(Loc), SM).str();
  }

  const CallExpr *Call;
  const BorrowedReference &Row;
  const BorrowedUses &Uses;
  const ASTContext &Context;
  const SourceManager &SM;
  const VarDecl *V = nullptr;
  const Stmt *Assignment = nullptr;
  const CompoundStmt *Block = nullptr;
  unsigned First = 0;
  std::vector<const DeclRefExpr *> All;
  std::vector<FixItHint> Hints;
};

} // namespace

std::optional<Repair> strongReference(const CallExpr *Call, const BorrowedReference &Row,
                                      const BorrowedUses &Uses, const ASTContext &Context) {
  return Rewriting(Call, Row, Uses, Context).repair();
}

} // namespace ungil
