"""What a worker of any engine does with a partition of the customers."""

from __future__ import annotations

import mspkit
from mspkit import ncentral


def ids(partition: mspkit.Partition[ncentral.Customer], url: str, jwt: str) -> list[int]:
    """The ids of a partition's customers."""
    with mspkit.NCentral(url, jwt=jwt) as client:
        customers = partition.read(client)
        found = [int(customer.customer_id or 0) for customer in customers]
        if customers.complete is not True:
            raise ValueError(f"{partition} is not complete")
        return found
