"""What the lists of blocking and async clients have in common: position, totals, warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import islice
from typing import Any, Generic, TypeVar

from mspkit import _native
from mspkit._errors import MspError
from mspkit._files import Progress, Written
from mspkit._log import WARNING, Watcher, record
from mspkit._page import Page
from mspkit._types import ResponseMeta, meta_of

T = TypeVar("T")


class Reading(Generic[T]):
    """A list that is being read: the core has the position and the current page."""

    __slots__ = (
        "__weakref__",
        "_begin",
        "_core",
        "_items",
        "_model",
        "_operation",
        "_pager",
        "_warned",
        "_watcher",
    )

    def __init__(
        self,
        core: _native.Core,
        watcher: Watcher,
        model: type[T],
        operation: str,
        pager: _native.Pager,
    ) -> None:
        # Otherwise a client that nobody references any more would be closed.
        self._core = core
        self._pager = pager
        self._begin = self._pager.resume_token or ""
        self._watcher = watcher
        self._model = model
        self._operation = operation
        self._warned = False
        # Those of the current page.
        self._items: _native.Items[T] | None = None

    @property
    def resume_token(self) -> str:
        """Token to resume after the items returned so far. Pass it to the same list later."""
        token = self._pager.resume_token
        if token is not None:
            return token
        # In a forked child the parent's pager is not touched.
        return self._begin if self._items is None else self._items.resume_token

    @property
    def total(self) -> int | None:
        """How many items the list has, as reported by the server, once a page was read."""
        return None if self._items is None else self._items.page.total

    @property
    def complete(self) -> bool | None:
        """Whether the list is complete: at its end, whether as many rows arrived as the server
        reported.

        None before the end, if a limit ended it early, and if the server reports no count.
        """
        missing = self._pager.missing
        return None if missing is None else missing == 0

    @property
    def missing(self) -> int | None:
        """How many of the rows that the server reported are missing, known when `complete` is."""
        return self._pager.missing

    @property
    def response_meta(self) -> ResponseMeta | None:
        """Status, headers, ids and times of the page that is being read."""
        return None if self._items is None else meta_of(self._items.page)

    def _turn(self, items: _native.Items[T] | None) -> _native.Items[T] | None:
        if items is not None:
            self._items = items
        elif not self._warned:
            self._warned = True
            # An empty list has a page too, with its total and meta.
            self._items = self._pager.hand(self._model) or self._items
            warning = self._pager.warning
            if warning is not None:
                record(WARNING, "%s", warning)
        return items

    def _again(self) -> None:
        """Warns that a list is read again that has already returned everything."""
        if self._warned and not self._next_left():
            record(
                WARNING, "%s: this list was already read to its end; it has no more items", self._operation
            )

    def _next_left(self) -> int:
        return 0 if self._items is None else self._items.left

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """If it fails, returns to where it began, as if nothing had been returned since."""
        mark = self._pager.mark()
        try:
            yield
        except BaseException as error:
            if isinstance(error, MspError):
                error.resume_token = mark.resume_token
            self._pager.back(mark)
            self._items = self._pager.hand(self._model)
            raise

    def _dict_reader(self, columns: Sequence[str] | None, missing: str) -> _native.DictReader:
        return _native.DictReader(self._model, self._operation, {"columns": columns, "missing": missing})

    @contextmanager
    def _writing(self, target: Any, progress: Progress | None) -> Iterator[Written]:
        """A file to write to. If that fails, a file by its path is not there, and no item counts as
        returned."""
        file = Written(target, progress)
        try:
            with self._all_or_nothing() if file.is_whole else nullcontext():
                yield file
        finally:
            file.discard()

    def _rest(self, limit: int | None) -> list[T]:
        """Up to this many items of the current page that were not returned yet; they count as
        returned."""
        return [] if self._items is None else list(islice(self._items, limit))

    def _next_item(self) -> T | None:
        return None if self._items is None else next(self._items, None)

    def _next_page(self) -> Page[T] | None:
        page = None if self._items is None else self._items.rest()
        return None if page is None else Page(page, self._model)

    def _last_page(self) -> Page[T] | None:
        page = self._pager.empty_page()
        return None if page is None else Page(page, self._model)

    def __repr__(self) -> str:
        if not hasattr(self, "_operation"):
            return f"<{type(self).__name__}>"
        return f"<{type(self).__name__} of {self._model.__name__} from {self._operation}>"
