"""Calls each thing of the vocabulary from Python. `calls.py URL`"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys

import mspkit

URL = sys.argv[1]
BODY = {
    "names": ["a", "b"],
    "noteIds": [1, 2],
    "deviceIds": ["7", "8"],
    "flags": [True, False],
    "windows": [
        {"deviceID": "7", "startsAt": "2026-01-31T08:00:00+00:00", "limit": {"kind": "k", "most": None}}
    ],
    "main": {"deviceID": "9"},
    "cost": 12.5,
    "startsAt": "2026-01-31T08:00:00+00:00",
    "level": 4,
    "anything": "x",
}


def refused(what: str, call: object) -> None:
    try:
        call()  # type: ignore[operator]
    except mspkit.InvalidRequestError as error:
        assert what in str(error), (what, str(error))
    else:
        raise AssertionError(f"{what} was not refused")


def main() -> None:
    at = dt.datetime(2026, 1, 31, 8, tzinfo=dt.timezone.utc)
    with mspkit.Wiv(api_key="key", base_url=URL, allow_http=True) as client:
        vocabulary = client.vocabulary
        echo = vocabulary.send(
            2026,
            2,
            "all of it",
            names=["a", "b"],
            windows=[{"device_id": 7, "starts_at": at, "limit": {"kind": "k", "most": None}}],
            note_ids=[1, 2],
            device_ids=[7, "8"],
            flags=[True, False],
            main={"device_id": "9"},
            cost=12.5,
            starts_at=at,
            level=4,
            anything="x",
            trace="t-1",
            since=dt.date(2026, 1, 31),
        )
        assert (echo.method, echo.path) == ("POST", "/vocabulary/2026/2/all%20of%20it"), echo
        assert (echo.query, echo.trace) == ("since=2026-01-31", "t-1"), echo
        assert json.loads(echo.body) == BODY, echo.body
        start = {"names": ["a"], "windows": []}
        refused("year", lambda: vocabulary.send(1999, 2, "x", **start))
        refused("half", lambda: vocabulary.send(2026, 3, "x", **start))
        refused("cost", lambda: vocabulary.send(2026, 2, "x", cost=-1, **start))
        refused("level", lambda: vocabulary.send(2026, 2, "x", level=2, **start))
        refused(
            "starts_at", lambda: vocabulary.send(2026, 2, "x", starts_at=at.replace(tzinfo=None), **start)
        )
        refused("note_ids[1]", lambda: vocabulary.send(2026, 2, "x", note_ids=[1, "x"], **start))
        refused("windows[0].device_id", lambda: vocabulary.send(2026, 2, "x", names=[], windows=[{}]))
        refused("devise", lambda: vocabulary.send(2026, 2, "x", names=[], windows=[{"devise": 1}]))
        deleted = vocabulary.delete_notes(note_ids=[1, 2])
        assert (deleted.method, json.loads(deleted.body)) == ("DELETE", {"noteIds": [1, 2]})
        assert vocabulary.replace_limits(limits=[{"kind": "devices", "more": 1}]).status == 200
        try:
            vocabulary.replace_refused(limits=[])
        except mspkit.OperationFailedError as error:
            assert not error.retryable
        else:
            raise AssertionError("a success that says false is none")
        assert vocabulary.only().kind == "k0"
        assert [limit.most for limit in vocabulary.one()] == [1]
        assert [limit.most for limit in vocabulary.pages(page_size=2)] == [0, 1, 2, 3, 4]
        wide = vocabulary.wide()
        assert (wide.field000, wide.field063, wide.field064, wide.field069) == (0, 63, 64, 69)
        assert vocabulary.file().content == bytes(range(256))
        assert vocabulary.touch().status == 200
    asyncio.run(asynchronous())


async def asynchronous() -> None:
    async with mspkit.AsyncWiv(api_key="key", base_url=URL, allow_http=True) as client:
        assert (await client.vocabulary.file()).content == bytes(range(256))
        assert [limit.most async for limit in client.vocabulary.pages(page_size=2)] == [0, 1, 2, 3, 4]


main()
print("python: every word was sent and read")
