#include "driver/report/Fingerprint.h"

#include "driver/report/Paths.h"
#include "driver/report/SourceCache.h"
#include "driver/report/Unicode.h"

#include <cctype>
#include <cstdint>
#include <unordered_map>

namespace ungil {
namespace {

constexpr std::size_t BlockSize = 100;
constexpr std::uint64_t Multiplier = 37;
constexpr char16_t EndOfFile = 0xFFFF;

std::string toHex(std::uint64_t Value, std::size_t MinDigits) {
  std::string Digits;
  for (; Value != 0 || Digits.size() < MinDigits; Value >>= 4)
    Digits.insert(Digits.begin(), "0123456789abcdef"[Value & 0xF]);
  return Digits;
}

/// What the hash sees of a file, and where in it each line starts.
struct HashedText {
  std::u16string Units;
  std::vector<std::size_t> LineStarts;
};

void append(HashedText &Text, char32_t Code, bool &LineStart) {
  if (LineStart)
    Text.LineStarts.push_back(Text.Units.size());
  LineStart = Code == '\n';
  if (Code <= 0xFFFF) {
    Text.Units += static_cast<char16_t>(Code);
    return;
  }
  Text.Units += static_cast<char16_t>(0xD800 + ((Code - 0x10000) >> 10));
  Text.Units += static_cast<char16_t>(0xDC00 + ((Code - 0x10000) & 0x3FF));
}

HashedText normalize(std::string_view Bytes) {
  HashedText Text;
  bool LineStart = true, AfterCarriageReturn = false;
  for (std::size_t Pos = 0; Pos < Bytes.size();) {
    DecodedChar C = decodeUtf8(Bytes, Pos);
    Pos += C.Length;
    bool SecondOfCrLf = AfterCarriageReturn && C.Code == '\n';
    AfterCarriageReturn = C.Code == '\r';
    if (C.Code == ' ' || C.Code == '\t' || SecondOfCrLf)
      continue;
    append(Text, C.Code == '\r' ? U'\n' : C.Code, LineStart);
  }
  append(Text, EndOfFile, LineStart);
  return Text;
}

std::uint64_t hashFrom(const std::u16string &Units, std::size_t Start) {
  std::uint64_t Hash = 0;
  for (std::size_t I = Start; I < Start + BlockSize; ++I)
    Hash = Hash * Multiplier + (I < Units.size() ? Units[I] : 0);
  return Hash;
}

bool isWordChar(char C) { return std::isalnum(static_cast<unsigned char>(C)) || C == '_'; }

/// The next quote that is not an apostrophe inside a word.
std::size_t findQuote(std::string_view Text, std::size_t Pos) {
  while ((Pos = Text.find('\'', Pos)) != std::string_view::npos && Pos > 0 && isWordChar(Text[Pos - 1]))
    ++Pos;
  return Pos;
}

/// The names between single quotes, which stay when a message is reworded. A message without any stands for
/// itself, but for its numbers.
std::string subjectOf(std::string_view Message) {
  std::string Subject;
  for (std::size_t Pos = 0; (Pos = findQuote(Message, Pos)) != std::string_view::npos;) {
    std::size_t End = Message.find('\'', Pos + 1);
    if (End == std::string_view::npos)
      break;
    Subject.append(Message.substr(Pos, End - Pos + 1));
    Pos = End + 1;
  }
  if (!Subject.empty())
    return Subject;
  for (char C : Message)
    if (!std::isdigit(static_cast<unsigned char>(C)))
      Subject += C;
  return Subject;
}

/// FNV-1a, which needs to be stable across machines and releases more than it needs to be strong.
class Hasher {
public:
  void field(std::string_view Text) {
    for (char C : Text)
      byte(static_cast<unsigned char>(C));
    byte(0);
  }
  void fieldWithoutBlanks(std::string_view Text) {
    for (char C : Text)
      if (C != ' ' && C != '\t')
        byte(static_cast<unsigned char>(C));
    byte(0);
  }
  std::uint64_t value() const { return State; }

private:
  void byte(unsigned char Byte) { State = (State ^ Byte) * 0x100000001b3u; }
  std::uint64_t State = 0xcbf29ce484222325u;
};

} // namespace

std::vector<std::string> lineHashes(std::string_view FileBytes) {
  HashedText Text = normalize(FileBytes);
  std::unordered_map<std::uint64_t, unsigned> Seen;
  std::vector<std::string> Hashes;
  Hashes.reserve(Text.LineStarts.size());
  for (std::size_t Start : Text.LineStarts) {
    std::uint64_t Hash = hashFrom(Text.Units, Start);
    Hashes.push_back(toHex(Hash, 1) + ":" + std::to_string(++Seen[Hash]));
  }
  return Hashes;
}

std::string fingerprint(const Finding &F, std::string_view File, std::string_view LineText) {
  Hasher H;
  H.field(F.Rule);
  H.field(File);
  H.fieldWithoutBlanks(LineText);
  H.field(subjectOf(F.Message));
  return toHex(H.value(), 16);
}

std::vector<std::string> fingerprints(const std::vector<Finding> &Findings, SourceCache &Sources) {
  std::unordered_map<std::string, unsigned> Seen;
  std::vector<std::string> Result;
  Result.reserve(Findings.size());
  for (const Finding &F : Findings) {
    std::string File = relativeToRoot(Sources.root(), F.Where.File);
    const SourceFile *Source = Sources.get(File);
    std::string Name = fingerprint(F, File, Source ? Source->line(F.Where.Line) : std::string_view());
    unsigned Occurrence = ++Seen[Name];
    Result.push_back(Name + ":" + std::to_string(Occurrence));
  }
  return Result;
}

} // namespace ungil
