"""What changed between two exports of one list: `diff` and its result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic, Literal, TypeVar, final

from mspkit import _native
from mspkit._reconcile import _listed, _plain
from mspkit._types import Record

O = TypeVar("O")  # noqa: E741 - the old rows
N = TypeVar("N")
T = TypeVar("T")


@final
class FieldChange(Record):
    """A field with another value."""

    __slots__ = ("field", "new", "old")

    field: str
    """Its name; `address.city` is a field of a nested object."""
    old: Any
    """The old value; None if there was none."""
    new: Any
    """The new value; None if there is none."""


@final
class ListedRow(Record, Generic[T]):
    """A row of one of the lists."""

    __slots__ = ("id", "index", "row")

    id: str
    """Its id."""
    row: T
    """The row, as it was passed."""
    index: int
    """Its place in its list, from 0."""


@final
class ChangedRow(Record, Generic[O, N]):
    """A row that is in both lists with other values."""

    __slots__ = ("fields", "id", "new", "new_index", "old", "old_index")

    id: str
    """Its id."""
    old: O
    """The old row, as it was passed."""
    new: N
    """The new row, as it was passed."""
    old_index: int
    """Its place in the old list, from 0."""
    new_index: int
    """Its place in the new list, from 0."""
    fields: tuple[FieldChange, ...]
    """The fields with other values."""


@final
class UnidentifiedRow(Record, Generic[O, N]):
    """A row that cannot be compared."""

    __slots__ = ("id", "index", "reason", "row", "side")

    side: Literal["old", "new"]
    """The list of the row."""
    row: O | N
    """The row, as it was passed."""
    index: int
    """Its place in its list, from 0."""
    id: str | None
    """Its id, if it has one."""
    reason: Literal["no_id", "repeated_id"]
    """`repeated_id` if one of the lists has several rows with its id."""


@final
class ChangesSummary(Record):
    """How many rows there are of each kind."""

    __slots__ = ("added", "changed", "gone", "new", "old", "unchanged", "unidentified")

    old: int
    """The old rows."""
    new: int
    """The new rows."""
    added: int
    """The rows that are new."""
    gone: int
    """The rows that are no longer there."""
    changed: int
    """The rows with other values."""
    unchanged: int
    """The rows without other values."""
    unidentified: int
    """The rows of both lists that cannot be compared."""


@final
class Changes(Generic[O, N]):
    """What changed, in the order of the rows."""

    __slots__ = ("_native", "added", "changed", "gone", "summary", "unidentified")

    added: list[ListedRow[N]]
    """The rows that are new."""
    gone: list[ListedRow[O]]
    """The rows that are no longer there."""
    changed: list[ChangedRow[O, N]]
    """The rows with other values."""
    unidentified: list[UnidentifiedRow[O, N]]
    """The rows without an id, or with one that is repeated; the old ones first."""
    summary: ChangesSummary
    """How many there are of each."""

    def __init__(self, native: _native.Changes, old: Sequence[O], new: Sequence[N]) -> None:
        self._native = native
        found = native.found()
        self.summary = ChangesSummary(**found["summary"])
        self.added = [
            ListedRow(id=one["id"], row=new[one["row"]], index=one["row"]) for one in found["added"]
        ]
        self.gone = [ListedRow(id=one["id"], row=old[one["row"]], index=one["row"]) for one in found["gone"]]
        self.changed = [
            ChangedRow(
                id=one["id"],
                old=old[one["old"]],
                new=new[one["new"]],
                old_index=one["old"],
                new_index=one["new"],
                fields=tuple(FieldChange(**each) for each in one["fields"]),
            )
            for one in found["changed"]
        ]
        self.unidentified = [
            UnidentifiedRow(
                side=one["side"],
                row=(old if one["side"] == "old" else new)[one["row"]],
                index=one["row"],
                id=one["id"],
                reason=one["reason"],
            )
            for one in found["unidentified"]
        ]

    def to_csv(self, *, excel: bool = False) -> str:
        """A table as CSV (RFC 4180): what changed, the id, the field, and the old and the new value.

        A changed row has a line for each field; one that is added or gone has a line with the row as
        JSON. Texts that a spreadsheet would run as a formula begin with `'`. Lines end in CRLF, so
        write it with `newline=""`.

        Args:
            excel: Whether it begins with a byte order mark, by which Excel recognizes UTF-8.
        """
        return self._native.csv(excel)

    def __repr__(self) -> str:
        return f"<Changes {self.summary!r}>" if hasattr(self, "summary") else "<Changes>"


Changes.__module__ = "mspkit"


def diff(
    old: Iterable[O],
    new: Iterable[N],
    *,
    by: str,
    ignore: Sequence[str] = (),
) -> Changes[O, N]:
    """What changed between two exports of one list.

    Rows are models or dicts. It computes without the GIL and sends nothing; in async code, call it by
    `asyncio.to_thread`. A missing field is the same as None, and numbers are equal if their digits
    are. Rows without an id, or with one that a list has several times, are in `unidentified`.

    Args:
        old: A list, a pager or any other iterable of rows.
        new: The same, later.
        by: The field that identifies a row, under its Python name for models.
        ignore: Fields whose changes do not count; `address.city` is a field of a nested object.

    Raises:
        InvalidRequestError: An argument is wrong; its `argument` names it.

    Example:
        >>> changes = mspkit.diff(
        ...     [{"id": "1", "name": "Contoso"}, {"id": "2", "name": "Fabrikam"}],
        ...     [{"id": "1", "name": "Contoso Ltd"}, {"id": "3", "name": "Litware"}],
        ...     by="id",
        ... )
        >>> changes.changed[0].fields[0].new
        'Contoso Ltd'
        >>> [row.id for row in changes.added], [row.id for row in changes.gone]
        (['3'], ['2'])
    """
    olds, news = _listed(old), _listed(new)
    # A text is a list of its letters, which nobody means.
    ignored = ignore if isinstance(ignore, str) else list(ignore)
    native = _native.diff_rows(_plain(olds), _plain(news), {"by": by, "ignore": ignored})
    return Changes(native, olds, news)
