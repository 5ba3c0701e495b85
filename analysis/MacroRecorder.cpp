#include "analysis/MacroRecorder.h"

#include "analysis/Knowledge.h"

#include "clang/Lex/Token.h"

namespace ungil {

using namespace clang;

namespace {

class Recorder : public PPCallbacks {
public:
  Recorder(MacroTable &Table, const SourceManager &SM) : Table(Table), SM(SM) {}

  void MacroExpands(const Token &Name, const MacroDefinition &, SourceRange, const MacroArgs *) override {
    if (Name.getLocation().isMacroID())
      return;
    auto Known = Knowledge::get().InitMacros.find(Name.getIdentifierInfo()->getName());
    if (Known != Knowledge::get().InitMacros.end())
      Table.add(SM.getExpansionLoc(Name.getLocation()), Known->getKey());
  }

private:
  MacroTable &Table;
  const SourceManager &SM;
};

} // namespace

std::unique_ptr<PPCallbacks> recordMacros(MacroTable &Table, const SourceManager &SM) {
  return std::make_unique<Recorder>(Table, SM);
}

} // namespace ungil
