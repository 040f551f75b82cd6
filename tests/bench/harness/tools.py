"""Where peers come from: each is installed by its own package manager into a separate
environment under .tools/bench."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BENCH = ROOT / "tests" / "bench"
INTO = ROOT / ".tools" / "bench"
# Where cargo builds; an absolute path stays unchanged.
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
WHEELS = TARGET / "python"
NODE_PACKAGE = ROOT / "bindings-node"
C_LIBRARY = ROOT / "bindings-c"
# Packages whose list of requirements is elsewhere.
SHARED = {"httpx_async": "httpx", "mspkit_async": "mspkit"}
DEBIAN = ("wrk", "libluajit-5.1-2", "libcjson-dev", "libcjson1", "libcurl4-openssl-dev")


class MissingError(Exception):
    """Something that a row needs is not on this machine."""


def run(*command: str | Path, cwd: Path = ROOT, variables: dict[str, str] | None = None) -> str:
    """The output of a command; `MissingError` if it fails."""
    words = list(map(str, command))
    try:
        environment = {**os.environ, **(variables or {})}
        done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise MissingError(f"{words[0]} is not installed") from None
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or error.stdout).strip().splitlines() or ["no word"]
        raise MissingError(f"{' '.join(words[:4])} … failed: {lines[-1]}") from None
    return done.stdout


def build(*command: str | Path) -> None:
    """Builds something of this repository. Peers may be missing on a machine; this may not fail."""
    try:
        run(*command)
    except MissingError as reason:
        raise SystemExit(f"bench: {reason}") from None


def fresh(folder: Path, stamp: str) -> bool:
    """Whether a folder was made for this stamp."""
    mark = folder / "installed.txt"
    return mark.exists() and mark.read_text() == stamp


def stamped(folder: Path, stamp: str) -> None:
    (folder / "installed.txt").write_text(stamp)


class Tools:
    """Commands that start peers. `profile` is Cargo's: `release`, or `debug` if speed is not
    judged."""

    def __init__(self, profile: str) -> None:
        self.profile = profile
        self.built = TARGET / profile

    def command(self, language: str, peer: str) -> tuple[list[str], dict[str, str]]:
        """How a peer is started: the command, and variables for it."""
        started: Callable[[str], tuple[list[str], dict[str, str]]] = getattr(self, f"_{language}")
        return started(peer)

    def cargo(self, *arguments: str) -> None:
        flags = ["--release"] if self.profile == "release" else []
        build("cargo", "build", "--locked", "--quiet", *flags, *arguments)

    @cache  # noqa: B019 there is one for the whole run
    def simulator(self) -> Path:
        self.cargo("-p", "mspkit-sim")
        return self.built / "mspkit-sim"

    @cache  # noqa: B019
    def rust_program(self, name: str) -> Path:
        self.cargo("-p", "mspkit-bench", "--bin", name)
        return self.built / name

    def _rust(self, peer: str) -> tuple[list[str], dict[str, str]]:
        return [str(self.rust_program("bench-worker")), peer], {}

    @cache  # noqa: B019
    def _venv(self, name: str) -> Path:
        folder = INTO / f"python-{name}"
        if name == "mspkit":
            wheels = sorted(WHEELS.glob("mspkit-*.whl"))
            if not wheels:
                raise MissingError(f"there is no wheel in {WHEELS}; `make wheel` builds it")
            own, stamp = [str(wheels[-1])], f"{wheels[-1].name} {wheels[-1].stat().st_mtime_ns}"
        else:
            own, stamp = [], ""
        listed = BENCH / "python" / "requirements" / f"{name}.txt"
        stamp += listed.read_text() if listed.exists() else ""
        wanted = [*own, "--requirement", str(listed)] if listed.exists() else own
        stamp = f"{sys.version}\n{stamp}"
        if not fresh(folder, stamp):
            shutil.rmtree(folder, ignore_errors=True)
            run(sys.executable, "-m", "venv", folder)
            if wanted:
                run(folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *wanted)
            stamped(folder, stamp)
        return folder / "bin" / "python"

    def _python(self, peer: str) -> tuple[list[str], dict[str, str]]:
        python = self._venv(SHARED.get(peer, peer))
        return [str(python), str(BENCH / "python" / "worker.py"), peer], {}

    @cache  # noqa: B019
    def _node_packages(self) -> Path:
        folder, described = INTO / "node", ("package.json", "package-lock.json", ".npmrc")
        stamp = (BENCH / "node" / "package-lock.json").read_text()
        if not fresh(folder, stamp):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for name in described:
                shutil.copy(BENCH / "node" / name, folder / name)
            run("npm", "ci", "--silent", "--no-audit", "--no-fund", cwd=folder)
            stamped(folder, stamp)
        return folder

    def _node(self, peer: str) -> tuple[list[str], dict[str, str]]:
        if shutil.which("node") is None:
            raise MissingError("node is not installed")
        package = Path(os.environ.get("MSPKIT_NODE", NODE_PACKAGE))
        if peer == "mspkit" and not (package / "dist" / "cjs" / "index.js").exists():
            raise MissingError(f"the Node package is not built in {package.name}")
        environment = {"NODE_PEERS": str(self._node_packages()), "MSPKIT_NODE": str(package)}
        return ["node", str(BENCH / "node" / "worker.mjs"), peer], environment

    @cache  # noqa: B019
    def debian(self) -> Path:
        """Debian packages, unpacked rather than installed."""
        folder = INTO / "debian"
        stamp = " ".join(DEBIAN)
        if not fresh(folder, stamp):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            run("apt-get", "download", *DEBIAN, cwd=folder)
            for package in folder.glob("*.deb"):
                run("dpkg", "-x", package, folder)
            # The development package's link is relative, so its target must be next to it.
            libraries = self._libraries(folder)
            if not (libraries / "libcurl.so.4").exists():
                run("apt-get", "download", "libcurl4", cwd=folder)
                for package in folder.glob("libcurl4_*.deb"):
                    run("dpkg", "-x", package, folder)
            stamped(folder, stamp)
        return folder

    @staticmethod
    def _libraries(folder: Path) -> Path:
        return next(folder.glob("usr/lib/*-linux-*"))

    def wrk(self) -> tuple[list[str], dict[str, str]]:
        if found := shutil.which("wrk"):
            return [found], {}
        folder = self.debian()
        return [str(folder / "usr" / "bin" / "wrk")], {"LD_LIBRARY_PATH": str(self._libraries(folder))}

    def _c(self, peer: str) -> tuple[list[str], dict[str, str]]:
        return [str(self._c_program(peer))], {}

    @cache  # noqa: B019
    def _c_program(self, peer: str) -> Path:
        if peer == "mspkit":
            root = Path(os.environ.get("MSPKIT_C", C_LIBRARY))
            library = (TARGET if root == C_LIBRARY else root.parent / "target") / self.profile / "libmspkit_c.so"
            if not (root / "include" / "mspkit.h").exists():
                raise MissingError(f"there is no C library in {root.name}")
            if root == C_LIBRARY:
                self.cargo("-p", "mspkit-c")
            folder = INTO / "c"
            folder.mkdir(parents=True, exist_ok=True)
            # It is loaded by the name of the installed library.
            loaded = folder / "libmspkit.so.1"
            loaded.unlink(missing_ok=True)
            loaded.symlink_to(library)
            flags = [f"-I{root / 'include'}", str(loaded), f"-Wl,-rpath,{folder}"]
        else:
            folder = self.debian()
            libraries = self._libraries(folder)
            include = folder / "usr" / "include"
            headers = [f"-I{include}", f"-I{include / libraries.name}"]
            flags = [*headers, f"-L{libraries}", "-lcurl", "-lcjson", f"-Wl,-rpath,{libraries}"]
        program = INTO / f"c-{peer}"
        sources = [BENCH / "c" / "worker.c", BENCH / "c" / f"{peer}.c"]
        warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
        compile_ = build if peer == "mspkit" else run
        compile_("cc", "-std=c99", "-O2", *warnings, *sources, *flags, "-o", program)
        return program
