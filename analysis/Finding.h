// What a check says about one place in the user's source, as plain data: no Clang types, so that a finding
// can cross a process boundary, be cached and be written in any report format.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ungil {

enum class Severity { Note, Warning, Error };

/// How sure the analysis is. The default report prints Likely and Certain.
enum class Confidence { Possible, Likely, Certain };

/// Part of one source line. Lines and columns count from 1 and columns count bytes; EndColumn is one past the
/// last byte. File is the path as the driver opened it until the report makes it relative to the project
/// root.
struct Region {
  std::string File;
  unsigned Line = 0;
  unsigned Column = 0;
  unsigned EndColumn = 0;

  auto operator<=>(const Region &) const = default;
};

/// A remark at a place: one step of the path that leads to the defect, or a place worth reading beside it.
struct Step {
  Region Where;
  std::string Message;

  auto operator<=>(const Step &) const = default;
};

/// Replaces Length bytes at byte Offset of a file. The line and column bounds name the same bytes.
struct Edit {
  std::string File;
  unsigned Offset = 0;
  unsigned Length = 0;
  unsigned Line = 0, Column = 0, EndLine = 0, EndColumn = 0;
  std::string Replacement;

  auto operator<=>(const Edit &) const = default;
};

/// Edits that belong together: applying some of them and not the others is wrong.
struct Fix {
  std::string Description;
  std::vector<Edit> Edits;
  bool Promise = false; ///< says that the program has no defect of this kind: only when none is found

  auto operator<=>(const Fix &) const = default;
};

/// What some unit must do with a container for a finding to hold.
struct Condition {
  std::string Container; ///< by the name that all units know; empty: the finding holds anyway
  bool Releases = false; ///< a change that may free what was in it; any change otherwise

  auto operator<=>(const Condition &) const = default;
};

struct Finding {
  std::string Rule;
  std::string Message;
  Severity Level = Severity::Warning;
  Confidence Sureness = Confidence::Likely;
  Region Where;
  std::vector<Step> Path;    ///< ordered: how the program gets to the defect; the last step says what to do
  std::vector<Step> Related; ///< unordered: other places of the same defect
  std::vector<Fix> Fixes;
  bool Latent = false; ///< cannot happen while the module keeps the GIL
  /// Functions that other units call, through which alone threads can come to it; empty when they come
  /// anyway.
  std::vector<std::string> Entries;
  Condition OnlyIf; ///< not met by the finding's own unit

  auto operator<=>(const Finding &) const = default;
};

/// As many related places as a reader looks through; the last one says how many more there are.
template <class Note> std::vector<Note> shortened(std::vector<Note> Related) {
  constexpr std::size_t Most = 8;
  if (Related.size() <= Most)
    return Related;
  std::size_t Rest = Related.size() - Most;
  Related.resize(Most);
  Related.back().Message +=
      "; and " + std::to_string(Rest) + (Rest == 1 ? " more place" : " more places") + " like this";
  return Related;
}

/// The notes of a finding as a reader wants them: how it comes to the defect, what is related, and last what
/// to do.
template <class Note>
std::vector<const Note *> inReadingOrder(const std::vector<Note> &Path, const std::vector<Note> &Related) {
  std::vector<const Note *> Notes;
  for (const Note &N : Path)
    Notes.push_back(&N);
  for (const Note &N : Related)
    Notes.push_back(&N);
  if (!Path.empty()) // the last step of the path goes last of all
    for (std::size_t I = Path.size() - 1; I + 1 < Notes.size(); ++I)
      std::swap(Notes[I], Notes[I + 1]);
  return Notes;
}

} // namespace ungil
