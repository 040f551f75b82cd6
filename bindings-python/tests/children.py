"""Child processes, for what has to be observed from outside: exits, forks and imports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType

from simulator import VARIABLES, Simulator

SOAK = os.environ.get("MSPKIT_SOAK") == "1"
TIMES = 200 if SOAK else 20
FORKS = 200 if SOAK else 10


def run(
    code: str,
    sim: Simulator | None = None,
    *,
    timeout: float = 60,
    more: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.CompletedProcess[str]:
    """Runs a program, with the simulator in its environment."""
    own = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    own |= {"PYTHONWARNINGS": "error", "PYTHONFAULTHANDLER": "1"} | dict(more)
    if sim is not None:
        own |= sim.env
    command = [sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(command, env=own, capture_output=True, text=True, timeout=timeout, check=False)


def quiet(
    code: str,
    sim: Simulator | None = None,
    *,
    status: int = 0,
    timeout: float = 60,
    more: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Runs a program that must end by itself, soon, and without output on stderr. Returns its
    output."""
    ended = run(code, sim, timeout=timeout, more=more)
    assert (ended.returncode, ended.stderr) == (status, ""), f"{ended.returncode}: {ended.stderr}"
    return ended.stdout


def often(
    code: str,
    sim: Simulator,
    *,
    times: int = TIMES,
    status: int = 0,
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Runs a program this many times, two at a time."""
    # A limiter knows the calls of its own process; those of others would cause a 429 and a wait.
    sim.control("options", {"caps": None})
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(quiet, code, sim, status=status, more=more) for _ in range(times)]:
            done.result()


def until(what: str, condition: Callable[[], object], limit: float = 10) -> None:
    """Polls until a condition is true."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, f"not within {limit} s: {what}"
        time.sleep(0.005)


def interrupt() -> None:
    """Ctrl-C for this process."""
    if sys.platform == "win32":
        # os.kill would end it; a console's Ctrl-C would reach every process of the console.
        signal.raise_signal(signal.SIGINT)
    else:
        os.kill(os.getpid(), signal.SIGINT)
