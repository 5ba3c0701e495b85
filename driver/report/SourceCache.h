// The text behind the findings. Each file is read once for a report.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ungil {

class SourceFile {
public:
  explicit SourceFile(std::string Contents);

  std::string_view bytes() const { return Bytes; }

  /// At least 1; what follows the last line break is a line too, even if it is empty.
  unsigned lineCount() const { return static_cast<unsigned>(LineStarts.size()); }

  /// Without its line break. Lines count from 1; a line that does not exist is empty.
  std::string_view line(unsigned Line) const;

  /// Lines First to Last with their line breaks.
  std::string_view lines(unsigned First, unsigned Last) const;

  /// The column in UTF-16 code units of a column in bytes, both counted from 1. A column inside a character
  /// becomes the column of the character; one beyond the line becomes the end of the line.
  unsigned utf16Column(unsigned Line, unsigned ByteColumn) const;

  /// What code review services compute to follow a line through changes; empty for a line that does not
  /// exist.
  const std::string &lineHash(unsigned Line) const;

private:
  std::string Bytes;
  std::vector<std::size_t> LineStarts;
  mutable std::vector<std::string> Hashes; ///< computed on first use
};

class SourceCache {
public:
  explicit SourceCache(std::string Root) : Root(std::move(Root)) {}

  /// Null when the file cannot be read. File may be relative to the root.
  const SourceFile *get(const std::string &File);

  const std::string &root() const { return Root; }

private:
  std::string Root;
  std::map<std::string, std::unique_ptr<SourceFile>> Files;
};

} // namespace ungil
