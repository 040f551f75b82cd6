"""Lists at endpoints that mspkit does not know: rows are plain data, and every way to read works."""

from __future__ import annotations

import asyncio
import json
import pickle
from typing import Any

import pytest

import mspkit
from conftest import Clients

EVERY = [str(100 + at) for at in range(30)]
BOTH = pytest.mark.parametrize("asynchronous", [False, True], ids=["blocking", "async"])


def things(client: Any, **options: Any) -> Any:
    """The customers, read as a list that is not known."""
    return client.paginate("GET", "/api/customers", query={"pageSize": 10}, item_id="customerId", **options)


async def done(made: Any) -> Any:
    return await made if asyncio.iscoroutine(made) else made


async def every(items: Any) -> list[Any]:
    return [item async for item in items] if hasattr(items, "__aiter__") else list(items)


def ids(rows: list[Any]) -> list[str]:
    return [str(row["customerId"]) for row in rows]


@BOTH
def test_rows_are_plain_data_however_they_are_read(clients: Clients, asynchronous: bool) -> None:
    clients.sim.reset(customers=30)
    client = clients.asynchronous() if asynchronous else clients.sync()

    async def main() -> None:
        pager = things(client)
        assert isinstance(pager, mspkit.AsyncPager if asynchronous else mspkit.Pager)
        assert (pager.complete, pager.total) == (None, None)
        first = await done(pager.first())
        assert type(first) is dict and ids([first]) == EVERY[:1] and pager.total == 30
        assert json.loads(json.dumps(first)) == first == dict(first)
        some = await done(pager.collect(limit=4))
        pages = await every(pager.pages())
        assert [len(page) for page in pages] == [5, 10, 10]
        assert ids([first, *some, *(row for page in pages for row in page)]) == EVERY
        assert (pager.complete, pager.missing) == (True, 0)
        assert await done(pager.first()) is None and await done(pager.collect()) == []
        assert ids(await every(things(client))) == EVERY
        assert ids(await done(things(client, limit=12).collect())) == EVERY[:12]

    asyncio.run(main())


@BOTH
def test_a_list_is_resumed(clients: Clients, asynchronous: bool) -> None:
    clients.sim.reset(customers=30)
    client = clients.asynchronous() if asynchronous else clients.sync()

    async def main() -> None:
        pager = things(client)
        begun = await done(pager.collect(limit=13))
        rest = await done(things(client, resume_token=pager.resume_token).collect())
        assert ids(begun + rest) == EVERY
        page = (await every(things(client).pages()))[0]
        again = pickle.loads(pickle.dumps(page))
        assert (list(again), again.total, again.number) == (list(page), 30, 1)
        assert type(again[0]) is dict and "Page(10 of " in repr(page)
        assert ids(await every(things(client, resume_token=again.resume_token))) == EVERY[10:]
        # The token belongs to these parameters.
        with pytest.raises(mspkit.InvalidRequestError, match="resume_token"):
            other = client.paginate("GET", "/api/customers", resume_token=pager.resume_token)
            await done(other.first())

    asyncio.run(main())


@BOTH
def test_an_error_says_where_to_continue(clients: Clients, asynchronous: bool) -> None:
    clients.sim.reset(customers=30)
    client = clients.asynchronous() if asynchronous else clients.sync()

    async def main() -> None:
        pager = things(client)
        begun = [await done(pager.first()) for _ in range(10)]
        clients.sim.answer("GET /api/customers", status=400, json={"message": "no"}, times=1)
        pages = things(client, resume_token=pager.resume_token)
        with pytest.raises(mspkit.BadRequestError) as caught:
            await every(pages)
        assert caught.value.operation == "paginate" and caught.value.resume_token
        rest = await every(things(client, resume_token=caught.value.resume_token))
        assert ids(begun + rest) == EVERY

    asyncio.run(main())


def test_a_search_is_read_by_its_cursor(clients: Clients) -> None:
    with clients.sim.wiv() as client:
        known = client.cases.search().collect()
        assert known
        rows = client.paginate("POST", "/v2/cases/msp/search", body={"max_returned_items": 25}).collect()
        assert [str(row["case_id"]) for row in rows] == [case.case_id for case in known]


def test_what_is_no_list_is_refused(clients: Clients) -> None:
    client = clients.sync()
    with pytest.raises(mspkit.InvalidRequestError, match="method"):
        client.paginate("DELETE", "/api/customers").first()
    with pytest.raises(mspkit.InvalidRequestError, match="path"):
        client.paginate("GET", "https://elsewhere.example/api/customers").first()
    with pytest.raises(TypeError, match="unexpected keyword argument 'on_lost_page'"):
        client.paginate("GET", "/api/customers", on_lost_page="raise")  # type: ignore[call-arg]
