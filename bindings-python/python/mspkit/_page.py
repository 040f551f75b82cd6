"""What lists return: pages, and items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Generic, Literal, TypeVar, overload

from mspkit import _native
from mspkit._arrow import ArrowStream
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
