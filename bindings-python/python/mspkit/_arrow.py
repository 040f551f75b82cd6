"""Lists and pages as tables, for libraries that read Apache Arrow: Polars, pyarrow, DuckDB, pandas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from mspkit import _native

_Source: TypeAlias = "_native.Page | Callable[[], _native.Items[Any] | None]"


class ArrowStream:
    """A list or a page as a table, to be passed to a library that reads Apache Arrow, as in
    `polars.DataFrame(stream)` or `pyarrow.table(stream)`.

    A list is read while the table is built, page by page, and each row once; a page can be read
    again. Names and types of the columns are known before anything is read.
    """

    __slots__ = ("_source", "_table")

    def __init__(self, source: _Source, operation: str, columns: Sequence[str] | None, extra: bool) -> None:
        self._source = source
        self._table = _native.Table(operation, {"columns": columns, "extra": extra})

    def __arrow_c_schema__(self) -> object:
        """The names and types of the columns, as a capsule of the Arrow C data interface."""
        return self._table.schema()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows, as a capsule of the Arrow C stream interface. Types do not depend on
        `requested_schema`; the library converts them.

        Raises:
            MspError: Any kind for a page. A list is read by the library, whose error then has the
                text and the resume token of the `MspError`.
        """
        if isinstance(self._source, _native.Page):
            return self._table.page(self._source)
        return self._table.list(self._source)

    def __repr__(self) -> str:
        return (
            "<ArrowStream of a page>" if isinstance(self._source, _native.Page) else "<ArrowStream of a list>"
        )


ArrowStream.__module__ = "mspkit"
