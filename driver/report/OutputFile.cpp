#include "driver/report/OutputFile.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <ostream>
#include <streambuf>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace ungil {
namespace {

/// std::ofstream says that something failed; this also knows what.
class DescriptorBuffer : public std::streambuf {
public:
  explicit DescriptorBuffer(int Descriptor) : Descriptor(Descriptor), Buffer(std::size_t{1} << 16) {
    reset();
  }

  int error() const { return Error; }

protected:
  int sync() override { return drain() ? 0 : -1; }

  int_type overflow(int_type C) override {
    if (!drain())
      return traits_type::eof();
    if (!traits_type::eq_int_type(C, traits_type::eof()))
      sputc(traits_type::to_char_type(C));
    return traits_type::not_eof(C);
  }

private:
  void reset() { setp(Buffer.data(), Buffer.data() + Buffer.size()); }

  bool drain() {
    const char *Next = pbase();
    while (Error == 0 && Next != pptr()) {
      ssize_t Written = ::write(Descriptor, Next, static_cast<std::size_t>(pptr() - Next));
      if (Written >= 0)
        Next += Written;
      else if (errno != EINTR)
        Error = errno;
    }
    reset();
    return Error == 0;
  }

  int Descriptor;
  int Error = 0;
  std::vector<char> Buffer;
};

std::string adviceFor(int Code) {
  switch (Code) {
  case ENOSPC:
  case EDQUOT:
    return "free some space or choose another place";
  case EACCES:
  case EPERM:
    return "change the permissions or choose another place";
  case EROFS:
    return "choose a place that can be written";
  case ENOENT:
    return "create the folder first";
  case ENOTDIR:
    return "a part of the path is a file: choose another place";
  case EISDIR:
    return "name a file in the folder";
  case EPIPE:
    return "whatever reads the output ended early: the report is not whole";
  case EFBIG:
    return "raise the limit on the size of files";
  default:
    return "the report is not whole";
  }
}

OutputError failure(const std::string &Name, int Code) {
  // Some ways to fail leave no errno.
  int Known = Code == 0 ? EIO : Code;
  return {Known, "cannot write " + Name + ": " + std::strerror(Known) + "; " + adviceFor(Known)};
}

int writeAll(int Descriptor, const std::function<void(std::ostream &)> &Write) {
  DescriptorBuffer Buffer(Descriptor);
  std::ostream Out(&Buffer);
  Write(Out);
  Out.flush();
  if (Buffer.error() != 0)
    return Buffer.error();
  return Out.good() ? 0 : EIO;
}

/// A file with a name of its own beside the one to be replaced, gone again unless it takes that one's place.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::string &Target) {
    for (unsigned Attempt = 0; Attempt < 100; ++Attempt) {
      Name = Target + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(Attempt);
      Descriptor = ::open(Name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (Descriptor >= 0 || errno != EEXIST)
        break;
    }
    Error = Descriptor < 0 ? errno : 0;
  }
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  ~TemporaryFile() {
    if (Descriptor >= 0)
      ::close(Descriptor);
    if (!Replaced && Error == 0)
      ::unlink(Name.c_str());
  }

  int error() const { return Error; }
  int descriptor() const { return Descriptor; }

  void takePermissions(const struct stat &Old) { (void)!::fchmod(Descriptor, Old.st_mode & 07777); }

  /// An error code, or 0. Some file systems report a full disk only when a file is closed.
  int replace(const std::string &Target) {
    if (::close(std::exchange(Descriptor, -1)) != 0)
      return errno;
    if (::rename(Name.c_str(), Target.c_str()) != 0)
      return errno;
    Replaced = true;
    return 0;
  }

private:
  std::string Name;
  int Descriptor = -1, Error = 0;
  bool Replaced = false;
};

OutputError writeDirectly(const std::string &Path, const std::function<void(std::ostream &)> &Write) {
  int Descriptor = ::open(Path.c_str(), O_WRONLY | O_CLOEXEC);
  if (Descriptor < 0)
    return failure("'" + Path + "'", errno);
  int Code = writeAll(Descriptor, Write);
  if (::close(Descriptor) != 0 && Code == 0)
    Code = errno;
  return Code == 0 ? OutputError() : failure("'" + Path + "'", Code);
}

/// The file that a symbolic link leads to, so that the link survives.
std::string followLinks(const std::string &Path) {
  std::error_code Error;
  std::filesystem::path Real = std::filesystem::canonical(Path, Error);
  return Error ? Path : Real.string();
}

} // namespace

OutputError writeOutputFile(const std::string &Path, const std::function<void(std::ostream &)> &Write) {
  std::string Name = "'" + Path + "'";
  struct stat Old;
  bool Exists = ::stat(Path.c_str(), &Old) == 0;
  if (Exists && S_ISDIR(Old.st_mode))
    return failure(Name, EISDIR);
  if (Exists && !S_ISREG(Old.st_mode))
    return writeDirectly(Path, Write);

  std::string Target = followLinks(Path);
  TemporaryFile File(Target);
  if (File.error() != 0)
    return failure(Name, File.error());
  if (Exists)
    File.takePermissions(Old);
  if (int Code = writeAll(File.descriptor(), Write); Code != 0)
    return failure(Name, Code);
  if (int Code = File.replace(Target); Code != 0)
    return failure(Name, Code);
  return {};
}

OutputError writeDescriptor(int Descriptor, const std::string &Name,
                            const std::function<void(std::ostream &)> &Write) {
  int Code = writeAll(Descriptor, Write);
  return Code == 0 ? OutputError() : failure(Name, Code);
}

} // namespace ungil
