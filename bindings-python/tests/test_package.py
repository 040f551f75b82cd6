"""The packages: the wheels, and those made from the sdists, work in an empty directory as README
says.

`MSPKIT_DIST` names the folder in which the packages mspkit and mspkit-sim were built.
"""

from __future__ import annotations

import email.message
import email.parser
import json
import os
import platform
import re
import subprocess
import sys
import tarfile
import textwrap
import venv
import zipfile
from pathlib import Path

import pytest

import mspkit
from children import SOAK
from mspkit.sim import program
from simulator import ROOT, VARIABLES, Simulator

DIST = os.environ.get("MSPKIT_DIST")
PLATFORMS = json.loads((ROOT / "tests/packages/platforms.json").read_text("utf-8"))
LARGEST = PLATFORMS["largest_mb"]["native"] * 1_000_000
MSPKIT, SIM = "mspkit-[0-9]*", "mspkit_sim-[0-9]*"
# A release has wheels of other platforms beside this machine's.
WHEEL = f"manylinux*_{platform.machine()}.whl"
LICENSES = {"LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-LICENSES"}

pytestmark = pytest.mark.skipif(DIST is None, reason="MSPKIT_DIST names no folder with the built packages")


def built(pattern: str) -> Path:
    """The one package of its kind."""
    found = list(Path(DIST or "").glob(pattern))
    assert len(found) == 1, found
    return found[0]


def readme_blocks() -> list[str]:
    """The Python examples at the top of the README."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert blocks
    return blocks


def ran(command: list[str | Path], cwd: Path, **more: str) -> str:
    """The output of a command, in an environment that does not know this folder."""
    known = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "MSPKIT_SIM"):
        known.pop(name, None)
    done = subprocess.run(command, cwd=cwd, env=known | more, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def installed(place: Path, *wanted: str | Path) -> Path:
    """The interpreter of a fresh environment with these packages, offline."""
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    ran([python, "-m", "pip", "install", "--no-index", "--disable-pip-version-check", *wanted], place)
    return python


def metadata(held: zipfile.ZipFile) -> email.message.Message:
    """The description of a wheel."""
    (name,) = (name for name in held.namelist() if name.endswith(".dist-info/METADATA"))
    return email.parser.Parser().parsestr(held.read(name).decode())


def works_as_the_readme_says(python: Path, sim: Simulator, place: Path) -> None:
    empty = place / "empty"
    empty.mkdir()
    for block in readme_blocks():
        sim.reset(customers=7)
        output = ran([python, "-W", "error", "-c", block], empty, **sim.env)
        assert len(output.splitlines()) >= 7, output
    where = ran([python, "-c", "import mspkit; print(mspkit.__file__)"], empty)
    assert where.startswith(str(place / "venv"))
    listed = ran([python, "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check"], empty)
    others = {line.partition("==")[0] for line in listed.splitlines()} - {"pip", "setuptools", "wheel"}
    assert others == {"mspkit"}, "nothing else comes with it"
    assert not list(empty.iterdir())


def test_the_wheel_works_in_an_empty_directory(sim: Simulator, tmp_path: Path) -> None:
    python = installed(tmp_path, built(f"{MSPKIT}{WHEEL}"))
    works_as_the_readme_says(python, sim, tmp_path)
    # Without the simulator it says how to install it, and takes another one.
    env = {name: value for name, value in os.environ.items() if name != "MSPKIT_SIM"}
    env |= {"PATH": "", "HOME": str(tmp_path)}
    command: list[str | Path] = [python, "-m", "mspkit.sim", "--version"]
    without = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (without.returncode, without.stdout) == (1, "")
    assert without.stderr.startswith("mspkit.sim: the simulator is not installed; ")
    assert "pip install 'mspkit[sim]'" in without.stderr
    assert "mspkit-sim" in ran(command, tmp_path, MSPKIT_SIM=str(program()))


def test_the_extra_installs_the_simulator(tmp_path: Path) -> None:
    python = installed(tmp_path, "--find-links", Path(DIST or "").absolute(), "mspkit[sim]")
    where = ran([python, "-c", "from mspkit.sim import program; print(program())"], tmp_path).strip()
    assert where == str(tmp_path / "venv" / "bin" / "mspkit-sim")
    assert os.access(where, os.X_OK)
    for command in ([where], [python, "-m", "mspkit.sim"]):
        assert ran([*command, "--version"], tmp_path) == f"mspkit-sim {mspkit.__version__}\n"
    count = "from mspkit import NCentral; print(len(NCentral().customers.list().collect()))"
    output = ran([python, "-m", "mspkit.sim", "--customers", "4", "--", python, "-c", count], tmp_path)
    assert output == "4\n"
    helped = """
        from mspkit.testing import Simulator
        with Simulator(customers=2) as sim:
            print(len(sim.state()["customers"]))
    """
    assert ran([python, "-W", "error", "-c", textwrap.dedent(helped)], tmp_path) == "2\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the names are those of Linux")
def test_the_wheel_has_the_expected_contents() -> None:
    wheel = built(f"{MSPKIT}{WHEEL}")
    tags = re.fullmatch(
        r"mspkit-([\d.]+)-cp310-abi3-(?:manylinux2014_\w+\.)?manylinux_\d+_\d+_\w+\.whl", wheel.name
    )
    assert tags, wheel.name
    assert wheel.stat().st_size < LARGEST
    with zipfile.ZipFile(wheel) as held:
        names = held.namelist()
        package = {name for name in names if name.startswith("mspkit/")}
        needed = ("__init__.py", "_native.abi3.so", "_native.pyi", "py.typed")
        assert {f"mspkit/{name}" for name in needed} <= package
        suffixes = {Path(name).suffix for name in package}
        assert suffixes == {".py", ".pyi", ".so", ".typed"}, suffixes
        meta = metadata(held)
    assert (meta["Name"], meta["Version"], meta["Requires-Python"]) == ("mspkit", tags[1], ">=3.10")
    (extra,) = meta.get_all("Requires-Dist", [])
    assert re.fullmatch(rf"mspkit-sim ?== ?{re.escape(tags[1])} ?; ?extra ?== ?['\"]sim['\"]", extra), extra
    assert "Typing :: Typed" in meta.get_all("Classifier", [])
    assert meta["License-Expression"] == "MIT OR Apache-2.0"
    assert set(meta.get_all("License-File", [])) == LICENSES
    assert {name.rpartition("/")[2] for name in names} >= LICENSES
    assert "# mspkit for Python" in str(meta.get_payload())


@pytest.mark.skipif(sys.platform != "linux", reason="the names are those of Linux")
def test_the_wheel_of_the_simulator_holds_what_it_should() -> None:
    wheel = built(f"{SIM}{WHEEL}")
    assert re.fullmatch(
        r"mspkit_sim-[\d.]+-py3-none-(?:\w+\.)?manylinux_\d+_\d+_\w+(?:\.\w+)?\.whl", wheel.name
    )
    assert wheel.stat().st_size < LARGEST
    with zipfile.ZipFile(wheel) as held:
        outside = [name for name in held.namelist() if ".dist-info/" not in name]
        assert outside == [f"mspkit_sim-{mspkit.__version__}.data/scripts/mspkit-sim"]
        assert held.getinfo(outside[0]).external_attr >> 16 & 0o777 == 0o755
        meta = metadata(held)
        assert {name.rpartition("/")[2] for name in held.namelist()} >= LICENSES
    assert (meta["Name"], meta["Version"]) == ("mspkit-sim", mspkit.__version__)
    assert meta["License-Expression"] == "MIT OR Apache-2.0"
    assert meta.get_all("Requires-Dist") is None


def wheel_of(sdist: Path, place: Path) -> Path:
    """The wheel that pip makes of an sdist, not optimised: the tests do not need that."""
    with tarfile.open(sdist) as held:
        names = held.getnames()
    assert any(name.endswith("/Cargo.lock") for name in names), "what is built is what was tried"
    # What both builds share is compiled once; everything of ours is compiled from the unpacked sources.
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    more = {"CARGO_TARGET_DIR": target, "MATURIN_PEP517_ARGS": "--profile=dev"}
    ran([*pip, "wheel", "--no-deps", "-w", place / "made", sdist], place, **more)
    (made,) = (place / "made").glob("*.whl")
    return made


def test_a_wheel_of_the_sdist_works_too(sim: Simulator, tmp_path: Path) -> None:
    python = installed(tmp_path, wheel_of(built(f"{MSPKIT}.tar.gz"), tmp_path))
    works_as_the_readme_says(python, sim, tmp_path)


@pytest.mark.skipif(not SOAK, reason="it compiles the simulator again")
def test_a_wheel_of_the_simulators_sdist_works_too(tmp_path: Path) -> None:
    made = wheel_of(built(f"{SIM}.tar.gz"), tmp_path)
    python = installed(tmp_path, made)
    output = ran([python.with_name("mspkit-sim"), "--version"], tmp_path)
    assert output == f"mspkit-sim {mspkit.__version__}\n"
