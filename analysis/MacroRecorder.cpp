#include "analysis/MacroRecorder.h"

#include "analysis/Knowledge.h"

#include "clang/Basic/CharInfo.h"
#include "clang/Lex/Token.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace ungil {

using namespace clang;

namespace {

class Recorder : public PPCallbacks {
public:
  Recorder(MacroTable &Table, const SourceManager &SM) : Table(Table), SM(SM) {}

  void MacroDefined(const Token &Name, const MacroDirective *Directive) override {
    llvm::StringRef Text = Name.getIdentifierInfo()->getName();
    PythonSeen |= Text == "Py_PYTHON_H" || Text == "Py_PYCONFIG_H" || Text == "PY_VERSION_HEX";
    Table.HasGilSlot |= Text == "Py_mod_gil";
    if (looksLikeGilMacro(Text))
      Table.Defined.push_back(Text.str());
    const MacroInfo *Info = Directive->getMacroInfo();
    bool OfPython = Knowledge::get().LockMacros.contains(Text);
    if ((!OfPython && !looksLikeLock(Text)) || !Info->isFunctionLike() || !isEmpty(*Info))
      return;
    EmptyLocks[Text] = Table.EmptyLocks.size();
    Table.EmptyLocks.push_back({Text.str(), Name.getLocation(), OfPython, false, deciding()});
  }

  void MacroUndefined(const Token &Name, const MacroDefinition &, const MacroDirective *) override {
    EmptyLocks.erase(Name.getIdentifierInfo()->getName());
  }

  void Defined(const Token &Name, const MacroDefinition &, SourceRange) override { test(Name); }

  void MacroExpands(const Token &Name, const MacroDefinition &, SourceRange, const MacroArgs *) override {
    if (auto Empty = EmptyLocks.find(Name.getIdentifierInfo()->getName()); Empty != EmptyLocks.end())
      Table.EmptyLocks[Empty->second].Used = true;
    if (Name.getLocation().isMacroID())
      return;
    auto Known = Knowledge::get().InitMacros.find(Name.getIdentifierInfo()->getName());
    if (Known != Knowledge::get().InitMacros.end())
      Table.add(SM.getExpansionLoc(Name.getLocation()), Known->getKey());
  }

  void If(SourceLocation Loc, SourceRange, ConditionValueKind Value) override {
    Open.push_back({Loc, {}});
    branch(Loc, condition(Loc), Value == CVK_True);
  }
  void Ifdef(SourceLocation Loc, const Token &Name, const MacroDefinition &Macro) override {
    Open.push_back({Loc, {}});
    branch(Loc, definition(Name), bool(Macro));
    test(Name);
  }
  void Ifndef(SourceLocation Loc, const Token &Name, const MacroDefinition &Macro) override {
    Open.push_back({Loc, {}});
    branch(Loc, "!" + definition(Name), !Macro);
    test(Name);
  }
  void Elif(SourceLocation Loc, SourceRange, ConditionValueKind Value, SourceLocation) override {
    branch(Loc, condition(Loc), Value == CVK_True);
  }
  void Else(SourceLocation Loc, SourceLocation) override {
    if (Open.empty())
      return;
    bool Taken = llvm::none_of(Open.back().Branches, [](const VersionSwitch::Branch &B) { return B.Taken; });
    branch(Loc, {}, Taken);
  }
  void Endif(SourceLocation Loc, SourceLocation) override {
    if (Open.empty())
      return;
    VersionSwitch Closed{std::move(Open.back().Branches), Loc};
    Open.pop_back();
    addLeftOut(Closed);
    if (llvm::any_of(Closed.Branches, [](const VersionSwitch::Branch &B) {
          return llvm::StringRef(B.Condition).contains("Py_GIL_DISABLED");
        }))
      Table.GilSwitches.push_back({Closed.Branches.front().Begin, Closed.End});
    if (llvm::any_of(Closed.Branches, [](const VersionSwitch::Branch &B) {
          return llvm::StringRef(B.Condition).contains("PY_VERSION_HEX");
        }))
      Table.Switches.push_back(std::move(Closed));
  }

private:
  struct OpenSwitch {
    SourceLocation Begin;
    std::vector<VersionSwitch::Branch> Branches;
  };

  /// The macro that says "free-threaded", and names that people write for it.
  static bool looksLikeGilMacro(llvm::StringRef Name) {
    return Name.equals_insensitive("Py_GIL_DISABLED") || Name.equals_insensitive("Py_GIL_DISABLE") ||
           Name.equals_insensitive("Py_NOGIL") || Name.equals_insensitive("Py_NO_GIL");
  }

  void test(const Token &Name) {
    llvm::StringRef Text = Name.getIdentifierInfo()->getName();
    if (SM.isInSystemHeader(Name.getLocation()))
      return;
    Table.Asked.insert(Text);
    if (looksLikeGilMacro(Text))
      Table.GilTests.push_back({SM.getExpansionLoc(Name.getLocation()), Text.str(), !PythonSeen});
  }

  static bool looksLikeLock(llvm::StringRef Name) {
    llvm::SmallVector<llvm::StringRef, 8> Words;
    Name.split(Words, '_', -1, false);
    return llvm::any_of(Words,
                        [](llvm::StringRef Word) {
                          return Word.equals_insensitive("lock") || Word.equals_insensitive("mutex") ||
                                 Word.equals_insensitive("acquire");
                        }) ||
           Name.contains_insensitive("critical_section");
  }

  /// Nothing but braces, (void)x and do {} while (0).
  static bool isEmpty(const MacroInfo &Info) {
    return llvm::all_of(Info.tokens(), [&](const Token &T) {
      const IdentifierInfo *Id = T.getIdentifierInfo();
      if (!Id)
        return T.isOneOf(tok::l_brace, tok::r_brace, tok::l_paren, tok::r_paren, tok::semi,
                         tok::numeric_constant, tok::comma);
      return llvm::is_contained(Info.params(), Id) || T.isOneOf(tok::kw_do, tok::kw_while, tok::kw_void);
    });
  }

  /// The condition of the innermost #if that asks for the GIL or the version.
  std::string deciding() const {
    for (const OpenSwitch &Around : llvm::reverse(Open))
      for (const VersionSwitch::Branch &B : llvm::reverse(Around.Branches))
        if (llvm::StringRef(B.Condition).contains_insensitive("gil") ||
            llvm::StringRef(B.Condition).contains("PY_VERSION_HEX") ||
            llvm::StringRef(B.Condition).contains("CRITICAL_SECTION"))
          return llvm::StringRef(B.Condition).trim().str();
    return {};
  }

  void branch(SourceLocation Loc, std::string Condition, bool Taken) {
    if (!Open.empty())
      Open.back().Branches.push_back({Loc, std::move(Condition), Taken});
  }

  static std::string definition(const Token &Name) {
    return "defined(" + Name.getIdentifierInfo()->getName().str() + ")";
  }

  /// Branches of a switch on the GIL that are not compiled and attach the thread.
  void addLeftOut(const VersionSwitch &Closed) {
    if (llvm::none_of(Closed.Branches, [](const VersionSwitch::Branch &B) {
          return llvm::StringRef(B.Condition).contains("Py_GIL_DISABLED");
        }))
      return;
    for (std::size_t I = 0; I != Closed.Branches.size(); ++I) {
      const VersionSwitch::Branch &B = Closed.Branches[I];
      SourceLocation End = I + 1 == Closed.Branches.size() ? Closed.End : Closed.Branches[I + 1].Begin;
      if (B.Taken || SM.getFileID(B.Begin) != SM.getFileID(End))
        continue;
      llvm::StringRef Text =
          SM.getBufferData(SM.getFileID(B.Begin)).slice(SM.getFileOffset(B.Begin), SM.getFileOffset(End));
      if (attaches(Text))
        Table.LeftOutAttachments.push_back(
            {B.Begin, {Closed.Branches.front().Begin, Closed.End}, Text.str()});
    }
  }

  static bool attaches(llvm::StringRef Text) {
    const Knowledge &K = Knowledge::get();
    return llvm::any_of(K.StateOperations,
                        [&](const auto &Row) {
                          return Row.second.What == StateOperation::Ensure && Text.contains(Row.first());
                        }) ||
           llvm::any_of(K.StateGuards, [&](const auto &Row) {
             return Row.second == StateOperation::Ensure && Text.contains(Row.first().rsplit("::").second);
           });
  }

  /// The condition as it is written after the directive's name. Clang's own range begins where the first
  /// macro was expanded, which is no place in the file.
  std::string condition(SourceLocation Directive) const {
    auto [File, Offset] = SM.getDecomposedLoc(SM.getExpansionLoc(Directive));
    llvm::StringRef Rest = SM.getBufferData(File).drop_front(Offset).ltrim("elif");
    std::size_t End = 0;
    while (End < Rest.size() && !(Rest[End] == '\n' && !Rest.take_front(End).rtrim("\r").ends_with("\\")))
      ++End;
    Rest = Rest.take_front(End);
    return Rest.take_front(std::min(Rest.find("//"), Rest.find("/*"))).str();
  }

  MacroTable &Table;
  const SourceManager &SM;
  std::vector<OpenSwitch> Open;
  llvm::StringMap<std::size_t> EmptyLocks; ///< by name, those that are defined now
  bool PythonSeen = false;
};

/// The truth of a condition for one version of Python, as far as comparisons of PY_VERSION_HEX decide it.
class VersionCondition {
public:
  VersionCondition(llvm::StringRef Text, std::uint32_t Hex) : Rest(Text), Hex(Hex) {}

  std::optional<bool> value() {
    std::optional<bool> Value = disjunction();
    return Failed || !Rest.trim().empty() ? std::nullopt : Value;
  }

private:
  std::optional<bool> disjunction() {
    auto Value = conjunction();
    while (accept("||")) {
      auto Other = conjunction();
      Value = Value == true || Other == true ? std::optional(true)
              : Value && Other               ? std::optional(false)
                                             : std::nullopt;
    }
    return Value;
  }
  std::optional<bool> conjunction() {
    auto Value = term();
    while (accept("&&")) {
      auto Other = term();
      Value = Value == false || Other == false ? std::optional(false)
              : Value && Other                 ? std::optional(true)
                                               : std::nullopt;
    }
    return Value;
  }
  std::optional<bool> term() {
    if (accept("!")) {
      auto Value = term();
      return Value ? std::optional(!*Value) : std::nullopt;
    }
    if (accept("(")) {
      auto Value = disjunction();
      Failed |= !accept(")");
      return Value;
    }
    return comparison();
  }
  std::optional<bool> comparison() {
    llvm::StringRef Left = operand();
    for (const char *Sign : {">=", "<=", "==", "!=", ">", "<"}) {
      if (!accept(Sign))
        continue;
      std::uint32_t Number = 0;
      llvm::StringRef Right = operand().rtrim("uUlL");
      if (Left != "PY_VERSION_HEX" || Right.getAsInteger(0, Number))
        return std::nullopt;
      llvm::StringRef S(Sign);
      return S == ">="   ? Hex >= Number
             : S == "<=" ? Hex <= Number
             : S == "==" ? Hex == Number
             : S == "!=" ? Hex != Number
             : S == ">"  ? Hex > Number
                         : Hex < Number;
    }
    if (Left == "defined") { // defined X, defined(X)
      bool Open = accept("(");
      operand();
      Failed |= Open && !accept(")");
    }
    return std::nullopt;
  }
  llvm::StringRef operand() {
    Rest = Rest.ltrim();
    llvm::StringRef Word = Rest.take_while([](char C) { return clang::isAsciiIdentifierContinue(C); });
    Failed |= Word.empty();
    Rest = Rest.drop_front(Word.size());
    return Word;
  }
  bool accept(llvm::StringRef Text) {
    Rest = Rest.ltrim(" \t\\\n\r");
    return Rest.consume_front(Text);
  }

  llvm::StringRef Rest;
  std::uint32_t Hex;
  bool Failed = false;
};

} // namespace

bool MacroTable::compiledFor(PythonVersion Target, SourceLocation Loc, const SourceManager &SM) const {
  Loc = SM.getExpansionLoc(Loc);
  FileID File = SM.getFileID(Loc);
  for (const VersionSwitch &S : Switches) {
    if (SM.getFileID(S.End) != File || !SM.isBeforeInTranslationUnit(S.Branches.front().Begin, Loc) ||
        !SM.isBeforeInTranslationUnit(Loc, S.End))
      continue;
    std::size_t Holds = 0, Chosen = S.Branches.size();
    for (std::size_t I = 0; I != S.Branches.size(); ++I) {
      const VersionSwitch::Branch &B = S.Branches[I];
      if (SM.isBeforeInTranslationUnit(B.Begin, Loc))
        Holds = I;
      bool Taken =
          B.Condition.empty() || VersionCondition(B.Condition, Target.hex()).value().value_or(B.Taken);
      if (Taken && Chosen == S.Branches.size())
        Chosen = I;
    }
    if (Chosen != Holds)
      return false;
  }
  return true;
}

std::unique_ptr<PPCallbacks> recordMacros(MacroTable &Table, const SourceManager &SM) {
  return std::make_unique<Recorder>(Table, SM);
}

} // namespace ungil
