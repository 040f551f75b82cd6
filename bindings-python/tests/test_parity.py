"""Every operation of the table is a method of both clients, with its parameters, types and an
example."""

from __future__ import annotations

import asyncio
import doctest
import inspect
import typing
from typing import Any

import pytest

import mspkit
from mspkit import _native

CLIENTS: dict[str, tuple[type[Any], type[Any]]] = {
    "ncentral": (mspkit.NCentral, mspkit.AsyncNCentral),
    "cloudmore": (mspkit.Cloudmore, mspkit.AsyncCloudmore),
    "wiv": (mspkit.Wiv, mspkit.AsyncWiv),
}
SECTIONS = ("Args:", "Example:")

BOTH = pytest.mark.parametrize("asynchronous", [False, True], ids=["blocking", "async"])
EACH = pytest.mark.parametrize("operation", _native.operations(), ids=lambda operation: operation["id"])


def resource_class(service: str, resource: str, asynchronous: bool) -> Any:
    """The class of a client's property."""
    attribute = inspect.getattr_static(CLIENTS[service][asynchronous], resource)
    return typing.get_type_hints(attribute.fget)["return"]


def method_of(operation: dict[str, Any], asynchronous: bool) -> Any:
    service, resource, name = operation["id"].split(".")
    return inspect.getattr_static(resource_class(service, resource, asynchronous), name)


def methods(of: type[Any]) -> set[str]:
    return {name for name, value in vars(of).items() if inspect.isfunction(value) and name[0] != "_"}


def test_there_are_operations() -> None:
    assert len(_native.operations()) > 30
    assert {operation["id"].split(".")[0] for operation in _native.operations()} == CLIENTS.keys()


@BOTH
def test_a_request_accepts_the_call_options(asynchronous: bool) -> None:
    options = inspect.signature(CLIENTS["wiv"][asynchronous].request).parameters["options"]
    assert options.annotation == "Unpack[CallOptions]"


@BOTH
@EACH
def test_the_method_takes_the_parameters_of_the_table(operation: dict[str, Any], asynchronous: bool) -> None:
    method = method_of(operation, asynchronous)
    listed = operation["paging"] != "none"
    assert inspect.iscoroutinefunction(method) == (asynchronous and not listed)
    own = {name: value for name, value in inspect.signature(method).parameters.items() if name != "self"}
    options = own.pop("options")
    assert options.kind is inspect.Parameter.VAR_KEYWORD
    kind = {"none": "CallOptions", "scroll": "ScrollOptions"}.get(operation["paging"], "ListOptions")
    assert options.annotation == f"Unpack[{kind}]"
    table = {param["name"]: param for param in operation["params"]}
    assert own.keys() == table.keys()
    for name, param in table.items():
        # A parameter that a client's option can set is optional.
        optional = not param["required"] or param.get("from_option") is not None
        assert (own[name].default is not inspect.Parameter.empty) == optional, name
        by_position = own[name].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        assert not by_position or param["location"] == "path", name


@BOTH
@EACH
def test_every_argument_is_typed(operation: dict[str, Any], asynchronous: bool) -> None:
    method = method_of(operation, asynchronous)
    hints = typing.get_type_hints(method)
    assert hints.keys() == inspect.signature(method).parameters.keys() - {"self"} | {"return"}


@BOTH
@EACH
def test_the_docstring_is_complete(operation: dict[str, Any], asynchronous: bool) -> None:
    method = method_of(operation, asynchronous)
    doc = inspect.getdoc(method)
    assert doc is not None
    places = [doc.index(section) for section in SECTIONS]
    assert places == sorted(places)
    args = doc[places[0] : places[1]]
    for name in inspect.signature(method).parameters:
        shown = "**options" if name == "options" else name
        assert name == "self" or f"\n    {shown}: " in args, name
    # Where the vendor describes it: a page, or a document that has no address.
    assert "https://" in doc or "Vendor's" in doc or "vendor's" in doc
    examples = doctest.DocTestParser().get_examples(doc)
    assert any(f"client.{operation['resource']}.{operation['name']}(" in one.source for one in examples)
    assert any("await " in one.source or "async for " in one.source for one in examples) == asynchronous


@pytest.mark.parametrize("service", CLIENTS)
@BOTH
def test_there_are_no_methods_besides(service: str, asynchronous: bool) -> None:
    table: dict[str, set[str]] = {}
    for operation in _native.operations():
        if operation["id"].startswith(f"{service}."):
            table.setdefault(operation["resource"], set()).add(operation["name"])
    client = CLIENTS[service][asynchronous]
    assert {name for name, value in vars(client).items() if isinstance(value, property)} == table.keys()
    for resource, names in table.items():
        assert methods(resource_class(service, resource, asynchronous)) == names


@pytest.mark.parametrize("service", CLIENTS)
def test_both_clients_take_the_same_options(service: str) -> None:
    blocking, asynchronous = (inspect.signature(client) for client in CLIENTS[service])
    assert blocking.parameters == asynchronous.parameters


@BOTH
@pytest.mark.parametrize("unknown", ["pag_size", "on_lost_page"])
def test_an_unknown_option_is_refused_as_python_does(asynchronous: bool, unknown: str) -> None:
    client: Any = CLIENTS["ncentral"][asynchronous]("http://127.0.0.1:1", jwt="j", max_retries=0)
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{unknown}'"):
        client.customers.list(**{unknown: "raise"})
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{unknown}'"):
        waiting = client.customers.get(1, **{unknown: "raise"})
        asyncio.run(waiting)
