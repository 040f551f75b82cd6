"""A server of one connection at a time that stops wherever a test wants it to."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

ANSWER = b'{"customerId": "1", "customerName": "One"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
GOOD = HEAD % len(ANSWER) + ANSWER
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"


class Server:
    """Reads each request, sends `prefix`, calls `then`, and checks whether the client
    disconnects."""

    def __init__(self, prefix: bytes = b"", then: Callable[[], object] = lambda: None) -> None:
        self.prefix = prefix
        self.then = then
        self.dropped = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=[connection], daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(30)
            try:
                read = connection.recv(65536)
                while read:
                    connection.sendall(self.prefix)
                    self.then()
                    read = connection.recv(65536)
            except ConnectionError:
                pass
            except OSError:
                return
            self.dropped.set()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *raised: Any) -> None:
        if sys.platform != "win32":
            # Closing alone would leave the thread in `accept`.
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Unreachable:
    """An address where connections are neither accepted nor refused: its queue is full."""

    def __init__(self) -> None:
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.waiting = [self.connect() for _ in range(4)]

    def connect(self) -> socket.socket:
        made = socket.socket()
        made.setblocking(False)
        made.connect_ex(("127.0.0.1", self.port))
        return made

    def tries(self) -> int:
        """How many connections are being tried."""
        with open("/proc/net/tcp") as table:  # noqa: PTH123 - no file that Path would make any easier
            rows = [line.split() for line in table.readlines()[1:]]
        return sum(row[2].endswith(f":{self.port:04X}") and row[3] == "02" for row in rows)

    def __enter__(self) -> Unreachable:
        return self

    def __exit__(self, *raised: Any) -> None:
        for made in [*self.waiting, self.listener]:
            made.close()
