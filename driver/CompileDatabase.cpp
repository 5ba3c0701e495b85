#include "driver/CompileDatabase.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <tuple>

namespace ungil {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

std::string absolute(const fs::path &Path, const fs::path &Base) {
  return (Path.is_absolute() ? Path : Base / Path).lexically_normal().string();
}

std::vector<std::string> split(const std::string &Command) {
  llvm::BumpPtrAllocator Memory;
  llvm::StringSaver Saver(Memory);
  llvm::SmallVector<const char *, 32> Words;
  llvm::cl::TokenizeGNUCommandLine(Command, Saver, Words);
  return {Words.begin(), Words.end()};
}

CompileCommand readEntry(const Json &Entry, const fs::path &Folder) {
  CompileCommand C;
  C.Directory = absolute(Entry.value("directory", "."), Folder);
  C.File = absolute(Entry.at("file").get<std::string>(), C.Directory);
  if (Entry.contains("arguments"))
    C.Arguments = Entry["arguments"].get<std::vector<std::string>>();
  else
    C.Arguments = split(Entry.at("command").get<std::string>());
  std::error_code Ignored;
  if (!fs::is_directory(C.Directory, Ignored))
    C.Problem = "its folder " + C.Directory + " is gone; build again to renew the compile database";
  else if (!fs::is_regular_file(C.File, Ignored))
    C.Problem = "the file is gone; build again to renew the compile database";
  else if (C.Arguments.size() < 2)
    C.Problem = "its entry in the compile database has no command";
  return C;
}

bool isSource(const fs::path &Path) {
  static const llvm::StringSet<> Extensions{".c", ".cc", ".cpp", ".cxx", ".C", ".c++"};
  return Extensions.contains(Path.extension().string());
}

std::vector<std::string> sourcesBelow(const std::vector<std::string> &Paths) {
  std::vector<std::string> Files;
  for (const std::string &Path : Paths) {
    std::error_code Error;
    if (!fs::is_directory(Path, Error)) {
      Files.push_back(Path);
      continue;
    }
    for (const auto &Entry :
         fs::recursive_directory_iterator(Path, fs::directory_options::skip_permission_denied, Error))
      if (Entry.is_regular_file(Error) && isSource(Entry.path()))
        Files.push_back(Entry.path().string());
  }
  llvm::sort(Files);
  return Files;
}

bool matches(const std::string &File, const std::string &Wanted) {
  std::string Path = absolute(Wanted, fs::current_path());
  llvm::StringRef Prefix = llvm::StringRef(Path).rtrim('/');
  llvm::StringRef Name = File;
  if (Name == Prefix || (Name.starts_with(Prefix) && Name.substr(Prefix.size()).starts_with("/")))
    return true;
  if (Wanted.find_first_of("*?[") == std::string::npos)
    return false;
  auto Glob = llvm::GlobPattern::create(Path);
  if (!Glob) {
    llvm::consumeError(Glob.takeError());
    return false;
  }
  return Glob->match(Name);
}

bool isWrapper(llvm::StringRef Program) {
  static const llvm::StringSet<> Wrappers{"ccache",  "sccache", "distcc",   "icecc",     "fastbuild",
                                          "goma",    "gomacc",  "reclient", "rewrapper", "buildcache",
                                          "lockrun", "time",    "env",      "nice"};
  return Wrappers.contains(llvm::sys::path::stem(Program));
}

/// Flags that GCC takes and Clang rejects or warns about without a place in the source.
bool onlyGcc(llvm::StringRef Flag) {
  static const llvm::StringSet<> Exact{"-fipa-pta",
                                       "-fanalyzer",
                                       "-fno-semantic-interposition",
                                       "-fno-tree-vectorize",
                                       "-fuse-linker-plugin",
                                       "-fno-fat-lto-objects",
                                       "-ffat-lto-objects",
                                       "-fwhole-program",
                                       "-fvar-tracking",
                                       "-fno-var-tracking",
                                       "-fvar-tracking-assignments",
                                       "-fno-var-tracking-assignments",
                                       "-fconserve-stack",
                                       "-fno-gcse",
                                       "-fstack-clash-protection",
                                       "-fcf-protection",
                                       "-mno-fp-ret-in-387",
                                       "-fprofile-partial-training"};
  return Exact.contains(Flag) || Flag.starts_with("-flto") || Flag.starts_with("-fprofile-") ||
         Flag.starts_with("-specs=") || Flag.starts_with("-fdebug-prefix-map=") || Flag.starts_with("-W");
}

/// Flags about what is written, with the number of words after them.
std::optional<unsigned> outputFlag(llvm::StringRef Flag) {
  if (Flag == "-o" || Flag == "-MF" || Flag == "-MT" || Flag == "-MQ" || Flag == "-MJ" ||
      Flag == "--serialize-diagnostics")
    return 1;
  if (Flag == "-c" || Flag == "-S" || Flag == "-E" || Flag == "-M" || Flag == "-MM" || Flag == "-MD" ||
      Flag == "-MMD" || Flag == "-MP" || Flag == "-MG" || Flag == "-save-temps" || Flag == "-pipe")
    return 0;
  return std::nullopt;
}

} // namespace

DatabaseOrError loadDatabase(const std::string &Path) {
  fs::path File = fs::path(absolute(Path, fs::current_path()));
  std::error_code Ignored;
  if (fs::is_directory(File, Ignored))
    File /= "compile_commands.json";
  std::ifstream In(File, std::ios::binary);
  if (!In)
    return {std::nullopt,
            "no compile database at " + File.string() +
                "; name its folder with -p, or make one with CMAKE_EXPORT_COMPILE_COMMANDS=ON, meson or "
                "`bear -- <build command>`"};
  std::stringstream Text;
  Text << In.rdbuf();
  CompileDatabase Database;
  Database.Path = File.string();
  try {
    Json Entries = Json::parse(Text.str());
    if (!Entries.is_array())
      return {std::nullopt, File.string() + " is not a compile database: it holds no array of entries"};
    for (const Json &Entry : Entries)
      Database.Commands.push_back(readEntry(Entry, File.parent_path()));
  } catch (const Json::parse_error &Error) {
    return {std::nullopt, File.string() + " is not JSON: error at byte " + std::to_string(Error.byte) +
                              "; build again to renew it"};
  } catch (const Json::exception &) {
    return {std::nullopt, File.string() + ": entry " + std::to_string(Database.Commands.size() + 1) +
                              " has no \"file\" with a \"command\" or \"arguments\" of the right kind"};
  }
  llvm::sort(Database.Commands, [](const auto &A, const auto &B) {
    return std::tie(A.File, A.Arguments) < std::tie(B.File, B.Arguments);
  });
  auto Same = [](const auto &A, const auto &B) { return A.File == B.File && A.Arguments == B.Arguments; };
  Database.Commands.erase(std::unique(Database.Commands.begin(), Database.Commands.end(), Same),
                          Database.Commands.end());
  return {std::move(Database), {}};
}

DatabaseOrError findDatabase(const std::string &Folder) {
  std::vector<fs::path> Found;
  auto Look = [&](const fs::path &In) {
    std::error_code Ignored;
    if (fs::is_regular_file(In / "compile_commands.json", Ignored))
      Found.push_back(In / "compile_commands.json");
  };
  auto LookBelow = [&](const fs::path &In) {
    std::error_code Error;
    for (const auto &Entry : fs::directory_iterator(In, fs::directory_options::skip_permission_denied, Error))
      if (Entry.is_directory(Error))
        Look(Entry.path());
  };
  Look(Folder);
  std::error_code Error;
  for (const auto &Entry :
       fs::directory_iterator(Folder, fs::directory_options::skip_permission_denied, Error)) {
    std::string Name = Entry.path().filename();
    if (!Entry.is_directory(Error) || !(Name.starts_with("build") || Name == "_skbuild"))
      continue;
    Look(Entry.path());
    LookBelow(Entry.path());
  }
  if (Found.empty())
    return {};
  auto Newest = std::max_element(Found.begin(), Found.end(), [](const fs::path &A, const fs::path &B) {
    return std::pair(fs::last_write_time(A), B) < std::pair(fs::last_write_time(B), A);
  });
  return loadDatabase(Newest->string());
}

CompileDatabase fixedDatabase(const std::vector<std::string> &Paths, const std::vector<std::string> &Flags) {
  CompileDatabase Database;
  std::string Here = fs::current_path();
  for (const std::string &Path : sourcesBelow(Paths)) {
    CompileCommand C{Here, absolute(Path, Here), {}, {}};
    bool IsC = fs::path(Path).extension() == ".c";
    C.Arguments = {IsC ? "clang" : "clang++"};
    C.Arguments.insert(C.Arguments.end(), Flags.begin(), Flags.end());
    C.Arguments.push_back(C.File);
    std::error_code Ignored;
    if (!fs::is_regular_file(C.File, Ignored))
      C.Problem = "there is no such file";
    Database.Commands.push_back(std::move(C));
  }
  return Database;
}

namespace {

/// Folders that hold headers, and those above them up to the root, for `#include <package/part.h>`.
struct HeaderFolders {
  std::set<std::string> All;
  std::set<std::string> Shadowing; ///< with a header that the system has too: bundled ones for Windows and such
};

HeaderFolders headerFolders(const std::string &Root) {
  HeaderFolders Found;
  std::error_code Error;
  for (fs::recursive_directory_iterator At(Root, fs::directory_options::skip_permission_denied, Error), End;
       At != End; At.increment(Error)) {
    const fs::path &Path = At->path();
    if (At->is_directory(Error) && Path.filename().string().starts_with("."))
      At.disable_recursion_pending();
    if (Path.extension() != ".h" && Path.extension() != ".hpp")
      continue;
    for (fs::path Folder = Path.parent_path(); Found.All.insert(Folder.string()).second && Folder != Root;)
      Folder = Folder.parent_path();
    if (fs::exists("/usr/include" / Path.filename(), Error))
      Found.Shadowing.insert(Path.parent_path().string());
  }
  return Found;
}

} // namespace

CompileDatabase guessedDatabase(const std::vector<std::string> &Paths, const std::string &Root,
                                const std::string &PythonInclude) {
  std::vector<std::string> Flags{"-I" + PythonInclude};
  const HeaderFolders Folders = headerFolders(Root);
  for (const std::string &Folder : Folders.All)
    Flags.push_back((Folders.Shadowing.contains(Folder) ? "-idirafter" : "-I") + Folder);
  CompileDatabase Database = fixedDatabase(Paths, Flags);
  Database.Approximate = true;
  return Database;
}

std::vector<std::string> narrow(CompileDatabase &Database, const std::vector<std::string> &Paths) {
  std::vector<std::string> Unmatched;
  if (Paths.empty())
    return Unmatched;
  for (const std::string &Path : Paths)
    if (llvm::none_of(Database.Commands, [&](const CompileCommand &C) { return matches(C.File, Path); }))
      Unmatched.push_back(Path);
  llvm::erase_if(Database.Commands, [&](const CompileCommand &C) {
    return llvm::none_of(Paths, [&](const std::string &Path) { return matches(C.File, Path); });
  });
  return Unmatched;
}

std::vector<std::string> analysisArguments(const CompileCommand &C) {
  auto First = C.Arguments.begin();
  while (std::distance(First, C.Arguments.end()) > 1 && isWrapper(*First)) {
    ++First;
    while (First != C.Arguments.end() && (First->starts_with("-") || First->find('=') != std::string::npos))
      ++First;
  }
  std::vector<std::string> Out;
  for (auto At = First; At != C.Arguments.end(); ++At) {
    if (At == First) {
      Out.push_back(*At);
      continue;
    }
    if (*At == "--")
      continue;
    if (auto Words = outputFlag(*At)) {
      At += std::min<std::ptrdiff_t>(*Words, std::distance(At, C.Arguments.end()) - 1);
      continue;
    }
    if (!onlyGcc(*At))
      Out.push_back(*At);
  }
  for (const char *Flag : {"-fsyntax-only", "-w", "-DPy_GIL_DISABLED=1", "-D__clang_analyzer__",
                           "-ferror-limit=0", "-Qunused-arguments", "-fno-color-diagnostics"})
    Out.push_back(Flag);
  return Out;
}

} // namespace ungil
