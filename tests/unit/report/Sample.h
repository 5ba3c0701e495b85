// A small project on disk and a run over it that has some of everything.
#pragma once

#include "driver/Result.h"
#include "driver/report/Writer.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace ungil::test {

/// A folder that goes away with its owner.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string Pattern = (std::filesystem::temp_directory_path() / "ungil-report-XXXXXX").string();
    Root = ::mkdtemp(Pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code Ignored;
    std::filesystem::remove_all(Root, Ignored);
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  const std::string &path() const { return Root; }

  void write(const std::string &Name, std::string_view Contents) const {
    std::filesystem::path File = std::filesystem::path(Root) / Name;
    std::filesystem::create_directories(File.parent_path());
    std::ofstream(File, std::ios::binary) << Contents;
  }

private:
  std::string Root;
};

inline std::string read(const std::filesystem::path &File) {
  std::ifstream In(File, std::ios::binary);
  return {std::istreambuf_iterator<char>(In), std::istreambuf_iterator<char>()};
}

inline constexpr std::string_view CacheSource = "#include <Python.h>\n"
                                                "static PyObject *cache;\n"
                                                "\n"
                                                "static PyObject *get(PyObject *self) {\n"
                                                "\tif (/* déjà vu 🐍 */ !cache) cache = PyDict_New();\n"
                                                "  return PyList_GetItem(cache, 0);\n"
                                                "}\n";

inline constexpr std::string_view LatinSource = "int caf\xE9 = 1;\r\nint b;";

inline constexpr std::array<std::string_view, 2> LazyInitTags{"race", "global-state"};
inline constexpr std::array<std::string_view, 1> BorrowedTags{"references"};

inline constexpr std::array<RuleInfo, 2> SampleRules{{
    {.Id = "ungil-borrowed-reference",
     .Name = "BorrowedReference",
     .Summary = "A borrowed reference outlives its owner",
     .Description = "Reports a borrowed reference that another thread can make invalid.",
     .HelpText = "Ask for a strong reference.",
     .HelpMarkdown = "Ask for a **strong** reference.",
     .HelpUri = "https://example.com/ungil-borrowed-reference",
     .Level = Severity::Error,
     .Category = "references",
     .MemorySafety = true,
     .Tags = BorrowedTags},
    {.Id = "ungil-unsynchronized-lazy-init",
     .Name = "UnsynchronizedLazyInit",
     .Summary = "Lazy initialization without synchronization",
     .Description = "Reports a location that is tested and then set by concurrent threads.",
     .HelpText = "Initialize in Py_mod_exec.",
     .HelpMarkdown = "Initialize in `Py_mod_exec`.",
     .HelpUri = "https://example.com/ungil-unsynchronized-lazy-init",
     .Level = Severity::Warning,
     .Category = "races",
     .MemorySafety = false,
     .Tags = LazyInitTags},
}};

inline Finding lazyInitFinding() {
  Finding F;
  F.Rule = "ungil-unsynchronized-lazy-init";
  F.Message = "'cache' is tested and set without synchronization";
  F.Where = {"src/caché/lazy init.c", 5, 28, 33};
  F.Path = {{{"src/caché/lazy init.c", 4, 18, 21}, "'get' is called by concurrent threads"},
            {{"/usr/include/python3.14/object.h", 12, 1, 4}, "through this macro"},
            {{"src/caché/lazy init.c", 5, 35, 40}, "set it in Py_mod_exec instead"}};
  F.Related = {{{"src/caché/lazy init.c", 2, 18, 23}, "'cache[0]' is declared here"},
               {{"src/latin.c", 1, 5, 9}, "used here"}};
  F.Fixes = {{"guard the initialization", {{"src/caché/lazy init.c", 85, 0, 5, 2, 5, 2, "lock(); "}}},
             {"drop the cache", {{"src/caché/lazy init.c", 20, 24, 2, 1, 3, 1, ""}}}};
  return F;
}

inline Finding borrowedFinding() {
  Finding F;
  F.Rule = "ungil-borrowed-reference";
  F.Message = "'PyDict_New' [see a](b)";
  F.Level = Severity::Error;
  F.Sureness = Confidence::Possible;
  F.Where = {"src/caché/lazy init.c", 5, 43, 53};
  return F;
}

inline Finding lastLineFinding() {
  Finding F;
  F.Rule = "ungil-unsynchronized-lazy-init";
  F.Message = "'b' is written by concurrent threads";
  F.Level = Severity::Note;
  F.Sureness = Confidence::Certain;
  F.Where = {"src/latin.c", 2, 5, 6};
  return F;
}

inline UnitResult unit(std::string File, UnitStatus Status, std::string Problem) {
  UnitResult U;
  U.File = std::move(File);
  U.Status = Status;
  U.Problem = std::move(Problem);
  return U;
}

inline RunResult sampleRun(const TemporaryFolder &Folder) {
  Folder.write("src/caché/lazy init.c", CacheSource);
  Folder.write("src/latin.c", LatinSource);
  RunResult Run;
  Run.Root = Folder.path();
  Run.Findings = {lazyInitFinding(), borrowedFinding(), lastLineFinding()};
  Run.Suppressed = 1;
  Run.Units = {unit("src/caché/lazy init.c", UnitStatus::Analysed, ""),
               unit("src/gone.c", UnitStatus::Failed, "no such file"),
               unit("src/latin.c", UnitStatus::Partial, "src/latin.c:2:7: error: expected ';'")};
  Run.Python = {"/usr/include/python3.14", 0x030E00F0, "3.14.0"};
  Run.Counts = {{"statics.present", 7}, {"statics.resolved", 5}, {"calls.resolved", 3}, {"functions", 2}};
  Run.RulesRun = {"ungil-borrowed-reference", "ungil-unsynchronized-lazy-init"};
  return Run;
}

} // namespace ungil::test
