"""Finding or creating: threads and tasks take turns, a cancelled call is remembered, and errors carry what
was found."""

from __future__ import annotations

import asyncio
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import mspkit
from conftest import Clients

LIST = "GET /api/service-orgs/{soId}/customers"
CREATING = "POST /api/service-orgs/{soId}/customers"
CREATE = "ncentral.service_orgs.create_customer"
ADA: dict[str, Any] = {"contact_first_name": "Ada", "contact_last_name": "Lovelace"}


def committed(clients: Clients) -> int:
    number: int = clients.sim.log()["counts"].get(CREATE, {"committed": 0})["committed"]
    return number


def test_threads_make_one_object(clients: Clients) -> None:
    client = clients.sync()

    def ensure(name: str) -> bool:
        return client.service_orgs.ensure_customer(50, customer_name=name, **ADA).created

    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(ensure, ["Threads", "THREADS ", " threads"] * 5))
    assert (sum(created), committed(clients)) == (1, 1)


def test_tasks_make_one_object(clients: Clients) -> None:
    async def main() -> None:
        client = clients.asynchronous()
        calls = [
            client.service_orgs.ensure_customer(50, customer_name=name, **ADA)
            for name in ["Tasks", "tasks "] * 5
        ]
        ensured = await asyncio.gather(*calls)
        assert len({one.value.customer_id for one in ensured}) == 1
        assert sum(one.created for one in ensured) == 1

    asyncio.run(main())
    assert committed(clients) == 1


def test_a_cancelled_call_leaves_word(clients: Clients) -> None:
    clients.sim.control(
        "faults", {"seed": 1, "rules": [{"match": CREATING, "nth": [1], "fault": {"kind": "commit_hang"}}]}
    )

    async def main() -> None:
        client = clients.asynchronous()
        assert (await client.customers.get(100)).customer_id == "100"  # It has a token now.
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.service_orgs.ensure_customer(50, customer_name="Word", **ADA), 0.5)
        ensured = await client.service_orgs.ensure_customer(50, customer_name="WORD", **ADA)
        assert (ensured.value.customer_name, ensured.created) == ("Word", False)

    asyncio.run(main())
    assert committed(clients) == 1


def test_an_error_has_the_matches_and_pickles(clients: Clients) -> None:
    twins = [{"customerId": at, "customerName": "Twin"} for at in (1, 2)]
    clients.sim.answer(LIST, json={"data": twins, "totalItems": 2}, times=2)
    with pytest.raises(mspkit.AmbiguousError) as caught:
        clients.sync().service_orgs.ensure_customer(50, customer_name="Twin", **ADA)
    assert [match["customerId"] for match in caught.value.matches] == ["1", "2"]
    assert pickle.loads(pickle.dumps(caught.value)).matches == caught.value.matches


def test_an_error_has_the_differences_and_pickles(clients: Clients) -> None:
    row = {"customerId": 1, "customerName": "Own", "city": "Leeds"}
    clients.sim.answer(LIST, json={"data": [row], "totalItems": 1}, times=2)
    client = clients.sync()
    ensured = client.service_orgs.ensure_customer(50, customer_name="Own", city="York", **ADA)
    [difference] = ensured.differences
    assert (difference.field, difference.wanted, difference.found) == ("city", "York", "Leeds")
    with pytest.raises(mspkit.DifferenceError) as caught:
        client.service_orgs.ensure_customer(
            50, customer_name="Own", city="York", on_difference="raise", **ADA
        )
    [raised] = pickle.loads(pickle.dumps(caught.value)).differences
    assert raised == mspkit.Difference(field="city", wanted="York", found="Leeds")


def test_rows_have_outcomes(clients: Clients) -> None:
    client = clients.sync()
    rows: list[mspkit.ncentral.EnsureCustomerInput] = [
        {"customer_name": name, "contact_first_name": "Ada", "contact_last_name": "Lovelace"}
        for name in ("One", "Two", "one ")
    ]
    outcomes = client.service_orgs.ensure_customers(50, rows=rows).outcomes
    assert [(one.row, one.ensured is not None and one.ensured.created, one.error) for one in outcomes] == [
        (0, True, None),
        (1, True, None),
        (2, False, None),
    ]
    with pytest.raises(mspkit.InvalidRequestError, match=r"rows\[0\]\.country"):
        client.service_orgs.ensure_customers(50, rows=[{**rows[0], "country": "England"}])
