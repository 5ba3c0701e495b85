#include "driver/AnalyseUnit.h"

#include "analysis/Modules.h"
#include "driver/ExternalEntries.h"
#include "driver/SuppressionComments.h"

#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Lex/Lexer.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace ungil {

using namespace clang;

namespace {

std::string absoluteName(const SourceManager &SM, FileID File) {
  auto Entry = SM.getFileEntryRefForID(File);
  if (!Entry)
    return {};
  llvm::SmallString<256> Path(Entry->getName());
  SM.getFileManager().makeAbsolutePath(Path);
  llvm::sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
  return std::string(Path);
}

/// Turns places of the syntax tree into lines and columns.
class Locator {
public:
  explicit Locator(const ASTContext &Context)
      : SM(Context.getSourceManager()), Options(Context.getLangOpts()) {}

  Region region(SourceRange Range) const {
    auto [Begin, End] = charRange(Range);
    Region R;
    R.File = absoluteName(SM, SM.getFileID(Begin));
    R.Line = SM.getSpellingLineNumber(Begin);
    R.Column = SM.getSpellingColumnNumber(Begin);
    bool OneLine = SM.getFileID(End) == SM.getFileID(Begin) && SM.getSpellingLineNumber(End) == R.Line;
    R.EndColumn = OneLine ? SM.getSpellingColumnNumber(End) : R.Column + restOfLine(Begin);
    return R;
  }

  Edit edit(const FixItHint &Hint) const {
    CharSourceRange Range = Hint.RemoveRange;
    SourceLocation Begin = SM.getSpellingLoc(Range.getBegin());
    SourceLocation End = SM.getSpellingLoc(Range.getEnd());
    if (Range.isTokenRange())
      End = Lexer::getLocForEndOfToken(End, 0, SM, Options);
    Edit E;
    E.File = absoluteName(SM, SM.getFileID(Begin));
    E.Offset = SM.getFileOffset(Begin);
    E.Length = SM.getFileOffset(End) - E.Offset;
    E.Line = SM.getSpellingLineNumber(Begin);
    E.Column = SM.getSpellingColumnNumber(Begin);
    E.EndLine = SM.getSpellingLineNumber(End);
    E.EndColumn = SM.getSpellingColumnNumber(End);
    E.Replacement = Hint.CodeToInsert;
    return E;
  }

private:
  std::pair<SourceLocation, SourceLocation> charRange(SourceRange Range) const {
    SourceLocation Begin = SM.getExpansionLoc(Range.getBegin());
    CharSourceRange Expansion = SM.getExpansionRange(Range.getEnd());
    SourceLocation End = Expansion.getEnd();
    if (Expansion.isTokenRange())
      End = Lexer::getLocForEndOfToken(End, 0, SM, Options);
    return {Begin, End.isValid() ? End : Begin};
  }

  unsigned restOfLine(SourceLocation Begin) const {
    auto [File, Offset] = SM.getDecomposedLoc(Begin);
    llvm::StringRef Rest = SM.getBufferData(File).substr(Offset);
    return unsigned(Rest.take_until([](char C) { return C == '\n' || C == '\r'; }).rtrim().size());
  }

  const SourceManager &SM;
  const LangOptions &Options;
};

std::vector<Step> steps(const std::vector<Remark> &Remarks, const Locator &Where) {
  std::vector<Step> Out;
  for (const Remark &R : Remarks)
    Out.push_back({Where.region(R.Where), R.Message});
  return Out;
}

Finding finding(const CheckInfo &Info, const Diagnosis &D, const Locator &Where) {
  Finding F;
  F.Rule = Info.Id;
  F.Message = D.Message;
  F.Level = D.Level.value_or(Info.Level);
  F.Sureness = D.Sureness;
  F.Where = Where.region(D.Where);
  F.Path = steps(D.Path, Where);
  F.Related = steps(D.Related, Where);
  F.OnlyIf = D.OnlyIf;
  for (const Repair &R : D.Repairs) {
    Fix Edits{R.Description, {}, R.Promise};
    for (const FixItHint &Hint : R.Hints)
      Edits.Edits.push_back(Where.edit(Hint));
    F.Fixes.push_back(std::move(Edits));
  }
  return F;
}

const char *nameOf(Answer A) { return A == Answer::Yes ? "yes" : A == Answer::No ? "no" : "unknown"; }

const char *nameOf(Edge::Verdict V) {
  return V == Edge::Owned ? "owned" : V == Edge::Leaf ? "leaf" : "borrowed";
}

TypeFact typeFact(const TypeGraph &Graph, const TypeInfo &T, const Locator &Where) {
  TypeFact Fact;
  Fact.Name = T.Name;
  Fact.Base = T.Base.Name;
  Fact.Where = Where.region(T.Definition->getLocation());
  Fact.Heap = T.Heap;
  Fact.Collected = nameOf(Graph.isCollected(T));
  for (const Edge &E : T.Edges) {
    Region Field = Where.region(E.Field->getLocation());
    Fact.Fields.push_back({E.Field->getNameAsString(), Field.Line, nameOf(E.Kind),
                           nameOf(Graph.isVisited(T, E)), nameOf(Graph.isCleared(T, E))});
  }
  return Fact;
}

/// The spelling of an object-like macro that is one token, such as PY_VERSION; empty when it is none.
std::string tokenOf(Preprocessor &PP, llvm::StringRef Macro) {
  const MacroInfo *Info = PP.getMacroInfo(PP.getIdentifierInfo(Macro));
  return Info && Info->getNumTokens() == 1 ? PP.getSpelling(Info->getReplacementToken(0)) : std::string();
}

unsigned numberOf(Preprocessor &PP, llvm::StringRef Macro) {
  unsigned Number = 0;
  std::string Text = tokenOf(PP, Macro);
  llvm::StringRef(Text).getAsInteger(0, Number);
  return Number;
}

PythonHeaders pythonHeaders(Preprocessor &PP) {
  PythonHeaders Headers;
  const MacroInfo *Version = PP.getMacroInfo(PP.getIdentifierInfo("PY_VERSION_HEX"));
  if (!Version)
    return Headers;
  Headers.VersionHex = numberOf(PP, "PY_MAJOR_VERSION") << 24 | numberOf(PP, "PY_MINOR_VERSION") << 16 |
                       numberOf(PP, "PY_MICRO_VERSION") << 8 | 0xF0;
  std::string Text = tokenOf(PP, "PY_VERSION");
  Headers.Version = llvm::StringRef(Text).trim('"').str();
  const SourceManager &SM = PP.getSourceManager();
  FileID File = SM.getFileID(SM.getExpansionLoc(Version->getDefinitionLoc()));
  Headers.Directory = llvm::sys::path::parent_path(absoluteName(SM, File)).str();
  return Headers;
}

/// One module of the unit that may run without the GIL is enough.
GilUse gilUse(Unit &U) {
  GilUse Use = GilUse::NoModule;
  for (const ModuleDeclaration &M : modulesOf(U)) {
    if (M.Gil == ModuleDeclaration::NotUsed)
      return GilUse::NotUsed;
    if (M.Gil != ModuleDeclaration::Unknown)
      Use = GilUse::Kept;
  }
  return Use;
}

class Consumer : public ASTConsumer {
public:
  Consumer(CompilerInstance &Compiler, const std::vector<SelectedCheck> &Checks, const std::string &Root,
           UnitOptions Options, UnitResult &Out)
      : Compiler(Compiler), Checks(Checks), Root(Root), Options(Options), Out(Out),
        Scope(Compiler.getSourceManager(), Root) {
    Compiler.getPreprocessor().addPPCallbacks(recordMacros(Macros, Compiler.getSourceManager()));
  }

  bool shouldSkipFunctionBody(Decl *D) override { return !Scope.contains(D->getLocation()); }

  void HandleTranslationUnit(ASTContext &Context) override {
    Out.Python = pythonHeaders(Compiler.getPreprocessor());
    Unit U(Context, Macros, Root, Options);
    Locator Where(Context);
    ExternalEntries Entries(U);
    for (const SelectedCheck &C : Checks)
      for (const Diagnosis &D : diagnose(*C.Info, C.Options, U)) {
        Out.Findings.push_back(finding(*C.Info, D, Where));
        Out.Findings.back().Entries = Entries.behind(D);
      }
    Out.References = Entries.references();
    Out.Containers = Entries.containers([&](SourceRange Range) { return Where.region(Range); });
    Out.Gil = gilUse(U);
    if (const TypeGraph *Graph = U.typesIfBuilt())
      for (const auto &T : Graph->types())
        Out.Types.push_back(typeFact(*Graph, *T, Where));
    Out.Counts = U.statistics();
  }

private:
  CompilerInstance &Compiler;
  const std::vector<SelectedCheck> &Checks;
  const std::string &Root;
  UnitOptions Options;
  UnitResult &Out;
  MacroTable Macros;
  ProjectScope Scope;
};

class Action : public ASTFrontendAction {
public:
  Action(const std::vector<SelectedCheck> &Checks, const std::string &Root, UnitOptions Options,
         UnitResult &Out)
      : Checks(Checks), Root(Root), Options(Options), Out(Out) {}

  bool BeginInvocation(CompilerInstance &Compiler) override {
    Compiler.getFrontendOpts().SkipFunctionBodies = true;
    Compiler.getDiagnosticOpts().ShowCarets = false; // nor count errors on stderr: the unit's problem does
    return true;
  }

  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &Compiler, llvm::StringRef) override {
    // A missing header is an error like any other: what follows it is still analysed, and the unit counts as
    // partial.
    Compiler.getDiagnostics().setFatalsAsError(true);
    Comments = std::make_unique<SuppressionComments>(Compiler.getSourceManager(), Root, Out.Suppressions);
    Compiler.getPreprocessor().addCommentHandler(Comments.get());
    return std::make_unique<Consumer>(Compiler, Checks, Root, Options, Out);
  }

private:
  const std::vector<SelectedCheck> &Checks;
  const std::string &Root;
  UnitOptions Options;
  UnitResult &Out;
  std::unique_ptr<SuppressionComments> Comments;
};

/// Keeps the first error as one line for people.
class FirstError : public DiagnosticConsumer {
public:
  std::string Text;

  void HandleDiagnostic(DiagnosticsEngine::Level Level, const Diagnostic &Info) override {
    DiagnosticConsumer::HandleDiagnostic(Level, Info);
    if (Level < DiagnosticsEngine::Error || !Text.empty())
      return;
    llvm::SmallString<256> Message;
    Info.FormatDiagnostic(Message);
    if (Info.hasSourceManager() && Info.getLocation().isValid()) {
      PresumedLoc At = Info.getSourceManager().getPresumedLoc(Info.getLocation());
      Text = std::string(At.getFilename()) + ":" + std::to_string(At.getLine()) + ": ";
    }
    Text += Message.str();
  }
};

} // namespace

UnitResult analyseUnit(const CompileCommand &Command, const std::vector<SelectedCheck> &Checks,
                       const std::string &Root, UnitOptions Options) {
  UnitResult Result;
  Result.File = Command.File;
  Result.Problem = Command.Problem;
  if (!Result.Problem.empty())
    return Result;

  std::vector<std::string> Arguments = analysisArguments(Command);
  Arguments.push_back("-resource-dir=" UNGIL_CLANG_RESOURCE_DIR);
  auto FileSystem = llvm::vfs::createPhysicalFileSystem();
  FileSystem->setCurrentWorkingDirectory(Command.Directory);
  llvm::IntrusiveRefCntPtr<FileManager> Files(new FileManager({Command.Directory}, std::move(FileSystem)));
  tooling::ToolInvocation Invocation(Arguments, std::make_unique<Action>(Checks, Root, Options, Result),
                                     Files.get());
  FirstError Errors;
  Invocation.setDiagnosticConsumer(&Errors);
  bool Ran = Invocation.run();
  Result.Status = Ran && Errors.getNumErrors() == 0 ? UnitStatus::Analysed : UnitStatus::Partial;
  if (Errors.getNumErrors() > 0) {
    Result.Problem = Errors.Text;
    if (unsigned More = Errors.getNumErrors() - 1)
      Result.Problem += " (and " + std::to_string(More) + (More == 1 ? " more error)" : " more errors)");
  }
  if (!Ran && Result.Counts.empty())
    Result.Status = UnitStatus::Failed;
  return Result;
}

} // namespace ungil
