# What every suite shares. The site configuration sets ungil_* and llvm_tools.
import glob
import os
import shlex

import lit.formats


def configure(config, params, lit_config):
    config.test_format = lit.formats.ShTest(execute_external=False)
    config.suffixes = [".c", ".cpp", ".test"]
    source = config.ungil_source
    # The sources of the checks stand beside their tests.
    sources = glob.glob(os.path.join(source, "checks", "*.cpp")) + glob.glob(os.path.join(source, "checks", "*", "*.cpp"))
    config.excludes = ["Inputs", *map(os.path.basename, sources)]
    config.environment["PATH"] = os.pathsep.join([config.llvm_tools, os.environ["PATH"]])
    config.environment["LC_ALL"] = "C"
    python = lambda name: os.path.join(source, "testdata", "python", name)
    both = [config.python, os.path.join(source, "tests", "check_both.py"), "--ungil", config.ungil, "--clang-tidy",
            config.clang_tidy, "--plugin", config.plugin]
    filecheck = "FileCheck --implicit-check-not=error: --implicit-check-not=warning: --implicit-check-not=remark: --implicit-check-not=note:"
    config.substitutions += [
        ("%both", shlex.join(both)),
        ("%filecheck", filecheck),
        ("%py314t", python("3.14t")),
        ("%py313t", python("3.13t")),
        ("%py314gil", python("3.14")),
        ("%nanobind", python("nanobind")),
        ("%py311", config.system_python_include or "/nowhere"),
        ("%ungil", config.ungil),
        ("%clang_tidy", config.clang_tidy),
        ("%plugin", config.plugin),
        ("%python", config.python),
        ("%source", source),
    ]
    if config.system_python_include:
        config.available_features.add("system-python")
    if config.pybind11:
        config.available_features.add("pybind11")
