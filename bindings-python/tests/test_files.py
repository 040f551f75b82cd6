"""Lists in SQLite and Excel files: what is read back, and what the programs of docs/dataframes.md
promise."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import mspkit
from conftest import Clients
from simulator import ROOT

if os.environ.get("MSPKIT_SOAK"):
    # Not every interpreter of the long runs has them.
    for name in ("adbc_driver_sqlite", "duckdb", "openpyxl", "polars", "pyarrow", "xlsxwriter"):
        pytest.importorskip(name)

import duckdb
import openpyxl
import pyarrow as pa
from adbc_driver_sqlite import dbapi

COUNT = 25
PROGRAMS = re.findall(
    r"^```python\n(.*?)^```$",
    (ROOT / "docs" / "dataframes.md").read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)


def run(clients: Clients, file: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the program of the page that writes this file."""
    [program] = [program for program in PROGRAMS if f'"{file}"' in program]
    server = {"NCENTRAL_URL": clients.sim.url, "NCENTRAL_JWT": clients.sim.credentials["ncentral_jwt"]}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=folder,
        env={**os.environ, **server},
        capture_output=True,
        text=True,
    )


def written(clients: Clients, rows: list[dict[str, Any]], file: str, folder: Path) -> Path:
    """The file of a program of the page, from these customers."""
    answer = {"match": "GET /api/customers", "json": {"data": rows, "totalItems": len(rows)}}
    clients.sim.control("script", {"answers": [answer]})
    done = run(clients, file, folder)
    assert done.returncode == 0, done.stderr
    return folder / file


def select(file: Path, query: str) -> list[Any]:
    """The rows of a query, by Python's own SQLite."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


def ingest(file: Path, table: str, data: object) -> None:
    with dbapi.connect(str(file)) as database, database.cursor() as cursor:
        cursor.adbc_ingest(table, data, mode="replace")
        database.commit()


def test_sqlite_has_the_rows_and_types_of_the_list(clients: Clients, tmp_path: Path) -> None:
    clients.sim.reset(customers=COUNT)
    client, file = clients.sync(), tmp_path / "customers.sqlite"
    expected = list(client.customers.list().to_dicts(missing="null"))
    ingest(file, "customers", client.customers.list(page_size=10))
    with closing(sqlite3.connect(file)) as database:
        database.row_factory = sqlite3.Row
        found = [dict(row) for row in database.execute("SELECT * FROM customers")]
    assert found == expected and len(found) == COUNT
    assert select(file, "SELECT DISTINCT typeof(customer_id) FROM customers") == [("text",)]


def test_a_list_that_fails_leaves_the_table_of_sqlite(clients: Clients, tmp_path: Path) -> None:
    clients.sim.reset(customers=COUNT)
    file = tmp_path / "customers.sqlite"
    ingest(file, "customers", clients.sync().customers.list(page_size=10))
    fault = {"match": "GET /api/customers", "nth": [2], "fault": {"kind": "status", "status": 503}}
    clients.sim.control("faults", {"seed": 1, "rules": [fault]})
    fails = clients.sync(max_retries=0).customers.list(page_size=10, concurrency=1)
    with pytest.raises(dbapi.OperationalError, match=r"ServerError: .*503.*resume_token: "):
        ingest(file, "customers", fails)
    assert select(file, "SELECT count(*) FROM customers") == [(COUNT,)]


def test_sqlite_has_no_structs(clients: Clients, tmp_path: Path) -> None:
    clients.sim.reset(devices=3)
    client, file = clients.sync(), tmp_path / "devices.sqlite"
    schema = pa.schema(client.devices.list())
    assert pa.types.is_struct(schema.field("device_status").type)
    with pytest.raises(dbapi.NotSupportedError, match="unsupported type struct"):
        ingest(file, "devices", client.devices.list())
    plain = [field.name for field in schema if not pa.types.is_nested(field.type)]
    ingest(file, "devices", client.devices.list().arrow(columns=plain))
    assert select(file, "SELECT count(*) FROM devices") == [(3,)]


def test_what_duckdb_finds_in_lists_goes_into_sqlite(clients: Clients, tmp_path: Path) -> None:
    clients.sim.reset(customers=COUNT, devices=6)
    client, file = clients.sync(), tmp_path / "found.sqlite"
    owners = {device.customer_id for device in client.devices.list()}
    expected = [id for customer in client.customers.list() if (id := customer.customer_id) in owners]
    with duckdb.connect() as connection:
        connection.register("customers", client.customers.list(page_size=10))
        connection.register("devices", client.devices.list())
        query = "SELECT * FROM customers SEMI JOIN devices USING (customer_id)"
        ingest(file, "owners", connection.sql(query))
    found = [id for (id,) in select(file, "SELECT customer_id FROM owners")]
    assert sorted(found) == sorted(map(str, expected)) and 0 < len(found) < COUNT


def test_a_nightly_job_changes_adds_and_removes(clients: Clients, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"customerId": id, "customerName": f"c{id}"} for id in (1, 2, 3)]
    file = written(clients, rows, "nightly.sqlite", tmp_path)
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE customers SET note = 'of ' || customer_id")
        database.commit()
    rows = [{"customerId": 1, "customerName": "B"}, rows[2], {"customerId": 4, "customerName": "D"}]
    written(clients, rows, "nightly.sqlite", tmp_path)
    query = "SELECT customer_id, customer_name, note FROM customers ORDER BY customer_id"
    kept = [("1", "B", "of 1"), ("3", "c3", "of 3"), ("4", "D", None)]
    assert select(file, query) == kept
    # A list that lacks a row removes nothing.
    short = {"match": "GET /api/customers", "json": {"data": rows[:2], "totalItems": 3}}
    clients.sim.control("script", {"answers": [short] * 20})
    done = run(clients, "nightly.sqlite", tmp_path)
    assert done.returncode != 0 and "Incomplete" in done.stderr
    assert select(file, query) == kept


NAMES = ["=1+1", "{=1+1}", "+1", "-1", "@a", "0123", "1E5", "mailto:a@b.example", "https://b.example"]


def test_texts_of_excel_stay_texts(clients: Clients, tmp_path: Path) -> None:
    ids = ["007", "12345678901234567890", *map(str, range(1, len(NAMES) - 1))]
    rows = [{"customerId": id, "customerName": name} for id, name in zip(ids, NAMES, strict=True)]
    file = written(clients, rows, "customers.xlsx", tmp_path)
    sheet = openpyxl.load_workbook(file)["Customers"]
    header, *cells = sheet.iter_rows()
    names = [cell.value for cell in header]
    assert names == list(mspkit.ncentral.Customer.__match_args__)
    for name, expected in (("customer_id", ids), ("customer_name", NAMES)):
        column = [row[names.index(name)] for row in cells]
        # Text is "s", a formula "f", a number "n".
        assert [(cell.value, cell.data_type, cell.hyperlink) for cell in column] == [
            (value, "s", None) for value in expected
        ]
