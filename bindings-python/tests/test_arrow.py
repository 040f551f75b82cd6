"""Lists and pages in Polars, pyarrow, pandas and DuckDB: names, types and values, errors and
interrupts."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import pickle
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import mspkit
from children import interrupt, until
from conftest import Clients
from mspkit.ncentral import Customer
from simulator import ROOT

if os.environ.get("MSPKIT_SOAK"):
    # Not every interpreter of the long runs has them.
    for name in ("pyarrow", "polars", "pandas", "duckdb"):
        pytest.importorskip(name)

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

COUNT = 95
EVERY = [str(100 + at) for at in range(COUNT)]
ROWS = [
    {"customerId": 7, "customerName": "Ærø & Søn", "stateProv": None, "brandNew": {"a": [1]}},
    {"customerId": "8", "customerName": "B\n", "city": "Oslo"},
]


@pytest.fixture
def client(clients: Clients) -> mspkit.NCentral:
    clients.sim.reset(customers=COUNT)
    return clients.sync()


def listed(client: mspkit.NCentral, **options: Any) -> mspkit.Pager[Customer]:
    return client.customers.list(page_size=10, **options)


def sql(query: str, **lists: object) -> list[Any]:
    """The rows of a query over lists."""
    with duckdb.connect() as connection:
        for name, rows in lists.items():
            connection.register(name, rows)
        found: list[Any] = connection.execute(query).fetchall()
        return found


def scripted(clients: Clients, rows: list[Any]) -> mspkit.Pager[Customer]:
    """A list of these customers."""
    answer = {"match": "GET /api/customers", "status": 200, "json": {"data": rows, "totalItems": len(rows)}}
    clients.sim.control("script", {"answers": [answer]})
    return clients.sync().customers.list()


CASES = json.loads((ROOT / "tests" / "data" / "cases.json").read_text("utf-8"))["cases"]


def case_list(clients: Clients, case: dict[str, Any]) -> mspkit.Pager[Any]:
    """The list of a case, with its rows."""
    operation: str = case["operation"]
    body = {"data": case["rows"], "totalItems": len(case["rows"])}
    clients.sim.control("script", {"answers": [{"match": f"GET {case['path']}", "json": body}]})
    service, resource, method = operation.split(".")
    client: Any = clients.sync() if service == "ncentral" else clients.sim.wiv()
    pager: mspkit.Pager[Any] = getattr(getattr(client, resource), method)()
    return pager


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_cases_of_every_language(clients: Clients, case: dict[str, Any]) -> None:
    pager = case_list(clients, case)
    if "error" not in case:
        table = pa.table(pager.arrow(**case["options"]))
        assert [[field.name, str(field.type)] for field in table.schema] == case["schema"]
        assert [column.to_pylist() for column in table.columns] == case["values"]
        return
    failure: type[Exception] = mspkit.InvalidRequestError if "refused" in case else pa.ArrowException
    with pytest.raises(failure) as caught:
        # Batches before the one that fails can be read.
        list(pa.RecordBatchReader.from_stream(pager.arrow(**case["options"])))
    for part in case["error"]:
        assert part in str(caught.value)
    if isinstance(caught.value, mspkit.MspError):
        assert caught.value.argument == case["refused"]


def test_every_library_has_the_same_columns_and_rows(client: mspkit.NCentral) -> None:
    expected = [customer.to_dict() for customer in listed(client)]
    names = list(Customer.__match_args__)
    table = pa.table(listed(client))
    assert table.column_names == names
    found = table.to_pylist()
    assert [{name: row[name] for name in expected[0]} for row in found] == expected
    frame = pl.DataFrame(listed(client))
    assert frame.columns == names and frame.to_dicts() == found
    data = pd.DataFrame.from_arrow(listed(client))
    assert list(data.columns) == names and data["customer_id"].tolist() == EVERY
    customers = listed(client)
    query = "SELECT customer_id FROM customers ORDER BY customer_id::INT"
    assert sql(query, customers=customers) == [(known,) for known in EVERY]
    assert customers.complete is True


def test_types_do_not_depend_on_the_rows(clients: Clients, tmp_path: Path) -> None:
    schema = pa.schema(scripted(clients, []))
    lists: list[list[Any]] = [[], ROWS, [{}]]
    for rows in lists:
        table = pa.table(scripted(clients, rows))
        assert table.schema == schema and table.num_rows == len(rows)
        pq.write_table(table, tmp_path / "customers.parquet")
        again = pq.read_table(tmp_path / "customers.parquet")
        assert again.schema == schema and again == table
    assert schema.field("customer_id").type == pa.string()


def test_columns_are_chosen_and_unknown_members_kept(clients: Clients) -> None:
    pager = scripted(clients, ROWS)
    table = pa.table(pager.arrow(columns=["customerName", "customer_id", "state_prov"], extra=True))
    assert table["customer_name"].to_pylist() == ["Ærø & Søn", "B\n"]
    assert json.loads(table["extra"][0].as_py()) == {"brandNew": {"a": [1]}}
    assert table.column_names == ["customer_name", "customer_id", "state_prov", "extra"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"columns": ["customer_nam"]},
            r"columns\[0\]: must be one of customer_id, .*did you mean customer_name",
        ),
        ({"columns": ["city", "city"]}, r"columns\[1\]: is chosen twice"),
        ({"columns": []}, "columns: must name at least one column"),
        ({"columns": "city"}, "columns: must be a list of names of columns"),
        ({"extra": 1}, "extra: must be true or false"),
    ],
)
def test_a_bad_choice_is_refused_before_anything_is_sent(
    client: mspkit.NCentral, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(mspkit.InvalidRequestError, match=message):
        listed(client).arrow(**options)


def test_a_list_whose_fields_are_not_known_has_no_columns(client: mspkit.NCentral) -> None:
    pager = client.paginate("GET", "/api/customers")
    with pytest.raises(mspkit.InvalidRequestError, match="columns: need a list whose fields are known"):
        pa.table(pager)


def test_reading_continues_where_it_stopped(client: mspkit.NCentral) -> None:
    customers = listed(client)
    first = customers.first()
    assert first is not None and first.customer_id == EVERY[0]
    reader = pa.RecordBatchReader.from_stream(customers)
    assert reader.read_next_batch()["customer_id"].to_pylist() == EVERY[1:10]
    assert reader.read_next_batch()["customer_id"].to_pylist() == EVERY[10:20]
    # The stream is left: the rows that it did not take are still there.
    del reader
    gc.collect()
    assert [customer.customer_id for customer in customers] == EVERY[20:]
    assert pa.table(customers).num_rows == 0


def test_a_page_is_a_table_in_both_kinds_of_client(client: mspkit.NCentral, clients: Clients) -> None:
    page = next(iter(listed(client).pages()))
    for _ in range(2):
        assert pl.DataFrame(page)["customer_id"].to_list() == EVERY[:10]
    assert pa.table(page.arrow(columns=["city"])).column_names == ["city"]
    assert pa.schema(page) == pa.schema(listed(client))
    with pytest.raises(mspkit.InvalidRequestError, match="page: must be the page that was read"):
        pickle.loads(pickle.dumps(page)).arrow()

    async def main() -> list[int]:
        async with clients.asynchronous() as client:
            pages = client.customers.list(page_size=10).pages()
            return [pa.table(page).num_rows async for page in pages]

    assert sum(asyncio.run(main())) == COUNT
    assert not hasattr(mspkit.AsyncPager, "__arrow_c_stream__")


def test_an_error_midway_has_its_text_and_a_resume_token(clients: Clients) -> None:
    clients.sim.reset(customers=COUNT)
    fault = {"match": "GET /api/customers", "nth": [4], "fault": {"kind": "status", "status": 503}}
    clients.sim.control("faults", {"seed": 1, "rules": [fault]})
    client = clients.sync(max_retries=0)
    customers = listed(client, concurrency=1)
    reader = pa.RecordBatchReader.from_stream(customers)
    read = [id for _ in range(3) for id in reader.read_next_batch()["customer_id"].to_pylist()]
    with pytest.raises(pa.ArrowException, match=r"(?s)ServerError: .*503.*; resume_token: ") as caught:
        reader.read_next_batch()
    token = str(caught.value).rpartition("resume_token: ")[2].split()[0]
    assert token.startswith(customers.resume_token)
    rest = pa.table(listed(client, resume_token=customers.resume_token))
    assert read + rest["customer_id"].to_pylist() == EVERY


def test_a_row_that_does_not_fit_is_named(clients: Clients) -> None:
    rows = [{"customerId": 1}, {"customerId": 2, "city": []}, {"customerId": 3}]
    customers = scripted(clients, rows)
    reader = pa.RecordBatchReader.from_stream(customers)
    assert reader.read_next_batch()["customer_id"].to_pylist() == ["1"]
    with pytest.raises(
        pa.ArrowException, match=r"DecodeError: .*row 2 of .*`city`: a list where text belongs"
    ):
        reader.read_next_batch()
    # Nothing is lost: what follows can be read.
    assert pa.table(customers)["customer_id"].to_pylist() == ["3"]


def test_hooks_and_warnings_are_those_of_other_ways_to_read(
    clients: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    clients.sim.reset(customers=COUNT)
    seen: list[int | None] = []
    client = clients.sync(on_response=lambda event: seen.append(event.status))
    customers = listed(client)
    assert pl.DataFrame(customers).height == COUNT
    assert seen.count(200) >= 10
    assert pl.DataFrame(customers).height == 0
    assert "was already read to its end" in caplog.text


def test_ctrl_c_ends_a_library_that_waits(clients: Clients) -> None:
    clients.sim.reset(customers=COUNT, latency_ms=300)
    customers = listed(clients.sync(), concurrency=1)

    def strike() -> None:
        until("a page was read", lambda: customers.total is not None)
        interrupt()

    threading.Thread(target=strike).start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        try:
            pa.table(customers)
        except pa.ArrowException:
            until("Ctrl-C is raised", lambda: False)
    assert time.monotonic() - begun < 2.5


def test_other_threads_run_while_a_library_waits(clients: Clients) -> None:
    clients.sim.reset(customers=COUNT, latency_ms=50)
    client = clients.sync()
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.wait(0.001):
            counted += 1

    thread = threading.Thread(target=count)
    thread.start()
    try:
        assert pl.DataFrame(listed(client, concurrency=1)).height == COUNT
    finally:
        done.set()
        thread.join()
    assert counted > 20


def test_threads_of_a_library_read(client: mspkit.NCentral) -> None:
    query = "SELECT count(*) FROM one JOIN other USING (customer_id)"
    assert sql(query, one=listed(client), other=client.customers.list(page_size=7)) == [(COUNT,)]
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda: results.append(pa.table(listed(client)).num_rows)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == [COUNT] * 4
