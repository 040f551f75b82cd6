"""The crates whose code is in what is shipped: what `cargo metadata` resolves for the bindings and
the simulator, on every platform with a package. Build scripts, procedural macros and tests are
excluded.
"""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import Any

from claims import ROOT
from platform_list import triples

BINDINGS = ("mspkit-python", "mspkit-node", "mspkit-c")
SIMULATOR = ("mspkit-sim",)
PLATFORMS = tuple(triples())

Package = dict[str, Any]


@cache
def metadata(platform: str) -> dict[str, Any]:
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", platform]
    graph: dict[str, Any] = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    return graph


def macro(package: Package) -> bool:
    return any("proc-macro" in target["kind"] for target in package["targets"])


def resolved(platform: str, shipped: tuple[str, ...]) -> dict[str, tuple[Package, list[str]]]:
    """Every package that is linked into these on a platform, by its id, with the ids of its dependencies."""
    graph = metadata(platform)
    packages = {package["id"]: package for package in graph["packages"]}
    nodes = {node["id"]: node for node in graph["resolve"]["nodes"]}
    found: dict[str, tuple[Package, list[str]]] = {}
    waiting = [key for key, package in packages.items() if package["name"] in shipped]
    assert len(waiting) == len(shipped), waiting
    while waiting:
        key = waiting.pop()
        if key in found:
            continue
        needs = [
            other["pkg"]
            for other in nodes[key]["deps"]
            if any(kind["kind"] is None for kind in other["dep_kinds"]) and not macro(packages[other["pkg"]])
        ]
        found[key] = (packages[key], sorted(needs))
        waiting += needs
    return found


def bundled() -> list[Package]:
    """Every third-party crate that is linked on some platform, by name and version."""
    shipped = (resolved(platform, BINDINGS + SIMULATOR) for platform in PLATFORMS)
    found = {key: package for linked in shipped for key, (package, _) in linked.items()}
    foreign = [package for package in found.values() if package["source"] is not None]
    return sorted(foreign, key=lambda package: (package["name"], package["version"]))
