#include "analysis/StateRepairs.h"

#include "analysis/BodyVisitor.h"
#include "analysis/EdgeNotes.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/StateExpressions.h"
#include "analysis/UnitIndex.h"

#include "clang/AST/ParentMap.h"
#include "clang/AST/ParentMapContext.h"
#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {

class Calls : public BodyVisitor {
public:
  unsigned Count = 0;
  bool VisitCallExpr(CallExpr *) override {
    ++Count;
    return true;
  }
};

unsigned callsIn(const Stmt *S) {
  Calls Visitor;
  if (S)
    Visitor.TraverseStmt(const_cast<Stmt *>(S));
  return Visitor.Count;
}

/// After the semicolon of the statement, which may be a macro's use.
SourceLocation endOfUse(const Stmt *S, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  return Lexer::findLocationAfterToken(SM.getExpansionRange(S->getEndLoc()).getEnd(), tok::semi, SM,
                                       Context.getLangOpts(), /*SkipTrailingWhitespaceAndNewLine=*/false);
}

/// The same; invalid when the statement begins in a macro. It may end in one, as `return NULL;`.
SourceLocation endOfStatement(const Stmt *S, const ASTContext &Context) {
  return S->getBeginLoc().isMacroID() ? SourceLocation() : endOfUse(S, Context);
}

/// What separates lines where the statement stands.
std::string newLine(const Stmt *S, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  SourceLocation Begin = SM.getExpansionLoc(S->getBeginLoc());
  unsigned Column = SM.getSpellingColumnNumber(Begin), Offset = SM.getFileOffset(Begin);
  llvm::StringRef Buffer = SM.getBufferData(SM.getFileID(Begin));
  llvm::StringRef Lead = Buffer.slice(Offset - (Column - 1), Offset);
  return Lead.trim(" \t").empty() ? "\n" + Lead.str() : " ";
}

} // namespace

std::optional<Repair> detachAround(const Expr *Call, ASTContext &Context) {
  SourceLocation End = endOfStatement(Call, Context);
  if (End.isInvalid() || !isStatement(Call, Context) || callsIn(Call) != 1)
    return std::nullopt;
  std::string Break = newLine(Call, Context);
  return Repair{"detach around the wait",
                {FixItHint::CreateInsertion(Call->getBeginLoc(), "Py_BEGIN_ALLOW_THREADS" + Break),
                 FixItHint::CreateInsertion(End, Break + "Py_END_ALLOW_THREADS")}};
}

std::optional<Repair> attachBefore(const ReturnStmt *Return, ASTContext &Context) {
  SourceLocation End = endOfStatement(Return, Context);
  if (End.isInvalid() || callsIn(Return->getRetValue()))
    return std::nullopt;
  auto Parents = Context.getParents(*Return);
  if (!Parents.empty() && Parents[0].get<CompoundStmt>())
    return Repair{
        "attach again before the return",
        {FixItHint::CreateInsertion(Return->getBeginLoc(), "Py_BLOCK_THREADS" + newLine(Return, Context))}};
  return Repair{"attach again before the return",
                {FixItHint::CreateInsertion(Return->getBeginLoc(), "{ Py_BLOCK_THREADS "),
                 FixItHint::CreateInsertion(End, " }")}};
}

namespace {

/// A statement of a block, and the block.
struct Place {
  const CompoundStmt *Block = nullptr;
  unsigned Position = 0;

  const Stmt *at(unsigned Offset) const {
    return Position + Offset < Block->size() ? *(Block->body_begin() + Position + Offset) : nullptr;
  }
};

std::optional<Place> placeOf(const DynTypedNode &Node, ASTContext &Context) {
  auto Parents = Context.getParents(Node);
  if (Parents.empty())
    return std::nullopt;
  const auto *Block = Parents[0].get<CompoundStmt>();
  const auto *Here = Node.get<Stmt>();
  if (!Block || !Here)
    return placeOf(Parents[0], Context);
  auto At = llvm::find(Block->body(), Here);
  return Place{Block, unsigned(At - Block->body_begin())};
}

bool isWrittenAs(const Stmt *S, const ASTContext &Context) {
  return S && S->getBeginLoc().isFileID() && S->getEndLoc().isFileID() &&
         !sourceText(S->getSourceRange(), Context).empty();
}

bool contains(const Stmt *S, SourceRange Inner, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  return SM.isPointWithin(SM.getExpansionLoc(Inner.getBegin()), SM.getExpansionLoc(S->getBeginLoc()),
                          SM.getExpansionLoc(S->getEndLoc()));
}

} // namespace

std::optional<Repair> declareBefore(const Expr *Guard, SourceRange Use, ASTContext &Context) {
  auto At = placeOf(DynTypedNode::create(*Guard), Context);
  const auto *First = At ? dyn_cast<DeclStmt>(At->at(0)) : nullptr;
  const auto *Second = First ? dyn_cast_or_null<DeclStmt>(At->at(1)) : nullptr;
  if (!Second || !First->isSingleDecl() || !Second->isSingleDecl() || !isWrittenAs(First, Context) ||
      !isWrittenAs(Second, Context) || !contains(Second, Use, Context))
    return std::nullopt;
  auto Text = [&](const Stmt *S) { return sourceText(S->getSourceRange(), Context); };
  return Repair{"declare it before the thread detaches",
                {FixItHint::CreateReplacement(First->getSourceRange(), Text(Second)),
                 FixItHint::CreateReplacement(Second->getSourceRange(), Text(First))}};
}

std::optional<Repair> endBefore(const Expr *Guard, SourceRange Use, ASTContext &Context) {
  auto At = placeOf(DynTypedNode::create(*Guard), Context);
  const auto *First = At ? dyn_cast<DeclStmt>(At->at(0)) : nullptr;
  if (!First || !First->isSingleDecl() || First->getBeginLoc().isMacroID())
    return std::nullopt;
  for (unsigned I = 1; const Stmt *Next = At->at(I); ++I) {
    if (contains(Next, Use, Context)) {
      if (I == 1 || Next->getBeginLoc().isMacroID())
        return std::nullopt;
      return Repair{"end the detached stretch before it",
                    {FixItHint::CreateInsertion(First->getBeginLoc(), "{ "),
                     FixItHint::CreateInsertion(Next->getBeginLoc(), "}" + newLine(Next, Context))}};
    }
    if (isa<DeclStmt>(Next) || isa<LabelStmt>(Next)) // what it declares may be used after the block
      return std::nullopt;
  }
  return std::nullopt;
}

namespace {

/// Calls of one family of allocators that make or free what a variable holds.
class Allocations : public BodyVisitor {
public:
  Allocations(const VarDecl *V, const Stmt *Body) : V(V), Parents(const_cast<Stmt *>(Body)) {}

  llvm::SmallVector<const CallExpr *, 4> Calls;
  bool Closed = true; ///< nobody else can free it

  static bool isAllocator(const Stmt *S) {
    const auto *C = dyn_cast_or_null<CallExpr>(S);
    const FunctionDecl *F = C ? C->getDirectCallee() : nullptr;
    return F && F->getIdentifier() && F->getName().starts_with("PyMem_") &&
           !F->getName().starts_with("PyMem_Raw") && Knowledge::get().MemoryDomains.contains(F->getName());
  }

  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    if (R->getDecl() == V)
      read(R);
    return true;
  }
  bool VisitVarDecl(VarDecl *D) override {
    if (D == V && D->getInit())
      hold(D->getInit());
    return true;
  }

private:
  const Stmt *outside(const Stmt *S) {
    do
      S = Parents.getParent(S);
    while (isa_and_nonnull<CastExpr>(S) || isa_and_nonnull<ParenExpr>(S));
    return S;
  }

  void read(const DeclRefExpr *R) {
    const Stmt *Outer = outside(R);
    if (isAllocator(Outer))
      return add(cast<CallExpr>(Outer));
    if (const auto *B = dyn_cast_or_null<BinaryOperator>(Outer); B && B->isAssignmentOp()) {
      if (B->getLHS()->IgnoreParens() == R)
        return hold(B->getRHS());
      Closed = false;
    } else if (const auto *C = dyn_cast_or_null<CallExpr>(Outer)) {
      // The C library fills and copies memory, but does not keep it.
      const FunctionDecl *F = C->getDirectCallee();
      const SourceManager &SM = V->getASTContext().getSourceManager();
      Closed &= F && SM.isInSystemHeader(F->getLocation());
    } else if (const auto *U = dyn_cast_or_null<UnaryOperator>(Outer)) {
      Closed &= U->getOpcode() != UO_AddrOf;
    } else if (!isa_and_nonnull<ArraySubscriptExpr>(Outer) && !isa_and_nonnull<BinaryOperator>(Outer) &&
               !isa_and_nonnull<IfStmt>(Outer)) {
      Closed = false;
    }
  }

  void hold(const Expr *Value) {
    Value = Value->IgnoreParenCasts();
    ASTContext &Context = V->getASTContext();
    if (isAllocator(Value))
      return add(cast<CallExpr>(Value));
    Closed &= Value->isNullPointerConstant(Context, Expr::NPC_ValueDependentIsNull) != Expr::NPCK_NotNull;
  }

  void add(const CallExpr *C) {
    if (!llvm::is_contained(Calls, C))
      Calls.push_back(C);
  }

  const VarDecl *V;
  ParentMap Parents;
};

/// The local variable that the call's result, or its argument, is held in.
const VarDecl *holderOf(const Expr *Call, ASTContext &Context) {
  const auto *C = cast<CallExpr>(Call);
  if (C->getType()->isVoidType())
    return C->getNumArgs() ? dyn_cast_or_null<VarDecl>(namedBy(C->getArg(0))) : nullptr;
  const Expr *Value = C;
  for (;;) {
    auto Parents = Context.getParents(*Value);
    if (Parents.empty())
      return nullptr;
    if (const auto *V = Parents[0].get<VarDecl>())
      return V;
    const auto *Outer = Parents[0].get<Expr>();
    if (const auto *B = dyn_cast_or_null<BinaryOperator>(Outer); B && B->isAssignmentOp())
      return isa<DeclRefExpr>(B->getLHS()->IgnoreParens())
                 ? dyn_cast<VarDecl>(cast<DeclRefExpr>(B->getLHS()->IgnoreParens())->getDecl())
                 : nullptr;
    if (!Outer || !(isa<CastExpr>(Outer) || isa<ParenExpr>(Outer)))
      return nullptr;
    Value = Outer;
  }
}

} // namespace

std::optional<Repair> allocateRaw(const FunctionDecl *In, const Expr *Call, ASTContext &Context) {
  if (!Allocations::isAllocator(Call))
    return std::nullopt;
  const VarDecl *V = holderOf(Call, Context);
  if (!V || !V->hasLocalStorage() || isa<ParmVarDecl>(V))
    return std::nullopt;
  Allocations Found(V, In->getBody());
  Found.TraverseStmt(In->getBody());
  if (!Found.Closed)
    return std::nullopt;
  Repair R{"use the raw allocator, which needs no thread state", {}};
  for (const CallExpr *C : Found.Calls) {
    SourceRange Name = C->getCallee()->getSourceRange();
    if (Name.getBegin().isMacroID())
      return std::nullopt;
    std::string Raw = "PyMem_Raw" + C->getDirectCallee()->getName().drop_front(strlen("PyMem_")).str();
    R.Hints.push_back(FixItHint::CreateReplacement(Name, Raw));
  }
  return R;
}

namespace {

/// What stands between the parentheses of a macro's use, split at its commas.
llvm::SmallVector<std::string, 2> macroArguments(llvm::StringRef Use) {
  llvm::SmallVector<std::string, 2> Arguments;
  auto Open = Use.find('(');
  if (Open == llvm::StringRef::npos || !Use.ends_with(")"))
    return Arguments;
  int Depth = 0;
  std::string Argument;
  for (char C : Use.drop_front(Open + 1).drop_back()) {
    Depth += C == '(' || C == '[' || C == '{';
    Depth -= C == ')' || C == ']' || C == '}';
    if (C != ',' || Depth) {
      Argument += C;
      continue;
    }
    Arguments.push_back(llvm::StringRef(Argument).trim().str());
    Argument.clear();
  }
  Arguments.push_back(llvm::StringRef(Argument).trim().str());
  return Arguments;
}

bool givesLockBack(const Stmt *S) {
  const auto *E = dyn_cast_or_null<Expr>(S);
  const FunctionDecl *F = E ? calleeOf(E->IgnoreParenImpCasts()) : nullptr;
  auto Known =
      F ? Knowledge::get().LockFunctions.find(qualifiedName(*F)) : Knowledge::get().LockFunctions.end();
  return Known != Knowledge::get().LockFunctions.end() && Known->second.What == LockEffect::Release;
}

} // namespace

std::optional<Repair> dropAfterUnlock(const Expr *Drop, ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  if (!Drop->getBeginLoc().isMacroID())
    return std::nullopt;
  CharSourceRange Macro = SM.getExpansionRange(Drop->getSourceRange());
  std::string Use = Lexer::getSourceText(Macro, SM, Context.getLangOpts()).str();
  auto Arguments = macroArguments(Use);
  bool Replaces =
      llvm::StringRef(Use).starts_with("Py_XSETREF(") || llvm::StringRef(Use).starts_with("Py_SETREF(");
  if (!(Replaces && Arguments.size() == 2) &&
      !(llvm::StringRef(Use).starts_with("Py_CLEAR(") && Arguments.size() == 1))
    return std::nullopt;
  // The statement that the macro is, outside of its own blocks.
  auto At = placeOf(DynTypedNode::create(*Drop), Context);
  while (At && At->Block->getBeginLoc().isMacroID())
    At = placeOf(DynTypedNode::create(*At->Block), Context);
  const Stmt *Unlock = At ? At->at(1) : nullptr;
  SourceLocation End = Unlock ? endOfUse(Unlock, Context) : SourceLocation();
  if (!givesLockBack(Unlock) || !End.isValid())
    return std::nullopt;
  std::string Target = Arguments[0], Break = newLine(Unlock, Context);
  return Repair{
      "drop the old object after unlocking",
      {FixItHint::CreateReplacement(Macro, "PyObject *dropped = (PyObject *)" + Target + ";" + Break +
                                               Target + " = " + (Replaces ? Arguments[1] : "NULL")),
       FixItHint::CreateInsertion(End, Break + "Py_XDECREF(dropped);")}};
}

} // namespace ungil
