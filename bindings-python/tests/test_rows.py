"""Rows as dicts and in files: the same values as those of the models, everything or nothing in a
file."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mspkit
from conftest import Clients
from mspkit import cloudmore, ncentral, wiv
from mspkit._model import Model

LIST = "ncentral.customers.list"
MODELS = [
    value
    for module in (ncentral, cloudmore, wiv)
    for value in (getattr(module, name) for name in module.__all__)
    if isinstance(value, type) and issubclass(value, Model)
]
FORMS: dict[str, list[Any]] = {
    "id": ["7", 7, -7, 12345678901234567890, "", "ö", 7.0],
    "text": ["a", 'quo"te\\', "line\nbreak", "\u2028", 5, 1.5, True, -0.0],
    "secret": ["hush", 5],
    "integer": [1, -1, 0, "7", 7.0, 2**70, True, "x"],
    "number": [1.5, 1, 0, -0.0, 1e300, "2.5", 2**70, False],
    "bool": [True, False, "true", 0, 1, "no"],
    "json": [1, "a", None, [1, None, {"a": []}], {"x": {"y": [None]}}, 1e2],
}


def value_of(field: Any, chance: random.Random, depth: int) -> Any:
    """A value that a server may send for a field, mostly one that can be read."""
    if chance.random() < 0.05:
        return chance.choice([None, [], {}, "x", 5, True])
    if field.many:
        return [
            one_of(field, chance, depth) if chance.random() > 0.1 else None
            for _ in range(chance.randint(0, 3))
        ]
    return one_of(field, chance, depth)


def one_of(field: Any, chance: random.Random, depth: int) -> Any:
    """One value of a field's kind."""
    if field.of is not None:
        return row_of(field.of, chance, depth + 1) if depth < 4 else None
    forms = FORMS[field.kind]
    return forms[0] if chance.random() < 0.8 else chance.choice(forms)


def row_of(model: type[Model], chance: random.Random, depth: int = 0) -> dict[str, Any]:
    """A row of a model."""
    row = {
        field.wire: value_of(field, chance, depth)
        for field in model._fields.values()
        if chance.random() > 0.15
    }
    if chance.random() < 0.2:
        row["aVendorsNewField"] = {"nested": [None, 1.5, "x"]}
    entries = list(row.items())
    if chance.random() < 0.2:
        chance.shuffle(entries)
    return dict(entries)


def outcomes(rows: Iterator[Any], read: Any) -> list[Any]:
    """What each row is read as, or the message of its error."""
    found: list[Any] = []
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return found
        except mspkit.MspError as error:
            found.append(message(error))
            continue
        try:
            found.append(read(row))
        except mspkit.MspError as error:
            found.append(message(error))


def message(error: mspkit.MspError) -> str:
    """The message without the id of the request."""
    return re.sub(r" \[request id \w+\]", "", str(error))


class Dicts:
    """The dicts of a list, read on after a row that cannot be read."""

    def __init__(self, pager: mspkit.Pager[Any], **options: Any) -> None:
        self.pager, self.options = pager, options
        self.rows = pager.to_dicts(**options)

    def __next__(self) -> dict[str, Any]:
        try:
            return next(self.rows)
        except mspkit.MspError:
            self.rows = self.pager.to_dicts(**self.options)
            raise


@pytest.mark.parametrize("model", MODELS, ids=[f"{one.__module__}.{one.__name__}" for one in MODELS])
def test_dicts_are_those_of_the_models(clients: Clients, model: type[Model]) -> None:
    chance = random.Random(model.__name__)
    rows = [row_of(model, chance) for _ in range(40)]
    text = json.dumps({"data": rows, "totalItems": len(rows)}, indent=chance.choice([None, 1]))
    clients.sim.answer(LIST, text=text, headers={"content-type": "application/json"}, times=2)
    client = clients.sync()

    def listed() -> mspkit.Pager[Any]:
        return client._list(LIST, model, {}, {}, mspkit.ListOptions)

    wanted = outcomes(iter(listed()), lambda item: item.to_dict())
    found = outcomes(Dicts(listed()), dict)  # type: ignore[arg-type]
    assert found == wanted
    assert [list(row) for row in found if isinstance(row, dict)] == [
        list(row) for row in wanted if isinstance(row, dict)
    ]
    assert json.dumps(found) == json.dumps(wanted), "types differ"


def test_columns_are_chosen_and_missing_ones_are_none(clients: Clients) -> None:
    rows = [{"customerId": 1, "city": None, "new": 1}, {"customerName": "b", "customerId": "2"}]
    clients.sim.answer(LIST, json={"data": rows, "totalItems": 2})
    listing = clients.sync().customers.list
    columns = ["customer_name", "customerId", "city"]
    assert list(listing().to_dicts(columns=columns)) == [
        {"customer_id": "1", "city": None},
        {"customer_name": "b", "customer_id": "2"},
    ]
    assert list(listing().to_dicts(columns=columns, missing="null")) == [
        {"customer_name": None, "customer_id": "1", "city": None},
        {"customer_name": "b", "customer_id": "2", "city": None},
    ]
    whole = list(listing().to_dicts(missing="null"))
    assert list(whole[0]) == [*ncentral.Customer._fields, "new"]
    assert set(whole[1]) == set(ncentral.Customer._fields) and whole[1]["city"] is None
    (page,) = listing().pages()
    assert page.to_dicts(columns=["city"], missing="null") == [{"city": None}, {"city": None}]
    plain = clients.sync().paginate("GET", "/api/customers").to_dicts(columns=["new"], missing="null")
    assert list(plain) == [{"new": 1}, {"new": None}]


def test_dicts_count_as_returned_one_by_one(clients: Clients) -> None:
    clients.sim.reset(customers=12)
    pager = clients.sync().customers.list(page_size=5)
    rows = pager.to_dicts()
    first = [next(rows)["customer_id"] for _ in range(3)]
    rest = clients.sync().customers.list(page_size=5, resume_token=pager.resume_token)
    assert first == ["100", "101", "102"] and next(rest).customer_id == "103"
    assert [row["customer_id"] for row in rows] == [str(103 + at) for at in range(9)]
    assert pager.complete is True and pager.first() is None

    async def main() -> None:
        async with clients.asynchronous() as client:
            listed = client.customers.list(page_size=5)
            assert [row["customer_id"] async for row in listed.to_dicts()] == [
                str(100 + at) for at in range(12)
            ]
            begun = client.customers.list(page_size=5)
            item = await anext(begun)
            ids = [row["customer_id"] async for row in begun.to_dicts()]
            assert [item.customer_id, *ids] == [str(100 + at) for at in range(12)]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"columns": ["nothing"]}, "columns[0]"),
        ({"columns": []}, "columns"),
        ({"columns": "city"}, "columns"),
        ({"missing": "none"}, "missing"),
    ],
)
def test_what_is_wrong_is_named_at_once(clients: Clients, options: dict[str, Any], argument: str) -> None:
    with pytest.raises(mspkit.InvalidRequestError) as refused:
        clients.sync().customers.list().to_dicts(**options)
    assert refused.value.argument == argument


ODD = [
    {"customerId": 1, "customerName": "=1+1", "city": 'a "b", c', "isServiceOrg": True},
    {"customerId": 123456789012345, "customerName": "line\nbreak", "city": None},
    {"customerId": "007", "customerName": "Ünï"},
]


def test_csv_is_safe_and_complete(clients: Clients, tmp_path: Path) -> None:
    clients.sim.answer(LIST, json={"data": ODD, "totalItems": 3})
    path = tmp_path / "customers.csv"
    listing = clients.sync().customers.list
    columns = ["customer_id", "customer_name", "city"]
    assert listing().write_csv(path, columns=columns) == 3
    text = path.read_bytes().decode()
    assert text == (
        "customer_id,customer_name,city\r\n"
        '1,\'=1+1,"a ""b"", c"\r\n'
        '123456789012345,"line\nbreak",\r\n'
        "007,Ünï,\r\n"
    )
    assert listing().write_csv(str(path), columns=columns, excel=True) == 3
    excel = path.read_bytes().decode("utf-8")
    assert (
        excel.startswith("\ufeffcustomer_id,") and '"=""123456789012345"""' in excel and '"=""007"""' in excel
    )
    assert "\r\n1,'=1+1" in excel
    whole = io.StringIO(newline="")
    listing().write_csv(whole)
    rows = list(csv.DictReader(io.StringIO(whole.getvalue(), newline="")))
    assert len(rows) == 3 and rows[0]["customer_id"] == "1" and set(ncentral.Customer._fields) <= set(rows[0])


def test_json_lines_are_the_dicts(clients: Clients, tmp_path: Path) -> None:
    clients.sim.reset(customers=23)
    listing = clients.sync().customers.list
    path = tmp_path / "customers.jsonl"
    seen: list[tuple[int, int | None]] = []
    assert listing(page_size=10).write_jsonl(path, progress=lambda *so_far: seen.append(so_far)) == 23
    assert seen == [(10, 23), (20, 23), (23, 23)]
    lines = path.read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == list(listing().to_dicts())
    binary = io.BytesIO()
    assert listing().write_jsonl(binary, columns=["customer_id"]) == 23
    assert json.loads(binary.getvalue().splitlines()[0]) == {"customer_id": "100"}
    assert not [one for one in tmp_path.iterdir() if one != path]

    async def main() -> None:
        async with clients.asynchronous() as client:
            other = tmp_path / "other.jsonl"
            assert await client.customers.list(page_size=10).write_jsonl(other) == 23
            assert other.read_bytes() == path.read_bytes()
            assert await client.customers.list().write_csv(tmp_path / "other.csv") == 23

    asyncio.run(main())


def test_a_failure_leaves_the_old_file_and_nothing_else(clients: Clients, tmp_path: Path) -> None:
    clients.sim.reset(customers=30)
    rule = {"match": "GET /api/customers", "nth": [3], "fault": {"kind": "status", "status": 403}}
    path = tmp_path / "customers.csv"
    path.write_text("old")
    pager = clients.sync().customers.list(page_size=10)
    begin = pager.resume_token
    clients.sim.control("faults", {"seed": 1, "rules": [rule]})
    with pytest.raises(mspkit.PermissionDeniedError) as raised:
        pager.write_csv(path)
    assert raised.value.resume_token == begin == pager.resume_token
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
    assert pager.write_csv(path) == 30
    assert len(path.read_text("utf-8").splitlines()) == 31

    def fail(rows: int, total: int | None) -> None:
        raise KeyError(rows)

    with pytest.raises(KeyError):
        clients.sync().customers.list().write_csv(tmp_path / "new.csv", progress=fail)
    assert list(tmp_path.iterdir()) == [path]


def test_a_row_that_cannot_be_read_ends_a_file(clients: Clients, tmp_path: Path) -> None:
    rows = [{"customerId": "1"}, "not an object", {"customerId": "3"}]
    clients.sim.answer(LIST, json={"data": rows, "totalItems": 3})
    path = tmp_path / "customers.jsonl"
    with pytest.raises(mspkit.MspError, match="row 2 of page 1"):
        clients.sync().customers.list().write_jsonl(path)
    assert not path.exists()
    written = io.StringIO()
    pager = clients.sync().customers.list()
    with pytest.raises(mspkit.MspError, match="row 2 of page 1"):
        pager.write_jsonl(written)
    assert written.getvalue() == '{"customer_id":"1"}\n'
    assert pager.write_jsonl(written) == 1


def test_where_nothing_can_be_written_is_refused(clients: Clients, tmp_path: Path) -> None:
    listing = clients.sync().customers.list
    for target in (tmp_path, tmp_path / "no" / "folder.csv"):
        with pytest.raises(mspkit.InvalidRequestError) as refused:
            listing().write_csv(target)
        assert refused.value.argument == "path"
    with pytest.raises(mspkit.InvalidRequestError) as refused:
        listing().write_csv(7)  # type: ignore[arg-type]
    assert refused.value.argument == "path_or_file"
    with pytest.raises(mspkit.InvalidRequestError, match="columns"):
        clients.sync().paginate("GET", "/api/customers").write_csv(tmp_path / "x.csv")
