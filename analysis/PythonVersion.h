// A version of the interpreter, as users and tables write it.
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ungil {

struct PythonVersion {
  unsigned Major = 3, Minor = 14, Micro = 0;

  auto operator<=>(const PythonVersion &) const = default;

  /// PY_VERSION_HEX of the final release.
  std::uint32_t hex() const { return Major << 24 | Minor << 16 | Micro << 8 | 0xF0; }

  std::string text() const {
    std::string Text = std::to_string(Major) + "." + std::to_string(Minor);
    return Micro ? Text + "." + std::to_string(Micro) : Text;
  }

  /// "3.14" or "3.13.1"; anything else is none.
  static std::optional<PythonVersion> parse(std::string_view Text) {
    PythonVersion V{0, 0, 0};
    unsigned *Parts[] = {&V.Major, &V.Minor, &V.Micro};
    unsigned Count = 0;
    for (; Count != 3 && !Text.empty(); ++Count) {
      auto [End, Error] = std::from_chars(Text.data(), Text.data() + Text.size(), *Parts[Count]);
      if (Error != std::errc() || End == Text.data())
        return std::nullopt;
      Text.remove_prefix(std::size_t(End - Text.data()));
      if (!Text.empty() && (Text.front() != '.' || Text.size() == 1))
        return std::nullopt;
      if (!Text.empty())
        Text.remove_prefix(1);
    }
    if (Count < 2 || !Text.empty())
      return std::nullopt;
    return V;
  }
};

} // namespace ungil
