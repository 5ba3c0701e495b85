"""The real projects that ungil is tried on: where they are, how to lay one out, how its units are compiled.

A project is an entry of testdata/ecosystem/projects.json. Its sources are never kept here: they come out of a bare git
mirror, at one fixed commit, into a work folder that later runs use again.
"""

import hashlib
import io
import json
import os
import re
import subprocess
import tarfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROJECTS = os.path.join(ROOT, "testdata", "ecosystem", "projects.json")
FINDINGS = os.path.join(ROOT, "testdata", "ecosystem", "findings")
CXX_SUFFIXES = (".cc", ".cpp", ".cxx", ".C")


class UsageError(Exception):
    """Something the caller has to put right; the command ends with status 2."""


class Unavailable(Exception):
    """This project cannot be laid out here; it is skipped, visibly."""


def load_projects(path, only):
    with open(path) as f:
        projects = [p for p in json.load(f) if only in p["name"]]
    if not projects:
        raise UsageError(f"no project in {path} has {only!r} in its name")
    return projects


def require_directory(path, option, holds=None):
    if not os.path.isdir(path):
        raise UsageError(f"{option}: no such directory: {path}")
    if holds and not os.path.exists(os.path.join(path, holds)):
        raise UsageError(f"{option}: no {holds} in {path}")
    return os.path.abspath(path)


def require_tool(path):
    if not (os.path.isfile(path) and os.access(path, os.X_OK)):
        raise UsageError(f"--ungil: no such executable: {path} (build it first, or name another)")
    return os.path.abspath(path)


def parse_variables(assignments):
    bad = [a for a in assignments if "=" not in a]
    if bad:
        raise UsageError(f"--var: not of the form NAME=DIR: {bad[0]}")
    return {"DEPS": "/usr/include", **dict(a.split("=", 1) for a in assignments)}


def file_stem(project):
    return project["name"].replace("/", "+")


def mirror_of(mirrors, project):
    base = os.path.join(mirrors, file_stem(project))
    found = next((p for p in (base + "/repo", base + ".git") if os.path.isdir(p)), None)
    if not found:
        raise Unavailable(f"no mirror at {base}.git or {base}/repo")
    return found


def lay_out(mirrors, project, work):
    """The project's tree, extracted once. The folder's name says what is in it, so that a changed entry is laid out anew."""
    git = mirror_of(mirrors, project)
    if subprocess.run(["git", "-C", git, "cat-file", "-e", project["commit"] + "^{commit}"], capture_output=True).returncode:
        raise Unavailable(f"the mirror has no commit {project['commit']}")
    key = hashlib.sha256("|".join([project["commit"], *project["paths"]]).encode()).hexdigest()[:12]
    tree = os.path.join(work, "tree", f"{file_stem(project)}-{key}")
    if os.path.exists(tree + ".done"):
        return tree
    paths = [] if "." in project["paths"] else project["paths"]
    packed = subprocess.run(["git", "-C", git, "archive", "--format=tar", project["commit"], *paths], capture_output=True)
    if packed.returncode:
        raise Unavailable("the mirror is not whole: " + packed.stderr.decode(errors="replace").strip().splitlines()[-1])
    os.makedirs(tree, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        # Plain files alone: a link could lead out of the tree.
        members = [m for m in archive.getmembers() if m.isfile() and not m.name.startswith("/") and ".." not in m.name.split("/")]
        archive.extractall(tree, members=members)
    open(tree + ".done", "w").close()
    return tree


def expand(text, variables):
    def value(match):
        if match.group(1) not in variables:
            raise Unavailable(f"needs --var {match.group(1)}=DIR")
        return variables[match.group(1)]
    return re.sub(r"\$\{(\w+)\}", value, text)


def units(project, tree, variables):
    """(present, absent): compile database entries of the files that are there, and the names of those that are not."""
    flags = [expand(f, {"REPO": tree, **variables}) for f in project["flags"]]
    present, absent = [], []
    for name in project["files"]:
        source = os.path.join(tree, name)
        if not os.path.exists(source):
            absent.append(name)
            continue
        driver = "clang++" if name.endswith(CXX_SUFFIXES) else "clang"
        # The free-threaded configuration is said here, so that a plain compiler run on this database does the same work.
        arguments = [driver, "-w", "-DPy_GIL_DISABLED=1", *flags, "-c", source]
        present.append({"directory": tree, "file": source, "arguments": arguments})
    return present, absent


def write_database(entries, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "compile_commands.json"), "w") as f:
        json.dump(entries, f, indent=1)
    return folder
