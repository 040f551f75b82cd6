"""Which rows of two lists are the same customer, subscription or device: `reconcile` and its
result."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar, final

from mspkit import _native
from mspkit._model import Model
from mspkit._types import Record

L = TypeVar("L")
R = TypeVar("R")
T = TypeVar("T")

By = Literal["name", "domain", "id"]


@final
class ValueDifference(Record):
    """A pair of compared fields with different values."""

    __slots__ = ("left", "left_field", "right", "right_field")

    left_field: str
    """The field of the left row."""
    right_field: str
    """The field of the right row."""
    left: Any
    """The value of the left row; None if it has none."""
    right: Any
    """The value of the right row; None if it has none."""


@final
class Match(Record, Generic[L, R]):
    """Two rows that match."""

    __slots__ = ("differences", "left", "left_index", "right", "right_index", "score", "why")

    left: L
    """The left row, as it was passed."""
    right: R
    """The right row, as it was passed."""
    left_index: int
    """The place of the left row in its list, from 0."""
    right_index: int
    """The place of the right row in its list, from 0."""
    score: float
    """How sure it is: 1 if a key is equal or the mapping says so, otherwise how similar the names
    are."""
    why: Literal["mapping", "id", "domain", "name"]
    """Why they match."""
    differences: tuple[ValueDifference, ...]
    """The compared fields with different values."""


@final
class UnmatchedRow(Record, Generic[T]):
    """A row that no row of the other side matches."""

    __slots__ = ("index", "reason", "row")

    row: T
    """The row, as it was passed."""
    index: int
    """The place of the row in its list, from 0."""
    reason: Literal["no_match", "no_key"]
    """`no_key` if the row has no value to compare."""


@final
class Candidate(Record, Generic[T]):
    """A row that an ambiguous row may match."""

    __slots__ = ("index", "row", "score")

    row: T
    """The row, as it was passed."""
    index: int
    """The place of the row in its list, from 0."""
    score: float
    """How similar it is, from 0 to 1."""


@final
class AmbiguousRow(Record, Generic[L, R]):
    """A row that several rows of the other side may match."""

    __slots__ = ("candidates", "count", "index", "row", "side", "why")

    side: Literal["left", "right"]
    """The side of the row."""
    row: L | R
    """The row, as it was passed."""
    index: int
    """The place of the row in its list, from 0."""
    why: Literal["id", "domain", "name"]
    """What is the same or similar."""
    candidates: tuple[Candidate[L | R], ...]
    """Rows of the other side that it may match, the best ones first; ten at most."""
    count: int
    """How many candidates there are."""


@final
class MappingProblem(Record):
    """A line of the mapping that does not apply."""

    __slots__ = ("line", "reason", "side", "value")

    line: int
    """The line of the CSV, or the number of the entry, from 1."""
    side: Literal["left", "right"]
    """The side whose row is the problem."""
    value: str
    """The value by which the mapping names the row."""
    reason: Literal["not_found", "several", "taken"]
    """No row has the value, several have it, or an earlier line has given the row another one."""


@final
class ReconciliationSummary(Record):
    """How many rows there are of each kind."""

    __slots__ = (
        "ambiguous_left",
        "ambiguous_right",
        "differing",
        "left",
        "mapping_problems",
        "matched",
        "only_left",
        "only_right",
        "right",
    )

    left: int
    """The left rows."""
    right: int
    """The right rows."""
    matched: int
    """The pairs that match."""
    differing: int
    """Those of them whose compared fields differ."""
    only_left: int
    """The left rows without a match."""
    only_right: int
    """The right rows without a match."""
    ambiguous_left: int
    """The left rows with several candidates."""
    ambiguous_right: int
    """The right rows with several candidates."""
    mapping_problems: int
    """The lines of the mapping that do not apply."""


@final
class Reconciliation(Generic[L, R]):
    """What came of matching two lists, in the order of their rows.

    Each left row is in exactly one of `matched`, `only_left` and `ambiguous`, and so is each right
    row.
    """

    __slots__ = (
        "_native",
        "ambiguous",
        "mapping_problems",
        "matched",
        "only_left",
        "only_right",
        "summary",
    )

    matched: list[Match[L, R]]
    """The rows that match."""
    only_left: list[UnmatchedRow[L]]
    """The left rows without a match."""
    only_right: list[UnmatchedRow[R]]
    """The right rows without a match."""
    ambiguous: list[AmbiguousRow[L, R]]
    """The rows that several rows may match, the left ones first."""
    mapping_problems: list[MappingProblem]
    """The lines of the mapping that do not apply."""
    summary: ReconciliationSummary
    """How many there are of each."""

    def __init__(self, native: _native.Reconciliation, left: Sequence[L], right: Sequence[R]) -> None:
        self._native = native
        found = native.found()
        self.summary = ReconciliationSummary(**found["summary"])
        self.matched = [
            Match(
                left=left[one["left"]],
                right=right[one["right"]],
                left_index=one["left"],
                right_index=one["right"],
                score=one["score"],
                why=one["why"],
                differences=tuple(ValueDifference(**each) for each in one["differences"]),
            )
            for one in found["matched"]
        ]
        self.only_left = _unmatched(found["only_left"], left)
        self.only_right = _unmatched(found["only_right"], right)
        self.ambiguous = [_ambiguous(one, left, right) for one in found["ambiguous"]]
        self.mapping_problems = [MappingProblem(**one) for one in found["mapping_problems"]]

    def to_csv(self, *, excel: bool = False) -> str:
        """A table as CSV (RFC 4180): the result, why, the score, `yes` if compared fields differ, and
        the fields of both sides.

        Texts that a spreadsheet would run as a formula begin with `'`. Lines end in CRLF, so write it
        with `newline=""`.

        Args:
            excel: Whether it begins with a byte order mark, by which Excel recognizes UTF-8.
        """
        return self._native.csv(excel)

    def to_html(self, *, title: str | None = None) -> str:
        """A page with the counts and the same table, to be filtered and sorted: one file that loads
        nothing.

        Args:
            title: The title of the page; `Reconciliation` by default.
        """
        return self._native.html(title)

    def to_mapping(self, *, excel: bool = False) -> str:
        """The mapping as CSV, to be corrected and passed to `reconcile` again.

        Args:
            excel: Whether it begins with a byte order mark, by which Excel recognizes UTF-8.
        """
        return self._native.mapping(excel)

    def __repr__(self) -> str:
        return f"<Reconciliation {self.summary!r}>" if hasattr(self, "summary") else "<Reconciliation>"


Reconciliation.__module__ = "mspkit"


def reconcile(
    left: Iterable[L],
    right: Iterable[R],
    *,
    left_key: str | Sequence[str],
    right_key: str | Sequence[str],
    by: By | Sequence[By] = "name",
    left_id: str | None = None,
    right_id: str | None = None,
    mapping: str | Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    mapping_file: str | os.PathLike[str] | None = None,
    threshold: float = 0.9,
    one_to_one: bool = True,
    compare: Sequence[str | Sequence[str]] = (),
    left_title: str | None = None,
    right_title: str | None = None,
) -> Reconciliation[L, R]:
    """Matches the rows of two lists: which are the same customer, subscription or device.

    Rows are models or dicts, from any service or from another vendor's file. It computes without
    the GIL and sends nothing; in async code, call it by `asyncio.to_thread`.

    Args:
        left: A list, a pager or any other iterable of rows.
        right: The same for the other side.
        left_key: The field to match by, under its Python name for models; `address.city` is a field of
            a nested object. A list of fields are several keys, each with the one of `right_key` at the
            same place.
        right_key: The field of the right rows.
        by: What the keys are: `name` (equal without case, accents, punctuation, blanks and legal form,
            or similar), `domain` (of an address or e-mail address) or `id`; a list says it for each.
            Ids count before domains, and domains before names.
        left_id: The field by which a mapping names a left row; the first of `left_key` by default.
        right_id: The same for the right rows.
        mapping: Decisions of a person, which count before any key: CSV or JSON as text, a list of dicts
            with `left`, `right` and `never`, or a dict of left to right.
        mapping_file: The path of a file with such CSV or JSON.
        threshold: The least score of similar names, from 0 to 1; 1 matches equal ones only.
        one_to_one: Whether a right row matches one left row at most.
        compare: Fields whose values of matching rows are compared: names, or pairs of a left and a
            right name.
        left_title: What the left side is called in reports.
        right_title: What the right side is called in reports.

    Raises:
        InvalidRequestError: An argument is wrong; its `argument` names it.

    Example:
        >>> found = mspkit.reconcile(
        ...     [{"name": "Contoso Ltd", "devices": 7}, {"name": "Fabrikam"}],
        ...     [{"customer": "CONTOSO", "quantity": "8"}],
        ...     left_key="name",
        ...     right_key="customer",
        ...     compare=[("devices", "quantity")],
        ... )
        >>> found.matched[0].differences[0].right
        '8'
        >>> found.only_left[0].row
        {'name': 'Fabrikam'}
    """
    lefts, rights = _listed(left), _listed(right)
    options = {
        "left_key": left_key,
        "right_key": right_key,
        "by": by,
        "left_id": left_id,
        "right_id": right_id,
        "mapping": mapping,
        "mapping_file": os.fspath(mapping_file) if isinstance(mapping_file, os.PathLike) else mapping_file,
        "threshold": threshold,
        "one_to_one": one_to_one,
        "compare": compare,
        "left_title": left_title,
        "right_title": right_title,
    }
    native = _native.reconcile_rows(_plain(lefts), _plain(rights), options)
    return Reconciliation(native, lefts, rights)


def _listed(rows: Any) -> Any:
    """The rows as a list; what is no collection of rows is refused by the native side."""
    is_rows = isinstance(rows, Iterable) and not isinstance(rows, (str, bytes, Mapping))
    return list(rows) if is_rows else rows


def _plain(rows: Any) -> Any:
    """Models as dicts under their Python names, without secrets."""
    if not isinstance(rows, list):
        return rows
    return [row._shown() if isinstance(row, Model) else row for row in rows]


def _unmatched(found: list[dict[str, Any]], rows: Sequence[T]) -> list[UnmatchedRow[T]]:
    return [UnmatchedRow(row=rows[one["row"]], index=one["row"], reason=one["reason"]) for one in found]


def _ambiguous(found: dict[str, Any], left: Sequence[L], right: Sequence[R]) -> AmbiguousRow[L, R]:
    own: Sequence[Any]
    others: Sequence[Any]
    own, others = (left, right) if found["side"] == "left" else (right, left)
    return AmbiguousRow(
        side=found["side"],
        row=own[found["row"]],
        index=found["row"],
        why=found["why"],
        candidates=tuple(
            Candidate(row=others[one["row"]], index=one["row"], score=one["score"])
            for one in found["candidates"]
        ),
        count=found["count"],
    )
