"""For event loops that have no `add_reader`, such as the default one of Windows."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable


class _Woken(asyncio.Protocol):
    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake

    def data_received(self, data: bytes) -> None:
        self.wake()


class Reader:
    """Calls a function on the thread of an event loop whenever a socket becomes readable.

    It ends when the loop shuts its generators down, as `asyncio.run` does.
    """

    __slots__ = ("__weakref__", "_broken", "_fileno", "_lifetime", "_loop", "_starting", "_wake")

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
        # Called when the system has no socket to watch with.
        self._broken = broken
        self._lifetime: AsyncGenerator[None, None] | None = None
        self._starting: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Begins to watch, unless it does already."""
        if self._starting is None:
            self._lifetime = self._watching()
            self._starting = self._loop.create_task(self._start(self._lifetime))

    async def _start(self, lifetime: AsyncGenerator[None, None]) -> None:
        try:
            await lifetime.__anext__()
        except OSError as error:
            self._starting = None
            self._broken(error)

    def _duplicate(self) -> socket.socket:
        """A socket that the transport may close; the owner closes its own."""
        borrowed = socket.socket(fileno=self._fileno)
        try:
            duplicate = borrowed.dup()
        finally:
            borrowed.detach()
        duplicate.setblocking(False)
        return duplicate

    async def _watching(self) -> AsyncGenerator[None, None]:
        watched = self._duplicate()
        transport, _ = await self._loop.create_connection(lambda: _Woken(self._wake), sock=watched)
        try:
            yield
        finally:
            transport.close()
            self._starting = None
