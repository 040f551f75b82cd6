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
        read = step.get("read", "items")
        self.by_pages = read == "pages"
        self.most: int | None = read["take"] if isinstance(read, dict) else None

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


def _take_page(page: mspkit.Page[Any], outcome: Outcome) -> None:
    outcome.items += [item.to_dict(by_wire_name=True) for item in page]
    outcome.pages.append(len(page))
    outcome.meta = page.response_meta


def _ended(pager: mspkit.Pager[Any] | mspkit.AsyncPager[Any], outcome: Outcome) -> None:
    error = outcome.error
    of_error = None if error is None else error.resume_token
    outcome.resume_token = of_error or pager.resume_token
    outcome.total = pager.total
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
        if step.by_pages:
            for page in pager.pages():
                _take_page(page, outcome)
        else:
            items: Iterator[Model] = islice(pager, step.most)
            for item in items:
                outcome.items.append(item.to_dict(by_wire_name=True))
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
        if step.by_pages:
            pages: AsyncIterator[mspkit.Page[Any]] = pager.pages()
            async for page in pages:
                _take_page(page, outcome)
        elif step.most != 0:
            async for item in pager:
                outcome.items.append(item.to_dict(by_wire_name=True))
                if len(outcome.items) == step.most:
                    break
    except MspError as error:
        outcome.error = error
    _ended(pager, outcome)
    return outcome
