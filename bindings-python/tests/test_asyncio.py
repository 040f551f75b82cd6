"""The bridge to asyncio: every call completes once, cancelling drops it, loops come and go."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
import sys
import weakref
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

import mspkit
from children import quiet, until
from conftest import Clients
from mspkit import _port
from servers import Server

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def _plain(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


def _debug(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main, debug=True)


def _uvloop(main: Coroutine[Any, Any, Any]) -> Any:
    uvloop = pytest.importorskip("uvloop")
    return uvloop.run(main)


def _selector(main: Coroutine[Any, Any, Any]) -> Any:
    """Not the default of Windows."""
    loop = asyncio.SelectorEventLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


LOOPS = {"asyncio": _plain, "asyncio debug": _debug, "uvloop": _uvloop, "selector": _selector}


@pytest.fixture(params=LOOPS.values(), ids=list(LOOPS))
def run(request: pytest.FixtureRequest) -> Run:
    chosen: Run = request.param
    return chosen


def waiting() -> int:
    """The calls in flight of the running loop's bridge."""
    bridge = _port.here()
    return len(bridge.waiting) + len(bridge.completed)


def test_success_error_and_cancel_side_by_side(clients: Clients, run: Run) -> None:
    async def main() -> None:
        client = clients.asynchronous()
        completed: list[int] = []
        tasks = []
        for at in range(600):
            wanted = "nobody" if at % 3 == 1 else str(100 + at % 10)
            task = asyncio.ensure_future(client.customers.get(wanted))
            task.add_done_callback(lambda task: completed.append(id(task)))
            tasks.append(task)
        await asyncio.sleep(0)
        for task in tasks[2::3]:
            task.cancel()
        got = await asyncio.gather(*tasks, return_exceptions=True)
        for at, one in enumerate(got):
            if at % 3 == 0:
                assert isinstance(one, mspkit.ncentral.Customer) and one.customer_id == str(100 + at % 10)
            elif at % 3 == 1:
                assert isinstance(one, mspkit.BadRequestError)
            else:
                assert isinstance(one, asyncio.CancelledError)
        assert sorted(completed) == sorted(map(id, tasks))
        assert waiting() == 0
        assert all(limit.in_flight == 0 == limit.waiting for limit in client.limits())

    run(main())


def test_a_cancelled_call_is_a_dropped_connection(clients: Clients, run: Run) -> None:
    async def main() -> None:
        client = clients.asynchronous()
        await client.server.info()
        slow = {"match": "GET /api/customers/100", "times": 0, "delay_ms": 20_000, "json": {}}
        clients.sim.control("script", {"answers": [slow]})
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.customers.get(100), 0.3)
        until("the server sees it dropped", lambda: counts(clients)["dropped"] == 1)
        assert counts(clients)["received"] == 1
        assert waiting() == 0
        assert (await client.customers.get(101)).customer_id == "101"

    run(main())


def cancel(task: asyncio.Task[Any], _: object) -> None:
    task.cancel()


def counts(clients: Clients) -> dict[str, int]:
    found: dict[str, int] = clients.sim.log()["counts"]["ncentral.customers.get"]
    return found


def test_the_server_sees_the_end_of_a_cancelled_connection(run: Run) -> None:
    async def main() -> None:
        loop, requested = asyncio.get_running_loop(), asyncio.Event()
        with Server(then=lambda: loop.call_soon_threadsafe(requested.set)) as server:
            client = mspkit.AsyncWiv(api_key="k", base_url=server.url)
            task = asyncio.ensure_future(client.customers.list().collect())
            await requested.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await loop.run_in_executor(None, server.dropped.wait, 5)

    run(main())


if sys.version_info >= (3, 11):

    def test_groups_and_timeouts_cancel_their_calls(clients: Clients, run: Run) -> None:
        async def main() -> None:
            client = clients.asynchronous()
            slow = {"match": "GET /api/customers/100", "times": 0, "delay_ms": 20_000, "json": {}}
            clients.sim.control("script", {"answers": [slow]})
            with pytest.raises(ExceptionGroup) as caught:  # noqa: F821 - added in 3.11
                async with asyncio.TaskGroup() as group:
                    for _ in range(3):
                        group.create_task(client.customers.get(100))
                    group.create_task(client.customers.get("nobody"))
            assert [type(error) for error in caught.value.exceptions] == [mspkit.BadRequestError]
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await client.customers.get(100)
            assert waiting() == 0

        run(main())


def test_cancelling_never_mixes_up_responses(clients: Clients, run: Run) -> None:
    async def main() -> None:
        client = clients.asynchronous()
        chance = random.Random(7)
        await client.server.info()

        async def cut_short(at: int) -> None:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(client.customers.get(100 + at % 10), chance.random() * 0.004)

        for begin in range(0, 300, 10):
            await asyncio.gather(*(cut_short(at) for at in range(begin, begin + 10)))
        got = await asyncio.gather(*(client.customers.get(100 + at % 10) for at in range(300)))
        assert [one.customer_id for one in got] == [str(100 + at % 10) for at in range(300)]
        ids = [one.response_meta.request_id for one in got if one.response_meta]
        assert len(set(ids)) == 300
        assert waiting() == 0

    run(main())


def test_completion_and_cancel_in_the_same_turn(clients: Clients, run: Run) -> None:
    async def main() -> None:
        client = clients.asynchronous()
        await client.server.info()
        loop = asyncio.get_running_loop()
        complaints: list[Any] = []
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        for _ in range(50):
            task = asyncio.ensure_future(client.customers.get(100))
            await asyncio.sleep(0)
            future: Any = next(iter(_port.here().waiting.values())).future
            # Runs right after the completion, before the task does.
            future.add_done_callback(partial(cancel, task))
            with contextlib.suppress(asyncio.CancelledError):
                await task
        assert complaints == []
        assert waiting() == 0

    run(main())


def test_a_client_outlives_its_loops(clients: Clients, run: Run) -> None:
    client = clients.asynchronous()

    async def main() -> int:
        found = [item async for item in client.customers.list(page_size=3)]
        await client.customers.get(100)
        return len(found)

    assert [run(main()) for _ in range(5)] == [10] * 5


def test_lists(clients: Clients, run: Run) -> None:
    clients.sim.reset(customers=35)

    async def main() -> None:
        client = clients.asynchronous()
        pager = client.customers.list(page_size=10)
        seen = []
        async for item in pager:
            seen.append(item.customer_id)
            if len(seen) == 13:
                break
        token = pager.resume_token
        async for page in client.customers.list(page_size=10, resume_token=token).pages():
            seen += [item.customer_id for item in page]
        assert seen == [str(100 + at) for at in range(35)]
        assert pager.total == 35 and pager.response_meta is not None
        assert len(await client.customers.list(page_size=10).collect(limit=12)) == 12
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(pager.collect(), 0)
        assert [item.customer_id for item in await pager.collect()] == [str(100 + at) for at in range(13, 35)]

    run(main())


def test_a_page_that_was_cancelled_is_not_lost(clients: Clients, run: Run) -> None:
    clients.sim.reset(customers=40)

    async def main() -> None:
        client = clients.asynchronous()
        pager = client.customers.list(page_size=4)
        chance = random.Random(1)
        found: list[str] = []
        while len(found) < 40:
            with contextlib.suppress(asyncio.TimeoutError):
                item = await asyncio.wait_for(anext(pager), chance.random() * 0.01)
                found.append(item.customer_id)
        assert found == [str(100 + at) for at in range(40)]
        assert waiting() == 0

    run(main())


def test_loops_and_their_bridges_are_not_kept(clients: Clients, run: Run) -> None:
    client = clients.asynchronous()

    async def main() -> tuple[Any, Any]:
        await client.customers.get(100)
        return weakref.ref(asyncio.get_running_loop()), weakref.ref(_port.here())

    found = [run(main()) for _ in range(3)]
    gc.collect()
    assert [one() for pair in found for one in pair] == [None] * 6
    assert len(_port._bridges) == 0


def test_closing_a_loop_with_calls_in_flight_is_silent(clients: Clients) -> None:
    clients.sim.control("options", {"latency_ms": 5})
    code = """
        import asyncio, gc, warnings
        import mspkit
        client = mspkit.AsyncNCentral()
        async def call(at):
            try:
                await client.customers.get(100 + at)
            except BaseException:
                pass
        for turn in range(300):
            loop = asyncio.new_event_loop()
            tasks = [loop.create_task(call(at)) for at in range(3)]
            loop.run_until_complete(asyncio.sleep(0))
            if turn % 3 == 0:
                loop.run_until_complete(asyncio.sleep(0.001))
            loop.close()
            for task in tasks:
                # asyncio itself says this of tasks, whatever they wait for.
                task._log_destroy_pending = False
                task.get_coro().close()
            del tasks, task, loop
            gc.collect(0)
        async def main():
            assert (await client.customers.get(100)).customer_id == "100"
        asyncio.run(main())
        print("done")
    """
    assert quiet(code, clients.sim) == "done\n"
    clients.sim.control("options", {"latency_ms": 0})


def test_ctrl_c_under_asyncio(clients: Clients) -> None:
    slow = {"match": "GET /api/customers/100", "times": 0, "delay_ms": 20_000, "json": {}}
    clients.sim.control("script", {"answers": [slow]})
    code = """
        import asyncio, os, signal, sys, time
        import mspkit
        client = mspkit.AsyncNCentral()
        async def main():
            await client.server.info()
            global struck
            def strike():
                global struck
                struck = time.monotonic()
                if sys.platform == "win32":
                    signal.raise_signal(signal.SIGINT)
                else:
                    os.kill(os.getpid(), signal.SIGINT)
            asyncio.get_running_loop().call_later(0.1, strike)
            await client.customers.get(100)
        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print(time.monotonic() - struck < 0.2)
    """
    assert quiet(code, clients.sim) == "True\n"
