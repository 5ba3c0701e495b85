// The checks as a module of stock clang-tidy. One Unit is built for each translation unit and shared by all
// of them.

#define UNGIL_CLANG_TIDY
#include "checks/Check.h"
#include "compat/Clang.h"

#include "clang/ASTMatchers/ASTMatchFinder.h"

namespace ungil {
namespace {

using namespace clang;
using namespace clang::tidy;

/// What the checks of one run of clang-tidy share.
class SharedUnit {
public:
  void record(Preprocessor &PP) {
    if (!Recording)
      PP.addPPCallbacks(recordMacros(Macros, PP.getSourceManager()));
    Recording = true;
  }

  Unit &of(ASTContext &Context, const UnitOptions &Options) {
    if (!Built)
      Built = std::make_unique<Unit>(Context, Macros, /*Root=*/"", Options);
    return *Built;
  }

  /// clang-tidy makes its checks anew for each translation unit: the unit lives as long as they do.
  static std::shared_ptr<SharedUnit> current() {
    static std::weak_ptr<SharedUnit> Current;
    auto Shared = Current.lock();
    if (!Shared)
      Current = Shared = std::make_shared<SharedUnit>();
    return Shared;
  }

private:
  MacroTable Macros;
  bool Recording = false;
  std::unique_ptr<Unit> Built;
};

class TidyCheck : public ClangTidyCheck {
public:
  TidyCheck(const CheckInfo &Info, llvm::StringRef Name, ClangTidyContext *Context)
      : ClangTidyCheck(Name, Context), Info(Info), Shared(SharedUnit::current()) {
    const ClangTidyOptions::OptionMap &All = Context->getOptions().CheckOptions;
    for (const auto &Chosen : All)
      if (std::string_view Key(Chosen.getKey()); UnitOptions::isOne(Key))
        if (std::string Wrong = ForUnit.set(Key, Chosen.getValue().Value); !Wrong.empty())
          configurationDiag("%0") << Wrong;
    for (const OptionInfo &O : Info.Options)
      Values[std::string(O.Name)] = Options.get(llvm::StringRef(O.Name), llvm::StringRef(O.Default)).str();
  }

  void storeOptions(ClangTidyOptions::OptionMap &Map) override {
    for (const auto &[Name, Value] : Values)
      Options.store(Map, Name, llvm::StringRef(Value));
  }

  void registerPPCallbacks(const SourceManager &, Preprocessor *PP, Preprocessor *) override {
    Shared->record(*PP);
  }

  void registerMatchers(ast_matchers::MatchFinder *Finder) override {
    Finder->addMatcher(ast_matchers::translationUnitDecl().bind("unit"), this);
  }

  void check(const ast_matchers::MatchFinder::MatchResult &Result) override {
    CheckOptions Chosen([this](std::string_view Name) { return Values[std::string(Name)]; });
    Unit &U = Shared->of(*Result.Context, ForUnit);
    for (const Diagnosis &D : diagnose(Info, Chosen, U))
      if (D.Sureness >= Confidence::Likely && D.OnlyIf.Container.empty())
        emit(D, Result.Context->getSourceManager());
  }

private:
  void emit(const Diagnosis &D, const SourceManager &SM) {
    { // only one diagnostic may be alive at a time
      auto Builder = diag(SM.getExpansionLoc(D.Where.getBegin()), "%0") << D.Message;
      if (D.Repairs.size() == 1 && !D.Repairs.front().Promise)
        for (const FixItHint &Hint : D.Repairs.front().Hints)
          Builder << Hint;
    }
    std::vector<Remark> Related = shortened(D.Related);
    for (const Remark *R : inReadingOrder(D.Path, Related))
      diag(SM.getExpansionLoc(R->Where.getBegin()), "%0", DiagnosticIDs::Note) << R->Message;
  }

  const CheckInfo &Info;
  std::shared_ptr<SharedUnit> Shared;
  std::map<std::string, std::string> Values;
  UnitOptions ForUnit;
};

class UngilModule : public ClangTidyModule {
public:
  void addCheckFactories(ClangTidyCheckFactories &Factories) override {
    for (const CheckInfo &Info : allChecks())
      if (Info.Make)
        Factories.registerCheckFactory(llvm::StringRef(Info.Id),
                                       [&Info](llvm::StringRef Name, ClangTidyContext *Context) {
                                         return std::make_unique<TidyCheck>(Info, Name, Context);
                                       });
  }
};

ClangTidyModuleRegistry::Add<UngilModule> Registration("ungil-module", "Free-threaded CPython extensions.");

} // namespace
} // namespace ungil
