"""mspkit, blocking."""

from operator import attrgetter

import mspkit
from fields import FIELDS


def version():
    return f"mspkit {mspkit.__version__}"


class Peer:
    three_of = staticmethod(attrgetter("customer_id", "customer_name", "contact_email"))
    all_of = staticmethod(attrgetter(*FIELDS))
    case_of = staticmethod(attrgetter("case_id", "case_type"))

    def __init__(self):
        self.client = mspkit.NCentral()
        self.wiv = None

    def customers(self, size, in_flight):
        return self.client.customers.list(page_size=size)

    def dicts(self, size):
        return self.client.customers.list(page_size=size).to_dicts()

    def csv(self, size, path):
        self.client.customers.list(page_size=size).write_csv(path)

    def frame(self, size):
        # Imported lazily, as the import of the peer is measured.
        import polars

        return polars.DataFrame(self.customers(size, 1))

    def batches(self, size):
        from nanoarrow import ArrayStream

        return ArrayStream(self.customers(size, 1))

    def get(self, customer):
        return self.client.customers.get(customer)

    def cases(self, size):
        # Made lazily: a script for N-central would not make it.
        self.wiv = self.wiv or mspkit.Wiv()
        return self.wiv.cases.search(max_returned_items=size)
