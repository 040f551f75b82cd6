"""mspkit with asyncio."""

import asyncio
from operator import attrgetter

import mspkit
from fields import FIELDS


def version():
    return f"mspkit {mspkit.__version__}"


class Peer:
    gather = staticmethod(asyncio.gather)
    three_of = staticmethod(attrgetter("customer_id", "customer_name", "contact_email"))
    all_of = staticmethod(attrgetter(*FIELDS))
    case_of = staticmethod(attrgetter("case_id", "case_type"))

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.client = mspkit.AsyncNCentral()
        self.wiv = None

    def items(self, size):
        return self.client.customers.list(page_size=size)

    def get(self, customer):
        return self.client.customers.get(customer)

    def cases(self, size):
        # Made lazily: a script for N-central would not make it.
        self.wiv = self.wiv or mspkit.AsyncWiv()
        return self.wiv.cases.search(max_returned_items=size).pages()
