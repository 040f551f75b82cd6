"""Clients: their configuration is copied and pickled, but never a secret."""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import mspkit
from children import until
from conftest import Clients

PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def hook(event: mspkit.RequestEvent) -> None:
    """A hook that pickles, since it is a module's function."""


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_client_is_pickled_as_its_configuration(
    protocol: int, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = clients.sim.credentials["ncentral_jwt"]
    proxy = "http://user:planted-secret@127.0.0.1:1"
    client = clients.sync(timeout=7, app_info="test/1", on_request=hook)
    monkeypatch.delenv("NCENTRAL_URL", raising=False)
    pickled = pickle.dumps(client, protocol)
    assert secret.encode() not in pickled
    with_proxy = pickle.dumps(clients.sync(proxy=proxy, allow_http=True), protocol)
    assert b"planted" not in with_proxy
    with pytest.raises(mspkit.InvalidRequestError, match="NCENTRAL_JWT"):
        pickle.loads(pickled)
    monkeypatch.setenv("NCENTRAL_JWT", secret)
    again = pickle.loads(pickled)
    assert type(again) is mspkit.NCentral and again.base_url == clients.sim.url
    assert again._options == client._options and again._watcher.on_request is hook
    assert again.customers.get(100).customer_id == "100"


def tenant(name: str) -> dict[str, str]:
    """Returns the secret of a tenant; it is a module's function, so it pickles."""
    return {"jwt": TENANTS[name]}


TENANTS: dict[str, str] = {}


def test_a_pickled_client_never_sends_the_secrets_of_another_server(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    pickled = pickle.dumps(clients.sync())
    monkeypatch.setenv("NCENTRAL_JWT", "jwt-of-another")
    monkeypatch.setenv("NCENTRAL_URL", "https://another.example")
    with pytest.raises(mspkit.InvalidRequestError) as caught:
        pickle.loads(pickled)
    message = str(caught.value)
    assert clients.sim.url in message and "https://another.example" in message and "NCENTRAL_URL" in message
    assert caught.value.argument == "base_url" and "jwt-of-another" not in message
    # The address may be spelled differently.
    monkeypatch.setenv("NCENTRAL_URL", f"{clients.sim.url}/api/")
    assert pickle.loads(pickled).base_url == clients.sim.url
    # A client that took its address from the environment keeps it.
    monkeypatch.setenv("NCENTRAL_URL", "https://first.example")
    first = pickle.dumps(mspkit.NCentral())
    monkeypatch.setenv("NCENTRAL_URL", "https://second.example")
    with pytest.raises(mspkit.InvalidRequestError, match=r"first\.example"):
        pickle.loads(first)
    # Without an address in the environment, the vendor's is used.
    monkeypatch.setenv("WIV_API_KEY", "key")
    with pytest.raises(mspkit.InvalidRequestError, match="WIV_URL"):
        pickle.loads(pickle.dumps(mspkit.Wiv(api_key="k", base_url=clients.sim.url)))
    assert pickle.loads(pickle.dumps(mspkit.Wiv(api_key="k"))).base_url == "https://api.wiv.ai"


@pytest.mark.parametrize("asynchronous", [False, True])
def test_several_tenants_are_pickled(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, asynchronous: bool
) -> None:
    monkeypatch.setenv("NCENTRAL_URL", "https://another.example")
    monkeypatch.setenv("NCENTRAL_JWT", "jwt-of-another")
    TENANTS.update(right=clients.sim.credentials["ncentral_jwt"], wrong="no-such-token")
    cls = mspkit.AsyncNCentral if asynchronous else mspkit.NCentral
    made = {name: cls(clients.sim.url, credentials=partial(tenant, name)) for name in TENANTS}
    pickled = pickle.dumps({**made, "again": made["right"].with_options(timeout=9)})
    assert all(secret.encode() not in pickled for secret in TENANTS.values())
    again = pickle.loads(pickled)

    def get(client: Any) -> Any:
        got = client.customers.get(100)
        return asyncio.run(got) if asynchronous else got

    assert get(again["right"]).customer_id == get(again["again"]).customer_id == "100"
    with pytest.raises(mspkit.AuthenticationError):
        get(again["wrong"])


def test_credentials_are_checked(clients: Clients) -> None:
    wrong: list[Any] = ["jwt", lambda: "jwt", lambda: {"api-key": "k"}, lambda: {"timeout": "5"}]
    for given in wrong:
        with pytest.raises(mspkit.InvalidRequestError, match="credentials"):
            mspkit.NCentral(clients.sim.url, credentials=given)
    # Arguments take precedence; the function's exceptions are the caller's.
    assert clients.sync(credentials=lambda: {"jwt": "other"}).customers.get(100).customer_id == "100"
    with pytest.raises(ZeroDivisionError):
        mspkit.NCentral(clients.sim.url, credentials=lambda: {"jwt": str(1 // 0)})


def test_an_unpickled_client_without_secrets_raises(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NCENTRAL_JWT", clients.sim.credentials["ncentral_jwt"])
    plain = pickle.loads(pickle.dumps(clients.sync(proxy="http://127.0.0.1:9", allow_http=True)))
    assert plain._options["proxy"] == "http://127.0.0.1:9"
    secret = pickle.dumps(clients.sync(proxy="http://user:planted@127.0.0.1:9", allow_http=True))
    assert b"planted" not in secret
    with pytest.raises(mspkit.InvalidRequestError, match="proxy"):
        pickle.loads(secret)


def test_an_async_client_is_pickled_too(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCENTRAL_JWT", clients.sim.credentials["ncentral_jwt"])
    again = pickle.loads(pickle.dumps(clients.asynchronous()))
    assert asyncio.run(again.customers.get(100)).customer_id == "100"


def test_copies_share_connections_and_tokens(clients: Clients) -> None:
    client = clients.sync()
    for other in (client, copy.copy(client), copy.deepcopy([client])[0], client.with_options(timeout=3)):
        assert type(other) is mspkit.NCentral and other.customers.get(100).customer_id == "100"
    assert clients.sim.log()["counts"]["ncentral.auth.authenticate"]["received"] == 1


def test_options_of_calls_go_before_those_of_the_client(clients: Clients) -> None:
    late = {"match": "GET *", "rate": 1.0, "fault": {"kind": "delay", "ms": 700}}
    client = clients.sync()
    client.server.info()
    clients.sim.control("faults", {"seed": 1, "rules": [late]})
    with pytest.raises(mspkit.APITimeoutError):
        client.with_options(timeout=0.1).customers.get(100)
    assert client.with_options(timeout=0.1).customers.get(100, timeout=20).customer_id == "100"
    with pytest.raises(mspkit.APITimeoutError):
        client.customers.get(100, timeout=0.1)


def test_a_request_to_an_endpoint_that_is_not_known(clients: Clients) -> None:
    client = clients.sync()
    got = client.request("GET", "/api/customers", query={"pageSize": 3}, headers={"x-mine": "1"})
    assert got.status == 200 and got.headers["content-type"] == "application/json"
    assert len(got.json()["data"]) == 3 and got.text.startswith("{") and got.content == got.text.encode()
    assert pickle.loads(pickle.dumps(got)) == got
    sent = clients.sim.log()["requests"][-1]
    assert sent["query"] == {"pageSize": "3"} and sent["headers"]["x-mine"] == "1"

    async def main() -> None:
        answer = await clients.asynchronous().request("get", "/api/customers/100")
        assert answer.json()["customerId"] == "100"

    asyncio.run(main())


def test_unset_is_one_object() -> None:
    assert repr(mspkit.UNSET) == "UNSET" and not mspkit.UNSET
    assert pickle.loads(pickle.dumps(mspkit.UNSET)) is mspkit.UNSET is copy.deepcopy(mspkit.UNSET)
    assert mspkit.Unset() is mspkit.UNSET


def test_a_client_of_one_kind_is_not_used_as_the_other(clients: Clients) -> None:
    with pytest.raises(TypeError, match="async client"):
        clients.asynchronous()._core.call("ncentral.server.info", b"{}", b"{}")


def test_files_may_be_paths(clients: Clients, tmp_path: Path) -> None:
    with pytest.raises(mspkit.InvalidRequestError, match="ca_bundle"):
        clients.sync(ca_bundle=tmp_path / "missing.pem")


def test_limits(clients: Clients) -> None:
    client = clients.sync()
    assert client.limits() == []
    client.customers.get(100)

    def limit() -> mspkit.LimitStatus:
        return next(one for one in client.limits() if "customerId" in one.endpoint)

    # Abandoned calls of this process hold their slots a little longer.
    until("no call is in flight", lambda: limit().in_flight == 0)
    assert (limit().cap, limit().waiting, limit().last_429) == (5, 0, None)


def test_lists_are_read_in_every_way(clients: Clients) -> None:
    clients.sim.reset(customers=45)
    client = clients.sync()
    every = [str(100 + at) for at in range(45)]

    def ids(items: Iterable[mspkit.ncentral.Customer]) -> list[str]:
        return [item.customer_id for item in items]

    pager = client.customers.list(page_size=10)
    assert ids(pager.collect(limit=7)) == every[:7]
    assert ids(pager.collect(limit=7)) == every[7:14]
    assert next(pager).customer_id == every[14]
    for item in pager:
        if item.customer_id == every[20]:
            break
    pages = pager.pages()
    assert ids(next(pages)) == every[21:30] and ids(next(pages)) == every[30:40]
    assert ids(pager) == every[40:] and list(pager) == [] and pager.collect() == []
    assert pager.total == 45
    for limit in (1, 9, 10, 11, 44, 45, 46):
        pager = client.customers.list(page_size=10, limit=limit)
        assert ids(pager.collect(limit=4)) == every[: min(4, limit)]
        assert ids(pager.collect()) == every[4:limit] and pager.collect() == []
        resumed = client.customers.list(page_size=10, resume_token=pager.resume_token)
        assert ids(resumed) == every[limit:]


def test_collecting_gives_all_or_nothing(clients: Clients) -> None:
    clients.sim.reset(customers=45)
    client = clients.sync(max_retries=0)
    pager = client.customers.list(page_size=10, concurrency=1, limit=40)
    first = [next(pager) for _ in range(5)]
    broken = {"match": "GET /api/customers", "nth": [2], "fault": {"kind": "status", "status": 500}}
    clients.sim.control("faults", {"seed": 1, "rules": [broken]})
    with pytest.raises(mspkit.ServerError) as caught:
        pager.collect()
    rest = pager.collect()
    assert [int(item.customer_id) for item in first + rest] == list(range(100, 140))
    resumed = client.customers.list(page_size=10, resume_token=caught.value.resume_token)
    assert resumed.collect(limit=35) == rest
