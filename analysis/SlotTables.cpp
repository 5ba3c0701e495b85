#include "analysis/SlotTables.h"

#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {

const InitListExpr *semanticList(const Expr *E) {
  const auto *List = dyn_cast_or_null<InitListExpr>(E ? E->IgnoreImplicit() : nullptr);
  return List && !List->isSemanticForm() && List->getSemanticForm() ? List->getSemanticForm() : List;
}

/// A PySlot's value is the member of a union that its macro initialises.
const Expr *valueIn(const InitListExpr *Slot) {
  const Expr *Value = Slot->getInit(Slot->getNumInits() - 1);
  const InitListExpr *Union = semanticList(Value);
  return Union && Union->getNumInits() == 1 ? Union->getInit(0) : Value;
}

bool isNull(const Expr *E, const ASTContext &Context) {
  return isa<ImplicitValueInitExpr>(E) ||
         E->IgnoreParenCasts()->isNullPointerConstant(
             const_cast<ASTContext &>(Context), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull;
}

/// Whether the number is spelled with a macro of another library, which uses CPython's struct for slots of
/// its own.
bool isForeign(const Expr *Id, const ASTContext &Context) {
  SourceLocation Loc = Id->IgnoreParenImpCasts()->getBeginLoc();
  return Loc.isMacroID() &&
         !Lexer::getImmediateMacroName(Loc, Context.getSourceManager(), Context.getLangOpts())
              .starts_with("Py");
}

llvm::StringRef nameIn(const std::vector<std::string> &Names, std::uint64_t Number) {
  return Number < Names.size() ? llvm::StringRef(Names[Number]) : llvm::StringRef();
}

} // namespace

std::optional<SlotElement> slotElement(const Expr *E, const ASTContext &Context) {
  const InitListExpr *List = semanticList(E);
  if (!List || !List->getType()->isRecordType() || List->getNumInits() < 2)
    return std::nullopt;
  std::string Record = typeName(List->getType());
  bool OfAny = Record == "PySlot", OfType = Record == "PyType_Slot", OfModule = Record == "PyModuleDef_Slot";
  Expr::EvalResult Id;
  if ((!OfAny && !OfType && !OfModule) || !List->getInit(0)->EvaluateAsInt(Id, Context) ||
      isForeign(List->getInit(0), Context))
    return std::nullopt;
  std::uint64_t Number = Id.Val.getInt().getZExtValue();
  const Knowledge &K = Knowledge::get();
  llvm::StringRef Name = OfModule ? "" : nameIn(K.SlotNames, Number);
  if (OfAny && Name.empty())
    OfModule = true; // one numbering for both
  if (OfModule)
    Name = nameIn(K.ModuleSlotNames, Number);
  const Expr *Value = valueIn(List);
  if (Name.empty() || isNull(Value, Context))
    return std::nullopt;
  return SlotElement{Name, Value, OfModule};
}

} // namespace ungil
