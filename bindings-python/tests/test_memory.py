"""Memory stays flat, however many clients are made and however many items are listed."""

from __future__ import annotations

import pytest

from children import SOAK, quiet
from conftest import Clients

CLIENTS = 10_000 if SOAK else 400
ITEMS = 1_000_000 if SOAK else 30_000
ROWS = 100_000 if SOAK else 6_000

MEASURE = """
    import asyncio, gc, os
    import mspkit
    def resident():
        gc.collect()
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    def descriptors():
        return len(os.listdir("/proc/self/fd"))
    def measure(turn, turns):
        # The allocator needs time; the second half must add nothing to the first.
        for _ in range(turns // 2):
            turn()
        begin, files = resident(), descriptors()
        for _ in range(turns // 2):
            turn()
        grown = resident() / begin - 1
        print(f"{begin / 1e6:.1f} MB, grown by {grown:.2%}, {descriptors() - files} descriptors more")
        assert grown < 0.05, grown
        assert descriptors() - files < 8
"""
TURNS = {
    "blocking clients": (
        """
    def turn():
        with mspkit.NCentral() as client:
            client.customers.get(100)
            next(client.customers.list(page_size=2))
    """,
        CLIENTS,
    ),
    "async clients": (
        """
    async def one():
        async with mspkit.AsyncNCentral() as client:
            both = client.customers.get(100), client.customers.get("nobody")
            await asyncio.gather(*both, return_exceptions=True)
            task = asyncio.ensure_future(client.customers.get(101))
            await asyncio.sleep(0)
            task.cancel()
    def turn():
        asyncio.run(one())
    """,
        CLIENTS,
    ),
    "listed items": (
        """
    client = mspkit.NCentral()
    def turn():
        for item in client.customers.list(page_size=100, limit=250):
            item.customer_id
        client.customers.list(page_size=50).collect()
    """,
        ITEMS // 550 & ~1,
    ),
    "items listed async": (
        """
    client = mspkit.AsyncNCentral()
    async def all():
        async for page in client.customers.list(page_size=100, limit=250).pages():
            [item.to_dict() for item in page]
        async for item in client.customers.list(page_size=50):
            pass
    def turn():
        asyncio.run(all())
    """,
        ITEMS // 550 & ~1,
    ),
    # No row may wait for its timeout.
    "rows with lists of their own": (
        """
    client = mspkit.NCentral(max_retries=0, attempt_timeout=10)
    def turn():
        for device in client.devices.list_with_custom_properties(page_size=50):
            device.custom_properties
    """,
        ROWS // 300 & ~1,
    ),
    "rows with lists of their own, async": (
        """
    client = mspkit.AsyncNCentral(max_retries=0, attempt_timeout=10)
    async def all():
        async for device in client.devices.list_with_custom_properties(page_size=50):
            device.custom_properties
    def turn():
        asyncio.run(all())
    """,
        ROWS // 300 & ~1,
    ),
}


@pytest.mark.parametrize("what", TURNS)
def test_memory_is_flat(clients: Clients, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    clients.sim.reset(customers=300, devices=300, log=False)
    turn, turns = TURNS[what]
    output = quiet(MEASURE + turn + f"\n    measure(turn, {turns})\n", clients.sim, timeout=3600)
    if SOAK:
        with capsys.disabled():
            print(f"\n{what}, {turns} turns: {output}", end="")
