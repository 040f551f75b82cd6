"""The clients of this package as a program for the judge of the conformance cases.

Each line of standard input is a request, each line of standard output its response:
`tests/conformance/README.md` lists them. `make conformance-python ONLY="…"` runs some cases.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
import traceback
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import mspkit
from mspkit import MspError, ResponseMeta, _native
from mspkit._client import AsyncClient, SyncClient
from mspkit._model import Model

BLOCKING: dict[str, type[SyncClient]] = {
    "ncentral": mspkit.NCentral,
    "cloudmore": mspkit.Cloudmore,
    "wiv": mspkit.Wiv,
}
ASYNC: dict[str, type[AsyncClient]] = {
    "ncentral": mspkit.AsyncNCentral,
    "cloudmore": mspkit.AsyncCloudmore,
    "wiv": mspkit.AsyncWiv,
}
LISTS = {operation["id"] for operation in _native.operations() if operation["paging"] != "none"}
Outcome = dict[str, Any]


class Call:
    """A requested call, and its outcome so far."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self.operation: str = request["call"]
        self.params: dict[str, Any] = request["params"]
        self.options: dict[str, Any] = request["options"]
        self.paging: dict[str, Any] = request["paging"]
        self.untyped: bool = request["untyped"]
        self.listed = self.operation in LISTS or self.operation == "paginate"
        self.first: bool = request["read"]["first"]
        self.then: str | None = request["read"]["then"]
        # Some items one by one, then the rest in one way or not at all.
        self.most: int | None = None if self.then == "items" else request["read"]["take"]
        self.partitions: int | None = request["read"]["partitions"]
        self.go_on: bool = request["go_on"]
        self.items: list[dict[str, Any]] = []
        self.pages: list[int] = []
        self.error: MspError | None = None

    def start(self, client: Any) -> Any:
        """Starts the call: returns the result, the awaitable or the pager."""
        if self.operation == "request":
            return client.request(**self.params, **self.options)
        if self.operation == "paginate":
            return client.paginate(**self.params, **self.paging, **self.options)
        if self.untyped:
            return self._by_id(client)
        _, resource, name = self.operation.split(".")
        method = getattr(getattr(client, resource), name)
        return method(**self.params, **(self.paging if self.listed else {}), **self.options)

    def _by_id(self, client: Any) -> Any:
        if self.listed:
            options = {**self.paging, **self.options}
            return client._list(self.operation, Model, self.params, options, mspkit.ScrollOptions)
        return client._call(self.operation, Model, self.params, self.options)

    def take(self, item: Model | dict[str, Any]) -> None:
        """Keeps an item. One that cannot be read stops reading, unless the call continues after
        it."""
        try:
            self.items.append(item if isinstance(item, dict) else item.to_dict(by_wire_name=True))
        except MspError as error:
            self.error = self.error or error
            if not self.go_on:
                raise

    def take_page(self, page: mspkit.Page[Any]) -> None:
        """Keeps a page."""
        before = len(self.items)
        try:
            for item in page:
                self.take(item)
        finally:
            self.pages.append(len(self.items) - before)

    def read(self, pager: mspkit.Pager[Any]) -> None:
        """Reads a list."""
        if self.first and (first := pager.first()) is not None:
            self.take(first)
        items: Iterator[Model] = islice(pager, self.most)
        for item in items:
            self.take(item)
        if self.then == "pages":
            for page in pager.pages():
                self.take_page(page)
        elif self.then == "collect":
            for item in pager.collect():
                self.take(item)

    async def read_async(self, pager: mspkit.AsyncPager[Any]) -> None:
        """Reads a list of an async client."""
        if self.first and (first := await pager.first()) is not None:
            self.take(first)
        taken = 0
        while self.most is None or taken < self.most:
            try:
                self.take(await anext(pager))
            except StopAsyncIteration:
                break
            taken += 1
        if self.then == "pages":
            async for page in pager.pages():
                self.take_page(page)
        elif self.then == "collect":
            for item in await pager.collect():
                self.take(item)

    def read_partitions(self, parts: list[mspkit.Partition[Any]], client: SyncClient) -> Outcome:
        """Reads the partitions of a list as another process would."""
        pagers = [pickle.loads(pickle.dumps(part)).read(client) for part in parts]
        for pager in pagers:
            before = len(self.items)
            for item in pager:
                self.take(item)
            self.pages.append(len(self.items) - before)
        return self.divided_outcome(pagers)

    async def read_partitions_async(self, parts: list[mspkit.Partition[Any]], client: AsyncClient) -> Outcome:
        """Reads the partitions of an async client's list."""
        pagers = [pickle.loads(pickle.dumps(part)).read(client) for part in parts]
        for pager in pagers:
            before = len(self.items)
            async for item in pager:
                self.take(item)
            self.pages.append(len(self.items) - before)
        return self.divided_outcome(pagers)

    def divided_outcome(self, pagers: list[Any]) -> Outcome:
        """The outcome of a list whose partitions were read."""
        missing = [pager.missing for pager in pagers]
        known = None not in missing
        return {
            **self.listed_outcome(pagers[-1]),
            "total": pagers[0].total,
            "complete": all(pager.complete for pager in pagers) if known else None,
            "missing": sum(missing) if known else None,
        }

    def listed_outcome(self, pager: mspkit.Pager[Any] | mspkit.AsyncPager[Any]) -> Outcome:
        """The outcome of a list."""
        error = {} if self.error is None else failed(self.error)
        return {
            "items": self.items,
            "pages": self.pages,
            "total": pager.total,
            "complete": pager.complete,
            "missing": pager.missing,
            "meta": meta(pager.response_meta),
            **error,
            "resume_token": error.get("resume_token") or pager.resume_token,
        }

    def outcome(self, client: SyncClient) -> Outcome:
        """Makes the call and waits for it."""
        answer = self.start(client)
        if not self.listed:
            return ended(answer)
        if self.partitions is not None:
            return self.read_partitions(answer.partitions(self.partitions), client)
        try:
            self.read(answer)
        except MspError as error:
            self.error = self.error or error
        return self.listed_outcome(answer)

    async def outcome_async(self, client: AsyncClient) -> Outcome:
        """Makes the call of an async client."""
        answer = self.start(client)
        if not self.listed:
            return ended(await answer)
        if self.partitions is not None:
            return await self.read_partitions_async(await answer.partitions(self.partitions), client)
        try:
            await self.read_async(answer)
        except MspError as error:
            self.error = self.error or error
        return self.listed_outcome(answer)


def ended(answer: Any) -> Outcome:
    """The outcome of a call that is not a list."""
    if isinstance(answer, ResponseMeta):
        return {"result": None, "meta": meta(answer)}
    if not isinstance(answer, mspkit.Response):
        return {"result": answer.to_dict(by_wire_name=True), "meta": meta(answer.response_meta)}
    try:
        body = answer.json()
    except MspError:
        body = None
    result = {"status": answer.status, "headers": dict(answer.headers), "json": body, "text": answer.text}
    return {"result": result, "meta": meta(answer.response_meta)}


def meta(of: ResponseMeta | None) -> dict[str, Any] | None:
    """The metadata of a response."""
    if of is None:
        return None
    return {"status": of.status, "attempts": of.attempts, "request_id": of.request_id}


def failed(error: MspError) -> Outcome:
    """The outcome of a call that failed."""
    named = (
        "kind status code server_error_id retryable retry_after total missing resume_token request_id "
        "argument given allowed method path server"
    )
    field_errors = [
        {"field": one.field, "code": one.code, "message": one.message} for one in error.field_errors
    ]
    fields = {
        **{name: getattr(error, name) for name in named.split()},
        "message": str(error),
        "debug": f"{error} {error!r} {vars(error)!r}",
        "attempts": len(error.attempts),
        "field_errors": field_errors,
        "matches": list(error.matches),
        "differences": [
            {"field": one.field, "wanted": one.wanted, "found": one.found} for one in error.differences
        ],
    }
    return {"error": fields, "resume_token": error.resume_token}


class Session:
    """The current client of the judge."""

    def __init__(self) -> None:
        self.client: SyncClient | AsyncClient | None = None

    def close(self) -> None:
        """Closes the client."""
        client, self.client = self.client, None
        if isinstance(client, AsyncClient):
            asyncio.run(client.close())
        elif client is not None:
            client.close()

    def answer(self, request: Mapping[str, Any]) -> Outcome:
        """Handles the request of a line."""
        if "client" in request:
            spec = request["client"]
            self.close()
            clients = ASYNC if spec["mode"] == "async" else BLOCKING
            self.client = clients[spec["service"]](**spec["options"])
        elif "call" in request:
            call = Call(request)
            if isinstance(self.client, AsyncClient):
                # In a separate loop, so the client goes from one closed loop to the next.
                return asyncio.run(call.outcome_async(self.client))
            assert self.client is not None
            return call.outcome(self.client)
        elif "close" in request:
            self.close()
        # Python has the names of the cases, so it has nothing to declare.
        return {}


def main() -> None:
    """Responds line by line until the end of input."""
    session = Session()
    for line in sys.stdin.buffer:
        try:
            outcome = session.answer(json.loads(line))
        except MspError as error:
            outcome = failed(error)
        except Exception:
            outcome = {"failed": traceback.format_exc()}
        sys.stdout.buffer.write(json.dumps(outcome, allow_nan=False).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
