#include "driver/Configuration.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/YAMLParser.h"

#include <filesystem>
#include <sstream>
#include <toml++/toml.h>

namespace ungil {

namespace fs = std::filesystem;

namespace {

fs::path nearest(const std::string &Folder, std::initializer_list<const char *> Names) {
  std::error_code Ignored;
  for (fs::path In = Folder;; In = In.parent_path()) {
    for (const char *Name : Names)
      if (fs::exists(In / Name, Ignored))
        return In / Name;
    if (In == In.parent_path())
      return {};
  }
}

/// The one option that belongs to no check.
std::string asText(const toml::node &Node) {
  if (auto Text = Node.value<std::string>())
    return *Text;
  std::ostringstream Out;
  Node.visit([&](const auto &Value) {
    if constexpr (toml::is_boolean<decltype(Value)> || toml::is_integer<decltype(Value)>)
      Out << std::boolalpha << Value.get();
  });
  return Out.str();
}

std::string unknownKey(const std::string &Where, std::string_view Key,
                       std::initializer_list<llvm::StringRef> Known) {
  llvm::StringRef Nearest = *std::min_element(Known.begin(), Known.end(), [&](auto A, auto B) {
    return A.edit_distance(llvm::StringRef(Key)) < B.edit_distance(llvm::StringRef(Key));
  });
  return Where + ": unknown key '" + std::string(Key) + "'; did you mean '" + Nearest.str() +
         "'? Known are " + llvm::join(Known, ", ");
}

/// A list of names; an error text when the node is something else.
std::string readNames(const toml::node &Node, const std::string &Where, std::vector<std::string> &Into) {
  const toml::array *Names = Node.as_array();
  if (!Names || (!Names->empty() && !Names->is_homogeneous(toml::node_type::string)))
    return Where + " must be a list of names such as [\"library::Guard\"]";
  for (const toml::node &Name : *Names)
    Into.push_back(*Name.value<std::string>());
  return {};
}

std::string readLocks(const toml::table &Table, const std::string &File, ProjectLocks &Into) {
  const std::string Where = File + " [locks]";
  for (const auto &[Key, Node] : Table) {
    std::string Error;
    if (Key == "guards")
      Error = readNames(Node, Where + ": guards", Into.Guards);
    else if (Key == "types")
      Error = readNames(Node, Where + ": types", Into.Types);
    else if (Key != "functions")
      Error = unknownKey(Where, Key.str(), {"functions", "guards", "types"});
    else if (!Node.is_table())
      Error = Where + ": write functions as { take = \"give_back\" }";
    else
      for (const auto &[Takes, Gives] : *Node.as_table()) {
        if (!Gives.is_string())
          return Where + ": functions: '" + std::string(Takes.str()) +
                 "' needs the name of the function that gives the lock back";
        Into.Functions.emplace_back(Takes.str(), *Gives.value<std::string>());
      }
    if (!Error.empty())
      return Error;
  }
  return {};
}

std::string readTable(const toml::table &Table, const std::string &File, Configuration &Into) {
  for (const auto &[Key, Node] : Table) {
    if (Key == "checks") {
      auto Text = Node.value<std::string>();
      if (!Text)
        return File + ": checks must be a string such as \"-*,ungil-*\"";
      Into.Checks = *Text;
    } else if (Key == "python") {
      Into.Options["ungil.Python"] = asText(Node);
    } else if (Key == "check-init") {
      Into.Options["ungil.CheckInit"] = asText(Node);
    } else if (Key == "options" && Node.is_table()) {
      for (const auto &[Check, Values] : *Node.as_table()) {
        if (!Values.is_table())
          return File + ": write options as [options." + std::string(Check.str()) + "] with Name = value";
        for (const auto &[Name, Value] : *Values.as_table())
          Into.Options[std::string(Check.str()) + "." + std::string(Name.str())] = asText(Value);
      }
    } else if (Key == "locks" && Node.is_table()) {
      if (std::string Error = readLocks(*Node.as_table(), File, Into.Locks); !Error.empty())
        return Error;
    } else {
      return unknownKey(File, Key.str(), {"checks", "check-init", "python", "options", "locks"});
    }
  }
  return {};
}

std::string readToml(const fs::path &File, Configuration &Into) {
  try {
    toml::table Root = toml::parse_file(File.string());
    if (File.filename() != "pyproject.toml")
      return readTable(Root, File.string(), Into);
    if (const toml::table *Ours = Root["tool"]["ungil"].as_table())
      return readTable(*Ours, File.string() + " [tool.ungil]", Into);
    return {};
  } catch (const toml::parse_error &Error) {
    std::ostringstream Text;
    Text << File.string() << ':' << Error.source().begin.line << ": " << Error.description();
    return Text.str();
  }
}

/// CheckOptions of .clang-tidy, in both of its forms: a map, or a list of {key, value}.
void readClangTidy(const fs::path &File, Configuration &Into) {
  auto Buffer = llvm::MemoryBuffer::getFile(File.string());
  if (!Buffer)
    return;
  llvm::SourceMgr Sources;
  Sources.setDiagHandler([](const llvm::SMDiagnostic &, void *) {}); // clang-tidy itself will complain
  llvm::yaml::Stream Stream(**Buffer, Sources);
  auto Document = Stream.begin();
  auto *Root = Document == Stream.end()
                   ? nullptr
                   : llvm::dyn_cast_or_null<llvm::yaml::MappingNode>(Document->getRoot());
  if (!Root)
    return;
  auto Text = [](llvm::yaml::Node *N) -> std::string {
    llvm::SmallString<64> Storage;
    auto *Scalar = llvm::dyn_cast_or_null<llvm::yaml::ScalarNode>(N);
    return Scalar ? Scalar->getValue(Storage).str() : std::string();
  };
  auto Keep = [&](const std::string &Key, const std::string &Value) {
    if (llvm::StringRef(Key).starts_with("ungil-") || UnitOptions::isOne(Key))
      Into.Options[Key] = Value;
  };
  for (auto &Member : *Root) {
    if (Text(Member.getKey()) != "CheckOptions")
      continue;
    if (auto *Map = llvm::dyn_cast<llvm::yaml::MappingNode>(Member.getValue()))
      for (auto &Option : *Map) {
        std::string Key = Text(Option.getKey());
        Keep(Key, Text(Option.getValue()));
      }
    if (auto *List = llvm::dyn_cast<llvm::yaml::SequenceNode>(Member.getValue()))
      for (auto &Item : *List) {
        std::string Key, Value;
        if (auto *Pair = llvm::dyn_cast<llvm::yaml::MappingNode>(&Item))
          for (auto &Part : *Pair) {
            std::string Name = Text(Part.getKey());
            (Name == "key" ? Key : Value) = Text(Part.getValue());
          }
        Keep(Key, Value);
      }
  }
}

std::string unknownCheck(std::string_view Pattern) {
  std::string Error = "no check is called '" + std::string(Pattern) + "'";
  if (std::string_view Nearest = nearestCheck(Pattern); !Nearest.empty())
    Error += "; did you mean '" + std::string(Nearest) + "'?";
  return Error + " (`ungil rule` lists them)";
}

std::string unknownOption(const std::string &Key) {
  if (UnitOptions::isOne(Key))
    return {};
  auto [Check, Option] = llvm::StringRef(Key).split('.');
  const CheckInfo *Info = findCheck(Check);
  if (!Info)
    return unknownCheck(Check);
  std::vector<std::string> Names;
  for (const OptionInfo &O : Info->Options) {
    if (llvm::StringRef(O.Name) == Option)
      return {};
    Names.emplace_back(O.Name);
  }
  std::string Known = Names.empty() ? "it has no options" : "its options are " + llvm::join(Names, ", ");
  return "'" + Check.str() + "' has no option '" + Option.str() + "'; " + Known;
}

std::string defaultOf(const CheckInfo &Info, std::string_view Name) {
  for (const OptionInfo &O : Info.Options)
    if (O.Name == Name)
      return std::string(O.Default);
  return {};
}

} // namespace

std::string projectRoot(const std::string &Folder) {
  fs::path Found = nearest(Folder, {".ungil.toml", "pyproject.toml", ".git"});
  return Found.empty() ? Folder : Found.parent_path().string();
}

ConfigurationOrError readConfiguration(const std::string &Folder) {
  ConfigurationOrError Out;
  if (fs::path Tidy = nearest(Folder, {".clang-tidy"}); !Tidy.empty())
    readClangTidy(Tidy, Out.Value);
  if (fs::path Toml = nearest(Folder, {".ungil.toml", "pyproject.toml"}); !Toml.empty())
    Out.Error = readToml(Toml, Out.Value);
  return Out;
}

Selection select(const Configuration &From) {
  Selection Out;
  for (const auto &[Key, Value] : From.Options)
    if (Out.Error.empty())
      Out.Error = unknownOption(Key);
  for (const auto &[Key, Value] : From.Options)
    if (UnitOptions::isOne(Key) && Out.Error.empty())
      Out.Error = Out.Options.set(Key, Value);
  std::vector<bool> On;
  for (const CheckInfo &C : allChecks())
    On.push_back(C.OnByDefault);
  llvm::SmallVector<llvm::StringRef, 4> Patterns;
  llvm::StringRef(From.Checks).split(Patterns, ',', -1, false);
  for (llvm::StringRef Pattern : Patterns) {
    Pattern = Pattern.trim();
    bool Value = !Pattern.consume_front("-");
    auto Glob = llvm::GlobPattern::create(Pattern);
    bool Matched = false;
    for (std::size_t I = 0; I != On.size(); ++I)
      if (Glob && Glob->match(llvm::StringRef(allChecks()[I].Id))) {
        On[I] = Value;
        Matched = true;
      }
    if (!Glob)
      llvm::consumeError(Glob.takeError());
    if (!Matched && Out.Error.empty())
      Out.Error = unknownCheck(std::string_view(Pattern));
  }
  for (std::size_t I = 0; I != On.size(); ++I) {
    const CheckInfo &Info = allChecks()[I];
    if (!On[I])
      continue;
    Out.RulesRun.emplace_back(Info.Id);
    auto Value = [&Info, Options = From.Options](std::string_view Name) {
      auto Set = Options.find(std::string(Info.Id) + "." + std::string(Name));
      return Set == Options.end() ? defaultOf(Info, Name) : Set->second;
    };
    if (Info.Make)
      Out.Checks.push_back({&Info, CheckOptions(Value)});
  }
  if (Out.RulesRun.empty() && Out.Error.empty())
    Out.Error = "every check is switched off by '" + From.Checks + "'";
  return Out;
}

} // namespace ungil
