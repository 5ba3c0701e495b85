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
  std::vector<const Stmt *> Jumps;
  bool Tangled = false; ///< has labels, or leaves in a way that has no statement

  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    if (R->getDecl() == V)
      Found.push_back(R);
    return true;
  }
  bool VisitStmt(Stmt *S) override {
    if (isa<ReturnStmt>(S) || isa<GotoStmt>(S) || isa<BreakStmt>(S) || isa<ContinueStmt>(S))
      Jumps.push_back(S);
    Tangled |= isa<CXXThrowExpr>(S) || isa<LabelStmt>(S) || isa<LambdaExpr>(S) || isa<IndirectGotoStmt>(S);
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
    if (Row.Rewrite == BorrowedReference::Other || !isDeclared(Context, Row.Replacement))
      return std::nullopt;
    V = Uses.assignedTo(Call);
    bool Rewritten = V ? V->getType()->isPointerType() && isPyObject(V->getType()) && findBlock() &&
                             rewriteCall() && (dropTakenReference() || releaseAfterLastUse())
                       : replaceTaking();
    if (!Rewritten)
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
    bool Hides = Row.Rewrite == BorrowedReference::OutParameterWithErrors; // as the old function does
    SourceLocation End = afterSemicolon(CharSourceRange::getTokenRange(Call->getSourceRange()));
    if (End.isInvalid())
      return false;
    Hints.push_back(FixItHint::CreateReplacement(
        CharSourceRange::getCharRange(Assignment->getBeginLoc(), Call->getBeginLoc()),
        Declared + (Hides ? "if (" : "(void)")));
    Hints.push_back(FixItHint::CreateReplacement(Callee->getSourceRange(), Row.Replacement));
    Hints.push_back(FixItHint::CreateInsertion(Call->getRParenLoc(), ", &" + V->getNameAsString()));
    if (Hides)
      Hints.push_back(FixItHint::CreateReplacement(
          CharSourceRange::getCharRange(Call->getRParenLoc().getLocWithOffset(1), End),
          " < 0)\n" + indentation(Assignment->getBeginLoc()) + "  PyErr_Clear();"));
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

  /// `Py_NewRef(f(...))` becomes the call of the function that returns a new reference.
  bool replaceTaking() {
    const auto *Outer = dyn_cast_or_null<CallExpr>(Uses.consumer(Call).first);
    if (Row.Rewrite != BorrowedReference::Same || !Outer || !calls(Outer, Knowledge::get().NewReferences))
      return false;
    CharSourceRange Range = SM.getExpansionRange(Outer->getSourceRange());
    llvm::StringRef Written = Lexer::getSourceText(Range, SM, Context.getLangOpts());
    llvm::StringRef Inner =
        Lexer::getSourceText(CharSourceRange::getTokenRange(SM.getSpellingLoc(Call->getBeginLoc()),
                                                            SM.getSpellingLoc(Call->getEndLoc())),
                             SM, Context.getLangOpts());
    if (!Written.starts_with("Py_") || !Inner.consume_front(Call->getDirectCallee()->getName()))
      return false;
    Hints.push_back(FixItHint::CreateReplacement(Range, Row.Replacement + Inner.str()));
    return true;
  }

  /// The reference that the function takes itself some statements later, with nothing that leaves before.
  bool dropTakenReference() {
    for (unsigned I = First + 1; I < Block->size(); ++I) {
      const Stmt *S = statement(I);
      if (takesReference(S))
        return removeStatement(S);
      const auto *If = dyn_cast<IfStmt>(S);
      const auto *Then = If && tests(If->getCond()) == 1 ? dyn_cast<CompoundStmt>(If->getThen()) : nullptr;
      if (Then && !Then->body_empty() && takesReference(Then->body_front()))
        return removeStatement(Then->body_front());
      Mentions Here(V, const_cast<Stmt *>(S));
      if (!isNullCheck(S) && (!Here.Jumps.empty() || Here.Tangled))
        return false;
    }
    return false;
  }

  bool releaseAfterLastUse() {
    const auto *If = dyn_cast_or_null<IfStmt>(statement(First + 1));
    const auto *Then = If && tests(If->getCond()) == 1 ? dyn_cast<CompoundStmt>(If->getThen()) : nullptr;
    if (Then && countIn(Then) + 1 + countIn(Assignment) == All.size())
      return releaseIn(Then, 0, "Py_DECREF");
    bool Checked = isNullCheck(statement(First + 1));
    return releaseIn(Block, First + (Checked ? 2 : 1), Checked ? "Py_DECREF" : "Py_XDECREF");
  }

  std::size_t countIn(const Stmt *S) const { return Mentions(V, const_cast<Stmt *>(S)).Found.size(); }

  /// Drops the reference at the end of the statements that use it, and wherever they are left.
  bool releaseIn(const CompoundStmt *In, unsigned From, llvm::StringRef Drop) {
    unsigned Last = In->size();
    for (unsigned I = From; I < In->size(); ++I)
      if (countIn(In->body_begin()[I]))
        Last = I;
    if (Last == In->size())
      return false;
    Release = Drop.str() + "(" + V->getNameAsString() + ");";
    for (const DeclRefExpr *R : All)
      if (!endsWithStatement(R))
        return false;
    for (unsigned I = From; I <= Last; ++I) {
      Mentions Here(V, In->body_begin()[I]);
      if (Here.Tangled || !llvm::all_of(Here.Jumps, [&](const Stmt *Jump) {
            return releaseBefore(Jump, In->body_begin()[I]);
          }))
        return false;
    }
    const Stmt *S = In->body_begin()[Last];
    if (isa<ReturnStmt>(S))
      return true;
    SourceLocation End = endOf(S);
    if (End.isInvalid())
      return false;
    Hints.push_back(FixItHint::CreateInsertion(End, "\n" + indentation(S->getBeginLoc()) + Release));
    return true;
  }

  /// Whether what the use makes of the object does not outlive the reference without one of its own.
  bool endsWithStatement(const DeclRefExpr *R) const {
    auto [By, Value] = Uses.consumer(R);
    if (By == Assignment || isa_and_nonnull<IfStmt>(By) || isa_and_nonnull<UnaryOperator>(By) ||
        isa_and_nonnull<WhileStmt>(By) || isa_and_nonnull<ConditionalOperator>(By))
      return true;
    if (const auto *B = dyn_cast_or_null<BinaryOperator>(By))
      return B->isComparisonOp() || B->isLogicalOp();
    const auto *C = dyn_cast_or_null<CallExpr>(By);
    const FunctionDecl *Callee = C ? C->getDirectCallee() : nullptr;
    if (!Callee || !Callee->getIdentifier() || calls(C, Knowledge::get().Transparent) ||
        (calls(C, Knowledge::get().References) && !calls(C, Knowledge::get().NewReferences)) ||
        Knowledge::get().Collector.BorrowedResults.contains(qualifiedName(*Callee)))
      return false;
    // What points into the object dies with it, unless another call uses it up at once.
    bool Inside = C->getType()->isPointerType() && !isPyObject(C->getType());
    return !Inside || isa_and_nonnull<CallExpr>(Uses.consumer(C).first);
  }

  bool isInside(const Stmt *S, const Stmt *Outer) const {
    for (; S; S = Uses.parents().getParent(S))
      if (S == Outer)
        return true;
    return false;
  }

  /// Whether a break or continue stays within the statement.
  bool staysInside(const Stmt *Jump, const Stmt *Outer) const {
    if (!isa<BreakStmt>(Jump) && !isa<ContinueStmt>(Jump))
      return false;
    const Stmt *Loop = Uses.parents().getParent(Jump);
    while (Loop && !isa<WhileStmt>(Loop) && !isa<ForStmt>(Loop) && !isa<DoStmt>(Loop) &&
           !isa<CXXForRangeStmt>(Loop) && !(isa<BreakStmt>(Jump) && isa<SwitchStmt>(Loop)))
      Loop = Uses.parents().getParent(Loop);
    return Loop && isInside(Loop, Outer);
  }

  bool releaseBefore(const Stmt *Jump, const Stmt *Outer) {
    if (staysInside(Jump, Outer))
      return true;
    const auto *Return = dyn_cast<ReturnStmt>(Jump);
    const Expr *Value = Return ? Return->getRetValue() : nullptr;
    if (Value && countIn(Value))
      return releaseAfterValue(Return, Value);
    CharSourceRange Range = SM.getExpansionRange(Jump->getSourceRange());
    llvm::StringRef Text = Lexer::getSourceText(Range, SM, Context.getLangOpts());
    if (Jump->getBeginLoc().isMacroID() && !Text.starts_with("Py_RETURN_"))
      return false;
    return insertBefore(Jump, Range, Release + " ");
  }

  /// `return f(v);` keeps the result while the reference is dropped; `return Py_NewRef(v);` hands it on.
  bool releaseAfterValue(const ReturnStmt *Return, const Expr *Value) {
    CharSourceRange Range = SM.getExpansionRange(Return->getSourceRange());
    QualType T = Value->getType();
    if (Return->getBeginLoc().isMacroID() || !(T->isArithmeticType() || isPyObject(T)) ||
        variableOf(Value) == V)
      return false;
    const auto *C = dyn_cast<CallExpr>(Value->IgnoreParenCasts());
    if (C && calls(C, Knowledge::get().NewReferences) && variableOf(C->getArg(0)) == V) {
      Hints.push_back(
          FixItHint::CreateReplacement(SM.getExpansionRange(Value->getSourceRange()), V->getNameAsString()));
      return true;
    }
    std::string Result = V->getNameAsString() + "_result", Type = T.getUnqualifiedType().getAsString();
    if (isPyObject(T))
      Type = "PyObject *";
    if (!Type.empty() && Type.back() != '*')
      Type += ' ';
    SourceLocation End = afterSemicolon(Range);
    const Stmt *Up = Uses.parents().getParent(Return);
    bool Braces = !isa_and_nonnull<CompoundStmt>(Up);
    if (End.isInvalid() || isa_and_nonnull<SwitchCase>(Up))
      return false;
    CharSourceRange Word =
        CharSourceRange::getCharRange(Return->getBeginLoc(), SM.getExpansionLoc(Value->getBeginLoc()));
    std::string Indent = Braces ? " " : "\n" + indentation(Return->getBeginLoc());
    Hints.push_back(FixItHint::CreateReplacement(Word, (Braces ? "{ " : "") + Type + Result + " = "));
    Hints.push_back(FixItHint::CreateInsertion(End, Indent + Release + Indent + "return " + Result + ";" +
                                                        (Braces ? " }" : "")));
    return true;
  }

  bool insertBefore(const Stmt *S, CharSourceRange Range, const std::string &Text) {
    const Stmt *Up = Uses.parents().getParent(S);
    SourceLocation Begin = Range.getBegin(), End = afterSemicolon(Range);
    if (End.isInvalid() || !Up || isa<SwitchCase>(Up) || isa<LabelStmt>(Up))
      return false;
    if (isa<CompoundStmt>(Up)) {
      Hints.push_back(
          FixItHint::CreateInsertion(Begin, Text.substr(0, Text.size() - 1) + "\n" + indentation(Begin)));
      return true;
    }
    Hints.push_back(FixItHint::CreateInsertion(Begin, "{ " + Text));
    Hints.push_back(FixItHint::CreateInsertion(End, " }"));
    return true;
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
  std::string Release; ///< the statement that drops the reference
  std::vector<FixItHint> Hints;
};

} // namespace

bool isDeclared(const ASTContext &Context, llvm::StringRef QualifiedName) {
  auto &Identifiers = const_cast<ASTContext &>(Context).Idents;
  const DeclContext *Scope = Context.getTranslationUnitDecl();
  for (auto [Name, Rest] = QualifiedName.split("::");; std::tie(Name, Rest) = Rest.split("::")) {
    auto Found = Scope->lookup(&Identifiers.get(Name));
    const auto *Inner = Found.empty() ? nullptr : dyn_cast<NamespaceDecl>(Found.front());
    if (Rest.empty() || !Inner)
      return Rest.empty() && !Found.empty();
    Scope = Inner;
  }
}

std::optional<Repair> strongReference(const CallExpr *Call, const BorrowedReference &Row,
                                      const BorrowedUses &Uses, const ASTContext &Context) {
  return Rewriting(Call, Row, Uses, Context).repair();
}

} // namespace ungil
