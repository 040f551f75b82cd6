"""Other threads run while a call waits: every method that can wait is tried."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import mspkit
from conftest import Clients
from mspkit import _native

SLOW = 0.4
# How each method that may wait is made to wait; the others only look something up or start
# something.
WAITING = {"Core.call", "Core.request", "Core.__new__", "Pager.fill", "Pager.partitions"}
AT_ONCE = {
    "Core.pager",
    "Core.paginate",
    "Core.read_partition",
    "Core.submit_call",
    "Core.submit_request",
    "Core.with_options",
    "Core.limits",
    "Core.close",
    "Pager.submit_fill",
    "Pager.submit_partitions",
    "Pager.hand",
    "Pager.empty_page",
    "Pager.mark",
    "Pager.back",
    "Port.__new__",
    "Port.fileno",
    "Port.drain",
    "Port.cancel",
    "Port.wake",
    "Port.close",
}


def test_every_native_method_is_known() -> None:
    classes = (_native.Core, _native.Pager, _native.Port)
    methods = {
        f"{of.__name__}.{name}"
        for of in classes
        for name, value in vars(of).items()
        if callable(value) and (name == "__new__" or not name.startswith("__"))
    }
    assert methods == WAITING | AT_ONCE


def ticks(call: Callable[[], object]) -> float:
    """How much of the time another thread could run, measured by its delay after short sleeps."""
    ended = threading.Event()
    longest = 0.0

    def tick() -> None:
        nonlocal longest
        while not ended.is_set():
            begin = time.monotonic()
            time.sleep(0.001)
            longest = max(longest, time.monotonic() - begin)

    ticking = threading.Thread(target=tick)
    ticking.start()
    begin = time.monotonic()
    call()
    took = time.monotonic() - begin
    ended.set()
    ticking.join()
    assert took >= SLOW * 0.9, "the call was to wait"
    return longest


def fifo(at: Path) -> str:
    """A file whose end is reached only after a while."""
    os.mkfifo(at)

    def write() -> None:
        with at.open("wb") as pipe:
            time.sleep(SLOW)
            pipe.write(b"")

    threading.Thread(target=write, daemon=True).start()
    return str(at)


@pytest.mark.parametrize("method", sorted(WAITING))
def test_the_gil_is_released(method: str, clients: Clients, tmp_path: Path) -> None:
    client = clients.sync()
    client.server.info()
    late = {"match": "GET *", "rate": 1.0, "fault": {"kind": "delay", "ms": int(SLOW * 1000)}}
    clients.sim.control("faults", {"seed": 1, "rules": [late]})

    def construct() -> None:
        with pytest.raises(mspkit.InvalidRequestError):
            clients.sync(ca_bundle=fifo(tmp_path / f"{len(list(tmp_path.iterdir()))}.pem"))

    calls: dict[str, Callable[[], object]] = {
        "Core.call": lambda: client.customers.get(100),
        "Core.request": lambda: client.request("GET", "/api/customers/100"),
        "Core.__new__": construct,
        "Pager.fill": lambda: next(client.customers.list()),
        "Pager.partitions": lambda: client.customers.list().partitions(2),
    }
    # A busy machine can stop everything for so long, but not each time.
    assert any(ticks(calls[method]) < SLOW / 2 for _ in range(3))
