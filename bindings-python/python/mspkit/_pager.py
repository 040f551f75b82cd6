"""Lists: lazy, read page by page, iterated by item or by page.

A pager is read once, by any mixture of methods: each continues where the others stopped. However
reading stops, by the end, `break`, `limit` or an error, `resume_token` says where to continue.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import islice
from typing import Any, Generic, Literal, TypeVar, overload

from mspkit import _native
from mspkit._arrow import ArrowStream
from mspkit._errors import MspError
from mspkit._files import Progress, Target, Written
from mspkit._log import WARNING, Watcher, record
from mspkit._partition import Partition
from mspkit._types import ResponseMeta, meta_of

T = TypeVar("T")


class Page(Generic[T]):
    """A page of a list."""

    __slots__ = ("_facts", "_items", "_model", "_native")

    def __init__(self, page: _native.Page, model: type[T]) -> None:
        self._native: _native.Page | None = page
        self._model = model
        self._items: list[T] | None = None
        self._facts: tuple[Any, ...] = ()

    @property
    def items(self) -> list[T]:
        """The items."""
        if self._items is None:
            page, model = self._native, self._model
            self._items = [] if page is None else [page.item_as(model, at) for at in range(len(page))]
        return self._items

    @property
    def total(self) -> int | None:
        """How many items the list has, as reported by the server."""
        total: int | None = self._facts[0] if self._native is None else self._native.total
        return total

    @property
    def number(self) -> int | None:
        """The number of the page, from 1, if pages are numbered."""
        number: int | None = self._facts[1] if self._native is None else self._native.number
        return number

    @property
    def resume_token(self) -> str:
        """Token to resume after this page."""
        token: str = self._facts[2] if self._native is None else self._native.resume_token(len(self._native))
        return token

    @property
    def response_meta(self) -> ResponseMeta:
        """Status, headers, ids and times of the page's response."""
        meta: ResponseMeta = self._facts[3] if self._native is None else meta_of(self._native)
        return meta

    def arrow(self, *, columns: Sequence[str] | None = None, extra: bool = False) -> ArrowStream:
        """The page as a table, for libraries that read Apache Arrow: `polars.DataFrame(page.arrow())`.

        Args:
            columns: The names of the columns, in this order; all of them by default.
            extra: Whether there is a last column, `extra`, with the JSON of all members that are no
                fields of the model; objects in a row have one as well.

        Raises:
            InvalidRequestError: For an unknown column, a page of a list whose fields are not known,
                and a page that was unpickled.
        """
        page = self._native
        if page is None:
            raise _native.refused("page", self, "must be the page that was read, and not a copy of it")
        return ArrowStream(page, page.operation, columns, extra)

    def __arrow_c_schema__(self) -> object:
        """The names and types of the columns, as `arrow` describes them."""
        return self.arrow().__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows, as `arrow` describes them."""
        return self.arrow().__arrow_c_stream__(requested_schema)

    def to_dicts(
        self, *, columns: Sequence[str] | None = None, missing: Literal["omit", "null"] = "omit"
    ) -> list[dict[str, Any]]:
        """The items as dicts: what `to_dict()` of each returns, faster.

        Args:
            columns: The fields that are wanted, in this order, by their Python names or the vendor's;
                everything that was sent by default.
            missing: `omit` leaves out what the server did not send, `null` makes it None.

        Raises:
            InvalidRequestError: A column has no field, or the page was unpickled.
            MspError: A row cannot be read.
        """
        page = self._native
        if page is None:
            raise _native.refused("page", self, "must be the page that was read, and not a copy of it")
        reader = _native.DictReader(self._model, page.operation, {"columns": columns, "missing": missing})
        return reader.page(page)

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
        if not hasattr(self, "_facts"):
            return "Page()"
        return f"Page({len(self)} of {self._model.__name__}, number={self.number}, total={self.total})"

    def __reduce__(self) -> tuple[Any, ...]:
        facts = (self.total, self.number, self.resume_token, self.response_meta)
        return _restore, (self._model, self.items, facts)


Page.__module__ = "mspkit"


def _restore(model: type[T], items: list[T], facts: tuple[Any, ...]) -> Page[T]:
    made = object.__new__(Page)
    made._native, made._model, made._items, made._facts = None, model, items, facts
    return made


class Row(dict[str, Any]):
    """A row of a list that mspkit does not know, as plain data."""

    __slots__ = ()

    def __new__(cls, source: Any, at: Any = None) -> Any:
        return _native.Item(source, at)._loaded()


class Items(list[T]):
    """A list of items whose representation shows its first ones."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = 10
        if len(self) <= 2 * shown:
            return super().__repr__()
        begin = ", ".join(map(repr, self[:shown]))
        return f"[{begin}, … {len(self) - shown} more]"


Items.__module__ = "mspkit"


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


class Pager(Reading[T]):
    """A list that is read while it is iterated, once: no item is returned twice."""

    __slots__ = ()

    def _fill(self, wanted: int | None = None) -> _native.Items[T] | None:
        watch = self._watcher.wanted()
        try:
            items = self._pager.fill(self._model, wanted, watch, self._watcher.deliver if watch else None)
        except MspError as error:
            self._watcher.gave_up(error)
            raise
        return self._turn(items)

    def __iter__(self) -> Iterator[T]:
        self._again()
        while True:
            items = self._items
            if items is not None:
                yield from items
            if self._items is items and self._fill() is None:
                return

    def __next__(self) -> T:
        while (item := self._next_item()) is None:
            if self._fill() is None:
                raise StopIteration
        return item

    def first(self) -> T | None:
        """The next item, or None at the end; reads no more than its page.

        Raises:
            MspError: Any kind.
        """
        while (item := self._next_item()) is None:
            if self._fill(1) is None:
                return None
        return item

    def pages(self) -> Iterator[Page[T]]:
        """The pages, one after another, beginning with the rest of the current page."""
        while True:
            if (page := self._next_page()) is not None:
                yield page
            elif self._fill() is None:
                break
        if (page := self._last_page()) is not None:
            yield page

    def collect(self, *, limit: int | None = None) -> list[T]:
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
                if self._fill(wanted) is None:
                    break
                found += self._rest(wanted)
        return Items(found)

    def arrow(self, *, columns: Sequence[str] | None = None, extra: bool = False) -> ArrowStream:
        """The remaining items as a table, for libraries that read Apache Arrow:
        `polars.DataFrame(customers.arrow(columns=["customer_id", "city"]))`. The list itself can be
        passed as well: `polars.DataFrame(customers)`.

        Args:
            columns: The names of the columns, in this order; all of them by default.
            extra: Whether there is a last column, `extra`, with the JSON of all members that are no
                fields of the model; objects in a row have one as well.

        Raises:
            InvalidRequestError: For an unknown column, and a list whose fields are not known, such as
                one of `paginate`.
        """
        return ArrowStream(self._fill, self._operation, columns, extra)

    def __arrow_c_schema__(self) -> object:
        """The names and types of the columns, as `arrow` describes them."""
        return self.arrow().__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The remaining rows, as `arrow` describes them."""
        self._again()
        return self.arrow().__arrow_c_stream__(requested_schema)

    def to_dicts(
        self, *, columns: Sequence[str] | None = None, missing: Literal["omit", "null"] = "omit"
    ) -> Iterator[dict[str, Any]]:
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
        return self._dicts(reader)

    def write_csv(
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
        return self._write(_native.RowWriter("csv", self._operation, options), path_or_file, progress)

    def write_jsonl(
        self,
        path_or_file: Target,
        *,
        columns: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Writes the remaining items as JSON Lines, page by page, and returns their number.

        Each line is what `to_dict()` returns. Files are as for `write_csv`.

        Args:
            path_or_file: A path, or a file that is open for writing, as text or bytes.
            columns: The fields that are wanted, by their Python names or the vendor's.
            progress: Called after each page with the rows so far and the total, which may be None.

        Raises:
            InvalidRequestError: A column has no field, or the file cannot be written.
            MspError: Any kind; its `resume_token` says where to continue.
        """
        options = {"columns": columns}
        return self._write(_native.RowWriter("jsonl", self._operation, options), path_or_file, progress)

    def _write(self, rows: _native.RowWriter, target: Target, progress: Progress | None) -> int:
        with self._writing(target, progress) as file:
            file.write(rows.header())
            while True:
                items = self._items
                if items is not None and items.left:
                    file.add(*rows.rest(items), self.total)
                elif self._fill() is None:
                    return file.finish()

    def _dicts(self, reader: _native.DictReader) -> Iterator[dict[str, Any]]:
        while True:
            items = self._items
            if items is not None:
                yield from reader.items(items)
            if self._items is items and self._fill() is None:
                return

    def partitions(self, n: int) -> list[Partition[T]]:
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
        watch = self._watcher.wanted()
        try:
            texts = self._pager.partitions(n, watch, self._watcher.deliver if watch else None)
        except MspError as error:
            self._watcher.gave_up(error)
            raise
        return [Partition(text, self._model) for text in texts]


Pager.__module__ = "mspkit"


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

        Each line is what `to_dict()` returns. Files are as for `write_csv`.

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
