"""The bridge between asyncio and the native runtime: one port per event loop.

The runtime's threads put what has completed into the port and signal a descriptor that the loop watches;
only the loop's own thread ever enters Python. The loop holds its bridge, through the watched descriptor,
and nothing else does: a loop that is closed or forgotten takes its bridge and all that was in flight with
it.
"""

from __future__ import annotations

import asyncio
import os
import weakref
from collections import deque
from typing import Any

from mspkit import _native
from mspkit._errors import MspError, from_native
from mspkit._log import Watcher

FAILED, DONE, EVENTS = 0, 1, 2

_bridges: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, weakref.ref[Bridge]] = (
    weakref.WeakKeyDictionary()
)


def here() -> Bridge:
    """The bridge of the running loop."""
    loop = asyncio.get_running_loop()
    known = _bridges.get(loop)
    bridge = None if known is None else known()
    # A loop that a forked child has inherited watches a descriptor that is its parent's too.
    if bridge is None or bridge.pid != os.getpid():
        bridge = Bridge(loop)
        _bridges[loop] = weakref.ref(bridge)
    return bridge


class Bridge:
    """The calls of one event loop that are in flight."""

    __slots__ = ("__weakref__", "completed", "pid", "port", "waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.port = _native.Port()
        self.pid = os.getpid()
        self.waiting: dict[int, tuple[asyncio.Future[tuple[int, Any]], Watcher]] = {}
        self.completed: deque[tuple[int, int, Any]] = deque()
        loop.add_reader(self.port.fileno(), self.drain)

    async def outcome(self, token: int, watcher: Watcher) -> Any:
        """Waits for a call that was submitted; cancels it when the waiting ends in any other way.

        Raises:
            MspError: The call failed; the log knows of it.
        """
        future: asyncio.Future[tuple[int, Any]] = asyncio.get_running_loop().create_future()
        self.waiting[token] = (future, watcher)
        try:
            state, outcome = await future
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
        """Hands over what has completed. Runs on the loop's thread."""
        completed = self.completed
        completed.extend(self.port.drain())
        try:
            while completed:
                token, state, outcome = completed.popleft()
                entry = self.waiting.get(token)
                if entry is not None and not entry[0].done():
                    self.settle(entry[0], entry[1], state, outcome)
        finally:
            # Ctrl-C may strike here; the rest must not wait for another completion.
            if completed:
                self.port.wake()

    def settle(self, future: asyncio.Future[Any], watcher: Watcher, state: int, outcome: Any) -> None:
        """Completes one call, or tells what happens in it."""
        if state != EVENTS:
            future.set_result((state, outcome))
            return
        try:
            watcher.deliver(outcome)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            # What a hook raises ends the call, as it does in a blocking one.
            future.set_exception(error)
