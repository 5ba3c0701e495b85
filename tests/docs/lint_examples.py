#!/usr/bin/env python3
"""Compiles and lints the C and C++ examples of the checks' READMEs and of other pages.

    lint_examples.py --ungil FILE --headers DIR README...

Under "## Bad" each line with a comment "finding" must be reported by the README's rule, and no other line. Under every other
heading the rule must be silent. In a page that belongs to no check, the comment means any rule, under every heading. An
example that does not compile is an error.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(c|cpp)\n(.*?)^```", re.M | re.S)


def examples(text):
    """(heading, language, code) of each block."""
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        heading = section.splitlines()[0]
        for language, code in BLOCK.findall(section):
            yield heading, language, code


def lint(args, rule, language, code, folder):
    path = os.path.join(folder, "example." + language)
    with open(path, "w") as f:
        f.write(code)
    about_reports = rule in (None, "ungil-unused-suppression")
    selection = "ungil-*" if about_reports else f"-*,{rule},ungil-unused-suppression"
    headers = os.path.dirname(args.headers)
    flags = ["-std=gnu11"] if language == "c" else ["-std=c++17"]
    flags += ["-include", os.path.join(os.path.dirname(os.path.abspath(__file__)), "prelude.h")]
    if "py::" in code:
        flags.append("-DEXAMPLE_PYBIND11")
    if "nb::" in code:
        flags += ["-DEXAMPLE_NANOBIND", "-isystem", os.path.join(headers, "nanobind")]
    done = subprocess.run([args.ungil, "check", f"--checks={selection}", "--fail-on=note",
                           "--format=json", path, "--", "-I" + args.headers, *flags], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        problem = re.search(r'"problem": "(.*)"', done.stdout)
        return None, problem[1] if problem else done.stderr
    report = json.loads(done.stdout[done.stdout.index("{"):])
    return sorted({f["line"] for f in report["findings"]}), report["findings"]


def summary(detail):
    if isinstance(detail, str):
        return detail
    return "; ".join(f"{f['line']}: {f['message']} [{f['rule']}]" for f in detail) or "nothing"


def expected(rule, heading, code):
    if rule and heading != "Bad":
        return []
    return [number for number, line in enumerate(code.splitlines(), 1) if re.search(r"(//|/\*).*\b(finding|NOLINT.*)\b", line)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ungil", required=True)
    parser.add_argument("--headers", required=True)
    parser.add_argument("readmes", nargs="+")
    args = parser.parse_args()
    failures = checked = 0
    for readme in args.readmes:
        rule = "ungil-" + os.path.basename(os.path.dirname(os.path.abspath(readme))) if readme.endswith("README.md") else None
        for heading, language, code in examples(open(readme).read()):
            with tempfile.TemporaryDirectory() as folder:
                lines, detail = lint(args, rule, language, code, folder)
            checked += 1
            wanted = expected(rule, heading, code)
            if lines != wanted:
                failures += 1
                print(f"{readme}: '{heading}': expected findings on lines {wanted}, got {lines}: {summary(detail)}")
    print(f"{checked} examples checked, {failures} wrong")
    return 1 if failures or not checked else 0


sys.exit(main())
