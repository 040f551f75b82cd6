"""What the Python package has to do on every platform, as its users have it installed: prints a line
for each step.

Run by `mspkit-doc-examples around`, whose TLS server and proxy are in the environment.
"""

from __future__ import annotations

import asyncio
import os
import platform
import socket
import sys

import mspkit
from mspkit.testing import Simulator

STEPS: list[str] = []


def step(name: str, passed: object) -> None:
    assert passed, name
    STEPS.append(name)
    print(f"python: {name}")


async def concurrently(sim: Simulator) -> None:
    async with sim.async_ncentral() as client:
        names = await asyncio.gather(*(client.customers.get(str(100 + number)) for number in range(20)))
        step("20 awaited calls at once", [one.customer_id for one in names] == [str(100 + number) for number in range(20)])
        step("an awaited list", len([one async for one in client.customers.list(page_size=7)]) == 30)


def refused() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with mspkit.NCentral(address, jwt="x", trust_env=False, max_retries=0) as client:
        try:
            client.customers.get("100")
        except mspkit.APIConnectionError as error:
            step("a refused connection, with its cause", isinstance(error.__cause__, OSError))


def encrypted() -> None:
    variables = ("MSPKIT_TLS_URL", "MSPKIT_TLS_JWT", "MSPKIT_TLS_PROXY", "MSPKIT_TLS_AUTHORITY")
    url, jwt, proxy, authority = (os.environ[name] for name in variables)
    with mspkit.NCentral(url, jwt=jwt, proxy=proxy, ca_bundle=authority) as client:
        step("TLS behind a proxy, with an authority of its own", client.server.info().version)
    with mspkit.NCentral(url, jwt=jwt, proxy=proxy, max_retries=0) as client:
        try:
            client.server.info()
        except mspkit.APIConnectionError as error:
            step("an authority that nobody knows is refused", "certificate" in str(error).lower())


def main() -> None:
    print(f"python: mspkit {mspkit.__version__}, Python {platform.python_version()}, {sys.platform}, {platform.machine()}")
    with Simulator(customers=30) as sim:
        step("the simulator of the package mspkit-sim", True)
        with sim.ncentral() as client:
            step("a blocking call", client.customers.get("100").customer_id == "100")
            step("a list", len(client.customers.list(page_size=7).collect()) == 30)
            try:
                client.customers.get("999999")
            except mspkit.NotFoundError as error:
                step("a 404", error.status == 404)
        asyncio.run(concurrently(sim))
    refused()
    encrypted()
    assert len(STEPS) == 9, STEPS
    print(f"python: {len(STEPS)} steps passed")


if __name__ == "__main__":
    main()
