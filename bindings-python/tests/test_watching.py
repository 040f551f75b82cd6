"""Hooks and the log: called by the thread that waits, in order, without secrets, when somebody
listens."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import mspkit
from children import quiet
from conftest import Clients

UNAVAILABLE = {"match": "GET /api/customers/{customerId}", "status": 503, "headers": {"Retry-After": "0"}}


class Seen:
    """Records the hooks' events, and their threads."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.threads: set[int] = set()

    def __call__(self, event: Any) -> None:
        self.events.append(event)
        self.threads.add(threading.get_ident())

    def hooks(self) -> dict[str, Any]:
        return {"on_request": self, "on_response": self, "on_retry": self}


def check(seen: Seen) -> None:
    of_call = [event for event in seen.events if event.operation == "ncentral.customers.get"]
    assert [type(event).__name__ for event in of_call] == [
        *("RequestEvent", "ResponseEvent", "RetryEvent"),
        *("RequestEvent", "ResponseEvent"),
    ]
    first, failed, retry, second, answered = of_call
    assert (first.method, first.path, first.attempt, second.attempt) == ("GET", "/api/customers/100", 1, 2)
    assert (failed.status, failed.cause, answered.status) == (503, None, 200)
    assert retry.reason == "HTTP 503" and retry.wait >= 0 and failed.took > 0
    assert len({event.request_id for event in of_call}) == 1
    assert seen.threads == {threading.get_ident()}


def test_hooks_of_a_blocking_client(clients: Clients) -> None:
    clients.sim.control("script", {"answers": [UNAVAILABLE]})
    seen = Seen()
    clients.sync(**seen.hooks()).customers.get(100)
    check(seen)


def test_hooks_of_an_async_client(clients: Clients) -> None:
    clients.sim.control("script", {"answers": [UNAVAILABLE]})
    seen = Seen()
    asyncio.run(clients.asynchronous(**seen.hooks()).customers.get(100))
    check(seen)


def test_hooks_of_lists(clients: Clients) -> None:
    clients.sim.reset(customers=30)
    seen = Seen()
    assert len(clients.sync(**seen.hooks()).customers.list(page_size=10).collect()) == 30

    async def main() -> None:
        assert len(await clients.asynchronous(**seen.hooks()).customers.list(page_size=10).collect()) == 30

    asyncio.run(main())
    listed = [event for event in seen.events if event.operation == "ncentral.customers.list"]
    assert len(listed) == 12 and seen.threads == {threading.get_ident()}


def test_a_hook_is_called_while_the_call_continues(clients: Clients) -> None:
    slow = {"match": "GET /api/customers/100", "delay_ms": 10_000, "json": {}}
    clients.sim.control("script", {"answers": [slow]})

    def hook(event: mspkit.RequestEvent) -> None:
        if event.operation == "ncentral.customers.get":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clients.sync(on_request=hook).customers.get(100)


class OddError(BaseException):
    """An exception that `except Exception` does not catch."""


@pytest.mark.parametrize("which", ["on_request", "on_response", "on_retry"])
@pytest.mark.parametrize("raised", [LookupError, OddError])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_exception_in_a_hook_loses_no_result(
    which: str,
    raised: type[BaseException],
    asynchronous: bool,
    clients: Clients,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def hook(event: Any) -> None:
        raise raised("a bug in a tracer")

    create = {
        "match": "ncentral.service_orgs.create_customer",
        "status": 429,
        "headers": {"Retry-After": "0"},
    }
    clients.sim.control("script", {"answers": [create]})
    given: dict[str, Any] = {"customer_name": "N", "contact_first_name": "A", "contact_last_name": "B"}
    if asynchronous:
        client = clients.asynchronous(**{which: hook})
        made = asyncio.run(client.service_orgs.create_customer(50, **given))
    else:
        made = clients.sync(**{which: hook}).service_orgs.create_customer(50, **given)
    assert clients.sim.state()["customers"][-1]["customerId"] == made.customer_id
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (
        errors and which in errors[0].getMessage() and errors[0].exc_info and errors[0].exc_info[0] is raised
    )


def test_a_page_is_read_under_a_hook_that_raises(clients: Clients) -> None:
    def hook(event: Any) -> None:
        raise LookupError

    client, other = clients.sync(on_response=hook), clients.asynchronous(on_response=hook)
    assert len(client.customers.list(page_size=3).collect()) == 10
    assert len(asyncio.run(other.customers.list(page_size=3).collect())) == 10


class Broken(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise LookupError(record.getMessage())


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_exception_in_a_log_handler_loses_no_result(
    clients: Clients, capsys: pytest.CaptureFixture[str], asynchronous: bool
) -> None:
    log, handler = logging.getLogger("mspkit"), Broken()
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        if asynchronous:
            got = asyncio.run(clients.asynchronous().customers.get(100))
        else:
            got = clients.sync().customers.get(100)
        assert got.customer_id == "100"
        with pytest.raises(mspkit.BadRequestError):
            clients.sync().customers.get("nobody")
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)
    assert "LookupError: ncentral.customers.get: GET /api/customers/100 at" in capsys.readouterr().err


async def waits(event: Any) -> None:
    """A hook that only an async client can await."""


class Waits:
    async def __call__(self, event: Any) -> None:
        await asyncio.sleep(0)


@pytest.mark.parametrize("which", ["on_request", "on_response", "on_retry"])
def test_hooks_are_checked_where_they_are_given(which: str, clients: Clients) -> None:
    wrongs: list[Any] = ["x", 1, waits, Waits(), functools.partial(waits)]
    for wrong in wrongs:
        with pytest.raises(mspkit.InvalidRequestError, match=which):
            clients.sync(**{which: wrong})
        with pytest.raises(mspkit.InvalidRequestError, match=which):
            clients.sync().with_options(**{which: wrong})
    with pytest.raises(mspkit.InvalidRequestError, match=which):
        clients.asynchronous(**{which: "x"})
    for right in (waits, Waits(), functools.partial(waits), print):
        clients.asynchronous(**{which: right})


def test_a_coroutine_hook_of_a_blocking_client_is_logged(
    clients: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    client = clients.sync(on_request=lambda event: waits(event))
    assert client.customers.get(100).customer_id == "100"
    assert "TypeError" in caplog.text


JOB: contextvars.ContextVar[str] = contextvars.ContextVar("JOB", default="none")


def test_async_hooks_and_records_run_in_the_task_that_waits(clients: Clients) -> None:
    clients.sim.reset(customers=30)
    seen: list[tuple[str, str, str | None]] = []

    def note(what: str) -> None:
        task = asyncio.current_task()
        seen.append((what, JOB.get(), None if task is None else task.get_name()))

    async def late(event: Any) -> None:
        await asyncio.sleep(0.01)
        note("awaited")

    class Keeps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            note("record")

    async def job(name: str, client: mspkit.AsyncNCentral) -> None:
        JOB.set(name)
        await client.customers.get(100)
        assert len(await client.customers.list(page_size=10).collect()) == 30

    async def main() -> None:
        client = clients.asynchronous(on_request=lambda event: note("hook"), on_response=late)
        names = [f"job {number}" for number in range(3)]
        tasks = [asyncio.create_task(job(name, client), name=name) for name in names]
        await asyncio.gather(*tasks)

    log, handler = logging.getLogger("mspkit"), Keeps()
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        asyncio.run(main())
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)
    assert {what for what, _, _ in seen} == {"hook", "awaited", "record"}
    assert all(job == task and job != "none" for _, job, task in seen), seen


def test_an_awaited_hook_that_raises_or_is_cancelled(
    clients: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    async def bad(event: Any) -> None:
        await asyncio.sleep(0)
        raise LookupError("later")

    got = asyncio.run(clients.asynchronous(on_response=bad).customers.get(100))
    assert got.customer_id == "100" and "later" in caplog.text

    async def slow(event: Any) -> None:
        await asyncio.sleep(10)

    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(clients.asynchronous(on_request=slow).customers.get(100), 0.1)

    asyncio.run(main())


def test_a_hook_may_use_the_client(clients: Clients) -> None:
    found: list[str] = []

    def hook(event: mspkit.ResponseEvent) -> None:
        if not found and event.operation == "ncentral.customers.get":
            found.append("")
            found[0] = client.customers.get(101).customer_id

    client = clients.sync(on_response=hook)
    assert client.customers.get(100).customer_id == "100" and found == ["101"]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_log(clients: Clients, caplog: pytest.LogCaptureFixture, asynchronous: bool) -> None:
    sync, other = clients.sync(), clients.asynchronous()
    loop = asyncio.new_event_loop()

    def get(customer: object) -> None:
        if asynchronous:
            loop.run_until_complete(other.customers.get(str(customer)))
        else:
            sync.customers.get(str(customer))

    def levels() -> list[str]:
        found = [record.levelname for record in caplog.records]
        caplog.clear()
        return found

    get(100)
    assert levels() == []
    # A change of level takes effect at once.
    with caplog.at_level(logging.DEBUG, "mspkit"):
        clients.sim.control("script", {"answers": [UNAVAILABLE]})
        get(100)
        server = clients.sim.url
        assert f"ncentral.customers.get: GET /api/customers/100 at {server}, attempt 1" in caplog.text
        assert f" s [GET /api/customers/100 at {server}]" in caplog.text
        assert levels() == ["DEBUG", "DEBUG", "INFO", "DEBUG", "DEBUG"]
    with caplog.at_level(logging.INFO, "mspkit"):
        clients.sim.control("script", {"answers": [UNAVAILABLE]})
        get(100)
        assert levels() == ["INFO"]
    with caplog.at_level(logging.WARNING, "mspkit"):
        with pytest.raises(mspkit.BadRequestError):
            get("nobody")
        assert levels() == ["WARNING"]
        with pytest.raises(mspkit.InvalidRequestError):
            get("")
        assert levels() == []
        # A missing object is an expected outcome.
        with pytest.raises(mspkit.NotFoundError):
            get(4711)
        assert levels() == []
    with caplog.at_level(logging.CRITICAL, "mspkit"), pytest.raises(mspkit.BadRequestError):
        get("nobody")
    assert levels() == []
    loop.close()


def test_nothing_secret_is_logged(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        clients.sync().customers.list(page_size=3).collect()
    assert "POST /api/auth/authenticate" in caplog.text
    assert clients.sim.credentials["ncentral_jwt"] not in caplog.text and "Bearer" not in caplog.text


def test_threads_that_log_and_construct_do_not_lock_each_other(clients: Clients) -> None:
    log = logging.getLogger("mspkit")
    log.setLevel(logging.DEBUG)
    try:

        def work(number: int) -> None:
            for _ in range(10):
                assert clients.sync().customers.get(100).customer_id == "100"

        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(work, number) for number in range(8)]:
                done.result(timeout=30)
    finally:
        log.setLevel(logging.NOTSET)


def test_a_program_without_logging_prints_nothing(clients: Clients) -> None:
    code = """
        import sys
        import mspkit
        client = mspkit.NCentral()
        for customer in (100, "nobody"):
            try:
                client.customers.get(customer)
            except mspkit.BadRequestError:
                pass
        assert "logging" not in sys.modules
        import logging
        try:
            client.customers.get("nobody")
        except mspkit.BadRequestError:
            print("refused")
    """
    assert quiet(code, clients.sim) == "refused\n"
