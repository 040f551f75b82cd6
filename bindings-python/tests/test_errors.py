"""Errors: a class per kind, with all of its fields, kept through pickles; and no secret in any
of it."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

import mspkit
from conftest import Clients
from mspkit._kinds import KINDS


def test_every_kind_is_a_class_of_the_package() -> None:
    assert len(KINDS) >= 17
    for kind, of in KINDS.items():
        assert issubclass(of, mspkit.MspError) and getattr(mspkit, of.__name__) is of and of.kind == kind
        assert of.__module__ == "mspkit" and of.__doc__


def refused(clients: Clients) -> mspkit.BadRequestError:
    with pytest.raises(mspkit.BadRequestError) as caught:
        clients.sync().customers.get("nobody")
    return caught.value


def test_the_fields_of_an_error(clients: Clients) -> None:
    error = refused(clients)
    assert isinstance(error, mspkit.APIStatusError) and not isinstance(error, mspkit.ServerError)
    assert error.status == 400 and error.operation == "ncentral.customers.get" and error.server_error_id
    assert error.request_id and error.request_id in str(error) and b"nobody" in error.body
    assert error.headers["content-type"] == "application/json" and not error.retryable
    assert [(one.status, one.cause) for one in error.attempts] == [(400, None)]
    assert error.message in str(error) and error.resume_token is None


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_errors_pickle(protocol: int, clients: Clients) -> None:
    for error in (refused(clients), unreachable()):
        again = pickle.loads(pickle.dumps(error, protocol))
        assert type(again) is type(error) and str(again) == str(error)
        assert vars(again) == vars(error) == vars(copy.deepcopy(error))
        assert repr(again.__cause__) == repr(error.__cause__)


def unreachable() -> mspkit.APIConnectionError:
    with pytest.raises(mspkit.APIConnectionError) as caught:
        mspkit.Wiv(api_key="k", base_url="http://127.0.0.1:1", max_retries=0).customers.list().collect()
    return caught.value


def test_the_causes_of_an_error() -> None:
    error = unreachable()
    causes: list[BaseException] = []
    cause = error.__cause__
    while cause is not None:
        causes.append(cause)
        cause = cause.__cause__
    assert causes and all(isinstance(one, OSError) for one in causes)
    assert isinstance(causes[-1], ConnectionRefusedError)


def test_arguments_are_refused_before_anything_is_sent(clients: Clients) -> None:
    client = clients.sync()
    for call in (
        lambda: client.customers.get(""),
        lambda: client.customers.list(page_size=0),
        lambda: client.customers.list(limit=0),
        lambda: client.customers.list().collect(limit=0),
        lambda: client.customers.list(resume_token="x"),  # noqa: S106 - no password
        lambda: client.customers.get(1, timeout=0),
        lambda: client.customers.get(1, timeout=float("nan")),
        lambda: client.customers.get(object()),  # type: ignore[arg-type]
        lambda: client.customers.get(1, extra_headers={"a": "b\r\nc"}),
        lambda: client.with_options(timeout=-1),
        lambda: clients.sync(timeout="soon"),
    ):
        with pytest.raises(mspkit.InvalidRequestError):
            call()
    assert clients.sim.log()["requests"] == []


def test_a_closed_client_raises(clients: Clients) -> None:
    with clients.sync() as client:
        other = client.with_options(timeout=5)
        client.customers.get(100)
    for closed in (client, other, copy.copy(client)):
        with pytest.raises(mspkit.ClosedError):
            closed.customers.get(100)
        assert closed.limits() == []
    client.close()


def test_no_secret_in_any_text(clients: Clients) -> None:
    secret = clients.sim.credentials["ncentral_jwt"]
    echo = {"match": "GET /api/customers/1", "status": 403, "json": {"message": f"no: {secret}"}}
    clients.sim.control("script", {"answers": [echo]})
    client = clients.sync()
    with pytest.raises(mspkit.PermissionDeniedError) as caught:
        client.customers.get(1)
    error = caught.value
    shown = [
        str(error),
        repr(error),
        str(vars(error)),
        "".join(traceback.format_exception(error)),
        repr(client),
    ]
    shown += [str(getattr(client, name)) for name in ("_options", "_core", "_watcher", "customers")]
    assert not [text for text in shown if secret in text]
    assert secret.encode() not in pickle.dumps(error)


def test_python_has_names_for_some_of_them(clients: Clients) -> None:
    assert issubclass(mspkit.APITimeoutError, TimeoutError)
    assert issubclass(mspkit.APIConnectionError, ConnectionError)
    assert issubclass(mspkit.InvalidRequestError, ValueError)
    assert issubclass(mspkit.MissingFieldError, AttributeError)
    slow = {"match": "*", "times": 0, "delay_ms": 5000, "skip_auth": True, "json": {}}
    clients.sim.control("script", {"answers": [slow]})
    with pytest.raises(TimeoutError) as late:
        clients.sync(timeout=0.1).customers.get(1)
    with pytest.raises(ConnectionError) as refused:
        mspkit.Wiv(api_key="k", base_url="http://127.0.0.1:1", max_retries=0).customers.list().collect()
    with pytest.raises(ValueError, match="timeout") as wrong:
        clients.sync(timeout=-1)
    for caught in (late, refused, wrong):
        error = caught.value
        again = pickle.loads(pickle.dumps(error))
        assert isinstance(error, mspkit.MspError) and (type(again), str(again)) == (type(error), str(error))
        assert vars(again) == vars(error) and error.args == (str(error),)


def test_an_expected_outcome_is_not_a_warning(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "mspkit"), pytest.raises(mspkit.NotFoundError) as caught:
        clients.sync().customers.get(4711)
    assert {record.levelname for record in caplog.records} == {"INFO"}
    assert pickle.loads(pickle.dumps(caught.value))._expected


def test_an_internal_error_is_an_exception() -> None:
    assert issubclass(mspkit.InternalError, Exception)
