"""Threads share a client, a list and the models of a response."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import mspkit
from conftest import Clients


def in_threads(count: int, work: Callable[[int], None]) -> None:
    begin = threading.Barrier(count)

    def begun(number: int) -> None:
        begin.wait()
        work(number)

    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(begun, number) for number in range(count)]:
            done.result()


def test_a_blocking_client(clients: Clients) -> None:
    client = clients.sync()

    def work(number: int) -> None:
        for turn in range(40):
            wanted = str(100 + (number + turn) % 10)
            assert client.customers.get(wanted).customer_id == wanted

    in_threads(8, work)
    counts = clients.sim.log()["counts"]
    assert counts["ncentral.customers.get"]["answered"] == 320
    assert counts["ncentral.customers.get"]["max_in_flight"] <= 5
    assert counts["ncentral.auth.authenticate"]["received"] == 1


def test_an_async_client_in_loops_of_many_threads(clients: Clients) -> None:
    client = clients.asynchronous()

    async def calls(number: int) -> None:
        got = await asyncio.gather(*(client.customers.get(100 + at % 10) for at in range(60)))
        assert [one.customer_id for one in got] == [str(100 + at % 10) for at in range(60)]

    def work(number: int) -> None:
        for _ in range(5):
            asyncio.run(calls(number))

    in_threads(8, work)
    assert clients.sim.log()["counts"]["ncentral.auth.authenticate"]["received"] == 1


def test_one_list_gives_every_item_once(clients: Clients) -> None:
    clients.sim.reset(customers=300)
    client = clients.sync()
    pager = client.customers.list(page_size=10)
    found: list[mspkit.Page[mspkit.ncentral.Customer]] = []
    in_threads(6, lambda number: found.extend(pager.pages()))
    ids = sorted(int(item.customer_id) for page in found for item in page)
    assert ids == list(range(100, 400))


def test_models_are_read_by_many(clients: Clients) -> None:
    clients.sim.reset(customers=50)
    items = clients.sync().customers.list(page_size=50).collect()

    def work(number: int) -> None:
        for item in items:
            assert item.to_dict()["customer_id"] == item.customer_id
            assert item == item.from_dict(item.to_dict(by_wire_name=True))

    in_threads(8, work)
