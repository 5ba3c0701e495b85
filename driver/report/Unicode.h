// Source text is bytes; reports want characters. Nothing here rejects text that is not UTF-8: a byte that
// does not belong counts as one replacement character, as it does in editors and in the readers of our
// reports.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ungil {

struct DecodedChar {
  char32_t Code = 0xFFFD;
  std::size_t Length = 1; ///< bytes
  bool Valid = false;
};

/// The character at Text[Pos]; Pos is within Text.
DecodedChar decodeUtf8(std::string_view Text, std::size_t Pos);

bool isValidUtf8(std::string_view Text);

constexpr unsigned utf16Units(char32_t Code) { return Code > 0xFFFF ? 2 : 1; }

/// Columns that a terminal gives to a printable character: 0, 1 or 2.
unsigned displayWidth(char32_t Code);

bool isPrintable(char32_t Code);

/// Text without line breaks, and with control characters and stray bytes spelled out, so that it can neither
/// forge lines of a report nor command a terminal.
std::string printable(std::string_view Text);

/// Text cut to at most Limit characters, with an ellipsis when something is lost.
std::string ellipsize(std::string_view Text, std::size_t Limit);

} // namespace ungil
