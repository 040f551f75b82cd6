"""How large mspkit is for those who install it, and how long a compiler reads its headers."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

from harness import rows
from harness.result import Result
from harness.tools import BENCH, C_LIBRARY, INTO, NODE_PACKAGE, WHEELS, MissingError, Tools, build

MEGABYTE = 1_000_000


def wheels(_: Tools, key: str) -> Result:
    """The two wheels: the SDK and its simulator."""
    found = [sorted(WHEELS.glob(f"{name}-*.whl")) for name in ("mspkit", "mspkit_sim")]
    if not all(found):
        raise MissingError(f"a wheel is missing in {WHEELS}; `make wheel` builds both")
    size = sum(wheels[-1].stat().st_size for wheels in found)
    return Result(key, "", "MB", [(size / MEGABYTE, 0.0)], rows.WHEELS_AT_MOST_MB, ratio=False)


def node_library(_: Tools, key: str) -> Result:
    """The native library, which is most of the Node package."""
    libraries = sorted(NODE_PACKAGE.glob("*.node"), key=lambda path: path.stat().st_mtime)
    if not libraries:
        raise MissingError(f"the Node package is not built in {NODE_PACKAGE.name}")
    return Result(key, "", "MB", [(libraries[-1].stat().st_size / MEGABYTE, 0.0)], ratio=False)


def compiled(source: str, *compiler: str) -> Callable[[Tools, str], Result]:
    """Processor time of a compiler for a program that uses mspkit; the machine's load does not count."""

    def measure(_: Tools, key: str) -> Result:
        INTO.mkdir(parents=True, exist_ok=True)
        path: Path = BENCH / "c" / source
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        build(*compiler, f"-I{C_LIBRARY / 'include'}", "-c", path, "-o", INTO / f"{source}.o")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Result(key, "", "s", [(took, 0.0)], rows.COMPILE_AT_MOST_S, ratio=False)

    return measure


MEASURES: dict[str, Callable[[Tools, str], Result]] = {
    "python: size of the wheels": wheels,
    "node: size of the native library": node_library,
    "c: compiling a program of two services": compiled("mspkit.c", "cc", "-std=c99"),
    "c++: compiling a program of one service": compiled("customers.cpp", "c++", "-std=c++17"),
}
