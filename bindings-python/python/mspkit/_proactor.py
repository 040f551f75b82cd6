"""For event loops that have no `add_reader`, such as the default one of Windows."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

_MOST = 4096


class _Borrowed(socket.socket):
    """A socket that its owner closes."""

    __slots__ = ()

    def __del__(self) -> None:
        self.detach()


class Reader:
    """Calls a function on the thread of an event loop whenever a socket becomes readable.

    It reads what is there, until the loop is closed. It drives its coroutine itself, since asyncio
    complains about a task that a loop still has then.
    """

    __slots__ = ("__weakref__", "_broken", "_fileno", "_loop", "_reading", "_socket", "_wake")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        fileno: int,
        wake: Callable[[], None],
        broken: Callable[[OSError], None],
    ) -> None:
        self._loop = loop
        self._fileno = fileno
        self._wake = wake
        # Called when the socket cannot be read.
        self._broken = broken
        self._socket: _Borrowed | None = None
        self._reading: Coroutine[Any, None, bytes] | None = None

    def watch(self) -> None:
        """Begins to watch, unless it does already."""
        if self._reading is None:
            self._read()

    def _read(self) -> None:
        try:
            if self._socket is None:
                self._socket = _Borrowed(fileno=self._fileno)
                self._socket.setblocking(False)
        except OSError as error:
            self._loop.call_soon(self._broken, error)
            return
        self._reading = self._loop.sock_recv(self._socket, _MOST)
        self._go_on()

    def _go_on(self, _: object = None) -> None:
        if self._reading is None:
            return
        try:
            waited = self._reading.send(None)
        except StopIteration as end:
            self._reading = None
            if end.value:
                self._loop.call_soon(self.watch)
                self._wake()
            else:
                self._broken(ConnectionResetError("the socket that wakes the event loop was closed"))
        except asyncio.CancelledError:
            # By the loop, which is being closed.
            self._reading = None
        except OSError as error:
            self._reading = None
            self._broken(error)
        else:
            # What a task does with a future that a coroutine waits for.
            waited._asyncio_future_blocking = False
            waited.add_done_callback(self._go_on)
