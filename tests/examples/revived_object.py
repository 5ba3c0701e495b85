#!/usr/bin/env python3
"""Shows that the pool of postponed increments revives a freed object, and that its repair does not.

    revived_object.py --compiler CLANG++ SOURCE

Builds both examples with AddressSanitizer for the running interpreter and goes through the five steps of the comment over
the pool. Exit status 77 when sanitized extensions cannot be loaded here.
"""
import argparse
import os
import subprocess
import sys
import sysconfig
import tempfile

STEPS = """
from _geometry import settle, watch
class Named:
    pass
p = Named()
watch(p)
del p
settle()
print("done")
"""


def build(compiler, source, include, folder):
    flags = ["-g", "-fPIC", "-fsanitize=address", "-shared-libasan", "-I" + sysconfig.get_path("include"), "-I" + include]
    objects = []
    for name in sorted(n for n in os.listdir(source) if n.endswith((".c", ".cpp"))):
        language = ["-x", "c", "-std=c11"] if name.endswith(".c") else ["-x", "c++", "-std=c++17"]
        objects.append(os.path.join(folder, name + ".o"))
        subprocess.run([compiler, *flags, *language, "-c", os.path.join(source, name), "-o", objects[-1]], check=True)
    subprocess.run([compiler, *flags, "-shared", *objects, "-o", os.path.join(folder, "_geometry.so"), "-lpthread", "-lm"], check=True)


def run(runtime, folder, program):
    environment = dict(os.environ, LD_PRELOAD=runtime, PYTHONMALLOC="malloc", PYTHONPATH=folder,
                       ASAN_OPTIONS="detect_leaks=0:abort_on_error=0:exitcode=99")
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", required=True)
    parser.add_argument("source")
    args = parser.parse_args()
    runtime = subprocess.run([args.compiler, "-print-file-name=libclang_rt.asan-" + os.uname().machine + ".so"],
                             capture_output=True, text=True).stdout.strip()
    if not os.path.exists(runtime) or run(runtime, "/", "print('loads')").stdout != "loads\n":
        print("AddressSanitizer cannot be preloaded into this interpreter")
        return 77
    include = os.path.join(args.source, "include")
    outcome = {}
    for name in ("legacy", "compliant"):
        with tempfile.TemporaryDirectory() as folder:
            build(args.compiler, os.path.join(args.source, "examples", name), include, folder)
            outcome[name] = run(runtime, folder, STEPS)
    legacy, compliant = outcome["legacy"], outcome["compliant"]
    if "heap-use-after-free" not in legacy.stderr or "apply_pending" not in legacy.stderr:
        print("legacy: no use after free in apply_pending\n" + legacy.stdout + legacy.stderr)
        return 1
    if compliant.returncode != 0 or compliant.stdout != "done\n":
        print("compliant:\n" + compliant.stdout + compliant.stderr)
        return 1
    return 0


sys.exit(main())
