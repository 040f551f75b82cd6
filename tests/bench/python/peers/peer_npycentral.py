"""npycentral: a client for N-central. Its typed list is per service organization, so all
customers are read as its dicts."""

from dicts import Dicts
from npycentral import NCentralClient
from tokens import JWT, URL


def version():
    from importlib.metadata import version

    return f"npycentral {version('npycentral')}"


class Peer(Dicts):
    def __init__(self):
        self.client = NCentralClient(base_url=URL, jwt=JWT)

    def customers(self, size, in_flight):
        return self.client.get_all("customers", pagesize=size)

    def get(self, customer):
        return self.client.get(f"customers/{customer}")
