#include "Sample.h"
#include "driver/report/Writer.h"

#include <gtest/gtest.h>
#include <sstream>

using namespace ungil;

namespace {

std::string text(const RunResult &Run, const TextOptions &Options = {}) {
  std::ostringstream Out;
  writeText(Run, Options, Out);
  return Out.str();
}

std::string summary(const RunResult &Run) {
  std::ostringstream Out;
  writeSummary(Run, Out);
  return Out.str();
}

TEST(Text, RichFinding) {
  test::TemporaryFolder Folder;
  RunResult Run = test::sampleRun(Folder);
  Run.Findings.resize(1);
  EXPECT_EQ(
      text(Run, {.Summary = false}),
      R"(src/caché/lazy init.c:5:28: warning: 'cache' is tested and set without synchronization [ungil-unsynchronized-lazy-init]
    5 |         if (/* déjà vu 🐍 */ !cache) cache = PyDict_New();
      |                               ^~~~~
      |         lock(); 
src/caché/lazy init.c:4:18: note: 'get' is called by concurrent threads
    4 | static PyObject *get(PyObject *self) {
      |                  ^~~
/usr/include/python3.14/object.h:12:1: note: through this macro
src/caché/lazy init.c:2:18: note: 'cache[0]' is declared here
    2 | static PyObject *cache;
      |                  ^~~~~
src/latin.c:1:5: note: used here
    1 | int caf<E9> = 1;
      |     ^~~~~~~
src/caché/lazy init.c:5:35: note: set it in Py_mod_exec instead
    5 |         if (/* déjà vu 🐍 */ !cache) cache = PyDict_New();
      |                                      ^~~~~
src/caché/lazy init.c:2:1: note: fix: drop the cache
    2 | static PyObject *cache;
      | ^~~~~~~~~~~~~~~~~~~~~~~
)");
}

TEST(Text, BracketsHoldTheRuleAlone) {
  test::TemporaryFolder Folder;
  RunResult Run = test::sampleRun(Folder);
  Run.Findings = {test::borrowedFinding()};
  EXPECT_NE(text(Run).find("error: 'PyDict_New' [see a](b) (possible) [ungil-borrowed-reference]\n"),
            std::string::npos);
}

TEST(Text, LastLineWithoutLineBreak) {
  test::TemporaryFolder Folder;
  RunResult Run = test::sampleRun(Folder);
  Run.Findings = {test::lastLineFinding()};
  EXPECT_EQ(text(Run, {.Summary = false}),
            "src/latin.c:2:5: remark: 'b' is written by concurrent threads [ungil-unsynchronized-lazy-init]\n"
            "    2 | int b;\n"
            "      |     ^\n");
}

TEST(Text, ColorsAreThoseOfClang) {
  test::TemporaryFolder Folder;
  RunResult Run = test::sampleRun(Folder);
  Run.Findings = {test::lastLineFinding()};
  Run.Findings[0].Level = Severity::Warning;
  Run.Findings[0].Path = {{Run.Findings[0].Where, "lock it"}};
  EXPECT_EQ(text(Run, {.Color = true, .Summary = false}),
            "\033[1msrc/latin.c:2:5: \033[0m\033[0;1;35mwarning: \033[0m\033[1m'b' is written by concurrent "
            "threads "
            "[ungil-unsynchronized-lazy-init]\033[0m\n"
            "    2 | int b;\n"
            "      | \033[0;1;32m    ^\033[0m\n"
            "\033[1msrc/latin.c:2:5: \033[0m\033[0;1;36mnote: \033[0mlock it\n"
            "    2 | int b;\n"
            "      | \033[0;1;32m    ^\033[0m\n");
}

TEST(Text, ReplacementIsUnderlinedAndShown) {
  test::TemporaryFolder Folder;
  RunResult Run = test::sampleRun(Folder);
  Run.Findings = {test::lastLineFinding()};
  Run.Findings[0].Fixes = {
      {"", {{"src/latin.c", 15, 3, 2, 1, 2, 4, "long"}, {"src/latin.c", 20, 0, 2, 6, 2, 6, " = 0"}}}};
  EXPECT_NE(text(Run).find("    2 | int b;\n"
                           "      | ~~~ ^\n"
                           "      | long  = 0\n"),
            std::string::npos)
      << text(Run);
}

TEST(Text, MissingSourceAndPlaceAreNoObstacle) {
  RunResult Run;
  Run.Root = "/nowhere";
  Finding F;
  F.Rule = "ungil-x";
  F.Message = "two\nlines\033[2J";
  F.Where.File = "/nowhere/a.c";
  Run.Findings = {F};
  EXPECT_EQ(text(Run, {.Summary = false}), "a.c:1:1: warning: two lines<U+001B>[2J [ungil-x]\n");
}

TEST(Text, SummaryListsProblems) {
  test::TemporaryFolder Folder;
  EXPECT_EQ(
      summary(test::sampleRun(Folder)),
      "ungil: src/gone.c: not analysed: no such file\n"
      "ungil: src/latin.c: analysed in part: src/latin.c:2:7: error: expected ';'\n"
      "ungil: 3 findings (1 error, 1 warning, 1 remark), 1 suppressed; 1 of 3 units analysed, 1 in part, "
      "1 failed (Python 3.14.0 headers in /usr/include/python3.14)\n");
}

TEST(Text, SummaryOfACleanRun) {
  RunResult Run;
  Run.Units = {test::unit("a.c", UnitStatus::Analysed, "")};
  EXPECT_EQ(summary(Run), "ungil: no findings; 1 of 1 unit analysed (no unit includes Python.h)\n");
}

TEST(Text, NothingAnalysedIsNotClean) {
  RunResult Run;
  EXPECT_EQ(summary(Run), "ungil: nothing was analysed: there are no units\n");
  Run.Units = {test::unit("a.c", UnitStatus::Failed, "crashed")};
  EXPECT_EQ(summary(Run), "ungil: a.c: not analysed: crashed\n"
                          "ungil: nothing was analysed: 0 of 1 unit analysed, 1 failed\n");
}

TEST(Text, OldHeadersHideCode) {
  RunResult Run;
  Run.Units = {test::unit("a.c", UnitStatus::Analysed, "")};
  Run.Python = {"/usr/include/python3.12", 0x030C00F0, "3.12.0"};
  EXPECT_EQ(summary(Run),
            "ungil: the Python 3.12.0 headers are older than 3.13: code behind PY_VERSION_HEX checks for "
            "free-threaded Python was not seen\n"
            "ungil: no findings; 1 of 1 unit analysed (Python 3.12.0 headers in "
            "/usr/include/python3.12)\n");
}

TEST(Text, HeadersOlderThanTheTargetHideCode) {
  RunResult Run;
  Run.Units = {test::unit("a.c", UnitStatus::Analysed, "")};
  Run.Python = {"include", 0x030D00C2, "3.13.0rc2"};
  Run.Target = {3, 14};
  EXPECT_EQ(summary(Run),
            "ungil: the Python 3.13.0rc2 headers are older than 3.14, which was checked for: code behind "
            "PY_VERSION_HEX checks for newer versions was not seen\n"
            "ungil: no findings; 1 of 1 unit analysed (Python 3.13.0rc2 headers in include)\n");
  Run.Target = {3, 13, 4}; // headers of one minor version do not differ in what they offer
  EXPECT_EQ(summary(Run), "ungil: no findings; 1 of 1 unit analysed (Python 3.13.0rc2 headers in include)\n");
}

TEST(Text, StatisticsPairUp) {
  std::ostringstream Out;
  writeStatistics(
      {{"a.present", 3}, {"a.resolved", 2}, {"b.resolved", 1}, {"long.name.present", 4}, {"plain", 5}}, Out);
  EXPECT_EQ(Out.str(), "statistics (resolved of present):\n"
                       "  a                  2 of 3\n"
                       "  b.resolved         1\n"
                       "  long.name.present  4\n"
                       "  plain              5\n");
}

} // namespace
