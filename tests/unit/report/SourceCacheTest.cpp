#include "driver/report/SourceCache.h"

#include "Sample.h"

#include <gtest/gtest.h>

using namespace ungil;

namespace {

TEST(SourceFile, LinesOfEveryEnding) {
  SourceFile Source("a\nbb\r\nccc\rd");
  ASSERT_EQ(Source.lineCount(), 4u);
  EXPECT_EQ(Source.line(1), "a");
  EXPECT_EQ(Source.line(2), "bb");
  EXPECT_EQ(Source.line(3), "ccc");
  EXPECT_EQ(Source.line(4), "d");
  EXPECT_EQ(Source.lines(2, 3), "bb\r\nccc\r");
}

TEST(SourceFile, LinesThatDoNotExist) {
  SourceFile Source("a\n");
  EXPECT_EQ(Source.lineCount(), 2u);
  EXPECT_EQ(Source.line(0), "");
  EXPECT_EQ(Source.line(2), "");
  EXPECT_EQ(Source.line(3), "");
  EXPECT_EQ(SourceFile("").lineCount(), 1u);
}

TEST(SourceFile, ColumnsCountUtf16) {
  SourceFile Source("é€🐍x\r\n");
  EXPECT_EQ(Source.utf16Column(1, 1), 1u);
  EXPECT_EQ(Source.utf16Column(1, 3), 2u);  // after the two bytes of é
  EXPECT_EQ(Source.utf16Column(1, 6), 3u);  // after the three of €
  EXPECT_EQ(Source.utf16Column(1, 10), 5u); // after the four of the snake, which is a surrogate pair
  EXPECT_EQ(Source.utf16Column(1, 11), 6u); // end of line
}

TEST(SourceFile, ColumnInsideACharacterIsItsStart) {
  SourceFile Source("a€b");
  EXPECT_EQ(Source.utf16Column(1, 3), 2u);
  EXPECT_EQ(Source.utf16Column(1, 4), 2u);
}

TEST(SourceFile, ColumnBeyondTheLineIsItsEnd) {
  SourceFile Source("ab\r\ncd");
  EXPECT_EQ(Source.utf16Column(1, 99), 3u);
  EXPECT_EQ(Source.utf16Column(2, 3), 3u);
  EXPECT_EQ(Source.utf16Column(1, 0), 1u);
}

TEST(SourceFile, StrayBytesAreCharacters) {
  SourceFile Source("caf\xE9 = 1;");
  EXPECT_EQ(Source.utf16Column(1, 6), 6u);
}

TEST(SourceCache, ReadsRelativeToTheRoot) {
  test::TemporaryFolder Folder;
  Folder.write("src/a.c", "int a;");
  SourceCache Sources(Folder.path());
  const SourceFile *Source = Sources.get("src/a.c");
  ASSERT_NE(Source, nullptr);
  EXPECT_EQ(Source->line(1), "int a;");
  EXPECT_EQ(Sources.get("src/a.c"), Source);
  EXPECT_EQ(Sources.get("src"), nullptr);
  EXPECT_EQ(Sources.get("src/b.c"), nullptr);
}

} // namespace
