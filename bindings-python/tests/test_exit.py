"""The interpreter exits cleanly and soon, whatever is in flight."""

from __future__ import annotations

import sys
import time

import pytest

from children import often, quiet, run
from conftest import Clients

BEGIN = """
    import asyncio, os, signal, sys, threading, time
    import mspkit
    client, blocking = mspkit.AsyncNCentral(), mspkit.NCentral()
    async def flying(calls=1):
        end = time.monotonic() + 10
        while sum(limit.in_flight + limit.waiting for limit in client.limits()) < calls:
            assert time.monotonic() < end, client.limits()
            await asyncio.sleep(0.001)
    async def begin(count=50):
        await client.server.info()
        tasks = [asyncio.ensure_future(client.customers.get(100 + at % 10)) for at in range(count)]
        await flying()
        return tasks
"""
SCENARIOS = {
    "a gather is pending": """
    async def main():
        await begin()
    asyncio.run(main())
    """,
    "a call is pending in a loop that nobody closes": """
    loop = asyncio.new_event_loop()
    tasks = loop.run_until_complete(begin(1))
    for task in tasks:
        task._log_destroy_pending = False
    """,
    "a list is pending": """
    async def main():
        pager = client.customers.list(page_size=1, concurrency=5)
        async for item in pager:
            break
        asyncio.ensure_future(pager.collect())
        await flying()
    asyncio.run(main())
    next(blocking.customers.list(page_size=1, concurrency=5))
    """,
    "threads are in calls": """
    blocking.server.info()
    def work():
        while True:
            blocking.customers.get(100)
    begun = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in begun:
        thread.start()
    async def loops():
        while True:
            await client.customers.get(100)
    threading.Thread(target=lambda: asyncio.run(loops()), daemon=True).start()
    blocking.customers.get(101)
    """,
    "main raises": """
    async def main():
        await begin()
        raise SystemExit(3)
    asyncio.run(main())
    """,
    "a callback exits": """
    async def main():
        await begin()
        asyncio.get_running_loop().call_later(0.01, sys.exit, 3)
        await asyncio.sleep(60)
    asyncio.run(main())
    """,
}
STATUS = {"main raises": 3, "a callback exits": 3}
# What asyncio itself says of a loop that is left open.
FORGIVEN = {"a call is pending in a loop that nobody closes": "error,ignore::ResourceWarning"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_exit_is_clean(clients: Clients, scenario: str) -> None:
    clients.sim.control("options", {"latency_ms": 30})
    warnings = FORGIVEN.get(scenario, "error")
    often(
        BEGIN + SCENARIOS[scenario],
        clients.sim,
        status=STATUS.get(scenario, 0),
        more={"PYTHONWARNINGS": warnings},
    )


def test_exit_does_not_wait_for_calls(clients: Clients) -> None:
    clients.sim.control("options", {"latency_ms": 20_000})
    begin = time.monotonic()
    code = """
    async def main():
        tasks = [asyncio.ensure_future(client.server.health()) for _ in range(20)]
        threading.Thread(target=blocking.server.health, daemon=True).start()
        await flying(21)
    asyncio.run(main())
    """
    quiet(BEGIN + code, clients.sim)
    assert time.monotonic() - begin < 10
    clients.sim.control("options", {"latency_ms": 0})


def test_calls_of_exit_handlers_work(clients: Clients) -> None:
    code = """
    import atexit
    atexit.register(lambda: print(blocking.customers.get(100).customer_id))
    import mspkit
    blocking = mspkit.NCentral()
    atexit.register(lambda: print(blocking.customers.get(101).customer_id))
    """
    assert quiet(code, clients.sim) == "101\n100\n"


def test_other_ends(clients: Clients) -> None:
    clients.sim.control("options", {"latency_ms": 30})
    terminated = 15 if sys.platform == "win32" else -15
    for end, status in (("os._exit(4)", 4), ("os.kill(os.getpid(), signal.SIGTERM)", terminated)):
        code = (
            BEGIN
            + f"\n    async def main():\n        await begin()\n        {end}\n    asyncio.run(main())\n"
        )
        quiet(code, clients.sim, status=status)
    ended = run(
        BEGIN + "\n    async def main():\n        await begin()\n        1 / 0\n    asyncio.run(main())\n",
        clients.sim,
    )
    assert ended.returncode == 1 and ended.stderr.rstrip().endswith("ZeroDivisionError: division by zero")
