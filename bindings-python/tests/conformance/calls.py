"""Makes the calls of a case: by the generated methods, or by operation id where no method takes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import islice
from typing import Any

import mspkit
from conformance.outcome import Outcome
from mspkit import MspError, ResponseMeta, _native
from mspkit._client import AsyncClient, SyncClient
from mspkit._encode import call_options
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
OPTIONS = ("timeout", "max_retries", "extra_headers", "extra_query", "extra_body")


class Step:
    """A call step with its variables filled in."""

    def __init__(self, step: Mapping[str, Any], fill: Any) -> None:
        self.operation: str = step["call"]
        self.params: dict[str, Any] = fill(step.get("params", {}))
        self.options: dict[str, Any] = fill(step.get("options", {}))
        self.paging: dict[str, Any] = {"concurrency": 1, **fill(step.get("paging", {}))}
        self.untyped: bool = step.get("untyped", False)
        self.listed = self.operation in LISTS
        how = step.get("read", "items")
        read: dict[str, Any] = {"then": how} if isinstance(how, str) else how
        self.first: bool = read.get("first", False)
        self.then: str | None = read.get("then")
        # Some items one by one, then the rest in one way or not at all.
        self.most: int | None = None if self.then == "items" else read.get("take", 0)
        self.go_on: bool = step.get("go_on", False)

    def start(self, client: Any) -> Any:
        """Begins the call: gives the result, the awaitable or the pager."""
        if self.operation == "request":
            return client.request(**self.params, **self.options)
        if self.untyped:
            return self._by_id(client)
        _, resource, name = self.operation.split(".")
        method = getattr(getattr(client, resource), name)
        return method(**self.params, **(self.paging if self.listed else {}), **self.options)

    def _by_id(self, client: Any) -> Any:
        options = call_options(*(self.options.get(name) for name in OPTIONS))
        if self.listed:
            return client._list(self.operation, Model, self.params, self.paging, options)
        return client._call(self.operation, Model, self.params, options)

    def outcome(self, answer: Any) -> Outcome:
        """The outcome of a call that is no list."""
        if isinstance(answer, ResponseMeta):
            return Outcome(meta=answer)
        if isinstance(answer, mspkit.Response):
            return Outcome(_free(answer), meta=answer.response_meta)
        return Outcome(answer.to_dict(by_wire_name=True), meta=answer.response_meta)


def _free(answer: mspkit.Response) -> dict[str, Any]:
    try:
        json = answer.json()
    except MspError:
        json = None
    return {"status": answer.status, "headers": dict(answer.headers), "json": json, "text": answer.text}


def _take(item: Model, outcome: Outcome, step: Step) -> None:
    """Keeps an item. One that cannot be read ends the reading, unless the step goes on behind it."""
    try:
        outcome.items.append(item.to_dict(by_wire_name=True))
    except MspError as error:
        outcome.error = outcome.error or error
        if not step.go_on:
            raise


def _take_page(page: mspkit.Page[Any], outcome: Outcome, step: Step) -> None:
    before = len(outcome.items)
    outcome.meta = page.response_meta
    try:
        for item in page:
            _take(item, outcome, step)
    finally:
        outcome.pages.append(len(outcome.items) - before)


def _ended(pager: mspkit.Pager[Any] | mspkit.AsyncPager[Any], outcome: Outcome) -> None:
    error = outcome.error
    of_error = None if error is None else error.resume_token
    outcome.resume_token = of_error or pager.resume_token
    outcome.total = pager.total
    outcome.missing = pager.missing
    outcome.meta = pager.response_meta or outcome.meta


def blocking(client: SyncClient, step: Step) -> Outcome:
    """Makes a call and waits for it."""
    try:
        answer = step.start(client)
        if not step.listed:
            return step.outcome(answer)
    except MspError as error:
        return Outcome(error=error, resume_token=error.resume_token)
    pager: mspkit.Pager[Any] = answer
    outcome = Outcome()
    try:
        if step.first and (first := pager.first()) is not None:
            _take(first, outcome, step)
        items: Iterator[Model] = islice(pager, step.most)
        for item in items:
            _take(item, outcome, step)
        if step.then == "pages":
            for page in pager.pages():
                _take_page(page, outcome, step)
        elif step.then == "collect":
            for item in pager.collect():
                _take(item, outcome, step)
    except MspError as error:
        outcome.error = error
    _ended(pager, outcome)
    return outcome


async def awaited(client: AsyncClient, step: Step) -> Outcome:
    """Makes a call of an async client."""
    try:
        answer = step.start(client)
        if not step.listed:
            return step.outcome(await answer)
    except MspError as error:
        return Outcome(error=error, resume_token=error.resume_token)
    pager: mspkit.AsyncPager[Any] = answer
    outcome = Outcome()
    try:
        if step.first and (first := await pager.first()) is not None:
            _take(first, outcome, step)
        taken = 0
        while step.most is None or taken < step.most:
            try:
                _take(await anext(pager), outcome, step)
            except StopAsyncIteration:
                break
            taken += 1
        if step.then == "pages":
            pages: AsyncIterator[mspkit.Page[Any]] = pager.pages()
            async for page in pages:
                _take_page(page, outcome, step)
        elif step.then == "collect":
            for item in await pager.collect():
                _take(item, outcome, step)
    except MspError as error:
        outcome.error = error
    _ended(pager, outcome)
    return outcome
