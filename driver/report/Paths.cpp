#include "driver/report/Paths.h"

#include <filesystem>

namespace fs = std::filesystem;

namespace ungil {

std::string relativeToRoot(const std::string &Root, const std::string &File) {
  if (File.empty())
    return File;
  fs::path Path = fs::path(File).lexically_normal();
  if (Path.is_relative() || Root.empty())
    return Path.generic_string();
  fs::path Relative = Path.lexically_relative(fs::path(Root).lexically_normal());
  if (Relative.empty() || *Relative.begin() == "..")
    return Path.generic_string();
  return Relative.generic_string();
}

std::string underRoot(const std::string &Root, const std::string &File) {
  if (Root.empty())
    return File;
  return (fs::path(Root) / File).generic_string();
}

bool isInsideRoot(std::string_view Relative) {
  if (Relative.empty() || Relative.front() == '/')
    return false;
  return Relative != ".." && !Relative.starts_with("../");
}

std::string_view fileName(std::string_view Path) {
  std::size_t Slash = Path.rfind('/');
  return Slash == std::string_view::npos ? Path : Path.substr(Slash + 1);
}

std::string percentEncode(std::string_view Path) {
  // A colon may stand in a path, but in the first segment it would read as a scheme.
  constexpr std::string_view Plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@";
  std::string Out;
  Out.reserve(Path.size());
  for (char C : Path) {
    if (Plain.find(C) != std::string_view::npos) {
      Out += C;
      continue;
    }
    auto Byte = static_cast<unsigned char>(C);
    Out += '%';
    Out += "0123456789ABCDEF"[Byte >> 4];
    Out += "0123456789ABCDEF"[Byte & 0xF];
  }
  return Out;
}

} // namespace ungil
