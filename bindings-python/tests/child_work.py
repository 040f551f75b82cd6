"""What a process pool does with a client; a module, so that spawned processes find it."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import mspkit

client: mspkit.NCentral | None = None


def by_global(at: int) -> str:
    assert client is not None
    return client.customers.get(at).customer_id


def by_argument(given: mspkit.NCentral, at: int) -> mspkit.ncentral.Customer:
    return given.customers.get(at)


def main(method: str) -> None:
    global client
    client = mspkit.NCentral()
    client.server.info()
    context = multiprocessing.get_context(method)
    with context.Pool(3) as pool:
        got = pool.starmap(by_argument, [(client, 100 + at % 10) for at in range(20)])
        assert [one.customer_id for one in got] == [str(100 + at % 10) for at in range(20)]
        if method == "fork":
            assert pool.map(by_global, range(100, 110)) == [str(at) for at in range(100, 110)]
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert executor.submit(by_argument, client, 100).result().customer_id == "100"
        error = executor.submit(by_argument, client, "nobody").exception()  # type: ignore[arg-type]
        assert isinstance(error, mspkit.BadRequestError) and error.attempts[0].status == 400
