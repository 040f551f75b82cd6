"""The bridge between asyncio and the native runtime: one port per event loop.

The runtime's threads put completions into the port and signal a descriptor that the loop watches,
on Windows a socket; only the loop's own thread ever enters Python. The bridge is only referenced by
its loop, through the watched descriptor: a loop that is closed or collected takes its bridge and all
calls in flight with it.
"""

from __future__ import annotations

import asyncio
import os
import weakref
from collections import deque
from typing import Any

from mspkit import _native
from mspkit._errors import MspError, from_native
from mspkit._log import Listener
from mspkit._proactor import Reader

FAILED, DONE, EVENTS = 0, 1, 2

_bridges: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, weakref.ref[Bridge]] = (
    weakref.WeakKeyDictionary()
)


def here() -> Bridge:
    """The bridge of the running loop."""
    loop = asyncio.get_running_loop()
    known = _bridges.get(loop)
    bridge = None if known is None else known()
    # A loop that a forked child has inherited watches a descriptor that it shares with its parent.
    if bridge is None or bridge.pid != os.getpid():
        bridge = Bridge(loop)
        _bridges[loop] = weakref.ref(bridge)
    return bridge


class Waiting:
    """A call that is being awaited: its outcome so far, and the future that signals one."""

    __slots__ = ("future", "received")

    def __init__(self) -> None:
        self.received: list[tuple[int, Any]] = []
        self.future: asyncio.Future[None] | None = None


class Bridge:
    """The calls in flight of one event loop."""

    __slots__ = ("__weakref__", "completed", "pid", "port", "reader", "waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.port = _native.Port()
        self.pid = os.getpid()
        self.waiting: dict[int, Waiting] = {}
        self.completed: deque[tuple[int, int, Any]] = deque()
        self.reader: Reader | None = None
        try:
            loop.add_reader(self.port.fileno(), self.drain)
        except NotImplementedError:
            self.reader = Reader(loop, self.port.fileno(), self.drain, self.broken)

    async def outcome(self, token: int, watcher: Listener) -> Any:
        """Waits for a submitted call; cancels it if the wait ends in any other way.

        Events meanwhile are delivered here, in the task that waits: hooks and log records see its
        context.

        Raises:
            MspError: The call failed; it is logged.
        """
        loop = asyncio.get_running_loop()
        waiting = self.waiting[token] = Waiting()
        if self.reader is not None:
            self.reader.watch()
        try:
            while True:
                if not waiting.received:
                    waiting.future = loop.create_future()
                    await waiting.future
                state, outcome = waiting.received.pop(0)
                if state != EVENTS:
                    break
                await watcher.deliver_async(outcome)
        except BaseException:
            self.port.cancel(token)
            raise
        finally:
            self.waiting.pop(token, None)
        if state == DONE:
            return outcome
        try:
            raise from_native(*outcome)
        except MspError as error:
            watcher.gave_up(error)
            raise

    def drain(self) -> None:
        """Delivers completions. Runs on the loop's thread."""
        completed = self.completed
        completed.extend(self.port.drain())
        try:
            while completed:
                token, state, outcome = completed.popleft()
                waiting = self.waiting.get(token)
                if waiting is not None:
                    waiting.received.append((state, outcome))
                    if waiting.future is not None and not waiting.future.done():
                        waiting.future.set_result(None)
        finally:
            # Ctrl-C may strike here; the rest must not wait for another completion.
            if completed:
                self.port.wake()

    def broken(self, error: OSError) -> None:
        """Ends all calls, as nothing tells any more that one has completed."""
        for waiting in self.waiting.values():
            if waiting.future is not None and not waiting.future.done():
                waiting.future.set_exception(error)
