"""Checks what `make release` has built: names, tags, sizes, licences, the oldest C library it runs
with; writes SHA256SUMS.

    python3 tests/packages/artifacts.py dist

Every binary is extracted from its package, and readelf lists the versions of glibc's symbols that
it needs.
"""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from manifests import only, read

# That of RHEL 7; packages.mk has it too, and so does the name of the wheel.
GLIBC = (2, 17)
NODE_NAMES = {"x86_64": "x64", "aarch64": "arm64"}
MEGABYTE = 1_000_000
BINARY = re.compile(r"\.(so[.\d]*|a|node)$|^mspkit-sim$")
OWN = {"LICENSE-MIT", "LICENSE-APACHE"}
ALL = OWN | {"THIRD-PARTY-LICENSES"}


def expected(version: str) -> dict[str, tuple[float, set[str], set[str]]]:
    """The packages by name: the largest size in MB, the licences inside, the binaries inside."""
    machine = platform.machine()
    here = f"linux-{NODE_NAMES[machine]}-gnu"
    tags = f"manylinux2014_{machine}.manylinux_2_17_{machine}"
    return {
        f"mspkit-{version}-cp310-abi3-{tags}.whl": (3.5, ALL, {"_native.abi3.so"}),
        f"mspkit_sim-{version}-py3-none-{tags}.whl": (2, ALL, {"mspkit-sim"}),
        f"mspkit-{version}.tar.gz": (3, ALL, set()),
        f"mspkit_sim-{version}.tar.gz": (1, ALL, set()),
        f"mspkit-{version}.tgz": (1, ALL, set()),
        f"mspkit-{here}-{version}.tgz": (3.5, ALL, {f"mspkit.{here}.node"}),
        f"mspkit-sim-{version}.tgz": (0.1, ALL, set()),
        f"mspkit-sim-{here}-{version}.tgz": (2, ALL, {"mspkit-sim"}),
        f"mspkit-c-{version}-{here}.tar.gz": (16, ALL, {"libmspkit.so.1.0.0", "libmspkit.a", "mspkit-sim"}),
        f"mspkit-{version}.crate": (1, OWN, set()),
        f"mspkit-{version}.cdx.json": (1, set(), set()),
        f"mspkit-sim-{version}.cdx.json": (1, set(), set()),
    }


def unpack(package: Path, place: Path) -> list[Path]:
    """The files of a package, below `place`."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as held:
            held.extractall(place)  # noqa: S202 - it was built here
    elif package.suffix != ".json":
        with tarfile.open(package) as packed:
            packed.extractall(place, filter="data")
    return [path for path in place.rglob("*") if path.is_file() and not path.is_symlink()]


def readelf(option: str, path: Path) -> str:
    command = ["readelf", "-W", option, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def judge(path: Path) -> list[str]:
    """What is wrong with a binary; its figures are printed."""
    wrong = []
    if re.search(r"\]\s+\.z?debug_", readelf("-S", path)):
        wrong.append(f"{path.name}: has debug sections")
    floor = ""
    if path.suffix != ".a":
        found = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([\d.]+)", readelf("-V", path))}
        needs = max(found, default=(0,))
        floor = f"glibc {'.'.join(map(str, needs))}"
        if not (2,) <= needs <= GLIBC:
            wrong.append(f"{path.name}: needs {floor}")
        others = set(re.findall(r"NEEDED.*\[(.*)\]", readelf("-d", path)))
        extra = {name for name in others if not re.match(r"(libc|libm|libdl|libpthread|librt|ld-linux-[a-z0-9-]+)\.so", name)}
        if extra:
            wrong.append(f"{path.name}: needs {sorted(extra)}")
    print(f"    {path.name}: {path.stat().st_size / MEGABYTE:.2f} MB {floor}".rstrip())
    return wrong


def main() -> int:
    folder = Path(sys.argv[1])
    version = only(r'^version = "(.*)"', read("Cargo.toml"))
    wanted = expected(version)
    there = {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    wrong = [f"{name}: is missing" for name in sorted(wanted.keys() - there)]
    wrong += [f"{name}: does not belong there" for name in sorted(there - wanted.keys())]
    sums = []
    for name in sorted(wanted.keys() & there):
        package = folder / name
        largest, licenses, binaries = wanted[name]
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
            if {path.name for path in found} != binaries:
                wrong.append(f"{name}: holds {sorted(path.name for path in found)}")
            for path in found:
                wrong += [f"{name}: {problem}" for problem in judge(path)]
    (folder / "SHA256SUMS").write_text("".join(sums))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
