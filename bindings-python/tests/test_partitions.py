"""Partitions: several processes read one list, each its part, together everything once."""

from __future__ import annotations

import asyncio
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import pytest

import mspkit
from conftest import Clients
from mspkit import ncentral

LIST = "ncentral.customers.list"


def read(url: str, jwt: str, pickled: bytes) -> tuple[list[int], bool | None]:
    """What a worker does."""
    partition: mspkit.Partition[ncentral.Customer] = pickle.loads(pickled)
    with mspkit.NCentral(url, jwt=jwt) as client:
        customers = partition.read(client)
        ids = [int(customer.customer_id or 0) for customer in customers]
        return ids, customers.complete


def test_processes_read_a_list_together(clients: Clients) -> None:
    clients.sim.reset(customers=20_000)
    jwt = clients.sim.credentials["ncentral_jwt"]
    with clients.sync() as client:
        partitions = client.customers.list(page_size=500).partitions(4)
    assert [(part.first_page, part.last_page) for part in partitions] == [
        (1, 10),
        (11, 20),
        (21, 30),
        (31, None),
    ]
    pickled = [pickle.dumps(part) for part in partitions]
    assert not any(jwt.encode() in text for text in pickled)
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as workers:
        done = list(workers.map(read, [clients.sim.url] * 4, [jwt] * 4, pickled))
    ids = [one for part, _ in done for one in part]
    assert (len(ids), len(set(ids)), {complete for _, complete in done}) == (20_000, 20_000, {True})
    counts = clients.sim.log()["counts"][LIST]
    assert counts["received"] == 41 and counts["throttled"] == 0 and counts["max_in_flight"] <= 4


def test_a_partition_is_read_on_after_a_failure(clients: Clients) -> None:
    clients.sim.reset(customers=40)

    async def main() -> None:
        async with clients.asynchronous(max_retries=0) as client:
            first, second = await client.customers.list(page_size=5).partitions(2)
            rule = {"match": "GET /api/customers", "nth": [3], "fault": {"kind": "status", "status": 403}}
            clients.sim.control("faults", {"seed": 1, "rules": [rule]})
            pager = second.read(client)
            ids = []
            with pytest.raises(mspkit.PermissionDeniedError) as raised:
                async for customer in pager:
                    ids.append(customer.customer_id)
            rest = second.read(client, resume_token=raised.value.resume_token)
            ids += [customer.customer_id async for customer in rest]
            ids += [customer.customer_id for customer in await first.read(client).collect()]
            assert sorted(ids) == [str(100 + at) for at in range(40)]
            assert rest.complete is True

    asyncio.run(main())


def test_a_partition_makes_a_client_of_its_own(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    clients.sim.reset(customers=10)
    first, second = clients.sync().customers.list(page_size=5).partitions(2)
    monkeypatch.setenv("NCENTRAL_URL", clients.sim.url)
    monkeypatch.setenv("NCENTRAL_JWT", clients.sim.credentials["ncentral_jwt"])
    assert [len(part.read().collect()) for part in (first, second)] == [5, 5]
    assert repr(first) == "<Partition of ncentral.customers.list, pages 1 to 1>"
    assert repr(second) == "<Partition of ncentral.customers.list, pages 2 to the end>"
    assert pickle.loads(pickle.dumps(first)) == first != second
    rows = clients.sync().paginate("GET", "/api/customers", query={"pageSize": 5}, item_id="customerId")
    assert [part.read().collect()[0]["customerId"] for part in rows.partitions(2)] == ["100", "105"]


@pytest.mark.parametrize("n", [0, -1, 1.5, "2", None, True])
def test_only_whole_numbers_are_numbers_of_partitions(clients: Clients, n: object) -> None:
    with pytest.raises(mspkit.InvalidRequestError, match=r"n: .*must be a whole number, 1 or more"):
        clients.sync().customers.list().partitions(n)  # type: ignore[arg-type]


def test_a_partition_is_read_with_a_client_of_its_server(clients: Clients) -> None:
    (part,) = clients.sync().customers.list().partitions(1)
    with pytest.raises(mspkit.InvalidRequestError, match=r"partition: .*another server"):
        part.read(mspkit.NCentral("http://127.0.0.1:9", jwt="a.b.c"))
    with pytest.raises(mspkit.InvalidRequestError, match="client: must be a client"):
        part.read("client")  # type: ignore[call-overload]
