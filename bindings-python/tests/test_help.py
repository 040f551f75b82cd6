"""The documentation of clients and models: `help()`, type hints, completion."""

from __future__ import annotations

import inspect
import pydoc
import re
import typing
from typing import Any

import pytest

import mspkit
from mspkit import _native, cloudmore, ncentral, wiv

CLIENTS = [
    *(mspkit.NCentral, mspkit.AsyncNCentral, mspkit.Cloudmore),
    *(mspkit.AsyncCloudmore, mspkit.Wiv, mspkit.AsyncWiv),
]
SERVICES = (cloudmore, ncentral, wiv)
PUBLIC = [getattr(service, name) for service in SERVICES for name in service.__all__]
MODELS = [of for of in PUBLIC if issubclass(of, mspkit.Model)]


def text(thing: object) -> str:
    return pydoc.plain(pydoc.render_doc(thing))


@pytest.mark.parametrize("cls", CLIENTS)
def test_help_of_a_client_shows_every_method(cls: type) -> None:
    shown = text(cls)
    service = cls._service  # type: ignore[attr-defined]
    rows = [row["id"].split(".", 1) for row in _native.operations()]
    methods = [method for of, method in rows if of == service]
    assert methods and all(f"- `{name}(" in shown for name in methods)
    assert "Close it after use" in shown and "Example" in shown


def test_help_of_a_group_is_that_of_its_class() -> None:
    group: Any = mspkit.NCentral.customers
    assert group.__name__ == "Customers"
    shown = text(mspkit.NCentral.customers)
    # Longer signatures take several lines from Python 3.13 on.
    assert re.search(r"\bget\([\s|]*self,[\s|]*customer_id", shown)
    assert "Lists" in shown and "Example" in shown
    assert inspect.isfunction(mspkit.AsyncNCentral.customers.get)  # type: ignore[attr-defined]
    assert "customer_id" in text(mspkit.NCentral.customers.get)  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", MODELS)
def test_models_document_their_fields(model: Any) -> None:
    hints = typing.get_type_hints(model)
    shown = text(model)
    for name, field in model._fields.items():
        assert name in hints and "Field" not in str(hints[name])
        of, _, meaning = field.__doc__.partition(": ")
        assert of and meaning, field.__doc__
        assert f"{name}\n" in shown and meaning.splitlines()[0][:40] in shown
    assert set(model._fields) <= set(dir(model))


def test_types_are_those_of_the_values() -> None:
    hints = typing.get_type_hints(mspkit.ncentral.Customer)
    assert hints["customer_id"] is str and hints["city"] == str | None
    assert typing.get_type_hints(mspkit.ncentral.AuthTokens)["tokens"] is mspkit.ncentral.TokenPair
    field: Any = mspkit.ncentral.Customer.city
    assert field.__doc__.startswith("str | None: ") and "vendor" in (type(field).__doc__ or "")


def test_a_custom_model_is_documented_too() -> None:
    class Own(mspkit.Model):
        """A model of a test."""

    assert typing.get_type_hints(Own) is not None and "A model of a test" in text(Own)


def test_parameters_are_typed_as_rows() -> None:
    rows: list[Any] = [of for of in PUBLIC if of.__name__.endswith("Params")]
    assert len(rows) > 10
    for row in [*rows, mspkit.CallOptions, mspkit.ListOptions, mspkit.ScrollOptions]:
        hints = typing.get_type_hints(row)
        assert hints and row.__doc__ and row.__required_keys__ | row.__optional_keys__ == set(hints)
    known = ncentral.ServiceOrgsCreateCustomerParams
    assert known.__required_keys__ == {"customer_name", "contact_first_name", "contact_last_name"}


@pytest.mark.parametrize("of", [mspkit.CallOptions, mspkit.ListOptions, mspkit.ScrollOptions])
def test_options_are_documented_where_methods_refer_to(of: Any) -> None:
    for name in of.__annotations__:
        texts = [base.__doc__ or "" for base in (mspkit.CallOptions, mspkit.ListOptions, of)]
        assert any(f"\n    {name}: " in inspect.cleandoc(text).replace("\n", "\n    ") for text in texts), (
            name
        )


def test_every_name_of_a_service_is_found_and_listed() -> None:
    for service in SERVICES:
        assert set(service.__all__) <= set(dir(service))
        with pytest.raises(AttributeError, match="has no attribute 'Nonsense'"):
            service.Nonsense  # noqa: B018


def test_long_lists_are_shown_by_their_beginning() -> None:
    from mspkit._page import Items

    items = Items(mspkit.ncentral.Customer(customer_id=number) for number in range(500))
    assert len(repr(items)) < 1000 and "490 more" in repr(items) and isinstance(items, list)
    assert repr(Items(items[:3])) == repr(list(items[:3]))
    assert items == list(items) and type(items[:5]) is list
