"""Lists: lazy, read page by page, over items or over pages.

A pager is read once. However it is left, by the end, `break`, `limit` or an error, `resume_token` says where
to go on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, Generic, TypeVar, overload

from mspkit import _native
from mspkit._errors import MspError, failure
from mspkit._log import Watcher
from mspkit._model import Model
from mspkit._types import ResponseMeta, meta_of

T = TypeVar("T", bound=Model)


class Page(Generic[T]):
    """A page of a list."""

    __slots__ = ("_items", "_model", "_native", "_said")

    def __init__(self, page: _native.Page, model: type[T]) -> None:
        self._native: _native.Page | None = page
        self._model = model
        self._items: list[T] | None = None
        self._said: tuple[Any, ...] = ()

    @property
    def items(self) -> list[T]:
        """The items."""
        if self._items is None:
            self._items = [] if self._native is None else list(self._native.items(self._model))
        return self._items

    @property
    def total(self) -> int | None:
        """How many items the server says the list has."""
        total: int | None = self._said[0] if self._native is None else self._native.total
        return total

    @property
    def number(self) -> int | None:
        """The number of the page, from 1, where pages are numbered."""
        number: int | None = self._said[1] if self._native is None else self._native.number
        return number

    @property
    def resume_token(self) -> str:
        """Where reading goes on after this page."""
        token: str = self._said[2] if self._native is None else self._native.resume_token(len(self._native))
        return token

    @property
    def response_meta(self) -> ResponseMeta:
        """Status, headers, ids and times of the page's answer."""
        meta: ResponseMeta = self._said[3] if self._native is None else meta_of(self._native)
        return meta

    def __len__(self) -> int:
        return len(self.items) if self._native is None else len(self._native)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        return self.items[at]

    def __repr__(self) -> str:
        if not hasattr(self, "_said"):
            return "Page()"
        return f"Page({len(self)} of {self._model.__name__}, number={self.number}, total={self.total})"

    def __reduce__(self) -> tuple[Any, ...]:
        said = (self.total, self.number, self.resume_token, self.response_meta)
        return _restore, (self._model, self.items, said)


Page.__module__ = "mspkit"


def _restore(model: type[T], items: list[T], said: tuple[Any, ...]) -> Page[T]:
    made = object.__new__(Page)
    made._native, made._model, made._items, made._said = None, model, items, said
    return made


class Items(list[T]):
    """Items that were read at once: a list that shows its beginning."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = 10
        if len(self) <= 2 * shown:
            return super().__repr__()
        begin = ", ".join(map(repr, self[:shown]))
        return f"[{begin}, … {len(self) - shown} more]"


Items.__module__ = "mspkit"


class Reading(Generic[T]):
    """How far a list has been read."""

    __slots__ = (
        "__weakref__",
        "_before",
        "_begin",
        "_failed",
        "_items",
        "_model",
        "_narrowed",
        "_pager",
        "_watcher",
    )

    def __init__(
        self,
        core: _native.Core,
        watcher: Watcher,
        model: type[T],
        operation: str,
        params: dict[str, Any],
        paging: dict[str, Any],
        options: dict[str, Any] | None,
    ) -> None:
        # As it is now: what a caller's lists become later is another list's business.
        self._begin = (core, operation, _native.encode(params), paging, options)
        self._watcher = watcher
        self._model = model
        # The items of the page in hand, and how many of the pages before it were given out.
        self._items: _native.Items[T] | None = None
        self._before = 0
        self._failed: str | None = None
        self._narrowed = False
        self._pager = self._open()

    @property
    def _given(self) -> int:
        """How many items were given out."""
        return self._before if self._items is None else self._before + self._items.consumed

    def _open(self, token: str | None = None, narrow: int | None = None) -> _native.Pager:
        core, operation, params, paging, options = self._begin
        paging = dict(paging)
        if token is not None:
            paging["resume_token"] = token
        if "limit" in paging and self._given:
            paging["limit"] -= self._given
        if narrow is not None:
            paging["limit"] = min(narrow, paging.get("limit", narrow))
        return core.pager(operation, params, paging, options)

    @property
    def resume_token(self) -> str:
        """Where reading goes on after the items given out so far. Give it to the same list later."""
        if self._failed is not None:
            return self._failed
        return self._pager.resume_token if self._items is None else self._items.resume_token

    @property
    def total(self) -> int | None:
        """How many items the server says the list has, once a page has said so."""
        return None if self._items is None else self._items.page.total

    @property
    def response_meta(self) -> ResponseMeta | None:
        """Status, headers, ids and times of the page that is being read."""
        return None if self._items is None else meta_of(self._items.page)

    def _limit(self, limit: int | None) -> None:
        """Nothing more than this many items is asked for, if nothing was asked for yet."""
        if limit is not None and limit < 1:
            raise failure("InvalidRequest", f"limit: must be at least 1; given: {limit}")
        if limit is not None and self._items is None and self._failed is None:
            self._pager = self._open(self._pager.resume_token, limit)
            self._narrowed = True

    def _widen(self) -> bool:
        """Goes on behind the items that were asked for alone, if there may be more."""
        limit: int | None = self._begin[3].get("limit")
        if not self._narrowed or limit == self._given:
            return False
        self._pager = self._open(self.resume_token)
        self._narrowed = False
        return True

    def _turn(self, page: _native.Page | None) -> _native.Page | None:
        if page is not None:
            self._leave()
            self._items, self._failed = page.items(self._model), None
        return page

    def _skip(self) -> None:
        """Counts the page in hand as given out."""
        if self._items is not None:
            self._items.skip()

    def _leave(self) -> None:
        """Gives out nothing more of the page in hand, by whichever loop."""
        if self._items is not None:
            self._before += self._items.stop()
            self._items = None

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Goes back to where it began when it fails: what was read until then was not given out."""
        token, given = self.resume_token, self._given
        try:
            yield
        except BaseException as error:
            if isinstance(error, MspError):
                error.resume_token = token
            self._leave()
            self._before, self._failed = given, None
            # The client may have been closed; then nothing is read any more, and this is not what went wrong.
            with suppress(MspError):
                self._pager = self._open(token)
                self._narrowed = False
            raise

    def _fail(self, error: MspError) -> None:
        if error.resume_token is not None:
            self._failed = error.resume_token

    def _rest(self, limit: int | None) -> list[T]:
        """The items of the page in hand that were not given out yet, so many at most, marked as given out."""
        return [] if self._items is None else list(islice(self._items, limit))

    def _next_item(self) -> T | None:
        return None if self._items is None else next(self._items, None)

    def __repr__(self) -> str:
        if not hasattr(self, "_begin"):
            return f"<{type(self).__name__}>"
        return f"<{type(self).__name__} of {self._model.__name__} from {self._begin[1]}>"


class Pager(Reading[T]):
    """A list that is read while it is iterated."""

    __slots__ = ()

    def _fetch(self) -> _native.Page | None:
        watch = self._watcher.wanted()
        while True:
            try:
                page = self._pager.next_page(watch, self._watcher.deliver if watch else None)
            except MspError as error:
                self._watcher.gave_up(error)
                self._fail(error)
                raise
            if page is not None or not self._widen():
                return self._turn(page)

    def __iter__(self) -> Iterator[T]:
        while True:
            items = self._items
            if items is not None:
                yield from items
            if self._items is items and self._fetch() is None:
                return

    def __next__(self) -> T:
        while (item := self._next_item()) is None:
            if self._fetch() is None:
                raise StopIteration
        return item

    def pages(self) -> Iterator[Page[T]]:
        """The pages, one after another."""
        while (page := self._fetch()) is not None:
            self._skip()
            yield Page(page, self._model)

    def collect(self, *, limit: int | None = None) -> list[T]:
        """All items at once, or the next `limit` of them.

        When it fails, nothing was given out: what was read until then is read again by the next attempt.

        Raises:
            MspError: Every kind; its `resume_token` says where to go on.
        """
        self._limit(limit)
        with self._all_or_nothing():
            found = self._rest(limit)
            while (limit is None or len(found) < limit) and self._fetch() is not None:
                found += self._rest(None if limit is None else limit - len(found))
        return Items(found)


Pager.__module__ = "mspkit"


class AsyncPager(Reading[T]):
    """A list that is read while it is iterated with `async for`."""

    __slots__ = ()

    async def _fetch(self) -> _native.Page | None:
        from mspkit._port import here

        bridge = here()
        while True:
            pager = self._pager
            token = pager.submit_next(bridge.port, self._watcher.wanted())
            try:
                ended = await bridge.outcome(token, self._watcher)
            except MspError as error:
                self._fail(error)
                raise
            page = pager.take()
            # Another task may have taken the page that this one has waited for.
            if page is not None or (ended and not self._widen()):
                return self._turn(page)

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        while (item := self._next_item()) is None:
            if await self._fetch() is None:
                raise StopAsyncIteration
        return item

    def pages(self) -> AsyncIterator[Page[T]]:
        """The pages, one after another."""
        return AsyncPages(self)

    async def collect(self, *, limit: int | None = None) -> list[T]:
        """All items at once, or the next `limit` of them.

        When it fails, nothing was given out: what was read until then is read again by the next attempt.

        Raises:
            MspError: Every kind; its `resume_token` says where to go on.
        """
        self._limit(limit)
        with self._all_or_nothing():
            found = self._rest(limit)
            while (limit is None or len(found) < limit) and await self._fetch() is not None:
                found += self._rest(None if limit is None else limit - len(found))
        return Items(found)


AsyncPager.__module__ = "mspkit"


class AsyncPages(Generic[T]):
    """The pages of a list; no generator, since one that is left early has to wait for its loop."""

    __slots__ = ("_pager",)

    def __init__(self, pager: AsyncPager[T]) -> None:
        self._pager = pager

    def __aiter__(self) -> AsyncPages[T]:
        return self

    async def __anext__(self) -> Page[T]:
        pager = self._pager
        page = await pager._fetch()
        if page is None:
            raise StopAsyncIteration
        pager._skip()
        return Page(page, pager._model)
