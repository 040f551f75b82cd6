"""Lists: every way to read continues where the others stopped, and reports whether the list is
complete."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import mspkit
from conftest import Clients

EVERY = [str(100 + at) for at in range(30)]


async def all_of(items: Any) -> list[Any]:
    return [item async for item in items]


class Reader:
    """Reads a list of either kind of client by the same names."""

    def __init__(self, pager: Any, asynchronous: bool) -> None:
        self.pager, self.asynchronous = pager, asynchronous

    async def _of(self, made: Any) -> Any:
        return await made if self.asynchronous else made

    async def next(self) -> list[str]:
        return [(await anext(self.pager) if self.asynchronous else next(self.pager)).customer_id]

    async def first(self) -> list[str]:
        item = await self._of(self.pager.first())
        return [] if item is None else [item.customer_id]

    async def collect(self, **limit: Any) -> list[str]:
        return [item.customer_id for item in await self._of(self.pager.collect(**limit))]

    async def pages(self) -> list[str]:
        pages = await all_of(self.pager.pages()) if self.asynchronous else list(self.pager.pages())
        return [item.customer_id for page in pages for item in page]

    async def rest(self) -> list[str]:
        items = await all_of(self.pager) if self.asynchronous else list(self.pager)
        return [item.customer_id for item in items]


STEPS: list[Callable[[Reader], Awaitable[list[str]]]] = [
    lambda reader: reader.next(),
    lambda reader: reader.first(),
    lambda reader: reader.collect(limit=7),
]
ENDS: list[Callable[[Reader], Awaitable[list[str]]]] = [
    lambda reader: reader.pages(),
    lambda reader: reader.collect(),
    lambda reader: reader.rest(),
]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_every_way_to_read_continues_where_the_others_stopped(clients: Clients, asynchronous: bool) -> None:
    clients.sim.reset(customers=30)

    async def main() -> None:
        client = clients.asynchronous() if asynchronous else clients.sync()
        for one in STEPS:
            for other in STEPS:
                for end in ENDS:
                    for limit in (None, 12, 30, 40):
                        reader = Reader(client.customers.list(page_size=10, limit=limit), asynchronous)
                        got = await one(reader) + await other(reader) + await end(reader)
                        assert got == EVERY[: limit or 30]
                        assert await reader.first() == [] == await reader.collect() == await reader.pages()

    asyncio.run(main())


def test_first_asks_for_one_page(clients: Clients) -> None:
    clients.sim.reset(customers=30)
    pager = clients.sync().customers.list(page_size=10)
    first = pager.first()
    assert first is not None and first.customer_id == "100" and pager.total == 30
    assert clients.sim.log()["counts"]["ncentral.customers.list"]["received"] == 1
    clients.sim.load(customers=[])
    empty = clients.sync().customers.list()
    assert empty.first() is None and empty.total == 0 and empty.complete is True
    assert [len(page) for page in clients.sync().customers.list().pages()] == [0]


def test_reading_begins_at_a_page(clients: Clients) -> None:
    clients.sim.reset(customers=30)
    listing = clients.sync().customers.list
    assert [one.customer_id for one in listing(page_number=3, page_size=10)] == EVERY[20:]
    pages = [(page.number, len(page)) for page in listing(page_number=2, page_size=20).pages()]
    assert pages == [(2, 10)]


def short(clients: Clients) -> None:
    """A server that reports one row more than it returns."""
    rows = [{"customerId": number} for number in range(1, 4)]
    clients.sim.answer(
        "ncentral.customers.list", json={"data": rows, "totalItems": 4, "totalPages": 1}, times=1
    )
    clients.sim.answer("ncentral.customers.list", json={"data": [], "totalItems": 4, "totalPages": 1})


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_list_reports_whether_it_is_complete(
    clients: Clients, caplog: pytest.LogCaptureFixture, asynchronous: bool
) -> None:
    async def main() -> None:
        client = clients.asynchronous() if asynchronous else clients.sync()
        whole = Reader(client.customers.list(page_size=4), asynchronous)
        assert whole.pager.complete is None and len(await whole.collect()) == 10
        assert [whole.pager.complete, whole.pager.missing] == [True, 0] and not caplog.records
        for way in ENDS:
            clients.sim.reset()
            short(clients)
            cut = Reader(client.customers.list(), asynchronous)
            assert await way(cut) == ["1", "2", "3"]
            assert [cut.pager.complete, cut.pager.missing, cut.pager.total] == [False, 1, 4]
            warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
            assert len(warnings) == 1 and "1 of 4 rows" in warnings[0].getMessage()
            caplog.clear()
        clients.sim.reset()
        short(clients)
        quiet = Reader(client.customers.list(on_incomplete="ignore"), asynchronous)
        assert len(await quiet.rest()) == 3 and quiet.pager.complete is False and not caplog.records
        clients.sim.reset()
        short(clients)
        strict = Reader(client.customers.list(on_incomplete="raise"), asynchronous)
        with pytest.raises(mspkit.ListIncompleteError) as caught:
            await strict.rest()
        assert [caught.value.total, caught.value.missing] == [4, 1]
        with pytest.raises(mspkit.InvalidRequestError, match="on_incomplete"):
            client.customers.list(on_incomplete="shout")  # type: ignore[arg-type]

    asyncio.run(main())


def test_a_row_that_cannot_be_read_is_reported_with_its_position(clients: Clients) -> None:
    rows = [{"customerId": 1}, {"customerId": 2, "customerName": {"a": 1}}, 5, None, {"customerId": 4}]
    clients.sim.answer("ncentral.customers.list", json={"data": rows, "totalItems": 4, "totalPages": 1})
    items = list(clients.sync().customers.list(page_size=6))
    assert [items[0].customer_id, items[-1].customer_id] == ["1", "4"]
    for bad, row in ((items[1], "row 2"), (items[2], "row 3")):
        with pytest.raises(mspkit.ResponseDecodeError, match=row) as caught:
            bad.to_dict()
        error = caught.value
        assert (error.operation, error.status) == ("ncentral.customers.list", 200) and error.request_id
        resumed = clients.sync().customers.list(page_size=6, resume_token=error.resume_token)
        assert resumed.collect()[-1].customer_id == "4"
    page = next(clients.sync().customers.list(page_size=6).pages())
    assert page[-1].customer_id == "4" and len(page) == 4


def test_a_list_that_was_read_warns(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    pager = clients.sync().customers.list()
    assert len(list(pager)) == 10 and not caplog.records
    assert list(pager) == [] and "it has no more items" in caplog.text


def test_a_query_that_a_parameter_makes_is_refused(clients: Clients) -> None:
    with pytest.raises(mspkit.InvalidRequestError, match="page_number"):
        clients.sync().customers.list(extra_query={"pageNumber": 3})
