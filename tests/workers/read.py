"""Reads a million customers of the simulator with the workers of a real Dask and a real Ray.

    read.py dask|ray SIMULATOR [CUSTOMERS]

Four worker processes read 32 partitions, within the endpoint's limit of 5 calls: nothing is lost, nothing is read twice,
and no call is refused.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mspkit
from mspkit import ncentral
from mspkit.testing import Simulator

sys.path.insert(0, str(Path(__file__).parent))

from customers import ids

WORKERS, PARTITIONS, PAGE_SIZE = 4, 32, 1000
LIST = "ncentral.customers.list"

Partition = mspkit.Partition[ncentral.Customer]


def by_dask(partitions: list[Partition], url: str, jwt: str) -> list[list[int]]:
    """Reads them with a local cluster of Dask."""
    from dask.distributed import Client, LocalCluster  # type: ignore[import-not-found]

    with (
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as dask,
    ):
        dask.upload_file(str(Path(__file__).parent / "customers.py"))
        return list(dask.gather(dask.map(ids, partitions, url=url, jwt=jwt, pure=False)))


def by_ray(partitions: list[Partition], url: str, jwt: str) -> list[list[int]]:
    """Reads them with a local Ray."""
    # Otherwise it keeps a token in the user's home.
    os.environ["RAY_AUTH_MODE"] = "disabled"
    import ray  # type: ignore[import-not-found]

    ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
    try:
        work: Any = ray.remote(num_cpus=1)(ids)
        return list(ray.get([work.remote(partition, url, jwt) for partition in partitions]))
    finally:
        ray.shutdown()


ENGINES: dict[str, Callable[[list[Partition], str, str], list[list[int]]]] = {"dask": by_dask, "ray": by_ray}


def main(engine: str, count: int) -> None:
    """Reads this many customers."""
    with Simulator(customers=count) as simulator:
        with simulator.ncentral() as client:
            url, jwt = simulator.url, simulator.credentials["ncentral_jwt"]
            partitions = client.customers.list(page_size=PAGE_SIZE).partitions(PARTITIONS)
        begun = time.monotonic()
        parts = ENGINES[engine](partitions, url, jwt)
        took = time.monotonic() - begun
        found = [one for part in parts for one in part]
        counts = simulator.control("requests?since=0")["counts"][LIST]
    if len(found) != count or len(set(found)) != count:
        raise SystemExit(f"{engine}: {len(found)} rows, {len(set(found))} different, instead of {count}")
    pages = -(-count // PAGE_SIZE)
    if counts["received"] != pages + 1 or counts["throttled"] or counts["max_in_flight"] > WORKERS:
        raise SystemExit(f"{engine}: the server has counted {counts}")
    print(
        f"{engine}: {count} customers in {len(partitions)} partitions by {WORKERS} workers in {took:.1f} s, "
        f"{counts['max_in_flight']} calls in flight at most"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
