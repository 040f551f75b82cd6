"""Lists: lazy, read page by page, iterated by item or by page.

A pager is read once, by any mixture of methods: each continues where the others stopped. However
reading stops, by the end, `break`, `limit` or an error, `resume_token` says where to continue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypeVar

from mspkit import _native
from mspkit._arrow import ArrowStream
from mspkit._errors import MspError
from mspkit._files import Progress, Target
from mspkit._page import Items, Page
from mspkit._partition import Partition
from mspkit._reading import Reading

T = TypeVar("T")


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
