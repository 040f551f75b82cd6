"""The packages: the wheel, and the one made from the sdist, work in an empty directory as README
says.

`MSPKIT_DIST` names the folder in which both packages were built.
"""

from __future__ import annotations

import email.parser
import os
import re
import subprocess
import sys
import tarfile
import textwrap
import venv
import zipfile
from pathlib import Path

import pytest

from mspkit.sim import program
from simulator import ROOT, VARIABLES, Simulator

DIST = os.environ.get("MSPKIT_DIST")
LARGEST = 6_000_000

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


def installed(wheel: Path, place: Path) -> Path:
    """The interpreter of a fresh environment with the wheel, offline."""
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    ran([python, "-m", "pip", "install", "--no-index", "--disable-pip-version-check", wheel], place)
    return python


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
    python = installed(built("*.whl"), tmp_path)
    works_as_the_readme_says(python, sim, tmp_path)
    where = ran([python, "-c", "from mspkit.sim import program; print(program())"], tmp_path).strip()
    assert where.startswith(str(tmp_path / "venv"))
    assert os.access(where, os.X_OK)
    assert "mspkit-sim" in ran([python, "-m", "mspkit.sim", "--version"], tmp_path)
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
    wheel = built("*.whl")
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
        assert suffixes == {".py", ".pyi", ".so", ".typed", ""}, suffixes
        assert [name for name in package if not Path(name).suffix] == ["mspkit/_bin/mspkit-sim"]
        assert held.getinfo("mspkit/_bin/mspkit-sim").external_attr >> 16 & 0o777 == 0o755
        info = next(name for name in names if name.endswith(".dist-info/METADATA"))
        meta = email.parser.Parser().parsestr(held.read(info).decode())
    assert (meta["Name"], meta["Version"], meta["Requires-Python"]) == ("mspkit", tags[1], ">=3.10")
    assert meta.get_all("Requires-Dist") is None
    assert "Typing :: Typed" in meta.get_all("Classifier", [])
    assert meta["License-Expression"] == "MIT OR Apache-2.0"
    licenses = {"LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-LICENSES"}
    assert set(meta.get_all("License-File", [])) == licenses
    assert {name.rpartition("/")[2] for name in names} >= licenses
    assert "# mspkit for Python" in str(meta.get_payload())


def test_a_wheel_of_the_sdist_works_too(sim: Simulator, tmp_path: Path) -> None:
    sdist = built("mspkit-[0-9]*.tar.gz")
    with tarfile.open(sdist) as held:
        names = held.getnames()
    assert any(name.endswith("/Cargo.lock") for name in names), "what is built is what was tried"
    assert not any("_bin" in name for name in names), "a program is no source"
    # What both builds share is compiled once; everything of ours is compiled from the unpacked sources.
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    ran([*pip, "wheel", "--no-deps", "-w", tmp_path, sdist], tmp_path, CARGO_TARGET_DIR=str(ROOT / "target"))
    (made,) = tmp_path.glob("*.whl")
    python = installed(made, tmp_path)
    works_as_the_readme_says(python, sim, tmp_path)
    # It has no simulator, says so, and takes another one.
    without = subprocess.run(
        [python, "-m", "mspkit.sim", "--version"],
        env={name: value for name, value in os.environ.items() if name != "MSPKIT_SIM"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (without.returncode, without.stdout) == (1, "")
    assert without.stderr.startswith("mspkit.sim: this installation of mspkit has no simulator")
    assert "MSPKIT_SIM" in without.stderr
    named = str(program())
    assert "mspkit-sim" in ran([python, "-m", "mspkit.sim", "--version"], tmp_path, MSPKIT_SIM=named)
