#include "driver/report/OutputFile.h"

#include "Sample.h"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <ostream>
#include <sys/resource.h>

using namespace ungil;
namespace fs = std::filesystem;

namespace {

std::size_t filesIn(const std::string &Folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(Folder), fs::directory_iterator()));
}

void writeMuch(std::ostream &Out) {
  for (int I = 0; I < 100'000; ++I)
    Out << "0123456789";
}

TEST(OutputFile, ReplacesWhole) {
  test::TemporaryFolder Folder;
  std::string Path = Folder.path() + "/report";
  Folder.write("report", "old and longer");
  fs::permissions(Path, fs::perms::owner_all);
  EXPECT_FALSE(writeOutputFile(Path, [](std::ostream &Out) { Out << "new"; }));
  EXPECT_EQ(test::read(Path), "new");
  EXPECT_EQ(fs::status(Path).permissions(), fs::perms::owner_all);
  EXPECT_EQ(filesIn(Folder.path()), 1u);
}

TEST(OutputFile, WritesMoreThanABuffer) {
  test::TemporaryFolder Folder;
  EXPECT_FALSE(writeOutputFile(Folder.path() + "/report", writeMuch));
  EXPECT_EQ(test::read(Folder.path() + "/report").size(), 1'000'000u);
}

TEST(OutputFile, KeepsASymbolicLink) {
  test::TemporaryFolder Folder;
  Folder.write("real", "old");
  fs::create_symlink("real", Folder.path() + "/link");
  EXPECT_FALSE(writeOutputFile(Folder.path() + "/link", [](std::ostream &Out) { Out << "new"; }));
  EXPECT_TRUE(fs::is_symlink(Folder.path() + "/link"));
  EXPECT_EQ(test::read(Folder.path() + "/real"), "new");
}

TEST(OutputFile, MissingFolder) {
  OutputError Error = writeOutputFile("/nowhere/at/all/report", [](std::ostream &Out) { Out << "x"; });
  EXPECT_EQ(Error.Code, ENOENT);
  EXPECT_EQ(Error.Text,
            "cannot write '/nowhere/at/all/report': No such file or directory; create the folder first");
}

TEST(OutputFile, Folder) {
  test::TemporaryFolder Folder;
  EXPECT_EQ(writeOutputFile(Folder.path(), [](std::ostream &) {}).Code, EISDIR);
}

TEST(OutputFile, FullDevice) {
  if (!fs::exists("/dev/full"))
    GTEST_SKIP() << "no /dev/full";
  OutputError Error = writeOutputFile("/dev/full", [](std::ostream &Out) { Out << "x"; });
  EXPECT_EQ(Error.Code, ENOSPC);
  EXPECT_EQ(Error.Text,
            "cannot write '/dev/full': No space left on device; free some space or choose another place");
  EXPECT_FALSE(writeOutputFile("/dev/null", writeMuch));
}

TEST(OutputFile, FailureHalfwayLeavesTheOldFileAlone) {
  test::TemporaryFolder Folder;
  Folder.write("report", "old");
  struct rlimit Old;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &Old), 0);
  struct rlimit Small = {100'000, Old.rlim_max};
  auto OldHandler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &Small), 0);
  OutputError Error = writeOutputFile(Folder.path() + "/report", writeMuch);
  ::setrlimit(RLIMIT_FSIZE, &Old);
  ::signal(SIGXFSZ, OldHandler);
  EXPECT_EQ(Error.Code, EFBIG);
  EXPECT_EQ(test::read(Folder.path() + "/report"), "old");
  EXPECT_EQ(filesIn(Folder.path()), 1u);
}

TEST(OutputFile, ClosedPipe) {
  auto OldHandler = ::signal(SIGPIPE, SIG_IGN);
  int Ends[2];
  ASSERT_EQ(::pipe(Ends), 0);
  ::close(Ends[0]);
  OutputError Error = writeDescriptor(Ends[1], "standard output", [](std::ostream &Out) { Out << "x"; });
  ::close(Ends[1]);
  ::signal(SIGPIPE, OldHandler);
  EXPECT_EQ(Error.Code, EPIPE);
  EXPECT_TRUE(Error.Text.starts_with("cannot write standard output: ")) << Error.Text;
}

} // namespace
