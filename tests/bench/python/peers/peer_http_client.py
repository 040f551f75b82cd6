"""Python's own http.client and json: one connection, reopened when the server closes it."""

import http.client
import json
import platform
from urllib.parse import urlencode, urlsplit

from dicts import BlockingDicts
from tokens import AUTHENTICATE, AUTHORIZED, CASES, URL, WIV_HEADERS, Token


def version():
    return f"Python {platform.python_version()}"


class Peer(BlockingDicts):
    def __init__(self):
        self.connection = http.client.HTTPConnection(urlsplit(URL).netloc, timeout=30)
        self.token = Token()

    def call(self, path, query=None):
        if query:
            path = f"{path}?{urlencode(query)}"
        status, body = self._send(path)
        if status == 401:
            self.token.drop()
            status, body = self._send(path)
        return self._decoded(status, body)

    def _send(self, path):
        if not self.token.usable():
            self.token.keep(self._decoded(*self._exchange("POST", AUTHENTICATE, AUTHORIZED)))
        return self._exchange("GET", path, self.token.headers)

    def _exchange(self, method, path, headers, body=None):
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        return answer.status, answer.read()

    @staticmethod
    def _decoded(status, body):
        if status >= 400:
            raise RuntimeError(f"HTTP {status}: {body[:200]!r}")
        return json.loads(body)

    def search(self, body):
        headers = {**WIV_HEADERS, "Content-Type": "application/json"}
        return self._decoded(*self._exchange("POST", CASES, headers, json.dumps(body)))
