#!/usr/bin/env python3
"""Runs one source file through the command and through the plugin, and prints what both report.

    check_both.py --ungil FILE --clang-tidy FILE --plugin FILE [--checks GLOBS] SOURCE [-- FLAGS]

The two must agree on every line, column, message and rule; a run that fails is an error, so that a test that expects
silence cannot pass because nothing ran. The output is in the command's form without source excerpts, for FileCheck.
"""
import argparse
import re
import subprocess
import sys

DIAGNOSTIC = re.compile(r"^(?P<file>[^:\s][^:]*):(?P<line>\d+):(?P<column>\d+): (?P<level>error|warning|remark|note): (?P<text>.*)$")


def diagnostics(text):
    found = []
    for line in text.splitlines():
        match = DIAGNOSTIC.match(line)
        if match:
            name = match["file"].rsplit("/", 1)[-1]
            found.append((name, match["line"], match["column"], match["level"], match["text"]))
    return found


def without_level(rows):
    """clang-tidy knows one level for findings; the command has the rule's own."""
    return [(name, line, column, "note" if level == "note" else "finding", text) for name, line, column, level, text in rows]


def fail(message, *outputs):
    print(message, *outputs, sep="\n", file=sys.stderr)
    sys.exit(1)


def main():
    arguments = sys.argv[1:]
    flags = arguments[arguments.index("--") + 1:] if "--" in arguments else []
    parser = argparse.ArgumentParser()
    for name in ("--ungil", "--clang-tidy", "--plugin"):
        parser.add_argument(name, required=True)
    parser.add_argument("--checks", default="-*,ungil-*")
    parser.add_argument("--option", action="append", default=[], metavar="CHECK.NAME=VALUE")
    parser.add_argument("source")
    args = parser.parse_args(arguments[: arguments.index("--")] if "--" in arguments else arguments)

    command = subprocess.run([args.ungil, "check", f"--checks={args.checks}", *(f"--option={o}" for o in args.option), args.source, "--", *flags],
                             capture_output=True, text=True)
    if command.returncode not in (0, 1):
        fail(f"ungil check failed with status {command.returncode}", command.stdout, command.stderr)
    options = "".join(f"{{key: {o.split('=')[0]}, value: '{o.split('=')[1]}'}}, " for o in args.option)
    config = f"{{HeaderFilterRegex: '.*', CheckOptions: [{options}]}}"
    tidy = subprocess.run([args.clang_tidy, "-load", args.plugin, f"-checks={args.checks}", f"-config={config}", args.source, "--",
                           *flags, "-w", "-DPy_GIL_DISABLED=1"], capture_output=True, text=True)
    if tidy.returncode != 0:
        fail(f"clang-tidy failed with status {tidy.returncode}", tidy.stdout, tidy.stderr)
    # clang-tidy announces no repairs and knows no rules about the report itself.
    ours = [row for row in diagnostics(command.stdout)
            if "[ungil-unused-suppression]" not in row[4] and not row[4].startswith("fix: ")]
    theirs = diagnostics(tidy.stdout)
    if sorted(without_level(ours)) != sorted(without_level(theirs)):
        fail("the command and the plugin disagree", "command:", command.stdout, "plugin:", tidy.stdout, tidy.stderr)
    for name, line, column, level, text in ours:
        print(f"{name}:{line}:{column}: {level}: {text}")
    print("end of report")


main()
