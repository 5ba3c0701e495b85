// Where a file lies with respect to the project, decided on the spelling of paths alone.
#pragma once

#include <string>
#include <string_view>

namespace ungil {

/// File relative to Root when it lies inside; unchanged but for "." and ".." when it does not.
std::string relativeToRoot(const std::string &Root, const std::string &File);

/// Where to open a path that relativeToRoot() gave.
std::string underRoot(const std::string &Root, const std::string &File);

/// Whether a path that relativeToRoot() gave names a file of the project.
bool isInsideRoot(std::string_view Relative);

/// The last part: "src/a.c" is "a.c".
std::string_view fileName(std::string_view Path);

/// The path as a relative reference of a URI.
std::string percentEncode(std::string_view Path);

} // namespace ungil
