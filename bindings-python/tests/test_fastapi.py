"""Models with pydantic and FastAPI: the real packages, in a process."""

from __future__ import annotations

from typing import Any

import pytest

import mspkit
from conftest import Clients

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")


def customer(**more: Any) -> mspkit.ncentral.Customer:
    return mspkit.ncentral.Customer.from_dict(
        {"customerId": 7, "customerName": "Contoso", "city": None, "new": [1], **more}
    )


PLAIN = {"customer_id": "7", "customer_name": "Contoso", "city": None, "new": [1]}


def test_models_are_returned_in_every_way(clients: Clients) -> None:
    tokens = clients.sync().auth.authenticate()
    app = fastapi.FastAPI()
    app.get("/bare")(lambda: customer())
    app.get("/many")(lambda: [customer(), customer()])
    app.get("/inside")(lambda: {"found": customer()})
    app.get("/declared", response_model=mspkit.ncentral.Customer)(lambda: customer())
    app.get("/page", response_model=list[mspkit.ncentral.Customer])(lambda: [customer()])
    app.get("/secret")(lambda: tokens)
    app.get("/secret/declared", response_model=mspkit.ncentral.AuthTokens)(lambda: tokens)

    with testclient.TestClient(app) as http:
        for path in ("/bare", "/declared"):
            assert http.get(path).json() == PLAIN
        assert http.get("/many").json() == [PLAIN, PLAIN]
        assert http.get("/page").json() == [PLAIN]
        assert http.get("/inside").json() == {"found": PLAIN}
        for path in ("/secret", "/secret/declared"):
            got = http.get(path)
            assert got.json()["tokens"]["access"]["token"] == "***"  # noqa: S105 - it is none
            assert tokens.tokens.access.token and tokens.tokens.access.token.reveal() not in got.text
        schema = http.get("/openapi.json").json()
    assert '"customer_id"' in str(schema).replace("'", '"')


def test_an_annotated_handler() -> None:
    app = fastapi.FastAPI()

    async def handler() -> mspkit.ncentral.Customer:
        return customer()

    handler.__annotations__["return"] = mspkit.ncentral.Customer
    app.get("/annotated")(handler)
    with testclient.TestClient(app) as http:
        assert http.get("/annotated").json() == PLAIN


def test_pydantic_models_hold_them() -> None:
    pydantic = pytest.importorskip("pydantic")
    adapter = pydantic.TypeAdapter(mspkit.ncentral.Customer)
    one = customer()
    assert adapter.validate_python(one) is one
    assert adapter.validate_python(PLAIN) == one == adapter.validate_json(adapter.dump_json(one))
    for wrong in (5, "x", {"customer_id": {"a": 1}}):
        with pytest.raises(pydantic.ValidationError):
            adapter.validate_python(wrong)
    holder = pydantic.create_model("Holder", customer=(mspkit.ncentral.Customer, ...))
    assert holder(customer=one).model_dump() == {"customer": PLAIN}
    assert "customer_id" in str(holder.model_json_schema())


def test_dict_and_unpacking() -> None:
    assert dict(customer()) == {**customer()} == PLAIN
    with pytest.raises(TypeError):
        iter(customer())  # type: ignore[call-overload]
    with pytest.raises(KeyError):
        customer()["street1"]
