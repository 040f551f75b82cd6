"""Checks what `make release` has built: names, tags, sizes, licences, the oldest C library it runs
with; writes SHA256SUMS.

    python3 tests/packages/artifacts.py dist linux-x64-gnu linux-x64-musl

Every binary is extracted from its package. readelf lists its machine, the libraries that it needs
and the versions of glibc's symbols; objdump lists the libraries of Windows.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from claims import only, read
from platform_list import LARGEST, Platform, module, named

MEGABYTE = 1_000_000
BINARY = re.compile(r"\.(so[.\d]*|a|lib|dll|pyd|node)$|^mspkit-sim(\.exe)?$")
OWN = {"LICENSE-MIT", "LICENSE-APACHE"}
ALL = OWN | {"THIRD-PARTY-LICENSES"}
MACHINES = {"x64": "X86-64", "arm64": "AArch64"}
# Libraries of the C library and, on Windows, of the system and of Python.
LIBRARIES = {
    "glibc": r"(libc|libm|libdl|libpthread|librt|ld-linux-[a-z0-9-]+)\.so",
    "musl": r"libc\.so",
    "windows": r"(?i)(api-ms-win-[\w-]+|kernel32|kernelbase|ntdll|advapi32|bcrypt|bcryptprimitives|crypt32|secur32|ws2_32|"
    r"userenv|ole32|oleaut32|combase|msvcrt|ucrtbase|vcruntime140(_1)?|python3|iphlpapi|ncrypt|user32|shell32)\.dll$",
}
Expected = dict[str, tuple[float, set[str], set[str], Platform | None]]


def expected(version: str, platforms: list[Platform]) -> Expected:
    """The packages by name: the largest size in MB, the licences inside, the binaries inside, and
    their platform."""
    found: Expected = {
        f"mspkit-{version}.tar.gz": (3, ALL, set(), None),
        f"mspkit_sim-{version}.tar.gz": (1, ALL, set(), None),
        f"mspkit-{version}.tgz": (1, ALL, set(), None),
        f"mspkit-sim-{version}.tgz": (0.1, ALL, set(), None),
        f"mspkit-{version}.crate": (1, OWN, set(), None),
        f"mspkit-reconcile-{version}.crate": (1, OWN, set(), None),
        f"mspkit-data-{version}.crate": (1, OWN, set(), None),
        f"mspkit-onboarding-{version}.crate": (1, OWN, set(), None),
        f"mspkit-{version}.cdx.json": (1, set(), set(), None),
        f"mspkit-sim-{version}.cdx.json": (1, set(), set(), None),
    }
    for one in platforms:
        name, tag, program = one["name"], one["wheel"], one["files"]["program"]
        found |= {
            f"mspkit-{version}-cp310-abi3-{tag}.whl": (LARGEST["native"], ALL, {one["files"]["extension"]}, one),
            f"mspkit_sim-{version}-py3-none-{tag}.whl": (2.5, ALL, {program}, one),
            f"mspkit-{name}-{version}.tgz": (LARGEST["native"], ALL, {module(one)}, one),
            f"mspkit-sim-{name}-{version}.tgz": (2.5, ALL, {program}, one),
            f"mspkit-c-{version}-{name}.tar.gz": (LARGEST["c"], ALL, {*one["c"], program}, one),
        }
    return found


def unpack(package: Path, place: Path) -> list[Path]:
    """The files of a package, below `place`."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as held:
            held.extractall(place)  # noqa: S202 - it was built here
    elif package.suffix != ".json":
        with tarfile.open(package) as packed:
            packed.extractall(place, filter="data")
    return [path for path in place.rglob("*") if path.is_file() and not path.is_symlink()]


def output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def floor(path: Path, one: Platform) -> tuple[str, list[str]]:
    """The C library that an ELF file needs, and what is wrong with that."""
    library = one["npm"]["libc"]
    needed = set(re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-W", "-d", path)))
    extra = {name for name in needed if not re.match(LIBRARIES[library], name)}
    wrong = [f"{path.name}: needs {sorted(extra)}"] if extra else []
    if library == "musl":
        static = path.name == one["files"]["program"]
        if static and (needed or "INTERP" in output("readelf", "-W", "-l", path)):
            wrong.append(f"{path.name}: is not static")
        return "static" if static else "musl", wrong
    versions = re.findall(r"GLIBC_([\d.]+)", output("readelf", "-W", "-V", path))
    found = {tuple(map(int, version.split("."))) for version in versions}
    needs = max(found, default=(0,))
    oldest = tuple(map(int, one["built"]["glibc"].split(".")))
    text = f"glibc {'.'.join(map(str, needs))}"
    if not (2,) <= needs <= oldest:
        wrong.append(f"{path.name}: needs {text}")
    return text, wrong


def windows(path: Path) -> list[str]:
    """What is wrong with a program or library of Windows."""
    if path.suffix in {".a", ".lib"}:
        return []
    listed = output("objdump", "-p", path)
    wrong = [] if "pei-x86-64" in listed else [f"{path.name}: is not for x86-64"]
    extra = {name for name in re.findall(r"DLL Name: (\S+)", listed) if not re.match(LIBRARIES["windows"], name)}
    return wrong + ([f"{path.name}: needs {sorted(extra)}"] if extra else [])


def judge(path: Path, one: Platform) -> list[str]:
    """What is wrong with a binary; its figures are printed."""
    if one["npm"]["os"] == "win32":
        text, wrong = "", windows(path)
    else:
        text, wrong = floor(path, one) if path.suffix != ".a" else ("", [])
        if re.search(r"\]\s+\.z?debug_", output("readelf", "-W", "-S", path)):
            wrong.append(f"{path.name}: has debug sections")
        machines = set(re.findall(r"Machine: +(.*)", output("readelf", "-W", "-h", path)))
        if not machines or any(MACHINES[one["npm"]["cpu"]] not in machine for machine in machines):
            wrong.append(f"{path.name}: is for {sorted(machines)}")
    print(f"    {path.name}: {path.stat().st_size / MEGABYTE:.2f} MB {text}".rstrip())
    return wrong


def main() -> int:
    folder = Path(sys.argv[1])
    version = only(r'^version = "(.*)"', read("Cargo.toml"))
    wanted = expected(version, [named(name) for name in sys.argv[2:]])
    there = {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    wrong = [f"{name}: is missing" for name in sorted(wanted.keys() - there)]
    wrong += [f"{name}: does not belong there" for name in sorted(there - wanted.keys())]
    sums = []
    for name in sorted(wanted.keys() & there):
        package = folder / name
        largest, licenses, binaries, one = wanted[name]
        content = package.read_bytes()
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        print(f"{name}: {len(content) / MEGABYTE:.2f} MB")
        if len(content) >= largest * MEGABYTE:
            wrong.append(f"{name}: is larger than {largest} MB")
        with tempfile.TemporaryDirectory() as place:
            files = unpack(package, Path(place))
            if missing := licenses - {path.name for path in files}:
                wrong.append(f"{name}: lacks {sorted(missing)}")
            found = [path for path in files if BINARY.search(path.name)]
            # The name of the shared library ends with its version.
            if {re.sub(r"\.so\.[\d.]+$", ".so", path.name) for path in found} != binaries:
                wrong.append(f"{name}: holds {sorted(path.name for path in found)}")
            for path in found if one else []:
                wrong += [f"{name}: {problem}" for problem in judge(path, one or {})]
    (folder / "SHA256SUMS").write_text("".join(sums))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
