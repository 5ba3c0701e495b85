#include "driver/report/Unicode.h"

#include <gtest/gtest.h>

using namespace ungil;

namespace {

TEST(Unicode, DecodesEachLength) {
  EXPECT_EQ(decodeUtf8("a", 0).Code, U'a');
  EXPECT_EQ(decodeUtf8("é", 0).Code, U'é');
  EXPECT_EQ(decodeUtf8("€", 0).Code, U'€');
  EXPECT_EQ(decodeUtf8("🐍", 0).Code, U'🐍');
  EXPECT_EQ(decodeUtf8("🐍", 0).Length, 4u);
}

TEST(Unicode, RejectsWhatIsNotUtf8) {
  EXPECT_FALSE(isValidUtf8("\xE9"));
  EXPECT_FALSE(isValidUtf8("\xC0\x80"));         // overlong
  EXPECT_FALSE(isValidUtf8("\xED\xA0\x80"));     // surrogate
  EXPECT_FALSE(isValidUtf8("\xF4\x90\x80\x80")); // beyond U+10FFFF
  EXPECT_FALSE(isValidUtf8("\xE2\x82"));         // truncated
  EXPECT_TRUE(isValidUtf8("déjà €🐍"));
}

TEST(Unicode, TruncatedSequenceIsOneCharacter) {
  EXPECT_EQ(decodeUtf8("\xE2\x82x", 0).Length, 2u);
  EXPECT_EQ(decodeUtf8("\xF0\x9F\x90", 0).Length, 3u);
}

TEST(Unicode, PrintableTextCannotCommandATerminal) {
  EXPECT_EQ(printable("a\nb\x1B[31m\xFFz"), "a b<U+001B>[31m<FF>z");
  EXPECT_EQ(printable("\u202E"), "<U+202E>");
}

TEST(Unicode, EllipsisCountsCharacters) {
  EXPECT_EQ(ellipsize("éééé", 4), "éééé");
  EXPECT_EQ(ellipsize("ééééé", 4), "ééé…");
}

} // namespace
