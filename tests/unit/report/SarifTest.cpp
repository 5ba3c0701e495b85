#include "Sample.h"
#include "driver/report/Writer.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace ungil;
using nlohmann::json;

namespace {

constexpr std::string_view HomePage = "https://example.com/ungil";

std::string sarifText(const RunResult &Run, SarifOptions Options = {}) {
  Options.Rules = test::SampleRules;
  Options.ToolVersion = "1.2.3";
  Options.InformationUri = HomePage;
  std::ostringstream Out;
  writeSarif(Run, Options, Out);
  return Out.str();
}

json sarif(const RunResult &Run, SarifOptions Options = {}) {
  return json::parse(sarifText(Run, Options))["runs"][0];
}

json region(unsigned StartLine, unsigned StartColumn, unsigned EndLine, unsigned EndColumn) {
  return {
      {"startLine", StartLine}, {"startColumn", StartColumn}, {"endLine", EndLine}, {"endColumn", EndColumn}};
}

json regionOf(const json &Location) {
  json Region = Location["physicalLocation"]["region"];
  Region.erase("snippet");
  return Region;
}

class SarifTest : public ::testing::Test {
protected:
  test::TemporaryFolder Folder;
  RunResult Run = test::sampleRun(Folder);
};

TEST_F(SarifTest, SameBytesWhereverTheProjectLies) {
  test::TemporaryFolder Elsewhere;
  std::string Text = sarifText(Run);
  EXPECT_EQ(Text, sarifText(test::sampleRun(Elsewhere)));
  EXPECT_EQ(Text.find(Folder.path()), std::string::npos);
  EXPECT_EQ(Text.find("/usr/include"), std::string::npos);
}

TEST_F(SarifTest, ColumnsAreUtf16) {
  json Results = sarif(Run)["results"];
  EXPECT_EQ(regionOf(Results[0]["locations"][0]), region(5, 24, 5, 29));
  EXPECT_EQ(regionOf(Results[1]["locations"][0]), region(5, 39, 5, 49));
  EXPECT_EQ(regionOf(Results[2]["locations"][0]), region(2, 5, 2, 6));
  EXPECT_EQ(Results[0]["locations"][0]["physicalLocation"]["region"]["snippet"]["text"], "cache");
}

TEST_F(SarifTest, UrisAreEncodedAndRelative) {
  Run.Findings[0].Where.File = Folder.path() + "/src/../src/caché/lazy init.c";
  json Physical = sarif(Run)["results"][0]["locations"][0]["physicalLocation"];
  EXPECT_EQ(Physical["artifactLocation"]["uri"], "src/cach%C3%A9/lazy%20init.c");
  EXPECT_FALSE(Physical["artifactLocation"].contains("uriBaseId"));
}

TEST_F(SarifTest, UrisFollowSymbolicLinks) {
  std::filesystem::create_directory_symlink("src", Folder.path() + "/alias");
  Run.Findings[2].Where.File = "alias/latin.c";
  json Location = sarif(Run)["results"][2]["locations"][0];
  EXPECT_EQ(Location["physicalLocation"]["artifactLocation"]["uri"], "src/latin.c");
}

TEST_F(SarifTest, RegionWithoutWidthGetsOne) {
  Run.Findings[2].Where = {"src/latin.c", 2, 7, 0};
  EXPECT_EQ(regionOf(sarif(Run)["results"][2]["locations"][0]), region(2, 7, 2, 8));
  Run.Findings[2].Where = {"src/latin.c", 0, 0, 0};
  EXPECT_EQ(regionOf(sarif(Run)["results"][2]["locations"][0]), region(1, 1, 1, 2));
}

TEST_F(SarifTest, MessageLinksToRelatedLocations) {
  json Result = sarif(Run)["results"][0];
  EXPECT_EQ(Result["message"]["text"], "'cache' is tested and set without synchronization. "
                                       "See: ['cache\\[0\\]' is declared here](1); [used here](2).");
  EXPECT_EQ(Result["relatedLocations"][0]["id"], 1);
  EXPECT_EQ(regionOf(Result["relatedLocations"][0]), region(2, 18, 2, 23));
  EXPECT_EQ(regionOf(Result["relatedLocations"][1]), region(1, 5, 1, 9));
}

TEST_F(SarifTest, MessageThatLooksLikeALinkIsNone) {
  EXPECT_EQ(sarif(Run)["results"][1]["message"]["text"], "'PyDict_New' \\[see a\\](b).");
}

TEST_F(SarifTest, StepOutsideTheProjectIsToldAtTheFinding) {
  json Steps = sarif(Run)["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
  ASSERT_EQ(Steps.size(), 3u);
  EXPECT_EQ(Steps[1]["location"]["message"]["text"],
            "through this macro (in object.h:12, outside the project)");
  EXPECT_EQ(regionOf(Steps[1]["location"]), region(5, 24, 5, 29));
}

TEST_F(SarifTest, FindingOutsideTheProjectIsANotification) {
  Run.Findings[0].Where.File = "../other/a.h";
  json Log = sarif(Run);
  EXPECT_EQ(Log["results"].size(), 2u);
  json Notification = Log["invocations"][0]["toolExecutionNotifications"][0];
  EXPECT_EQ(Notification["descriptor"]["id"], "outside-project");
  EXPECT_FALSE(Notification.contains("locations"));
}

TEST_F(SarifTest, FixesAreChanges) {
  json Fixes = sarif(Run)["results"][0]["fixes"];
  ASSERT_EQ(Fixes.size(), 2u);
  json Replacement = Fixes[0]["artifactChanges"][0]["replacements"][0];
  EXPECT_EQ(Replacement["deletedRegion"], region(5, 2, 5, 2));
  EXPECT_EQ(Replacement["insertedContent"]["text"], "lock(); ");
  EXPECT_EQ(Fixes[1]["artifactChanges"][0]["replacements"][0]["deletedRegion"], region(2, 1, 3, 1));
}

TEST_F(SarifTest, FixThatCannotBeWrittenFaithfullyIsLeftOut) {
  Run.Findings[0].Fixes[0].Edits[0].Replacement = "caf\xE9";
  EXPECT_EQ(sarif(Run)["results"][0]["fixes"].size(), 1u);
}

TEST_F(SarifTest, FingerprintsOfOneLineShareTheLineHash) {
  json Results = sarif(Run)["results"];
  json First = Results[0]["partialFingerprints"], Second = Results[1]["partialFingerprints"];
  EXPECT_EQ(First["primaryLocationLineHash"], Second["primaryLocationLineHash"]);
  EXPECT_NE(First["ungilFinding/v1"], Second["ungilFinding/v1"]);
}

TEST_F(SarifTest, RulesCarryWhatCodeReviewShows) {
  json Rules = sarif(Run)["tool"]["driver"]["rules"];
  ASSERT_EQ(Rules.size(), 2u);
  EXPECT_EQ(Rules[0]["name"], "BorrowedReference");
  EXPECT_EQ(Rules[0]["properties"]["security-severity"], "8.1");
  EXPECT_EQ(Rules[0]["properties"]["tags"], json({"security", "references"}));
  EXPECT_FALSE(Rules[1]["properties"].contains("security-severity"));
  EXPECT_EQ(Rules[1]["help"]["markdown"], "Initialize in `Py_mod_exec`.");
  EXPECT_EQ(sarif(Run)["results"][0]["ruleIndex"], 1);
}

TEST_F(SarifTest, UnknownRuleIsDescribedAllTheSame) {
  Run.Findings[0].Rule = "ungil-another";
  json Log = sarif(Run);
  EXPECT_EQ(Log["results"][0]["ruleIndex"], 0);
  EXPECT_EQ(Log["tool"]["driver"]["rules"][0]["id"], "ungil-another");
  EXPECT_EQ(Log["tool"]["driver"]["rules"][0]["helpUri"], HomePage);
  EXPECT_EQ(Log["tool"]["driver"]["rules"][0]["name"], "Another");
}

TEST_F(SarifTest, LimitsHold) {
  std::vector<std::string> Names;
  for (int I = 0; I < 30; ++I)
    Names.push_back("tag" + std::to_string(I));
  std::vector<std::string_view> Tags(Names.begin(), Names.end());
  std::string Description(2000, 'x');
  RuleInfo Rule = test::SampleRules[0];
  Rule.Tags = Tags;
  Rule.Description = Description;
  std::ostringstream Out;
  writeSarif(Run, {.Rules = std::span(&Rule, 1), .ToolVersion = "1", .InformationUri = HomePage}, Out);
  json Encoded = json::parse(Out.str())["runs"][0]["tool"]["driver"]["rules"][0];
  EXPECT_EQ(Encoded["properties"]["tags"].size(), 20u);
  EXPECT_LE(Encoded["fullDescription"]["text"].get<std::string>().size(),
            1026u); // the ellipsis has three bytes
}

TEST_F(SarifTest, TheGravestFindingsStay) {
  json Log = sarif(Run, {.MaxResults = 2});
  ASSERT_EQ(Log["results"].size(), 2u);
  EXPECT_EQ(Log["results"][0]["level"], "warning");
  EXPECT_EQ(Log["results"][1]["level"], "error");
  EXPECT_EQ(Log["invocations"][0]["toolExecutionNotifications"][0]["descriptor"]["id"], "results-left-out");
}

TEST_F(SarifTest, UnitsWithProblemsAreNotifications) {
  json Invocation = sarif(Run)["invocations"][0];
  EXPECT_EQ(Invocation["executionSuccessful"], false);
  json Notifications = Invocation["toolExecutionNotifications"];
  ASSERT_EQ(Notifications.size(), 2u);
  EXPECT_EQ(Notifications[0]["level"], "error");
  EXPECT_EQ(Notifications[0]["message"]["text"], "'src/gone.c' was not analysed: no such file.");
  EXPECT_EQ(Notifications[1]["level"], "warning");
}

TEST_F(SarifTest, NothingAnalysedIsNoSuccess) {
  json Invocation = sarif(RunResult())["invocations"][0];
  EXPECT_EQ(Invocation["executionSuccessful"], false);
  EXPECT_EQ(Invocation["toolExecutionNotifications"][0]["descriptor"]["id"], "nothing-analysed");
}

TEST_F(SarifTest, PartOfAUnitIsNoSuccess) {
  Run.Units = {test::unit("a.c", UnitStatus::Partial, "")};
  EXPECT_EQ(sarif(Run)["invocations"][0]["executionSuccessful"], false);
  Run.Units[0].Status = UnitStatus::Analysed;
  EXPECT_EQ(sarif(Run)["invocations"][0]["executionSuccessful"], true);
}

// The validators run on what this leaves behind.
TEST_F(SarifTest, SamplesForValidators) {
  const char *Output = std::getenv("UNGIL_SARIF_SAMPLES");
  if (!Output)
    GTEST_SKIP() << "UNGIL_SARIF_SAMPLES names no folder";
  std::filesystem::path Samples(Output);
  std::ofstream(Samples / "rich.sarif") << sarifText(Run);
  std::ofstream(Samples / "limited.sarif") << sarifText(Run, {.MaxResults = 2});
  Run.Findings[0].Rule = "ungil-another";
  Run.Findings[1].Where.File = "../other/a.h";
  Run.Findings[2].Where = {"src/gone.c", 3, 1, 1};
  Run.Python = {"/usr/include/python3.12", 0x030C00F0, "3.12.0"};
  std::ofstream(Samples / "odd.sarif") << sarifText(Run);
  std::ofstream(Samples / "nothing.sarif") << sarifText(RunResult());
  RunResult Clean;
  Clean.Root = Folder.path();
  Clean.Units = {test::unit("src/latin.c", UnitStatus::Analysed, "")};
  std::ofstream(Samples / "clean.sarif") << sarifText(Clean);
}

} // namespace
