"""requests: one session."""

import requests
from dicts import BlockingDicts
from tokens import AUTHENTICATE, AUTHORIZED, CASES, URL, WIV_HEADERS, Token


def version():
    return f"requests {requests.__version__}"


class Peer(BlockingDicts):
    def __init__(self):
        self.session = requests.Session()
        self.token = Token()

    def call(self, path, query=None):
        answer = self._send(path, query)
        if answer.status_code == 401:
            self.token.drop()
            answer = self._send(path, query)
        answer.raise_for_status()
        return answer.json()

    def _send(self, path, query):
        if not self.token.usable():
            answer = self.session.post(URL + AUTHENTICATE, headers=AUTHORIZED)
            answer.raise_for_status()
            self.token.keep(answer.json())
        return self.session.get(URL + path, params=query, headers=self.token.headers)

    def frame(self, size):
        import polars

        return polars.DataFrame(list(self.customers(size, 1)), infer_schema_length=None)

    def search(self, body):
        answer = self.session.post(URL + CASES, json=body, headers=WIV_HEADERS)
        answer.raise_for_status()
        return answer.json()
