"""script/ecosystem against a fake tool and a mirror of two small files: what it calls new, gone and same, and how it ends."""

import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = os.path.join(ROOT, "script", "ecosystem")

FAKE_TOOL = """#!{python}
import json, os, sys
arguments = sys.argv[1:]
assert arguments[0] == "check" and "--statistics" in arguments, arguments
database = json.load(open(os.path.join(arguments[arguments.index("-p") + 1], "compile_commands.json")))
assert all("-DPy_GIL_DISABLED=1" in e["arguments"] for e in database)
said = json.load(open({answer!r}))
if "signal" in said:
    os.kill(os.getpid(), said["signal"])
if "exit" in said:
    sys.exit(said["exit"])
target = next(a for a in arguments if a.startswith("json=")).split("=", 1)[1]
json.dump(said, open(target, "w"))
sys.exit(1 if said["findings"] else 0)
"""

SOURCE = """static PyObject *cache;

static int
helper(int a,
       int b);

static PyObject *
lookup(PyObject *self, PyObject *args)
{
    if (cache == NULL)
        cache = PyDict_New();
    return cache;
}

static PyMethodDef methods[] = {
    {"lookup", lookup, METH_VARARGS, NULL},
};

void ns::Widget::paint(int x) const {
    draw(x);
}
"""


def load_script():
    loader = importlib.machinery.SourceFileLoader("ecosystem", SCRIPT)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("ecosystem", loader))
    loader.exec_module(module)
    return module


def finding(rule="ungil-unsynchronized-lazy-init", line=11, **more):
    return {"rule": rule, "message": "the message", "severity": "warning", "confidence": "likely",
            "file": "src/a.c", "line": line, "column": 9, "path": [], **more}


class EnclosingFunction(unittest.TestCase):
    def at(self, line):
        return load_script().enclosing_function(SOURCE.splitlines(), line)

    def test_body_and_head_of_a_function(self):
        self.assertEqual(["lookup"] * 3, [self.at(8), self.at(11), self.at(13)])

    def test_declarations_own_nothing(self):
        self.assertEqual(["", ""], [self.at(1), self.at(4)])

    def test_a_table_is_named(self):
        self.assertEqual("methods", self.at(16))

    def test_a_member_keeps_its_scope(self):
        self.assertEqual("ns::Widget::paint", self.at(20))


class Ecosystem(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.base = os.path.realpath(self.folder.name)
        for name in ("mirrors", "python", "findings", "checkout/src"):
            os.makedirs(self.path(name))
        self.write("python/Python.h", "")
        self.write("checkout/src/a.c", SOURCE)
        self.write("checkout/src/b.cpp", "int b;\n")
        git = ["git", "-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false", "-C", self.path("checkout")]
        for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "all"]):
            subprocess.run([*git, *command], check=True)
        subprocess.run(["git", "clone", "-q", "--bare", self.path("checkout"), self.path("mirrors/some+one.git")], check=True)
        commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
        self.project = {"name": "some/one", "commit": commit, "paths": ["src"], "flags": ["-I${REPO}/src", "-I${PYINC}"],
                        "files": ["src/a.c", "src/b.cpp"], "debian_packages": []}
        self.write("projects.json", json.dumps([self.project]))
        self.write("ungil", FAKE_TOOL.format(python=sys.executable, answer=self.path("answer.json")))
        os.chmod(self.path("ungil"), 0o755)

    def path(self, name):
        return os.path.join(self.base, name)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)

    def judged(self, *entries):
        self.write("findings/some+one.json", json.dumps(entries))

    def entry(self, verdict="true", **more):
        return {"rule": "ungil-unsynchronized-lazy-init", "file": "src/a.c", "function": "lookup", "verdict": verdict, "why": "a reason", **more}

    def run_script(self, *findings, units=None, options=(), **answer):
        units = units or [{"file": "src/a.c", "status": "analysed"}, {"file": "src/b.cpp", "status": "partial", "problem": "x.h: file not found"}]
        self.write("answer.json", json.dumps({"findings": findings, "units": units, "statistics": {"types": {"seen": 2}}, **answer}))
        done = subprocess.run([sys.executable, SCRIPT, "--mirrors", self.path("mirrors"), "--python-include", self.path("python"), "--ungil", self.path("ungil"),
                               "--work", self.path("work"), "--projects", self.path("projects.json"), "--findings", self.path("findings"), "-j", "1", *options],
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def test_nothing_found_nothing_known(self):
        status, text = self.run_script()
        self.assertEqual(0, status, text)
        self.assertIn("2 analysed of 2 present, 1 of them in part", text)
        self.assertIn("types.seen=2", text)

    def test_new(self):
        status, text = self.run_script(finding())
        self.assertEqual(1, status)
        self.assertIn("new  ungil-unsynchronized-lazy-init src/a.c lookup (line 11)", text)

    def test_same_survives_a_moved_line_and_counts_for_precision(self):
        self.judged(self.entry(), self.entry("false", rule="ungil-other"))
        status, text = self.run_script(finding(line=12), finding(rule="ungil-other"))
        self.assertEqual(0, status, text)
        self.assertRegex(text, r"ungil-unsynchronized-lazy-init +1 +0 +0 +0 +1\.00")
        self.assertRegex(text, r"ungil-other +0 +1 +0 +0 +0\.00")

    def test_benign_and_unjudged_are_outside_precision(self):
        self.judged(self.entry("benign"), self.entry("unjudged", rule="ungil-other"))
        status, text = self.run_script(finding(), finding(rule="ungil-other"))
        self.assertEqual(0, status, text)
        self.assertRegex(text, r"ungil-unsynchronized-lazy-init +0 +0 +1 +0 +-")
        self.assertRegex(text, r"ungil-other +0 +0 +0 +1 +-")

    def test_gone(self):
        self.judged(self.entry())
        status, text = self.run_script()
        self.assertEqual(1, status)
        self.assertIn("gone ungil-unsynchronized-lazy-init src/a.c lookup: was true, a reason", text)

    def test_the_tools_own_function_name_comes_first(self):
        self.judged(self.entry(function="other"))
        self.assertEqual(0, self.run_script(finding(function="other"))[0])

    def test_a_subject_must_agree_only_where_the_judgement_has_one(self):
        self.judged(self.entry(subject="cache"))
        self.assertEqual(1, self.run_script(finding(subject="table"))[0])
        self.judged(self.entry())
        self.assertEqual(0, self.run_script(finding(subject="table"), finding(subject="cache"))[0])

    def test_accept_writes_unjudged_and_keeps_the_rest(self):
        self.judged(self.entry())
        self.assertEqual(0, self.run_script(finding(), finding(rule="ungil-other", line=20), options=["--accept"])[0])
        with open(self.path("findings/some+one.json")) as f:
            written = json.load(f)
        self.assertEqual([("lookup", "true"), ("ns::Widget::paint", "unjudged")], [(e["function"], e["verdict"]) for e in written])
        self.assertEqual(0, self.run_script(finding(), finding(rule="ungil-other", line=20))[0])

    def test_forget_strikes_out_what_is_gone(self):
        self.judged(self.entry())
        self.assertEqual(0, self.run_script(options=["--forget"])[0])
        with open(self.path("findings/some+one.json")) as f:
            self.assertEqual([], json.load(f))

    def test_a_crashed_unit(self):
        units = [{"file": "src/a.c", "status": "analysed"}, {"file": "src/b.cpp", "status": "failed", "problem": "crashed with signal 11"}]
        status, text = self.run_script(units=units)
        self.assertEqual(1, status)
        self.assertIn("1 crashes, 0 timeouts", text)

    def test_a_unit_out_of_time(self):
        units = [{"file": "src/a.c", "status": "analysed"}, {"file": "src/b.cpp", "status": "failed", "problem": "timed out after 60 s"}]
        status, text = self.run_script(units=units)
        self.assertEqual(1, status)
        self.assertIn("0 crashes, 1 timeouts", text)

    def test_nothing_analysed_is_no_success(self):
        self.assertEqual(1, self.run_script(units=[{"file": "src/a.c", "status": "failed", "problem": "no Python.h"}])[0])

    def test_the_tool_itself_crashes_or_writes_nothing(self):
        for answer, words in (({"signal": 6}, "ended by signal 6"), ({"exit": 2}, "wrote no report (exit status 2)")):
            status, text = self.run_script(**answer)
            self.assertEqual(1, status)
            self.assertIn(words, text)

    def test_a_missing_mirror_is_skipped_visibly(self):
        self.write("projects.json", json.dumps([{**self.project, "name": "no/body"}, self.project]))
        status, text = self.run_script()
        self.assertEqual(0, status, text)
        self.assertIn("skipped: no mirror", text)
        self.assertIn("1 projects skipped", text)

    def test_only_missing_mirrors_is_no_success(self):
        self.write("projects.json", json.dumps([{**self.project, "name": "no/body"}]))
        self.assertEqual(1, self.run_script()[0])

    def test_usage_errors(self):
        for options, words in ((["--mirrors", "/nowhere"], "--mirrors: no such directory: /nowhere"),
                               (["--ungil", "/nowhere"], "--ungil: no such executable: /nowhere"),
                               (["--python-include", self.path("mirrors")], "no Python.h"),
                               (["--only", "absent"], "no project"),
                               (["--var", "X"], "NAME=DIR")):
            status, text = self.run_script(options=options)
            self.assertEqual(2, status, text)
            self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
