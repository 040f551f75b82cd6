"""Ctrl-C in a blocking call: soon, in every phase of the call, and without a trace afterwards."""

from __future__ import annotations

import contextlib
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType

import pytest

import mspkit
from children import interrupt, until
from conftest import Clients
from servers import GOOD, HEAD, UNAVAILABLE, Server, Unreachable

TIMES = 5
WITHIN = 0.1


class Strike:
    """Sends SIGINT to this process and records the time."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self, *_: object) -> None:
        self.at = time.monotonic()
        interrupt()

    def soon(self, *_: object) -> None:
        """The same from another thread, so that the call continues meanwhile."""
        threading.Thread(target=self).start()


def interrupted(strike: Strike, call: Callable[[], object]) -> float:
    """The delay between the signal and the exception."""
    with pytest.raises(KeyboardInterrupt):
        call()
    return time.monotonic() - strike.at


def customers(url: str, **options: float) -> list[mspkit.wiv.Customer]:
    with mspkit.Wiv(api_key="k", base_url=url, **options) as client:  # type: ignore[arg-type]
        return client.customers.list().collect()


def soon(took: list[float]) -> None:
    # The machine may pause any one of them.
    assert statistics.median(took) < WITHIN, took


def test_while_connecting() -> None:
    took = []
    for _ in range(TIMES):
        strike = Strike()
        with Unreachable() as server:
            before = server.tries()

            def watch(server: Unreachable = server, before: int = before, strike: Strike = strike) -> None:
                until("a connection is tried", lambda: server.tries() > before)
                strike()

            threading.Thread(target=watch).start()
            took.append(interrupted(strike, partial(customers, server.url, connect_timeout=20)))
    soon(took)


@pytest.mark.parametrize(
    ("prefix", "scheme"),
    [(b"", "http"), (HEAD % 1000 + b'{"data": [', "http"), (b"", "https")],
    ids=["waiting for headers", "reading the body", "TLS handshake"],
)
def test_while_the_server_is_silent(prefix: bytes, scheme: str) -> None:
    took = []
    for _ in range(TIMES):
        strike = Strike()
        with Server(prefix, strike) as server:
            url = server.url.replace("http:", f"{scheme}:")
            took.append(interrupted(strike, partial(customers, url)))
            assert server.dropped.wait(5), "the server sees the connection closed"
    soon(took)


def test_while_waiting_before_another_attempt() -> None:
    took = []
    for _ in range(TIMES):
        strike = Strike()
        with Server(UNAVAILABLE) as server:
            client = mspkit.Wiv(api_key="k", base_url=server.url, on_retry=strike.soon)
            took.append(interrupted(strike, client.customers.list().collect))
    soon(took)


def test_while_waiting_for_a_turn(clients: Clients) -> None:
    client = clients.sync()
    client.server.info()
    clients.sim.control("options", {"latency_ms": 1500})
    others = [threading.Thread(target=client.customers.get, args=[100]) for _ in range(5)]
    for other in others:
        other.start()
    until("five are in flight", lambda: sum(limit.in_flight for limit in client.limits()) == 5)
    strike = Strike()

    def watch() -> None:
        until("one waits", lambda: sum(limit.waiting for limit in client.limits()) == 1)
        strike()

    threading.Thread(target=watch).start()
    soon([interrupted(strike, lambda: client.customers.get(100))])
    for other in others:
        other.join()
    assert sum(limit.waiting for limit in client.limits()) == 0
    clients.sim.control("options", {"latency_ms": 0})


def test_a_client_is_usable_afterwards(clients: Clients) -> None:
    strike = Strike()
    client = clients.sync(on_request=lambda event: strike() if event.path.endswith("/100") else None)
    clients.sim.control(
        "script", {"answers": [{"match": "GET /api/customers/100", "delay_ms": 3000, "json": {}}]}
    )
    interrupted(strike, lambda: client.customers.get(100))
    assert client.customers.get(101).customer_id == "101"
    assert [limit.in_flight for limit in client.limits()] == [0] * len(client.limits())


@contextlib.contextmanager
def handling(number: int, handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def test_a_handler_that_raises_nothing_lets_the_call_go_on(clients: Clients) -> None:
    struck = []
    clients.sim.control(
        "script",
        {"answers": [{"match": "GET /api/customers/100", "delay_ms": 300, "json": {"customerId": 7}}]},
    )
    client = clients.sync()
    client.server.info()
    with handling(signal.SIGALRM, lambda number, frame: struck.append(number)):
        signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
        try:
            assert client.customers.get(100).customer_id == "7"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    assert len(struck) >= 2


def test_exceptions_of_handlers_are_unchanged() -> None:
    raised = TimeoutError("mine")

    def handler(number: int, frame: FrameType | None) -> None:
        raise raised

    with Server() as server, handling(signal.SIGINT, handler):
        server.then = interrupt
        with pytest.raises(TimeoutError) as caught:
            customers(server.url)
    assert caught.value is raised


def test_a_list_that_was_interrupted_loses_nothing(clients: Clients) -> None:
    clients.sim.reset(customers=90)
    client = clients.sync()
    strike = Strike()
    pager = client.customers.list(page_size=10)
    first = [next(pager) for _ in range(10)]
    # The pages that are read ahead have arrived; the last one is late.
    slow = {"match": "GET /api/customers", "nth": [1], "fault": {"kind": "delay", "ms": 20_000}}
    clients.sim.control("faults", {"seed": 1, "rules": [slow]})
    threading.Timer(0.3, strike).start()
    rest: list[mspkit.ncentral.Customer] = []
    with pytest.raises(KeyboardInterrupt):
        rest += pager.collect()
    rest += pager.collect()
    assert [item.customer_id for item in first + rest] == [str(100 + at) for at in range(90)]


def test_a_valid_response_is_accepted() -> None:
    # Otherwise a response that the other tests cut short would arrive.
    with Server(GOOD) as server, mspkit.Wiv(api_key="k", base_url=server.url) as client:
        assert client.request("GET", "/msp/customers/1").json() == {"customerId": "1", "customerName": "One"}
