"""Event loops without `add_reader`: they wait for the socket of a call by a connection of their own."""

from __future__ import annotations

import asyncio
import gc
import socket
import warnings

import pytest

from mspkit._proactor import Reader


def unexpected(error: OSError) -> None:
    raise error


def test_each_byte_wakes_the_loop_on_its_own_thread_and_nothing_stays_open() -> None:
    ours, theirs = socket.socketpair()
    woken = 0

    async def run() -> None:
        nonlocal woken
        arrived = asyncio.Event()

        def wake() -> None:
            nonlocal woken
            woken += 1
            arrived.set()

        reader = Reader(asyncio.get_running_loop(), ours.fileno(), wake, unexpected)
        for _ in range(3):
            reader.watch()
            arrived.clear()
            theirs.send(b"\x01")
            await asyncio.wait_for(arrived.wait(), 10)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(run())
        gc.collect()
    assert woken == 3
    # The socket that the reader was given stays its owner's.
    theirs.send(b"\x01")
    assert ours.recv(1) == b"\x01"
    ours.close()
    theirs.close()


def test_a_loop_that_shuts_its_generators_down_is_still_watched() -> None:
    ours, theirs = socket.socketpair()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        reader = Reader(loop, ours.fileno(), arrived.set, unexpected)
        reader.watch()
        for _ in range(2):
            arrived.clear()
            theirs.send(b"\x01")
            await asyncio.wait_for(arrived.wait(), 10)
            await loop.shutdown_asyncgens()

    with ours, theirs:
        asyncio.run(run())


def test_a_loop_that_is_just_closed_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = socket.socketpair()
    loop = asyncio.new_event_loop()
    with ours, theirs, warnings.catch_warnings():
        warnings.simplefilter("error")
        Reader(loop, ours.fileno(), lambda: None, unexpected).watch()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        del loop
        gc.collect()
    assert caplog.records == []


def test_a_descriptor_that_cannot_be_watched_is_reported() -> None:
    async def run() -> OSError:
        loop = asyncio.get_running_loop()
        broken: asyncio.Future[OSError] = loop.create_future()
        reader = Reader(loop, 1_000_000, lambda: None, broken.set_result)
        reader.watch()
        return await asyncio.wait_for(broken, 10)

    assert isinstance(asyncio.run(run()), OSError)


def test_a_connection_that_ends_is_reported() -> None:
    ours, theirs = socket.socketpair()

    async def run() -> OSError:
        loop = asyncio.get_running_loop()
        broken: asyncio.Future[OSError] = loop.create_future()
        reader = Reader(loop, ours.fileno(), lambda: None, broken.set_result)
        reader.watch()
        theirs.close()
        return await asyncio.wait_for(broken, 10)

    with ours, theirs:
        assert isinstance(asyncio.run(run()), ConnectionResetError)
