"""Types: package, tests and examples are clean, correct code is accepted, and mistakes are
refused."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import mspkit
from mspkit import _native

TESTS = Path(__file__).resolve().parent
PROJECT = TESTS.parent
USAGE, MISTAKES = TESTS / "typing" / "usage.py", TESTS / "typing" / "mistakes.py"
PLANTED = {
    number for number, line in enumerate(MISTAKES.read_text().splitlines(), start=1) if "# mistake: " in line
}

pytestmark = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("mypy", "pyright"))), reason="the type checkers are not installed"
)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    # Pyright finds an installed package by the active environment.
    environment = {
        **os.environ,
        "VIRTUAL_ENV": sys.prefix,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        # What it installs itself stays inside that environment.
        "PYRIGHT_PYTHON_CACHE_DIR": str(Path(sys.prefix) / "pyright"),
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        "npm_config_cache": str(Path(sys.prefix) / "npm"),
    }
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def mypy(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run("mypy", "--config-file", "pyproject.toml", "--no-incremental", *arguments)


def pyright(*files: Path) -> list[tuple[int, str]]:
    """The lines that pyright complains about."""
    report = json.loads(run("pyright", "--outputjson", *files).stdout)
    found = report["generalDiagnostics"]
    assert report["summary"]["filesAnalyzed"] >= max(len(files), 1)
    return [
        (one["range"]["start"]["line"] + 1, f"{one['file']}: {one['message']}")
        for one in found
        if one["severity"] == "error"
    ]


def test_mypy_is_content_with_all_of_it() -> None:
    for files in (["-p", "mspkit"], ["examples"], ["tests", "--exclude", "mistakes"]):
        ran = mypy(*files)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_mypy_refuses_each_mistake() -> None:
    lines = re.findall(r"mistakes\.py:(\d+): error", mypy(MISTAKES).stdout)
    assert {int(line) for line in lines} == PLANTED


def test_pyright_is_content_with_all_of_it() -> None:
    assert [error for _, error in pyright() if not error.startswith(str(MISTAKES))] == []


def test_pyright_accepts_correct_code() -> None:
    assert pyright(USAGE) == []


def test_pyright_refuses_each_mistake() -> None:
    assert {line for line, _ in pyright(MISTAKES)} == PLANTED


def test_pyright_finds_every_public_name_typed() -> None:
    ran = run("pyright", "--verifytypes", "mspkit", "--ignoreexternal", "--outputjson")
    report = json.loads(ran.stdout)["typeCompleteness"]
    unknown = [
        symbol["name"] for symbol in report["symbols"] if symbol["isExported"] and not symbol["isTypeKnown"]
    ]
    assert report["completenessScore"] == 1, unknown


def test_items_are_generic_also_when_the_program_runs() -> None:
    assert typing.get_origin(_native.Items[mspkit.ncentral.Customer]) is _native.Items


def test_the_stub_of_the_native_module_is_true() -> None:
    ran = run("mypy.stubtest", "mspkit._native", "--concise")
    assert ran.returncode == 0, ran.stdout + ran.stderr
