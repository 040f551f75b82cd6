"""Models: typed attributes over a response, read-only, comparable, copied and pickled without
secrets."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from typing import Any

import pytest

import mspkit
from conftest import Clients
from mspkit import _native

PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def service(**more: Any) -> mspkit.cloudmore.EstoreServiceDetail:
    return mspkit.cloudmore.EstoreServiceDetail.from_dict(
        {
            "id": "a",
            "customProperties": [{"propertyId": 7, "visible": True, "allowedValues": ["x", "y"], "new": [1]}],
            "vendorData": {"tier": 2},
            **more,
        }
    )


def test_attributes_are_typed_views() -> None:
    one = service(name=None)
    assert one.id == "a" and one.name is None and one.is_set("name")
    assert one.custom_properties is not None
    first = one.custom_properties[0]
    assert (first.property_id, first.visible, first.allowed_values) == ("7", True, ("x", "y"))
    assert first.name is None and not first.is_set("name") and first.is_set("allowedValues")
    assert one.extra == {"vendorData": {"tier": 2}} and first.extra == {"new": [1]}
    assert one.to_dict(by_wire_name=True)["customProperties"][0]["propertyId"] == "7"
    assert one.to_dict()["custom_properties"][0]["property_id"] == "7"
    json.dumps(one.to_dict())


def test_models_are_read_only() -> None:
    one = service()
    with pytest.raises(AttributeError, match="read-only"):
        one.id = "b"  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        one.nothing = 1  # type: ignore[attr-defined]
    one.extra["vendorData"]["tier"] = 3
    one.to_dict(by_wire_name=True)["vendorData"]["tier"] = 3
    assert one.extra == {"vendorData": {"tier": 2}}


def test_equality_and_hash_depend_on_the_data_received() -> None:
    assert service() == service() and hash(service()) == hash(service())
    assert service(name="b") != service() and service(name=None) != service()
    assert service() != mspkit.cloudmore.EstoreService.from_dict({"id": "a"})
    by_hand = mspkit.cloudmore.CustomPropertyData(id=7, value="v")
    assert by_hand == mspkit.cloudmore.CustomPropertyData.from_dict({"id": "7", "value": "v"})
    assert len({by_hand, mspkit.cloudmore.CustomPropertyData(id="7", value="v")}) == 1
    with pytest.raises(TypeError, match="nothing"):
        mspkit.cloudmore.CustomPropertyData(nothing=1)


def test_matching() -> None:
    match service(name="n"):
        case mspkit.cloudmore.EstoreServiceDetail(name="n", id=found):
            assert found == "a"
        case _:
            raise AssertionError


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_copies_and_pickles(protocol: int, clients: Clients) -> None:
    client = clients.sync()
    for one in (service(), client.customers.get(100), client.customers.list().collect()[3]):
        again = pickle.loads(pickle.dumps(one, protocol))
        assert again == one and type(again) is type(one) and again.to_dict() == one.to_dict()
        assert copy.copy(one) == one == copy.deepcopy(one)


def test_secrets_do_not_show_and_are_not_pickled(clients: Clients) -> None:
    tokens = clients.sync().auth.authenticate()
    secret = tokens.tokens.access.token
    assert secret is not None
    text = secret.reveal()
    assert text and str(secret) == repr(secret) == "***"
    assert text not in repr(tokens) and text.encode() not in pickle.dumps(tokens)
    again = pickle.loads(pickle.dumps(tokens))
    assert not again.tokens.access.is_set("token") and again.refresh == tokens.refresh
    assert copy.deepcopy(tokens).tokens.access.token == secret
    with pytest.raises(TypeError, match="secret"):
        pickle.dumps(secret)


def test_what_another_field_makes_a_secret_does_not_show() -> None:
    of: Any
    for of, name in (
        (mspkit.ncentral.CustomProperty, "value"),
        (mspkit.ncentral.CustomPropertyDefault, "defaultValue"),
        (mspkit.ncentral.DevicePropertyDefault, "value"),
    ):
        secret = of.from_dict({"propertyId": 1, "propertyType": "PASSWORD", name: "planted-secret"})
        field = of._by_wire[name].name
        assert getattr(secret, field) == "planted-secret" == secret.to_dict()[field]
        shown = (repr(secret), str(dict(secret)), str({**secret}), secret[field], str(secret._shown()))
        assert all("planted" not in text and "***" in text for text in shown)
        for protocol in PROTOCOLS:
            pickled = pickle.dumps(secret, protocol)
            again = pickle.loads(pickled)
            assert (
                b"planted" not in pickled and again.property_id == "1" and again.property_type == "PASSWORD"
            )
            assert getattr(again, field) is None and not again.is_set(field) and field not in dict(again)
        assert copy.deepcopy(secret) == secret and copy.copy(secret).to_dict() == secret.to_dict()
        # By hand, and in a field of another type.
        made = of(property_type="PASSWORD", **{field: "planted-secret"})
        assert "planted" not in repr(made) and dict(made)[field] == "***"
        plain = of.from_dict({"propertyId": 1, "propertyType": "TEXT", name: "shown"})
        assert "shown" in repr(plain) and dict(plain)[field] == "shown"
        assert pickle.loads(pickle.dumps(plain)) == plain
        # Null hides nothing.
        null = of.from_dict({"propertyId": 1, "propertyType": "PASSWORD", name: None})
        assert dict(null)[field] is None and pickle.loads(pickle.dumps(null)) == null


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("generation", "12", 12),
        ("generation", 3.0, 3),
        ("isSystem", "TRUE", True),
        ("isSystem", 0, False),
        ("customerName", 5, "5"),
        ("customerName", 1.5, "1.5"),
        ("customerName", False, "false"),
        ("parentId", 9007199254740993, "9007199254740993"),
    ],
)
def test_scalars_are_read_in_any_form(field: str, value: Any, read: Any, clients: Clients) -> None:
    clients.sim.control("script", {"answers": [{"match": "GET /api/customers/1", "json": {field: value}}]})
    got = clients.sync().customers.get(1)
    assert got.to_dict(by_wire_name=True) == {field: read}
    assert type(got.to_dict(by_wire_name=True)[field]) is type(read)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("generation", "many"),
        ("generation", 1.5),
        ("isSystem", "perhaps"),
        ("customerName", {"a": 1}),
        ("parentId", True),
    ],
)
def test_an_unreadable_value_fails_the_call(field: str, value: Any, clients: Clients) -> None:
    clients.sim.control("script", {"answers": [{"match": "GET /api/customers/1", "json": {field: value}}]})
    with pytest.raises(mspkit.ResponseDecodeError, match=field) as caught:
        clients.sync().customers.get(1)
    assert caught.value.status == 200 and caught.value.operation == "ncentral.customers.get"
    assert caught.value.request_id


def test_a_missing_promised_field_raises(clients: Clients) -> None:
    clients.sim.control("script", {"answers": [{"match": "GET /api/customers/1", "json": {"city": "x"}}]})
    got = clients.sync().customers.get(1)
    with pytest.raises(mspkit.MissingFieldError, match="customer_id") as caught:
        _ = got.customer_id
    assert isinstance(caught.value, AttributeError) and isinstance(caught.value, mspkit.MspError)
    assert caught.value.operation == "ncentral.customers.get" and caught.value.request_id
    assert not hasattr(got, "customer_id") and getattr(got, "customer_id", "none") == "none"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert got.to_dict() == {"city": "x"} and "city='x'" in repr(got)


@pytest.mark.parametrize("body", [None, {}, {"jobId": 5}])
def test_a_create_without_an_id_says_where_to_look(body: object, clients: Clients) -> None:
    clients.sim.answer("ncentral.service_orgs.create_customer", status=201, json=body)
    made = clients.sync().service_orgs.create_customer(
        50, customer_name="N", contact_first_name="A", contact_last_name="B"
    )
    with pytest.raises(mspkit.MissingFieldError, match="created") as caught:
        print(made.customer_id)
    assert "list_customers" in str(caught.value) and not caught.value.retryable
    with pytest.raises(mspkit.MissingFieldError, match="customer_id"):
        print(mspkit.ncentral.Customer(customer_name="by hand").customer_id)


HALF = '{"customerId": 1, "customerName": "cut \\ud83d", '
HALF += '"note": "\\ude00 \\ud83d\\ude00 \\ud83dx", "\\ud800": 1}'


def test_half_a_surrogate_pair_is_shown_as_such(clients: Clients) -> None:
    clients.sim.answer("/api/customers/1", text=HALF, headers={"Content-Type": "application/json"})
    clients.sim.answer(
        "ncentral.customers.list", text=f'{{"data": [{HALF}, {{"customerId": 2}}], "totalItems": 2}}'
    )
    client = clients.sync()
    for one in (client.customers.get(1), client.customers.list().collect()[0]):
        assert one.customer_name == "cut \ufffd" and one.customer_id == "1"
        assert one.extra["note"] == "\ufffd \U0001f600 \ufffdx"
    assert client.customers.list().collect()[1].customer_id == "2"
    assert client.request("GET", "/api/customers/1").json()["customerName"] == "cut \ufffd"


def test_an_unreadable_response_of_request_is_identified(clients: Clients) -> None:
    clients.sim.answer("/api/devices", text="<html>", status=200)
    client = clients.sync()

    async def asynchronous() -> mspkit.Response:
        return await clients.asynchronous().request("GET", "/api/devices")

    for got in (client.request("GET", "/api/devices"), asyncio.run(asynchronous())):
        with pytest.raises(mspkit.ResponseDecodeError) as caught:
            got.json()
        assert (caught.value.status, caught.value.operation) == (200, "request") and caught.value.request_id
        with pytest.raises(mspkit.ResponseDecodeError):
            pickle.loads(pickle.dumps(got)).json()


def test_meta(clients: Clients) -> None:
    client = clients.sync()
    meta = client.customers.get(100).response_meta
    assert meta is not None and meta.status == 200 and meta.attempts == 1 and 0 < meta.elapsed < 10
    assert meta.headers["Content-Type"].startswith("application/json") and len(meta.request_id) == 32
    assert pickle.loads(pickle.dumps(meta)) == meta == copy.deepcopy(meta)
    page = next(client.customers.list(page_size=4).pages())
    assert (len(page), page.total, page.number) == (4, 10, 1) and page[0].response_meta == page.response_meta
    again = pickle.loads(pickle.dumps(page))
    assert (list(again), again.resume_token) == (list(page), page.resume_token)
    rest = client.customers.list(page_size=4, resume_token=again.resume_token).collect()
    assert len(rest) == 6


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-0",
        "12345678901234567890123456789",
        "-9223372036854775809",
        "1.5e300",
        "-0.0",
        '"\\u00e9\\ud83e\\udd80\\/\\n\\"\\\\"',
        '"ü🦀"',
        '""',
        '"\\ud83d\\ude00 \\\\ud800"',
        "[]",
        "{}",
        "[1, [2, {}], null, true, false]",
        '{"a": {"b": [{"c": "\\t"}]}, "a": 1}',
        " \r\n\t [ 1 ] ",
        "1" * 400,
        "[" * 128 + "]" * 128,
    ],
)
def test_json_is_read_as_python_reads_it(text: str) -> None:
    got, wanted = _native.decode(text.encode()), json.loads(text)
    assert got == wanted and repr(got) == repr(wanted)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nul",
        "01x",
        "{",
        "[1,]",
        '{"a":}',
        '"',
        '"\\',
        '"\\x"',
        "NaN",
        "1 2",
        "[" * 200,
        "--1",
        "\x00",
        '"a\\ü"',
    ],
)
def test_broken_json_is_an_error(text: str) -> None:
    with pytest.raises(mspkit.ResponseDecodeError):
        _native.decode(text.encode())


def test_bytes_that_are_no_text() -> None:
    for bad in (b'"\xff"', b"\xed\xa0\x80"):
        with pytest.raises(mspkit.ResponseDecodeError, match="UTF-8"):
            _native.decode(bad)
