"""Runs a test under ThreadSanitizer and fails when a report has an access of this project on top of a stack. The interpreter
has races of its own, differing by version, which are not for these tests to judge.

    run_under_tsan.py [--preload LIBRARY] TEST
"""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--preload", default="")
parser.add_argument("test")
options = parser.parse_args()

with tempfile.TemporaryDirectory() as directory:
    environment = dict(os.environ, TSAN_OPTIONS=f"exitcode=0 log_path={directory}/report")
    if options.preload:
        environment["LD_PRELOAD"] = options.preload
    done = subprocess.run([sys.executable, options.test], env=environment)
    reports = []
    for path in glob.glob(f"{directory}/report*"):
        with open(path, errors="replace") as file:
            reports += file.read().split("==================")

ours = []
for report in reports:
    tops = re.findall(r"^  (?:Previous )?\w+(?: \w+)* of size .*\n\s+#0 (.*)$", report, re.M)
    if any("runtime_test_module" in top for top in tops):
        ours.append(report)
total = sum("WARNING" in report for report in reports)
print(f"{len(ours)} reports are ours, {total - len(ours)} the interpreter's")
print("\n".join(ours)[:20000])
sys.exit(done.returncode or bool(ours))
