// The text report. The shape of each line is Clang's, down to the escape sequences, because people know it
// and because the importers of clang-tidy's output match it with regular expressions.
#include "driver/report/Headers.h"
#include "driver/report/Paths.h"
#include "driver/report/SourceCache.h"
#include "driver/report/Unicode.h"
#include "driver/report/Writer.h"

#include <algorithm>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace ungil {
namespace {

constexpr std::string_view Reset = "\033[0m", Bold = "\033[1m", Red = "\033[0;1;31m",
                           Magenta = "\033[0;1;35m", Blue = "\033[0;1;34m", Cyan = "\033[0;1;36m",
                           Green = "\033[0;1;32m", PlainGreen = "\033[0;32m";

constexpr unsigned TabStop = 8;
constexpr std::size_t LongestQuotedLine = 500; ///< beyond it, a line was made by a program for a program

struct Label {
  std::string_view Text, Color;
};

/// A finding is never a "note": importers take a note for a part of the finding before it.
Label labelOf(Severity Level) {
  switch (Level) {
  case Severity::Error:
    return {"error: ", Red};
  case Severity::Warning:
    return {"warning: ", Magenta};
  case Severity::Note:
    break;
  }
  return {"remark: ", Blue};
}

std::string countOf(std::size_t Count, std::string_view Singular) {
  std::string Text = std::to_string(Count) + " " + std::string(Singular);
  return Count == 1 ? Text : Text + "s";
}

/// A source line as a terminal shows it: tabs expanded, what cannot be printed spelled out.
class RenderedLine {
public:
  explicit RenderedLine(std::string_view Bytes) {
    for (std::size_t Pos = 0; Pos < Bytes.size();) {
      DecodedChar C = decodeUtf8(Bytes, Pos);
      Columns.insert(Columns.end(), C.Length, Width);
      append(C, Bytes.substr(Pos, C.Length));
      Pos += C.Length;
    }
    Columns.push_back(Width);
  }

  const std::string &text() const { return Text; }

  /// Where the byte at a column that counts from 1 is shown, counted from 0.
  unsigned at(unsigned ByteColumn) const {
    std::size_t Index = ByteColumn == 0 ? 0 : ByteColumn - 1;
    return Columns[std::min(Index, Columns.size() - 1)];
  }

private:
  void append(const DecodedChar &C, std::string_view Bytes) {
    if (C.Code == '\t') {
      unsigned Blanks = TabStop - Width % TabStop;
      Text.append(Blanks, ' ');
      Width += Blanks;
      return;
    }
    std::string Shown = printable(Bytes);
    bool AsIs = C.Valid && isPrintable(C.Code);
    Width += AsIs ? displayWidth(C.Code) : static_cast<unsigned>(Shown.size());
    Text += Shown;
  }

  std::string Text;
  std::vector<unsigned> Columns; ///< of each byte, and one for the end of the line
  unsigned Width = 0;
};

bool isOneLine(const Edit &E) { return E.EndLine == E.Line || E.EndLine == 0; }

/// Whether the new text can be written under the line that it goes into.
bool isShownUnderLine(const Edit &E) {
  return isOneLine(E) && !E.Replacement.empty() && E.Replacement.find_first_of("\n\r\t") == std::string::npos;
}

/// The text of an edit that cannot be written under a line, on one line.
std::string hiddenInsertion(const Edit &E) {
  if (E.Replacement.empty() || isShownUnderLine(E))
    return {};
  std::istringstream Words(E.Replacement);
  std::string Text;
  for (std::string Word; Words >> Word;)
    Text += (Text.empty() ? "" : " ") + Word;
  if (Text.empty())
    return {};
  return std::string(E.Length == 0 ? ": insert '" : ": write '") + Text + "'";
}

/// The first fix that fits under the line of the finding, where Clang would show it.
const Fix *inlineFix(const Finding &F) {
  for (const Fix &Candidate : F.Fixes) {
    auto Fits = [&F](const Edit &E) {
      return E.File == F.Where.File && E.Line == F.Where.Line && isShownUnderLine(E);
    };
    if (!Candidate.Edits.empty() && std::all_of(Candidate.Edits.begin(), Candidate.Edits.end(), Fits))
      return &Candidate;
  }
  return nullptr;
}

class TextReport {
public:
  TextReport(const RunResult &Run, const TextOptions &Options, std::ostream &Out)
      : Options(Options), Out(Out), Sources(Run.Root) {}

  void finding(const Finding &F) {
    const Fix *Inline = inlineFix(F);
    std::string Message = printable(F.Message);
    if (F.Sureness == Confidence::Possible)
      Message += " (possible)";
    if (F.Latent)
      Message += " (latent)";
    head(F.Where, labelOf(F.Level), Message + " [" + printable(F.Rule) + "]", Bold);
    quote(F.Where, Inline ? Inline->Edits : std::vector<Edit>());
    std::vector<Step> Related = shortened(F.Related);
    for (const Step *S : inReadingOrder(F.Path, Related))
      note(S->Where, S->Message);
    for (const Fix &Other : F.Fixes)
      if (&Other != Inline)
        fix(Other);
  }

private:
  std::string_view paint(std::string_view Escape) const {
    return Options.Color ? Escape : std::string_view();
  }

  void head(const Region &Where, const Label &L, std::string_view Message, std::string_view MessageColor) {
    Out << paint(Bold) << printable(relativeToRoot(Sources.root(), Where.File)) << ':'
        << std::max(Where.Line, 1u) << ':' << std::max(Where.Column, 1u) << ": " << paint(Reset);
    Out << paint(L.Color) << L.Text << paint(Reset);
    Out << paint(MessageColor) << Message << paint(MessageColor.empty() ? MessageColor : Reset) << '\n';
  }

  void note(const Region &Where, std::string_view Message, const std::vector<Edit> &Hints = {}) {
    head(Where, {"note: ", Cyan}, printable(Message), {});
    quote(Where, Hints);
  }

  void fix(const Fix &F) {
    std::string Message = "fix: " + F.Description;
    for (const Edit &E : F.Edits) {
      Region Where{E.File, E.Line, E.Column, isOneLine(E) ? E.EndColumn : ~0u};
      note(Where, Message + hiddenInsertion(E), {E});
      Message = "fix, continued";
    }
  }

  /// The line, the caret and tildes under it, and under those what the edits would insert.
  void quote(const Region &Where, const std::vector<Edit> &Hints) {
    const SourceFile *Source = Sources.get(relativeToRoot(Sources.root(), Where.File));
    if (!Source || Where.Line == 0 || Where.Line > Source->lineCount())
      return;
    std::string_view Bytes = Source->line(Where.Line);
    if (Bytes.size() > LongestQuotedLine)
      return;
    RenderedLine Line(Bytes);
    std::string Number = std::to_string(Where.Line);
    std::size_t NumberWidth = std::max<std::size_t>(4, Number.size());
    std::string Gutter = std::string(NumberWidth + 2, ' ') + "| ";
    Out << ' ' << std::string(NumberWidth - Number.size(), ' ') << Number << " | " << Line.text() << '\n';
    Out << Gutter << paint(Green) << underline(Line, Where, Hints) << paint(Reset) << '\n';
    if (std::string Inserted = insertions(Line, Hints); !Inserted.empty())
      Out << Gutter << paint(PlainGreen) << Inserted << paint(Reset) << '\n';
  }

  static void mark(std::string &Marks, unsigned Begin, unsigned End) {
    if (Marks.size() < End)
      Marks.resize(End, ' ');
    std::fill(Marks.begin() + Begin, Marks.begin() + std::max(Begin, End), '~');
  }

  static std::string underline(const RenderedLine &Line, const Region &Where,
                               const std::vector<Edit> &Hints) {
    std::string Marks;
    unsigned Caret = Line.at(Where.Column);
    Marks.resize(Caret + 1, ' ');
    mark(Marks, Caret, std::max(Caret, Line.at(Where.EndColumn)));
    for (const Edit &E : Hints)
      if (isOneLine(E))
        mark(Marks, Line.at(E.Column), std::max(Line.at(E.Column), Line.at(E.EndColumn)));
    Marks[Caret] = '^';
    return Marks;
  }

  static std::string insertions(const RenderedLine &Line, const std::vector<Edit> &Hints) {
    std::string Text;
    unsigned Width = 0;
    for (const Edit &E : Hints) {
      if (!isShownUnderLine(E))
        continue;
      // Two insertions may be closer than the first is long: keep them apart.
      unsigned Column = std::max(Line.at(E.Column), Width == 0 ? 0 : Width + 1);
      Text.append(Column - Width, ' ');
      RenderedLine Inserted(E.Replacement);
      Text += Inserted.text();
      Width = Column + Inserted.at(~0u);
    }
    return Text;
  }

  const TextOptions &Options;
  std::ostream &Out;
  SourceCache Sources;
};

struct UnitCounts {
  std::size_t Analysed = 0, Partial = 0, Failed = 0;
};

UnitCounts countUnits(const RunResult &Run) {
  UnitCounts Counts;
  for (const UnitResult &U : Run.Units)
    ++(U.Status == UnitStatus::Analysed  ? Counts.Analysed
       : U.Status == UnitStatus::Partial ? Counts.Partial
                                         : Counts.Failed);
  return Counts;
}

std::string describeFindings(const RunResult &Run) {
  auto CountAt = [&Run](Severity Level) {
    return static_cast<std::size_t>(std::count_if(Run.Findings.begin(), Run.Findings.end(),
                                                  [Level](const Finding &F) { return F.Level == Level; }));
  };
  std::string Text = Run.Findings.empty() ? "no findings" : countOf(Run.Findings.size(), "finding");
  std::string Separator = " (";
  for (auto [Level, Name] : {std::pair{Severity::Error, "error"}, std::pair{Severity::Warning, "warning"},
                             std::pair{Severity::Note, "remark"}}) {
    std::size_t Count = CountAt(Level);
    if (Count == 0)
      continue;
    Text += Separator + countOf(Count, Name);
    Separator = ", ";
  }
  if (!Run.Findings.empty())
    Text += ")";
  auto Latent =
      std::count_if(Run.Findings.begin(), Run.Findings.end(), [](const Finding &F) { return F.Latent; });
  if (Latent != 0)
    Text += ", " + std::to_string(Latent) + " latent until the module declares Py_MOD_GIL_NOT_USED";
  if (Run.Suppressed != 0)
    Text += ", " + std::to_string(Run.Suppressed) + " suppressed";
  return Text;
}

std::string describeUnits(const UnitCounts &Counts) {
  std::size_t Total = Counts.Analysed + Counts.Partial + Counts.Failed;
  std::string Text = std::to_string(Counts.Analysed) + " of " + countOf(Total, "unit") + " analysed";
  if (Counts.Partial != 0)
    Text += ", " + std::to_string(Counts.Partial) + " in part";
  if (Counts.Failed != 0)
    Text += ", " + std::to_string(Counts.Failed) + " failed";
  return Text;
}

std::string describePython(const RunResult &Run) {
  const PythonHeaders &Python = Run.Python;
  if (Python.Directory.empty())
    return "no unit includes Python.h";
  return "Python " + printable(Python.Version) + " headers in " +
         printable(relativeToRoot(Run.Root, Python.Directory));
}

void writeProblems(const RunResult &Run, std::ostream &Out) {
  for (const UnitResult &U : Run.Units) {
    if (U.Status == UnitStatus::Analysed)
      continue;
    Out << "ungil: " << printable(relativeToRoot(Run.Root, U.File))
        << (U.Status == UnitStatus::Partial ? ": analysed in part" : ": not analysed");
    if (!U.Problem.empty())
      Out << ": " << printable(U.Problem);
    Out << '\n';
  }
}

void writeVersionWarning(const RunResult &Run, std::ostream &Out) {
  if (std::string Hidden = hiddenByHeaders(Run); !Hidden.empty())
    Out << "ungil: " << printable(Hidden) << '\n';
}

/// "a.resolved" and "a.present" are one row. Returns the name of the pair, or nothing.
std::string_view pairName(std::string_view Name, std::string_view Suffix) {
  return Name.ends_with(Suffix) ? Name.substr(0, Name.size() - Suffix.size()) : std::string_view();
}

struct Row {
  std::string Name, Value;
};

std::vector<Row> statisticsRows(const Statistics &Counts) {
  std::vector<Row> Rows;
  for (const auto &[Name, Count] : Counts) {
    if (std::string_view Pair = pairName(Name, ".present"); !Pair.empty()) {
      auto Resolved = Counts.find(std::string(Pair) + ".resolved");
      if (Resolved != Counts.end()) {
        Rows.push_back(
            {std::string(Pair), std::to_string(Resolved->second) + " of " + std::to_string(Count)});
        continue;
      }
    }
    std::string_view Pair = pairName(Name, ".resolved");
    if (Pair.empty() || !Counts.contains(std::string(Pair) + ".present"))
      Rows.push_back({Name, std::to_string(Count)});
  }
  return Rows;
}

} // namespace

void writeStatistics(const Statistics &Counts, std::ostream &Out) {
  std::vector<Row> Rows = statisticsRows(Counts);
  std::size_t Width = 0;
  for (const Row &R : Rows)
    Width = std::max(Width, R.Name.size());
  Out << "statistics (resolved of present):\n";
  if (Rows.empty())
    Out << "  nothing was counted\n";
  for (const Row &R : Rows)
    Out << "  " << R.Name << std::string(Width - R.Name.size() + 2, ' ') << R.Value << '\n';
}

void writeSummary(const RunResult &Run, std::ostream &Out) {
  writeProblems(Run, Out);
  writeVersionWarning(Run, Out);
  UnitCounts Counts = countUnits(Run);
  if (Run.Units.empty()) {
    Out << "ungil: nothing was analysed: there are no units\n";
    return;
  }
  if (Counts.Analysed + Counts.Partial == 0) {
    Out << "ungil: nothing was analysed: " << describeUnits(Counts) << '\n';
    return;
  }
  Out << "ungil: " << describeFindings(Run) << "; " << describeUnits(Counts) << " (" << describePython(Run)
      << ")\n";
}

void writeText(const RunResult &Run, const TextOptions &Options, std::ostream &Out) {
  TextReport Report(Run, Options, Out);
  for (const Finding &F : Run.Findings)
    Report.finding(F);
  if (Options.Statistics)
    writeStatistics(Run.Counts, Out);
  if (Options.Summary)
    writeSummary(Run, Out);
}

} // namespace ungil
