"""The case format of `tests/conformance/README.md`; a field that it does not have is a mistake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator import ROOT

FOLDER = ROOT / "tests" / "conformance"

CASE = {"name", "why", "sim", "client", "steps", "requests", "unordered", "auth_requests", "counts"}
CALL = {"call", "params", "options", "paging", "read", "go_on", "untyped", "save", "expect"}
SERVER = {"reset", "script", "faults", "clock"}
STEPS = ({"sim"}, {"wait"}, {"client"})


class CaseError(Exception):
    """A case is not written as the format wants it."""


@dataclass(frozen=True)
class Suite:
    """All cases, with how many the manifest promises."""

    expected: int
    cases: list[dict[str, Any]]


def load() -> Suite:
    """Reads the manifest and the files that it names."""
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    only("manifest", manifest, {"cases", "files"})
    cases: list[dict[str, Any]] = []
    for name in manifest["files"]:
        file = json.loads((FOLDER / name).read_text())
        only(name, file, {"about", "cases"})
        cases += file["cases"]
    names = [case["name"] for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise CaseError(f"names that are there twice: {sorted(twice)}")
    for case in cases:
        _check(case)
    return Suite(manifest["cases"], cases)


def only(what: str, value: Mapping[str, Any], allowed: set[str]) -> None:
    """Refuses fields that the format does not have."""
    unknown = value.keys() - allowed
    if unknown:
        raise CaseError(f"{what}: the format has no {sorted(unknown)}")


def _check(case: Mapping[str, Any]) -> None:
    name = case["name"]
    only(name, case, CASE)
    only(name, case.get("sim", {}), SERVER - {"clock"})
    only(name, case["client"], {"service", "options"})
    for step in case["steps"]:
        if "call" in step:
            only(name, step, CALL)
        elif set(step) not in STEPS:
            raise CaseError(f"{name}: {sorted(step)} is no step")
        only(name, step.get("sim", {}), SERVER - {"reset"})
        only(name, step.get("client", {}), {"service", "options"})
