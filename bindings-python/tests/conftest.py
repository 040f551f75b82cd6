"""Shared by the tests: a simulator per run, clients of it, and no servers from the shell."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest

import mspkit
from simulator import VARIABLES, Simulator


@pytest.fixture(autouse=True, scope="session")
def ctrl_c_is_heard() -> None:
    """A shell makes background processes ignore Ctrl-C, and so would every child of this one."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def sim(running: Simulator) -> Simulator:
    """The simulator, reset."""
    running.reset()
    return running


class Clients:
    """Makes clients of the simulator."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim

    def sync(self, **options: Any) -> mspkit.NCentral:
        return mspkit.NCentral(self.sim.url, **{"jwt": self.sim.credentials["ncentral_jwt"], **options})

    def asynchronous(self, **options: Any) -> mspkit.AsyncNCentral:
        return mspkit.AsyncNCentral(self.sim.url, **{"jwt": self.sim.credentials["ncentral_jwt"], **options})


@pytest.fixture
def clients(sim: Simulator) -> Clients:
    return Clients(sim)
