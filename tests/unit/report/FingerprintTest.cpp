#include "driver/report/Fingerprint.h"

#include "Sample.h"
#include "driver/report/SourceCache.h"

#include <gtest/gtest.h>

using namespace ungil;

namespace {

using Hashes = std::vector<std::string>;

// The values are those that the uploader of GitHub code scanning is tested with.
TEST(LineHashes, EmptyFile) { EXPECT_EQ(lineHashes(""), Hashes{"c129715d7a2bc9a3:1"}); }

TEST(LineHashes, BlanksDoNotCount) {
  Hashes Expected{"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"};
  EXPECT_EQ(lineHashes(" a\nb\n  \t\tc\n d"), Expected);
}

TEST(LineHashes, LastLineWithoutLineBreak) {
  Hashes Expected{"8b7cf3e952e7aeb2:1", "b1ae1287ec4718d9:1", "bff680108adb0fcc:1",
                  "c6805c5e1288b612:1", "b86d3392aea1be30:1", "e6ceba753e1a442:1"};
  EXPECT_EQ(lineHashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End"), Expected);
}

TEST(LineHashes, EveryLineEnding) {
  Hashes Expected{"e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1",
                  "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1"};
  EXPECT_EQ(lineHashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n"), Expected);
  EXPECT_EQ(lineHashes(" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r"), Expected);
  EXPECT_EQ(lineHashes(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n"), Expected);
  EXPECT_EQ(lineHashes(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n"), Expected);
}

TEST(LineHashes, EqualLinesAreNumbered) {
  std::string Text;
  for (int I = 0; I < 10; ++I)
    Text += "Lorem ipsum dolor sit amet.\n";
  Hashes Expected{"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4",
                  "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1",
                  "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"};
  EXPECT_EQ(lineHashes(Text), Expected);
}

TEST(LineHashes, OnePerLineOfTheFile) {
  for (std::string_view Text : {"", "\n", "a", "a\r\n", "a\rb\nc\r\nd", " \r \n"})
    EXPECT_EQ(lineHashes(Text).size(), SourceFile(std::string(Text)).lineCount()) << Text;
}

Finding finding(std::string Message, unsigned Line) {
  Finding F;
  F.Rule = "ungil-x";
  F.Message = std::move(Message);
  F.Where = {"a.c", Line, 1, 2};
  return F;
}

TEST(Fingerprint, DoesNotDependOnLineIndentationOrWording) {
  std::string Name = fingerprint(finding("'a' isn't guarded in 'f'", 3), "a.c", "  a = 1;");
  EXPECT_EQ(Name.size(), 16u);
  EXPECT_EQ(Name, fingerprint(finding("nothing guards 'a' when it's used by 'f'", 9), "a.c", "\ta = 1;"));
}

TEST(Fingerprint, DependsOnRuleFileLineTextAndSubject) {
  Finding F = finding("'a' is not guarded", 3);
  std::string Name = fingerprint(F, "a.c", "a = 1;");
  EXPECT_NE(Name, fingerprint(F, "b.c", "a = 1;"));
  EXPECT_NE(Name, fingerprint(F, "a.c", "a = 2;"));
  EXPECT_NE(Name, fingerprint(finding("'b' is not guarded", 3), "a.c", "a = 1;"));
  F.Rule = "ungil-y";
  EXPECT_NE(Name, fingerprint(F, "a.c", "a = 1;"));
}

TEST(Fingerprint, MessageWithoutNamesCountsButForItsNumbers) {
  std::string Name = fingerprint(finding("3 writes", 3), "a.c", "a");
  EXPECT_EQ(Name, fingerprint(finding("14 writes", 3), "a.c", "a"));
  EXPECT_NE(Name, fingerprint(finding("3 reads", 3), "a.c", "a"));
}

TEST(Fingerprint, EqualFindingsAreNumbered) {
  test::TemporaryFolder Folder;
  Folder.write("a.c", "a++;\na++;\nb++;\n");
  SourceCache Sources(Folder.path());
  Finding InAbsoluteTerms = finding("'a'", 2);
  InAbsoluteTerms.Where.File = Folder.path() + "/a.c";
  Hashes Names = fingerprints({finding("'a'", 1), InAbsoluteTerms, finding("'a'", 3)}, Sources);
  ASSERT_EQ(Names.size(), 3u);
  EXPECT_TRUE(Names[0].ends_with(":1"));
  EXPECT_EQ(Names[1], Names[0].substr(0, 16) + ":2");
  EXPECT_NE(Names[2].substr(0, 16), Names[0].substr(0, 16));
}

} // namespace
