"""Tracebacks with locals, as Sentry, rich and `pytest -l` show them: no local variable is a
secret."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Callable
from typing import Any

import pytest

import mspkit
from conftest import Clients

PLANTED = "hunter22-planted-secret"


def shown(error: BaseException) -> list[str]:
    """Where the package's frames show the planted secret."""
    found = []
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if "mspkit" in frame.f_code.co_filename and "tests" not in frame.f_code.co_filename:
            for name, value in frame.f_locals.items():
                if PLANTED in repr(value):
                    found.append(f"{frame.f_code.co_name}: {name}={value!r}")
    return found


MAKING: list[Callable[[], object]] = [
    lambda: mspkit.NCentral("https://n.example", jwt=PLANTED, timeout=-1),
    lambda: mspkit.NCentral(f"https://user:{PLANTED}@n.example", jwt="j"),
    lambda: mspkit.NCentral("https://n.example", jwt=f"{PLANTED}\x07{PLANTED}"),
    lambda: mspkit.NCentral("https://n.example", jwt=[PLANTED]),  # type: ignore[arg-type]
    lambda: mspkit.NCentral("https://n.example", jwt=PLANTED, on_retry="x"),  # type: ignore[arg-type]
    lambda: mspkit.AsyncNCentral("https://n.example", jwt=PLANTED, max_retries=-1),
    lambda: mspkit.Cloudmore(username="u", password=PLANTED, client_secret=PLANTED, timeout=0),
    lambda: mspkit.Cloudmore(username="u", password=PLANTED),
    lambda: mspkit.Wiv(api_key=PLANTED, proxy=f"ftp://u:{PLANTED}@p.example"),
    lambda: mspkit.Wiv(api_key="k", client_cert=f"-----BEGIN {PLANTED}"),
    lambda: mspkit.Wiv(credentials=lambda: {"api_key": PLANTED}, timeout=0),
    lambda: mspkit.Wiv(credentials=lambda: {"apikey": PLANTED}),
    lambda: mspkit.Wiv(credentials=lambda: [PLANTED]),  # type: ignore[arg-type, return-value]
]


@pytest.mark.parametrize("make", MAKING)
def test_a_client_that_cannot_be_made(make: Callable[[], object]) -> None:
    with pytest.raises(mspkit.InvalidRequestError) as caught:
        make()
    assert shown(caught.value) == []
    assert PLANTED not in str(caught.value)
    # The half-made client is in some of the frames.
    whole = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "raises" not in "".join(whole.format())


def calls(client: Any) -> list[Callable[[], Any]]:
    secret: dict[str, Any] = {"username": PLANTED, "password": PLANTED}
    return [
        lambda: client.standard_psa.validate_credential("CONNECTWISE", integration_key=PLANTED, **secret),
        lambda: client.standard_psa.validate_credential("CONNECTWISE", **{**secret, "username": 5}),
        lambda: client.custom_psa.get_ticket("t", **secret),
        lambda: client.custom_psa.get_ticket("t", **{**secret, "password": object()}),
        lambda: client.request(
            "POST",
            f"/api/x?key={PLANTED}",
            headers={"x-mine": PLANTED},
            body={"a": PLANTED},
            query={"q": PLANTED},
        ),
        lambda: client.request("POST", "/api/x", body={"a": PLANTED, "b": object()}),
        lambda: client.request("POST", "/api/x", headers=[PLANTED], extra_headers={"a": PLANTED}),
        lambda: client.paginate(
            "GET", f"/api/x?key={PLANTED}", headers={"x-mine": PLANTED}, query={"q": PLANTED}
        ).first(),
        lambda: client.paginate("POST", "/api/x", body={"a": PLANTED, "b": object()}, extra_query=[PLANTED]),
        lambda: client.devices.set_custom_property("7", "1", value=PLANTED),
    ]


def test_calls_that_fail(clients: Clients) -> None:
    clients.sim.control("script", {"answers": [{"match": "*", "times": 0, "status": 400, "skip_auth": True}]})
    client = clients.sync()
    for call in calls(client):
        with pytest.raises(mspkit.MspError) as caught:
            call()
        assert shown(caught.value) == []


def test_async_calls_that_fail(clients: Clients) -> None:
    clients.sim.control("script", {"answers": [{"match": "*", "times": 0, "status": 400, "skip_auth": True}]})

    async def main() -> None:
        for call in calls(clients.asynchronous()):
            with pytest.raises(mspkit.MspError) as caught:
                await call()
            assert shown(caught.value) == []

    asyncio.run(main())


def test_a_partly_initialized_value_has_a_representation() -> None:
    classes: tuple[Any, ...] = (
        *(mspkit.NCentral, mspkit.AsyncWiv, mspkit.Cloudmore, mspkit.Pager, mspkit.AsyncPager, mspkit.Page),
        *(mspkit.Response, mspkit.ResponseMeta, mspkit.ncentral.Customer, mspkit.Headers, mspkit.Secret),
    )
    for cls in classes:
        half = cls.__new__(cls)
        assert repr(half)
    with contextlib.suppress(mspkit.MspError):
        mspkit.NCentral("https://n.example")
