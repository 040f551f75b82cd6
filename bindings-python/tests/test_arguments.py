"""Arguments: the protocol of a value decides how it is sent; a value that cannot be sent is
refused by name."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import json
import math
import types
import uuid
from collections.abc import Callable
from typing import Any

import pytest

import mspkit
from conftest import Clients
from mspkit import _native
from mspkit._types import Hidden

NAN = float("nan")


class Index:
    """Like numpy's integers: not Python's, but with the protocol of one."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __index__(self) -> int:
        return self.number


class Lies:
    def __index__(self) -> int:
        raise RuntimeError("no number after all")


class NaTType:
    """Like pandas' missing time: it has the form of a time, and differs from itself."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    def isoformat(self) -> str:
        return "NaT"

    def __str__(self) -> str:
        return "NaT"


class NAType:
    """Like pandas' NA: its truth value is an error."""

    def __eq__(self, other: object) -> Any:
        return self

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    def __str__(self) -> str:
        return "<NA>"

    __hash__ = None  # type: ignore[assignment]


class DType:
    def __init__(self, kind: str) -> None:
        self.kind = kind


class Array:
    """Like numpy's arrays and scalars: they have a dtype, and return plain data."""

    def __init__(self, kind: str, plain: Any, text: str = "", ndim: int = 0) -> None:
        self.dtype, self.plain, self.text, self.ndim = DType(kind), plain, text, ndim

    def tolist(self) -> Any:
        return self.plain

    def __str__(self) -> str:
        return self.text


class Name(str):
    """A subclass of text."""


class Level(enum.IntEnum):
    HIGH = 3


class Colour(enum.Enum):
    RED = "red"


GUID = uuid.UUID("8806367b-001a-4632-afb4-27a7fad7660c")


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (Index(7), 7),
        (Index(2**70), 2**70),
        (Index(-(2**64)), -(2**64)),
        (10**100, 10**100),
        (True, True),
        (Level.HIGH, 3),
        (Colour.RED, "red"),
        (1.5, 1.5),
        (7.0, 7.0),
        (1e300, 1e300),
        (decimal.Decimal("1.10"), 1.1),
        (Name("x"), "x"),
        (GUID, str(GUID)),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.timezone.utc), "2026-01-02T03:04:00+00:00"),
        ((1, [2, {"a": None}]), [1, [2, {"a": None}]]),
        ({7}, [7]),
        (collections.deque([1, 2]), [1, 2]),
        ({"a": 1}.keys(), ["a"]),
        (types.MappingProxyType({"a": 1}), {"a": 1}),
        ({1: "a", Name("b"): 2}, {"1": "a", "b": 2}),
        (mspkit.Secret("s"), "s"),
        (mspkit.ncentral.Customer(customer_id=7), {"customerId": "7"}),
        (Array("i", 7), 7),
        (Array("b", True), True),
        (Array("f", [1.5, 2.0], ndim=1), [1.5, 2.0]),
        (Array("M", 17, "2026-01-02"), "2026-01-02"),
        ('ü \U0001f980 \n " \\ \x00', 'ü \U0001f980 \n " \\ \x00'),
        (Hidden({"a": Hidden("b")}), {"a": "b"}),
    ],
)
def test_the_form_in_which_a_value_is_sent(value: Any, sent: Any) -> None:
    got = json.loads(_native.encode({"value": value}))["value"]
    assert got == sent and repr(got) == repr(sent)


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (NAN, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (decimal.Decimal("NaN"), "NaN"),
        (decimal.Decimal("-Infinity"), "-Infinity"),
        (NaTType(), "NaT"),
        (NAType(), "<NA>"),
        (Array("M", 17, "NaT"), "NaT"),
        (Array("m", 17, "1 days"), "Array"),
        (Array("f", NAN), "nan"),
        (object(), "object"),
        (Lies(), "Lies"),
        (b"bytes", "bytes"),
        (bytearray(b"x"), "bytearray"),
        (print, "builtin"),
        (3 + 4j, "complex"),
        ("half \ud800", "surrogate"),
        (mspkit.UNSET, "Unset"),
        ({b"a": 1}, "bytes"),
        ({None: 1}, "NoneType"),
    ],
)
def test_a_value_that_cannot_be_sent_is_named(value: Any, given: str, clients: Clients) -> None:
    names: dict[str, Any] = {"customer_name": "N", "contact_first_name": "A", "contact_last_name": "B"}
    where: Any
    for where in (value, [value]):
        if where is mspkit.UNSET:
            continue
        with pytest.raises(mspkit.InvalidRequestError) as caught:
            clients.sync().service_orgs.create_customer(50, **names, street2=where)
        error = caught.value
        assert str(error).startswith("street2") or "street2" in str(error), error
        assert (error.argument or "").startswith("street2") and given in (error.given or ""), vars(error)
    assert clients.sim.log()["requests"] == []


def test_a_nested_value_is_named_by_its_path(clients: Clients) -> None:
    with pytest.raises(mspkit.InvalidRequestError) as caught:
        clients.sync().request("POST", "/api/x", body={"rows": [{"a": 1}, {"a": NAN}]})
    assert caught.value.argument == "body[rows][1][a]"
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(mspkit.InvalidRequestError) as caught:
        clients.sync().request("POST", "/api/x", body=loop)
    assert (caught.value.argument or "").startswith("body[0]") and len(str(caught.value)) < 300


def test_ctrl_c_in_a_value_is_heard() -> None:
    class Stops:
        def __index__(self) -> int:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _native.encode({"value": Stops()})


WRONG: list[tuple[str, Callable[[Any], object]]] = [
    ("path", lambda client: client.request("GET", "/\ud800")),
    ("path", lambda client: client.request("GET", 5)),
    ("path", lambda client: client.request("GET", None)),
    ("method", lambda client: client.request(b"GET", "/x")),
    ("method", lambda client: client.request("\ud800", "/x")),
    ("headers", lambda client: client.request("GET", "/x", headers=[("a", "b")])),
    ("headers", lambda client: client.request("GET", "/x", headers={"a": 5})),
    ("query", lambda client: client.request("GET", "/x", query="a=b")),
    ("query", lambda client: client.request("GET", "/x", query={"a": NAN})),
    ("timeout", lambda client: client.customers.get(1, timeout=math.inf)),
    ("timeout", lambda client: client.customers.get(1, timeout="5")),
    ("timeout", lambda client: client.customers.get(1, timeout=-1)),
    ("max_retries", lambda client: client.customers.get(1, max_retries=-1)),
    ("max_retries", lambda client: client.customers.get(1, max_retries=1.5)),
    ("extra_headers", lambda client: client.customers.get(1, extra_headers="x")),
    ("extra_query", lambda client: client.customers.get(1, extra_query=5)),
    ("customer_id", lambda client: client.customers.get(7.0)),
    ("customer_id", lambda client: client.customers.get(NAN)),
    ("customer_id", lambda client: client.customers.get(NaTType())),
    ("customer_id", lambda client: client.customers.get(None)),
    ("customer_id", lambda client: client.customers.get(b"7")),
    ("limit", lambda client: client.customers.list(limit="5")),
    ("limit", lambda client: client.customers.list(limit=-1)),
    ("limit", lambda client: client.customers.list().collect(limit="5")),
    ("limit", lambda client: client.customers.list().collect(limit=0)),
    ("limit", lambda client: client.customers.list().collect(limit=1.5)),
    ("concurrency", lambda client: client.customers.list(concurrency=1.5)),
    ("resume_token", lambda client: client.customers.list(resume_token=5)),
    ("page_size", lambda client: client.customers.list(page_size="many")),
    ("timeout", lambda client: client.with_options(timeout=math.inf)),
    ("max_retries", lambda client: client.with_options(max_retries="2")),
]


@pytest.mark.parametrize(("name", "call"), WRONG)
def test_every_refusal_names_its_argument(name: str, call: Callable[[Any], object], clients: Clients) -> None:
    with pytest.raises(mspkit.InvalidRequestError) as caught:
        call(clients.sync())
    assert name in (caught.value.argument or "") and name in str(caught.value), vars(caught.value)
    assert isinstance(caught.value, ValueError)
    words = str(caught.value)
    assert not [
        word for word in ("u64", "u32", "f64", "i64", "at line", "serde", "JSON compliant") if word in words
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", math.inf),
        ("timeout", "5"),
        ("max_retries", -1),
        ("max_retries", 2.5),
        ("client_cert", ("a", "b")),
        ("ca_bundle", b"x"),
        ("ca_bundle", 5),
        ("verify", "no"),
        ("proxy", 5),
        ("app_info", NAN),
        ("jwt", b"token"),
        ("jwt", 5),
        ("base_url", 5),
        ("base_url", "https://\ud800"),
    ],
)
def test_every_option_that_is_wrong_is_named(name: str, value: Any) -> None:
    with pytest.raises(mspkit.InvalidRequestError) as caught:
        mspkit.NCentral(**{"base_url": "https://n.example", "jwt": "j", name: value})
    assert caught.value.argument == name and name in str(caught.value), vars(caught.value)


def test_ids_of_data_frames_are_taken(clients: Clients) -> None:
    client: Any = clients.sync()
    assert client.customers.get(Index(100)).customer_id == "100"
    assert client.customers.list(limit=Index(3), page_size=Index(2)).collect(limit=Index(2))[1]
    assert client.customers.get("100", timeout=Index(5), max_retries=Index(1))


def test_the_real_libraries(clients: Clients) -> None:
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    client = clients.sync()
    frame = pandas.DataFrame(
        {"id": [100, 101], "maybe": [1, None], "when": [pandas.Timestamp("2026-01-02"), None]}
    )
    for number in (*frame["id"], numpy.int64(100), numpy.uint8(100), numpy.array(100)):
        assert client.customers.get(number).customer_id in {"100", "101"}
    for none in (*frame["maybe"][1:], frame["when"][1], pandas.NA, numpy.nan, numpy.datetime64("NaT")):
        with pytest.raises(mspkit.InvalidRequestError, match="customer_id"):
            client.customers.get(none)
    plain = {"a": numpy.float32(1.5), "b": numpy.bool_(True), "c": numpy.array([1, 2]), "d": frame["id"]}
    plain |= {"e": frame["when"][0], "f": numpy.datetime64("2026-01-02"), "g": numpy.str_("x")}
    assert json.loads(_native.encode(plain)) == {
        "a": 1.5,
        "b": True,
        "c": [1, 2],
        "d": [100, 101],
        "e": "2026-01-02T00:00:00",
        "f": "2026-01-02",
        "g": "x",
    }
