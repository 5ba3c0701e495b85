// Names for findings that survive edits elsewhere in the file.
#pragma once

#include "analysis/Finding.h"

#include <string>
#include <string_view>
#include <vector>

namespace ungil {

class SourceCache;

/// primaryLocationLineHash of every line, as code review services compute it: a hash of the 100 UTF-16 code
/// units that follow the start of the line, blanks left out, then ":" and how often the hash has occurred in
/// the file so far.
std::vector<std::string> lineHashes(std::string_view FileBytes);

/// Our own name for a finding: 16 hex digits of the rule, the file, the text of the line and the entities
/// that the message names. Line numbers, indentation and the wording of the message do not matter. File is
/// relative to the project root.
std::string fingerprint(const Finding &F, std::string_view File, std::string_view LineText);

/// fingerprint() of each finding, then ":" and its number among those that are equal.
std::vector<std::string> fingerprints(const std::vector<Finding> &Findings, SourceCache &Sources);

} // namespace ungil
