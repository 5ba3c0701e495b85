#include "Sample.h"
#include "driver/report/Writer.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace ungil;
using nlohmann::json;

namespace {

std::string jsonText(const RunResult &Run) {
  std::ostringstream Out;
  writeJson(Run, {.ToolVersion = "1.2.3"}, Out);
  return Out.str();
}

class JsonTest : public ::testing::Test {
protected:
  test::TemporaryFolder Folder;
  RunResult Run = test::sampleRun(Folder);
};

TEST_F(JsonTest, SameBytesWhereverTheProjectLies) {
  test::TemporaryFolder Elsewhere;
  EXPECT_EQ(jsonText(Run), jsonText(test::sampleRun(Elsewhere)));
}

TEST_F(JsonTest, SaysWhatItIs) {
  json Report = json::parse(jsonText(Run));
  EXPECT_EQ(Report["format"], "ungil-report");
  EXPECT_EQ(Report["version"], 1);
  EXPECT_EQ(Report["tool"]["version"], "1.2.3");
}

TEST_F(JsonTest, SummaryCounts) {
  json Summary = json::parse(jsonText(Run))["summary"];
  EXPECT_EQ(Summary["findings"], 3);
  EXPECT_EQ(Summary["errors"], 1);
  EXPECT_EQ(Summary["suppressed"], 1);
  EXPECT_EQ(Summary["units"], 3);
  EXPECT_EQ(Summary["complete"], false);
  EXPECT_EQ(json::parse(jsonText(RunResult()))["summary"]["complete"], false);
}

TEST_F(JsonTest, FindingsHaveBytesColumnsAndFingerprints) {
  Run.Findings[0].Where.File = Folder.path() + "/" + Run.Findings[0].Where.File;
  json Finding = json::parse(jsonText(Run))["findings"][0];
  EXPECT_EQ(Finding["file"], "src/caché/lazy init.c");
  EXPECT_EQ(Finding["column"], 28);
  EXPECT_EQ(Finding["endColumn"], 33);
  EXPECT_EQ(Finding["fingerprint"].get<std::string>().size(), 18u);
  EXPECT_EQ(Finding["path"].size(), 3u);
  EXPECT_EQ(Finding["related"][1]["message"], "used here");
  EXPECT_EQ(Finding["fixes"][0]["edits"][0]["replacement"], "lock(); ");
}

TEST_F(JsonTest, StrayBytesAreReplacedButNotInFixes) {
  Run.Findings[0].Message = "caf\xE9";
  Run.Findings[0].Fixes[0].Edits[0].Replacement = "caf\xE9";
  json Finding = json::parse(jsonText(Run))["findings"][0];
  EXPECT_EQ(Finding["message"], "caf\uFFFD");
  EXPECT_EQ(Finding["fixes"].size(), 1u);
}

} // namespace
