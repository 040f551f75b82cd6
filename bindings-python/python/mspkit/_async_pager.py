"""Lists of async clients, read as those of blocking ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Generic, Literal, TypeVar

from mspkit import _native
from mspkit._files import Progress, Target
from mspkit._page import Items, Page
from mspkit._partition import Partition
from mspkit._reading import Reading

T = TypeVar("T")


class AsyncPager(Reading[T]):
    """A list that is read while it is iterated with `async for`, once: no item is returned
    twice."""

    __slots__ = ()

    async def _fill(self, wanted: int | None = None) -> _native.Items[T] | None:
        from mspkit._port import here

        bridge = here()
        while True:
            token = self._pager.submit_fill(bridge.port, wanted, self._watcher.wanted())
            if await bridge.outcome(token, self._watcher):
                return self._turn(None)
            items = self._pager.hand(self._model)
            # Another task may have taken the items that this one waited for.
            if items is not None and items.left:
                return self._turn(items)

    def __aiter__(self) -> AsyncIterator[T]:
        self._again()
        return self

    async def __anext__(self) -> T:
        while (item := self._next_item()) is None:
            if await self._fill() is None:
                raise StopAsyncIteration
        return item

    async def first(self) -> T | None:
        """The next item, or None at the end; reads no more than its page.

        Raises:
            MspError: Any kind.
        """
        while (item := self._next_item()) is None:
            if await self._fill(1) is None:
                return None
        return item

    def pages(self) -> AsyncIterator[Page[T]]:
        """The pages, one after another, beginning with the rest of the current page."""
        return AsyncPages(self)

    async def collect(self, *, limit: int | None = None) -> list[T]:
        """All remaining items at once, or the next `limit` of them.

        If it fails, no item counts as returned: the next attempt reads the same items again.

        Raises:
            MspError: Any kind; its `resume_token` says where to continue.
        """
        most = None if limit is None else _native.limit(limit)
        with self._all_or_nothing():
            found = self._rest(most)
            while most is None or len(found) < most:
                wanted = None if most is None else most - len(found)
                if await self._fill(wanted) is None:
                    break
                found += self._rest(wanted)
        return Items(found)

    def to_dicts(
        self, *, columns: Sequence[str] | None = None, missing: Literal["omit", "null"] = "omit"
    ) -> AsyncIterator[dict[str, Any]]:
        """The remaining items as dicts, one after another: what `to_dict()` of each returns, faster.

        Args:
            columns: The fields that are wanted, in this order, by their Python names or the vendor's;
                everything that was sent by default.
            missing: `omit` leaves out what the server did not send, `null` makes it None.

        Raises:
            InvalidRequestError: A column has no field.
            MspError: Any kind, while reading.
        """
        reader = self._dict_reader(columns, missing)
        return AsyncDicts(self, reader)

    async def write_csv(
        self,
        path_or_file: Target,
        *,
        columns: Sequence[str] | None = None,
        excel: bool = False,
        progress: Progress | None = None,
    ) -> int:
        """Writes the remaining items as CSV (RFC 4180, UTF-8), page by page, and returns their number.

        Fields of nested objects are columns of their own, named `address.city`; lists are JSON text.
        Texts that a spreadsheet would run as a formula begin with `'`. A file by its path is complete
        or not there: until the end, a file of that name stays as it is, and after a failure no item
        counts as returned.

        Args:
            path_or_file: A path, or a file that is open for writing, as text or bytes.
            columns: The fields that are wanted, in this order, by their Python names or the vendor's.
            excel: Whether it is for Excel: with a byte order mark, and with ids that Excel would take for
                numbers and change as `="007"`.
            progress: Called after each page with the rows so far and the total, which may be None.

        Raises:
            InvalidRequestError: A column has no field, the fields of the list are not known, or the file
                cannot be written.
            MspError: Any kind; its `resume_token` says where to continue.
        """
        options = {"columns": columns, "excel": excel}
        return await self._write(_native.RowWriter("csv", self._operation, options), path_or_file, progress)

    async def write_jsonl(
        self,
        path_or_file: Target,
        *,
        columns: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Writes the remaining items as JSON Lines, page by page, and returns their number.

        Each line is an object with the names of Python, ids as text, and other values as the server sent
        them. Files are as for `write_csv`.

        Args:
            path_or_file: A path, or a file that is open for writing, as text or bytes.
            columns: The fields that are wanted, by their Python names or the vendor's.
            progress: Called after each page with the rows so far and the total, which may be None.

        Raises:
            InvalidRequestError: A column has no field, or the file cannot be written.
            MspError: Any kind; its `resume_token` says where to continue.
        """
        options = {"columns": columns}
        return await self._write(_native.RowWriter("jsonl", self._operation, options), path_or_file, progress)

    async def _write(self, rows: _native.RowWriter, target: Target, progress: Progress | None) -> int:
        with self._writing(target, progress) as file:
            file.write(rows.header())
            while True:
                items = self._items
                if items is not None and items.left:
                    file.add(*rows.rest(items), self.total)
                elif await self._fill() is None:
                    return file.finish()

    async def partitions(self, n: int) -> list[Partition[T]]:
        """Divides the list into at most `n` partitions that other processes read, each on its own,
        together everything once.

        One page is requested. A list with fewer pages has fewer partitions, and one without page
        numbers or a total has one. The last partition ends with the list, so it has the rows that
        were added meanwhile. Unless the list has a `concurrency`, the partitions together stay
        within the endpoint's limit if at most that many are read at a time.

        Raises:
            MspError: Any kind. `InvalidRequest` if the list has a `limit`, secret parameters or
                extra headers.
        """
        from mspkit._port import here

        bridge = here()
        token = self._pager.submit_partitions(bridge.port, n, self._watcher.wanted())
        texts = await bridge.outcome(token, self._watcher)
        return [Partition(text, self._model) for text in texts]


AsyncPager.__module__ = "mspkit"


class AsyncDicts:
    """The items of a list as dicts; not a generator, as `AsyncPages`."""

    __slots__ = ("_dicts", "_items", "_pager", "_reader")

    def __init__(self, pager: AsyncPager[Any], reader: _native.DictReader) -> None:
        self._pager = pager
        self._reader = reader
        self._items: object = None
        self._dicts: Iterator[dict[str, Any]] = iter(())

    def __aiter__(self) -> AsyncDicts:
        return self

    async def __anext__(self) -> dict[str, Any]:
        pager = self._pager
        while (found := next(self._dicts, None)) is None:
            items = pager._items
            if items is None or items is self._items or not items.left:
                items = await pager._fill()
                if items is None:
                    raise StopAsyncIteration
            self._items, self._dicts = items, self._reader.items(items)
        return found


class AsyncPages(Generic[T]):
    """The pages of a list; not a generator, since one that is left early has to wait for its
    loop."""

    __slots__ = ("_pager",)

    def __init__(self, pager: AsyncPager[T]) -> None:
        self._pager = pager

    def __aiter__(self) -> AsyncPages[T]:
        return self

    async def __anext__(self) -> Page[T]:
        pager = self._pager
        while (page := pager._next_page()) is None:
            if await pager._fill() is None:
                page = pager._last_page()
                break
        if page is None:
            raise StopAsyncIteration
        return page
