#!/usr/bin/env python3
"""Compile-time tests of the headers. Each mode exits with 0 when everything is as it must be.

    check.py headers          CXX STD FLAGS...   all headers, twice, without warnings
    check.py self-contained   CXX STD FLAGS...   each header by itself
    check.py must-not-compile CXX STD FLAGS...   each case of must_not_compile.cpp fails, for the reason it names
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
HEADERS = HERE.parents[2] / "include" / "ungil"


def compile_text(text, arguments):
    done = subprocess.run([*arguments, "-fsyntax-only", "-x", "c++", "-"], input=text, capture_output=True, text=True)
    return done.returncode, done.stderr


def headers(arguments):
    # The stub headers of testdata declare too few functions for capi_detached.h.
    names = [header.name for header in sorted(HEADERS.glob("*.h")) if "testdata" not in str(arguments) or header.stem != "capi_detached"]
    text = "".join(f'#include "ungil/{name}"\n' for name in names) * 2
    code, output = compile_text(text, [*arguments, "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"])
    return [output] if code else []


def self_contained(arguments):
    failures = []
    for header in sorted(HEADERS.glob("*.h")):
        code, output = compile_text(f'#include "ungil/{header.name}"\n', arguments)
        if code:
            failures.append(f"{header.name}:\n{output}")
    return failures


def must_not_compile(arguments):
    path = HERE / "must_not_compile.cpp"
    text = path.read_text()
    arguments = [*arguments, "-Werror=unused-result"]
    code, output = compile_text(text, arguments)
    if code:
        return [f"the sound part does not compile:\n{output}"]
    failures = []
    cases = re.findall(r"^#ifdef (\w+) // (.+)$", text, re.M)
    for name, reason in cases:
        code, output = compile_text(text, [*arguments, f"-D{name}"])
        if code == 0:
            failures.append(f"{name} compiles")
        elif not re.search(reason, output):
            failures.append(f"{name} fails, but not with '{reason}':\n{output}")
    print(f"{len(cases)} cases")
    return failures if cases else ["no cases found"]


def main():
    mode, cxx, std, *flags = sys.argv[1:]
    check = {"headers": headers, "self-contained": self_contained, "must-not-compile": must_not_compile}[mode]
    failures = check([cxx, f"-std={std}", f"-I{HEADERS.parent}", *flags])
    print("\n".join(failure[:2000] for failure in failures))
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
