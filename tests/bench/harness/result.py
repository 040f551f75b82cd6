"""What was measured for a row of the table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from statistics import median
from typing import Any


@dataclass
class Result:
    """A row of the table. `pairs` are the values of mspkit and the peer, round by round, in
    `unit`."""

    row: str
    against: str
    unit: str
    pairs: list[tuple[float, float]] = field(default_factory=list)
    target: float | None = None
    # The value to compare with `target`: the ratio of the pairs, or mspkit's own value.
    ratio: bool = True
    skipped: str | None = None
    # When and on which processor it was measured, if not in the run of the whole table.
    measured: str | None = None

    @classmethod
    def of(cls, data: dict[str, Any]) -> Result:
        """From `data`, as it is kept."""
        known = {one.name for one in fields(cls)}
        result = cls(**{name: value for name, value in data.items() if name in known})
        result.pairs = [(ours, theirs) for ours, theirs in result.pairs]
        return result

    @property
    def ratios(self) -> list[float]:
        return [ours / theirs for ours, theirs in self.pairs if theirs > 0]

    @property
    def value(self) -> float:
        return median(self.ratios) if self.ratio else self.ours

    @property
    def ours(self) -> float:
        return median(ours for ours, _ in self.pairs)

    @property
    def theirs(self) -> float:
        return median(theirs for _, theirs in self.pairs)

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None if there is none, or nothing was measured."""
        return None if self.target is None or self.skipped else self.value <= self.target

    def data(self) -> dict[str, Any]:
        measured = {} if self.skipped else {"value": self.value, "ours": self.ours, "theirs": self.theirs, "met": self.met}
        return {**asdict(self), **measured}
