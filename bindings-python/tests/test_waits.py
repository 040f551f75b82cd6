"""Waits for what the server works on: they end with a result, an error, a timeout, or when they are
interrupted."""

from __future__ import annotations

import asyncio
import threading
import time
from functools import partial
from typing import Any

import pytest

import mspkit
from children import until
from conftest import Clients
from test_asyncio import waiting
from test_interrupt import TIMES, Strike, interrupted, soon

GET = "GET /api/report/{reportId}"
BOTH = pytest.mark.parametrize("asynchronous", [False, True], ids=["blocking", "async"])


def report(state: str, message: str = "") -> dict[str, Any]:
    return {"reportId": 7, "reportStatus": state, "message": message, "data": None}


def counts(clients: Clients) -> dict[str, int]:
    """What the server saw of the wait."""
    found: dict[str, int] = clients.sim.log()["counts"].get("ncentral.reports.get", {"received": 0})
    return found


def polls(clients: Clients) -> int:
    return counts(clients)["received"]


def unfinished(clients: Clients, silent: bool) -> None:
    """The server never finishes, or does not even respond."""
    slow = {"match": GET, "times": 0, "delay_ms": 20_000 if silent else 0, "json": report("IN_PROGRESS")}
    clients.sim.control("script", {"answers": [slow]})


def until_it_waits(clients: Clients, silent: bool) -> None:
    seen = "received" if silent else "answered"
    until("a request arrived", lambda: counts(clients).get(seen) == 1)


@BOTH
def test_a_wait_ends_with_the_server(clients: Clients, asynchronous: bool) -> None:
    client: Any = clients.asynchronous() if asynchronous else clients.sync()

    async def wait(**options: Any) -> mspkit.ncentral.PatchReport:
        made = client.reports.wait("7", poll_interval=0.01, **options)
        got: mspkit.ncentral.PatchReport = await made if asynchronous else made
        return got

    async def main() -> None:
        clients.sim.answer(GET, json=report("IN_PROGRESS"), times=3)
        clients.sim.answer(GET, json=report("COMPLETED"))
        got = await wait()
        assert (got.report_id, got.report_status) == ("7", "COMPLETED") and polls(clients) == 4
        clients.sim.reset()
        clients.sim.answer(GET, json=report("FAILED", "no patches"))
        with pytest.raises(mspkit.OperationFailedError, match="no patches") as failed:
            await wait()
        assert not failed.value.retryable
        clients.sim.reset()
        clients.sim.answer(GET, json=report("IN_PROGRESS"))
        with pytest.raises(mspkit.APITimeoutError, match="report_id") as late:
            await wait(timeout=0.2)
        assert isinstance(late.value, TimeoutError) and late.value.retryable and polls(clients) > 1
        with pytest.raises(mspkit.InvalidRequestError, match="poll_interval"):
            made = client.customers.get(100, poll_interval=1)
            await made

    asyncio.run(main())


WHEN = pytest.mark.parametrize("silent", [False, True], ids=["between requests", "in a request"])


@WHEN
def test_ctrl_c_ends_a_wait_soon(clients: Clients, silent: bool) -> None:
    took = []
    for _ in range(TIMES):
        clients.sim.reset()
        unfinished(clients, silent)
        client, strike = clients.sync(), Strike()

        def watch(strike: Strike = strike) -> None:
            until_it_waits(clients, silent)
            strike()

        threading.Thread(target=watch).start()
        took.append(interrupted(strike, partial(client.reports.wait, "7", poll_interval=30)))
        assert client.customers.get(100).customer_id == "100"
        assert all(limit.in_flight == 0 == limit.waiting for limit in client.limits())
        assert polls(clients) == 1
    soon(took)


@WHEN
def test_a_wait_is_cancelled(clients: Clients, silent: bool) -> None:
    unfinished(clients, silent)

    async def main() -> None:
        client = clients.asynchronous()
        task = asyncio.ensure_future(client.reports.wait("7", poll_interval=30))
        await asyncio.to_thread(until_it_waits, clients, silent)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 1 and waiting() == 0
        if silent:
            until("the server sees it dropped", lambda: counts(clients)["dropped"] == 1)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.reports.wait("7", poll_interval=30), 0.2)
        until("nothing is in flight", lambda: all(limit.in_flight == 0 for limit in client.limits()))
        assert waiting() == 0 and polls(clients) <= 2
        assert (await client.customers.get(100)).customer_id == "100"

    asyncio.run(main())


def test_waits_do_not_keep_others_waiting(clients: Clients) -> None:
    clients.sim.answer(GET, json=report("IN_PROGRESS"), times=30)
    clients.sim.answer(GET, json=report("COMPLETED"))

    async def main() -> None:
        client = clients.asynchronous()
        many = [client.reports.wait(str(at), poll_interval=0.05) for at in range(20)]
        reports, customer = await asyncio.gather(asyncio.gather(*many), client.customers.get(100))
        assert {one.report_status for one in reports} == {"COMPLETED"} and customer.customer_id == "100"

    asyncio.run(main())
