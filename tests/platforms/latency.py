"""Prints how long a call takes from the program to the simulator and back, blocking and awaited, with the installed package.

    mspkit-sim -- python tests/platforms/latency.py

For ratios of two systems on one machine, with the same simulator.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

import mspkit

CALLS = 1000
WARM_UP = 50


def blocking() -> list[float]:
    seconds = []
    with mspkit.NCentral() as client:
        for _ in range(WARM_UP + CALLS):
            begun = time.perf_counter()
            client.customers.get("100")
            seconds.append(time.perf_counter() - begun)
    return seconds[WARM_UP:]


async def awaited() -> list[float]:
    seconds = []
    async with mspkit.AsyncNCentral() as client:
        for _ in range(WARM_UP + CALLS):
            begun = time.perf_counter()
            await client.customers.get("100")
            seconds.append(time.perf_counter() - begun)
    return seconds[WARM_UP:]


def show(kind: str, seconds: list[float]) -> None:
    median, ninety = statistics.median(seconds), statistics.quantiles(seconds, n=10)[-1]
    print(f"{sys.platform}, {kind}: median {median * 1e6:.0f} us, 90 % within {ninety * 1e6:.0f} us")


def main() -> None:
    show("a blocking call", blocking())
    show("an awaited call", asyncio.run(awaited()))


if __name__ == "__main__":
    main()
