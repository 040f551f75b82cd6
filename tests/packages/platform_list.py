"""The one list of platforms, platforms.json: what reads it, and the copies that are rendered from
it.

    python3 tests/packages/platform_list.py             the platform of this machine
    python3 tests/packages/platform_list.py --write     writes the copies; manifests.py checks them
    python3 tests/packages/platform_list.py --built     those that `make release` builds here
    python3 tests/packages/platform_list.py --matrix    those that another machine has to build, for release.yml
    python3 tests/packages/platform_list.py linux-arm64-gnu triple    one fact
"""

from __future__ import annotations

import json
import platform
import re
import sys
from typing import Any

from claims import ROOT, Claim, read

Platform = dict[str, Any]

_READ = json.loads(read("tests/packages/platforms.json"))
LIST: list[Platform] = _READ["platforms"]
# In MB, packages with the native module, and those of the C library.
LARGEST: dict[str, float] = _READ["largest_mb"]
# Platforms that have no packages, for the page that lists the others.
WITHOUT: list[str] = _READ["without"]
# By what this machine, a Linux, can build them for a release.
HERE = {"zig", "mingw"}
CLASSIFIERS = {"darwin": "MacOS", "win32": "Microsoft :: Windows", "linux": "POSIX :: Linux"}


def this() -> Platform:
    """The platform of this machine, for packages of glibc."""
    triple = f"{platform.machine()}-unknown-linux-gnu"
    return next(one for one in LIST if one["triple"] == triple)


def named(name: str) -> Platform:
    """The platform of this name, or for which this target is compiled."""
    found = next((one for one in LIST if name in (one["name"], one["triple"], one.get("here"))), None)
    if found is None:
        sys.exit(f"there is no platform {name}; there are {', '.join(one['name'] for one in LIST)}")
    return found


def triples() -> list[str]:
    """What is compiled for; Windows has one for this machine and one for its own."""
    return [triple for one in LIST for triple in (one["triple"], one.get("here")) if triple]


def module(one: Platform) -> str:
    return f"mspkit.{one['name']}.node"


def tried(one: Platform) -> str:
    by = ", ".join(f"`{target}`" for target in one["tested"]["by"])
    return f"{one['tested']['how']} ({by})" if by else str(one["tested"]["how"])


def matrix() -> str:
    """The platforms for GitHub's `fromJSON`, that are built on machines of their own: Windows with Microsoft's linker."""
    rows = [{"name": one["name"], "os": one["built"]["runner"]} for one in LIST if one["built"]["by"] != "zig"]
    return json.dumps({"include": rows}, separators=(",", ":"))


def copies() -> list[Claim]:
    """What other files state of the list, as they must."""
    systems = sorted({CLASSIFIERS[one["npm"]["os"]] for one in LIST})
    classifiers = "".join(f'  "Operating System :: {system}",\n' for system in systems)
    names = "".join(f'  "{one["name"]}",\n' for one in LIST)
    cases = "".join(
        f'      case "{one["name"]}":\n        return {{ loaded: require("mspkit-{one["name"]}") }};\n' for one in LIST
    )
    programs = "".join(f'  "{one["name"]}": "{one["files"]["program"]}",\n' for one in LIST)
    targets = "".join(f'  "{triple}",\n' for triple in triples())
    packages = "".join(f"| {one['label']} | `mspkit-{one['name']}` |\n" for one in LIST)
    table = "".join(f"| {one['label']} | `{one['name']}` | {one['needs']} | {tried(one)} |\n" for one in LIST)
    table += "".join(f"| {label} | no package |  |  |\n" for label in WITHOUT)
    rows = r"\|(?:[-|]+)\n((?:\|.*\n)*)"
    return [
        Claim("bindings-node/ts/packages.ts", r"^export const PLATFORMS.* = \[\n((?:  .*\n)*)\];", names),
        Claim("bindings-node/ts/packages.ts", r"^    switch .*\n((?:.*\n)*?)      default", cases),
        Claim("bindings-node/simulator/index.js", r"^const PROGRAMS = \{\n((?:  .*\n)*)\};", programs),
        Claim("deny.toml", r"^targets = \[\n((?:  .*\n)*)\]", targets),
        *(
            Claim(f"{folder}/pyproject.toml", r'((?:^  "Operating System :: .*",\n)+)', classifiers)
            for folder in ("bindings-python", "tests/simulator")
        ),
        Claim("docs/bundlers.md", rf"^\| platform \| package \|\n{rows}", packages),
        Claim("docs/platforms.md", rf"^\| platform \| name \| runs with \| tried \|\n{rows}", table),
    ]


def write() -> None:
    for claim in copies():
        text = read(claim.path)
        found = re.search(claim.pattern, text, re.MULTILINE)
        assert found, f"{claim.path}: nothing is like {claim.pattern}"
        text = f"{text[: found.start(1)]}{claim.expected}{text[found.end(1) :]}"
        (ROOT / claim.path).write_text(text, encoding="utf-8")


def main() -> int:
    match sys.argv[1:]:
        case []:
            print(this()["name"])
        case ["--write"]:
            write()
        case ["--built"]:
            print(*(one["name"] for one in LIST if one["built"]["by"] in HERE))
        case ["--matrix"]:
            print(f"platforms={matrix()}")
        case [name, *path]:
            fact: Any = named(name)
            for key in path:
                fact = fact.get(key, "")
            print(fact)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
