#include "driver/report/SourceCache.h"

#include "driver/report/Fingerprint.h"
#include "driver/report/Paths.h"
#include "driver/report/Unicode.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace ungil {

SourceFile::SourceFile(std::string Contents) : Bytes(std::move(Contents)) {
  // Like Clang: LF, CR and CRLF each end a line.
  LineStarts.push_back(0);
  for (std::size_t I = 0; I < Bytes.size(); ++I) {
    bool PartOfCrLf = Bytes[I] == '\r' && I + 1 < Bytes.size() && Bytes[I + 1] == '\n';
    if (Bytes[I] == '\n' || (Bytes[I] == '\r' && !PartOfCrLf))
      LineStarts.push_back(I + 1);
  }
}

std::string_view SourceFile::line(unsigned Line) const {
  std::string_view Text = lines(Line, Line);
  std::size_t Length = Text.find_last_not_of("\r\n");
  return Text.substr(0, Length == std::string_view::npos ? 0 : Length + 1);
}

std::string_view SourceFile::lines(unsigned First, unsigned Last) const {
  if (First == 0 || First > lineCount() || Last < First)
    return {};
  std::size_t Begin = LineStarts[First - 1];
  std::size_t End = Last < lineCount() ? LineStarts[Last] : Bytes.size();
  return std::string_view(Bytes).substr(Begin, End - Begin);
}

unsigned SourceFile::utf16Column(unsigned Line, unsigned ByteColumn) const {
  std::string_view Text = line(Line);
  std::size_t Target = ByteColumn == 0 ? 0 : ByteColumn - 1;
  unsigned Column = 1;
  for (std::size_t Pos = 0; Pos < Text.size();) {
    DecodedChar C = decodeUtf8(Text, Pos);
    Pos += C.Length;
    if (Pos > Target)
      break;
    Column += utf16Units(C.Code);
  }
  return Column;
}

const std::string &SourceFile::lineHash(unsigned Line) const {
  static const std::string None;
  if (Hashes.empty())
    Hashes = lineHashes(Bytes);
  return Line == 0 || Line > Hashes.size() ? None : Hashes[Line - 1];
}

const SourceFile *SourceCache::get(const std::string &File) {
  auto [Entry, Inserted] = Files.try_emplace(File);
  if (!Inserted)
    return Entry->second.get();

  std::string Path = underRoot(Root, File);
  std::error_code Error;
  if (!std::filesystem::is_regular_file(Path, Error))
    return nullptr;
  std::ifstream In(Path, std::ios::binary);
  std::string Contents{std::istreambuf_iterator<char>(In), std::istreambuf_iterator<char>()};
  if (!In.is_open() || In.bad())
    return nullptr;
  Entry->second = std::make_unique<SourceFile>(std::move(Contents));
  return Entry->second.get();
}

} // namespace ungil
