#include "driver/report/Unicode.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace ungil {
namespace {

struct Range {
  char32_t First, Last;
};

template <std::size_t N> bool contains(const std::array<Range, N> &Ranges, char32_t Code) {
  return std::any_of(Ranges.begin(), Ranges.end(),
                     [Code](const Range &R) { return R.First <= Code && Code <= R.Last; });
}

constexpr std::array<Range, 6> Combining{{{0x0300, 0x036F},
                                          {0x0483, 0x0489},
                                          {0x200B, 0x200D},
                                          {0x20D0, 0x20FF},
                                          {0xFE00, 0xFE0F},
                                          {0xE0100, 0xE01EF}}};

constexpr std::array<Range, 13> Wide{{{0x1100, 0x115F},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0x33FF},
                                      {0x3400, 0x4DBF},
                                      {0x4E00, 0x9FFF},
                                      {0xA000, 0xA4CF},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1FAFF},
                                      {0x20000, 0x3FFFD}}};

// C0 and C1 controls, line and paragraph separators, and the bidirectional controls that reorder what a
// reader sees.
constexpr std::array<Range, 6> Unprintable{{{0x0000, 0x001F},
                                            {0x007F, 0x009F},
                                            {0x2028, 0x202E},
                                            {0x2066, 0x2069},
                                            {0xFEFF, 0xFEFF},
                                            {0xFFF9, 0xFFFB}}};

struct Lead {
  unsigned Trailing = 0;
  unsigned char SecondMin = 0x80, SecondMax = 0xBF;
  char32_t Bits = 0;
};

// The bounds of the second byte exclude overlong forms, surrogates and what lies beyond U+10FFFF.
Lead classify(unsigned char Byte) {
  if (Byte >= 0xC2 && Byte <= 0xDF)
    return {1, 0x80, 0xBF, Byte & 0x1Fu};
  if (Byte >= 0xE0 && Byte <= 0xEF)
    return {2, static_cast<unsigned char>(Byte == 0xE0 ? 0xA0 : 0x80),
            static_cast<unsigned char>(Byte == 0xED ? 0x9F : 0xBF), Byte & 0x0Fu};
  if (Byte >= 0xF0 && Byte <= 0xF4)
    return {3, static_cast<unsigned char>(Byte == 0xF0 ? 0x90 : 0x80),
            static_cast<unsigned char>(Byte == 0xF4 ? 0x8F : 0xBF), Byte & 0x07u};
  return {};
}

void appendHex(std::string &Out, char32_t Value, int Digits) {
  for (int Shift = 4 * (Digits - 1); Shift >= 0; Shift -= 4)
    Out += "0123456789ABCDEF"[(Value >> Shift) & 0xF];
}

} // namespace

DecodedChar decodeUtf8(std::string_view Text, std::size_t Pos) {
  auto ByteAt = [Text](std::size_t I) { return static_cast<unsigned char>(Text[I]); };
  unsigned char First = ByteAt(Pos);
  if (First < 0x80)
    return {First, 1, true};
  Lead L = classify(First);
  if (L.Trailing == 0)
    return {};

  char32_t Code = L.Bits;
  for (unsigned I = 1; I <= L.Trailing; ++I) {
    unsigned char Min = I == 1 ? L.SecondMin : 0x80, Max = I == 1 ? L.SecondMax : 0xBF;
    // A truncated sequence is one replacement character, as the Unicode standard recommends.
    if (Pos + I >= Text.size() || ByteAt(Pos + I) < Min || ByteAt(Pos + I) > Max)
      return {0xFFFD, I, false};
    Code = (Code << 6) | (ByteAt(Pos + I) & 0x3Fu);
  }
  return {Code, L.Trailing + 1u, true};
}

bool isValidUtf8(std::string_view Text) {
  for (std::size_t Pos = 0; Pos < Text.size();) {
    DecodedChar C = decodeUtf8(Text, Pos);
    if (!C.Valid)
      return false;
    Pos += C.Length;
  }
  return true;
}

bool isPrintable(char32_t Code) { return !contains(Unprintable, Code); }

unsigned displayWidth(char32_t Code) {
  if (Code < 0x300)
    return 1;
  if (contains(Combining, Code))
    return 0;
  return contains(Wide, Code) ? 2 : 1;
}

std::string printable(std::string_view Text) {
  std::string Out;
  Out.reserve(Text.size());
  for (std::size_t Pos = 0; Pos < Text.size();) {
    DecodedChar C = decodeUtf8(Text, Pos);
    if (C.Code == '\n' || C.Code == '\r' || C.Code == '\t') {
      Out += ' ';
    } else if (!C.Valid) {
      for (std::size_t I = 0; I < C.Length; ++I) {
        Out += '<';
        appendHex(Out, static_cast<unsigned char>(Text[Pos + I]), 2);
        Out += '>';
      }
    } else if (!isPrintable(C.Code)) {
      Out += "<U+";
      appendHex(Out, C.Code, C.Code > 0xFFFF ? 6 : 4);
      Out += '>';
    } else {
      Out += Text.substr(Pos, C.Length);
    }
    Pos += C.Length;
  }
  return Out;
}

std::string ellipsize(std::string_view Text, std::size_t Limit) {
  std::size_t Count = 0, Keep = 0;
  for (std::size_t Pos = 0; Pos < Text.size(); ++Count) {
    if (Count == Limit)
      return std::string(Text.substr(0, Keep)) + "…";
    Pos += decodeUtf8(Text, Pos).Length;
    if (Count + 2 <= Limit)
      Keep = Pos;
  }
  return std::string(Text);
}

} // namespace ungil
