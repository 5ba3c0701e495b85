#!/usr/bin/env python3
"""Proves verdicts by running: what ungil says leaks does leak, and what it is silent about does not.

    prove.py --ungil FILE --stubs DIR --cc FILE SOURCE

Builds SOURCE for this interpreter. Each of its types is tried in a process of its own: instances are put into cycles, with
themselves, through their __dict__ and with a class derived from the type, others hold one another, and what is left after
gc.collect() is counted. Modules are made and dropped; their states are counted.
"""
import argparse
import os
import re
import subprocess
import sys
import sysconfig
import tempfile

TRIAL = """
import gc, sys, weakref
import gcproof
kind = getattr(gcproof, sys.argv[1])
for name in ("set", "set_extra"):
    if hasattr(kind, name):
        for _ in range(50):
            one = kind()
            getattr(one, name)(one)
            holder = kind()
            getattr(holder, name)(kind())
        del one, holder
for _ in range(50):
    one = kind()
    try:
        one.me = one
    except AttributeError:
        pass
del one
gc.collect()
instances = gcproof.count()

def derived():
    class Derived(kind):
        pass
    Derived.me = Derived()
    return weakref.ref(Derived)

classes = [derived() for _ in range(20)]
gc.collect()
before = sys.getrefcount(kind)
for _ in range(50):
    kind()
grown = sys.getrefcount(kind) - before
print("leaks" if instances or grown or any(c() for c in classes) else "fine")
"""

MODULE_TRIAL = """
import gc, importlib.machinery, importlib.util, sys
import gcproof
for _ in range(50):
    loader = importlib.machinery.ExtensionFileLoader(sys.argv[1], gcproof.__file__)
    spec = importlib.util.spec_from_loader(sys.argv[1], loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
del loader, spec, module
gc.collect()
print("leaks" if gcproof.states() else "fine")
"""


def build(compiler, source, folder):
    target = os.path.join(folder, "gcproof" + sysconfig.get_config_var("EXT_SUFFIX"))
    include = sysconfig.get_path("include")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", f"-I{include}", source, "-o", target], check=True)


def observed(folder, kind, trial):
    done = subprocess.run([sys.executable, "-c", trial, kind], env={**os.environ, "PYTHONPATH": folder}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{kind}: {done.stderr}")
    return done.stdout.strip()


def reported(ungil, stubs, source):
    done = subprocess.run([ungil, "check", "--checks=-*,ungil-*", source, "--", f"-I{stubs}", "-std=gnu11"], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"ungil failed: {done.stderr}")
    findings = [line for line in done.stdout.splitlines() if re.search(r": (warning|error): ", line)]
    return {kind or module for line in findings for kind, module in re.findall(r"'gcproof\.(\w+)'|module '(\w+)'", line)[:1]}


def main():
    parser = argparse.ArgumentParser()
    for name in ("--ungil", "--stubs", "--cc"):
        parser.add_argument(name, required=True)
    parser.add_argument("source")
    args = parser.parse_args()
    text = open(args.source).read()
    kinds = [(kind, TRIAL) for kind in re.findall(r"^TYPE\((\w+),", text, re.M)]
    kinds += [(kind, MODULE_TRIAL) for kind in re.findall(r"^MODULE\((\w+),", text, re.M)]
    leaking = reported(args.ungil, args.stubs, args.source)
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        build(args.cc, args.source, folder)
        for kind, trial in kinds:
            verdict = "leaks" if kind in leaking else "fine"
            seen = observed(folder, kind, trial)
            print(f"{kind}: ungil says {verdict}, running it says {seen}")
            if verdict != seen:
                wrong.append(kind)
    if not kinds or wrong:
        sys.exit(f"verdicts that running disproves: {wrong or 'no types found'}")


main()
