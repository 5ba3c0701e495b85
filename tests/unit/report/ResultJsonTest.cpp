#include "driver/ResultJson.h"

#include "Sample.h"

#include <gtest/gtest.h>

using namespace ungil;

namespace {

UnitResult richUnit() {
  UnitResult Unit = test::unit("src/caf\xE9.c", UnitStatus::Partial, "first\nsecond \"line\"");
  Unit.Python = {"/usr/include/python3.14", 0x030E00F0, "3.14.0"};
  Unit.Findings = {test::lazyInitFinding(), test::borrowedFinding(), test::lastLineFinding()};
  Unit.Findings[1].Fixes = {{"d\xC3", {{"a.c", 1, 2, 3, 4, 5, 6, std::string("\xFF\0\xC3\xA9 é", 7)}}}};
  using Scope = Suppression::Scope;
  for (Scope Kind : {Scope::Line, Scope::NextLine, Scope::Begin, Scope::End})
    Unit.Suppressions.push_back({"a.c", 1, 2, 3, Kind, {"ungil-*", "other"}, "because"});
  Unit.Counts = {{"statics.present", UINT64_MAX}, {"statics.resolved", 0}};
  return Unit;
}

void expectEqual(const UnitResult &A, const UnitResult &B) {
  EXPECT_EQ(A.File, B.File);
  EXPECT_EQ(A.Status, B.Status);
  EXPECT_EQ(A.Problem, B.Problem);
  EXPECT_TRUE(A.Python == B.Python);
  EXPECT_TRUE(A.Findings == B.Findings);
  EXPECT_TRUE(A.Suppressions == B.Suppressions);
  EXPECT_EQ(A.Counts, B.Counts);
}

TEST(ResultJson, EveryByteComesBack) {
  std::string Line = toJson(richUnit());
  expectEqual(unitFromJson(Line), richUnit());
  EXPECT_EQ(Line.find('\n'), std::string::npos);
  EXPECT_EQ(toJson(unitFromJson(Line)), Line);
}

TEST(ResultJson, EmptyUnitComesBack) { expectEqual(unitFromJson(toJson(UnitResult())), UnitResult()); }

TEST(ResultJson, HalfALineIsAFailure) {
  std::string Line = toJson(richUnit());
  for (std::size_t Length : {std::size_t{0}, std::size_t{1}, Line.size() / 2, Line.size() - 1}) {
    UnitResult Unit = unitFromJson(std::string_view(Line).substr(0, Length));
    EXPECT_EQ(Unit.Status, UnitStatus::Failed);
    EXPECT_FALSE(Unit.Problem.empty());
    EXPECT_TRUE(Unit.Findings.empty());
  }
}

TEST(ResultJson, OtherShapesAreHarmless) {
  for (std::string_view Line :
       {"[]", "3", "null", "{}", "\xFF", R"({"file":3,"status":[],"findings":{"a":1}})",
        R"({"file":"a","status":"analysed","findings":[1,{"line":-1,"path":[[]]}],)"
        R"("python":[],"statistics":{"a":-1},"suppressions":["x"]})",
        R"({"references":[1],"containers":[2],"types":[3],"findings":[{"fixes":[4],"onlyIfReleased":"x"}]})"}) {
    UnitResult Unit = unitFromJson(Line);
    EXPECT_LE(Unit.Findings.size(), 2u) << Line;
  }
}

} // namespace
