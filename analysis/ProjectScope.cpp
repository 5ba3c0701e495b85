#include "analysis/ProjectScope.h"

#include "analysis/Knowledge.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace ungil {

using namespace clang;
namespace path = llvm::sys::path;

namespace {

std::string absolute(llvm::StringRef Name) {
  llvm::SmallString<256> Path(Name);
  llvm::sys::fs::make_absolute(Path);
  path::remove_dots(Path, /*remove_dot_dot=*/true);
  return std::string(Path);
}

bool below(llvm::StringRef Path, llvm::StringRef Folder) {
  return Path.starts_with(Folder) && (Folder.ends_with("/") || Path.substr(Folder.size()).starts_with("/"));
}

bool isLibraryHeader(llvm::StringRef Path) {
  for (const std::string &Folder : Knowledge::get().LibraryDirectories)
    if (Path.contains("/" + Folder + "/"))
      return true;
  return false;
}

/// Python.h, and what lies beside it or in one of its own subfolders.
bool isPythonHeader(llvm::StringRef Path) {
  llvm::StringRef Folder = path::parent_path(Path);
  for (int Levels = 0; Levels != 3 && !Folder.empty(); ++Levels, Folder = path::parent_path(Folder)) {
    llvm::SmallString<256> Candidate(Folder);
    path::append(Candidate, "Python.h");
    if (llvm::sys::fs::exists(Candidate))
      return path::extension(Path) == ".h";
  }
  return false;
}

} // namespace

bool ProjectScope::contains(SourceLocation Loc) const {
  if (Loc.isInvalid())
    return false;
  FileID File = SM.getFileID(SM.getExpansionLoc(Loc));
  auto [Entry, New] = Known.try_emplace(File, false);
  if (New) {
    bool Answer = containsFile(File);
    Known[File] = Answer;
    return Answer;
  }
  return Entry->second;
}

bool ProjectScope::isPython(FileID File) const {
  auto Entry = SM.getFileEntryRefForID(File);
  if (Entry && isPythonHeader(absolute(Entry->getName())))
    return true;
  SourceLocation Includer = SM.getIncludeLoc(File);
  return Includer.isValid() && SM.getFileID(Includer) != SM.getMainFileID() &&
         isPython(SM.getFileID(Includer));
}

bool ProjectScope::containsFile(FileID File) const {
  if (File == SM.getMainFileID())
    return true;
  if (SrcMgr::isSystem(SM.getFileCharacteristic(SM.getLocForStartOfFile(File))))
    return false;
  auto Entry = SM.getFileEntryRefForID(File);
  if (!Entry)
    return false;
  std::string Path = absolute(Entry->getName());
  if (isPython(File))
    return false;
  if (Root.empty())
    return !isLibraryHeader(Path);
  return below(Path, Root);
}

} // namespace ungil
