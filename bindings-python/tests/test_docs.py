"""The examples in docstrings run against the simulator and print what they show."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import doctest
import inspect
import io
import json
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import mspkit
from mspkit import _native
from simulator import Simulator

CLIENTS = (mspkit.NCentral, mspkit.Cloudmore, mspkit.Wiv)
ASYNC_CLIENTS = (mspkit.AsyncNCentral, mspkit.AsyncCloudmore, mspkit.AsyncWiv)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# The examples show the values of the documents; the simulator is loaded with them.
KNOWN = {
    "cloudmore_organization_id": "5f1f6a8e-6d0b-4a38-8f0e-9c3f0f5f7b21",
    "psa_username": "psa.user@acme.example",
    "psa_integration_key": "your-private-key",
}


def _examples() -> Iterator[Any]:
    """The public classes and methods of the services, each with its client and its examples."""
    for client in CLIENTS + ASYNC_CLIENTS:
        groups = [getattr(client, name) for name, one in vars(client).items() if isinstance(one, property)]
        for of in (client, *groups):
            for place in (of, *filter(inspect.isfunction, vars(of).values())):
                tests = doctest.DocTestParser().get_examples(inspect.getdoc(place) or "")
                if tests:
                    yield pytest.param(client, tests, id=f"{client._service}.{place.__qualname__}")


def run(example: doctest.Example, names: dict[str, Any], loop: asyncio.AbstractEventLoop) -> str:
    """The output of an example; `await` is allowed in it as at the prompt of `python -m
    asyncio`."""
    code = compile(example.source, "<example>", "single", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        try:
            outcome = eval(code, names)  # noqa: S307 - the examples are ours
            if inspect.iscoroutine(outcome):
                loop.run_until_complete(outcome)
        except Exception as error:
            if example.exc_msg is None:
                raise
            output.write("".join(traceback.format_exception_only(error)))
    return output.getvalue()


ENDPOINTS = {row["id"]: f"{row['method']} {row['path']}" for row in _native.operations()}


@cache
def documented() -> dict[str, list[dict[str, Any]]]:
    """The documented responses of each endpoint, as the simulator takes them."""
    folder = Path(__file__).resolve().parents[2] / "tests" / "conformance" / "generated"
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.json")):
        for case in json.loads(path.read_text("utf-8"))["cases"]:
            text = json.dumps(case["sim"]["script"] if "sim" in case else "")
            pending = "Processing" in text or "IN_PROGRESS" in text
            if ": the documented response 2" in case["name"] and not pending:
                found.setdefault(ENDPOINTS[case["steps"][0]["call"]], case["sim"]["script"])
    return found


def shown(
    example: doctest.Example, names: dict[str, Any], loop: asyncio.AbstractEventLoop, sim: Simulator
) -> str:
    """The output of an example. Its ids are those of the documents; where the simulator does not
    have them, or has nothing to list, it gives the documented responses."""
    want = example.exc_msg or example.want
    with contextlib.suppress(mspkit.APIStatusError):
        # What is waited for may never come.
        got = "" if ".wait(" in example.source else run(example, names, loop)
        if got and doctest.OutputChecker().check_output(want, got, FLAGS):
            return got
        if not want and ".wait(" not in example.source:
            return got
    sim.control("script", {"answers": [answer for answers in documented().values() for answer in answers]})
    return run(example, names, loop)


@pytest.mark.parametrize(("client_class", "examples"), list(_examples()))
def test_example(
    client_class: type[Any],
    examples: list[doctest.Example],
    sim: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sim.reset(credentials=KNOWN)
    sim.load(organizations=[{"id": KNOWN["cloudmore_organization_id"]}])
    for name, value in sim.env.items():
        monkeypatch.setenv(name, value)
    names = {**vars(mspkit), "client": client_class()}
    loop = asyncio.new_event_loop()
    try:
        for example in examples:
            want, got = example.exc_msg or example.want, shown(example, names, loop, sim)
            assert doctest.OutputChecker().check_output(want, got, FLAGS), f"{example.source}gave {got!r}"
    finally:
        loop.close()


def test_every_method_has_an_example_that_is_run() -> None:
    ran = [param.id for param in _examples()]
    assert len(ran) == len(set(ran))
    assert len(ran) == 2 * (len(_native.operations()) + len(CLIENTS))
