"""What `mspkit.onboarding` takes and returns: documents, plans, reports, and what they consist of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, TypeVar, final

from mspkit import _native
from mspkit._types import Record

__all__ = [
    "Action",
    "Failure",
    "Outcome",
    "OutcomeAction",
    "Plan",
    "Progress",
    "Report",
    "Spec",
    "Step",
    "plan_of",
    "report_of",
    "spec_of",
]

HOME = "mspkit.onboarding"

C = TypeVar("C", bound=type)


def _public(cls: C) -> C:
    """Names a class as users find it."""
    cls.__module__ = HOME
    return cls


Action: TypeAlias = Literal["exists", "create", "set", "differs", "ambiguous", "blocked"]
"""What a plan says of a row."""

OutcomeAction: TypeAlias = Literal["created", "set", "existed", "differs", "failed", "blocked", "not_started"]
"""What was done for a row."""


@_public
@final
class Spec:
    """What a file names, checked. `load` makes it; `len()` is the number of its rows."""

    __slots__ = ("_native",)

    _native: _native.OnboardingSpec

    def __init__(self) -> None:
        raise TypeError("a Spec is made by load()")

    def __len__(self) -> int:
        return len(self._native)

    def __repr__(self) -> str:
        return f"<mspkit.onboarding.Spec of {len(self)} rows>"


class _Record(Record):
    """A record of this module."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        cls.__module__ = HOME


@final
class Failure(_Record):
    """Why something cannot be done, or was not."""

    __slots__ = ("kind", "message")

    kind: str
    """The kind of the error, such as `BadRequest`."""
    message: str
    """What happened, for a person."""


@final
class Step(_Record):
    """What will be done for one row."""

    __slots__ = ("action", "cost", "differences", "error", "id", "kind", "name", "path")

    path: str
    """Where the row is in the file, such as `service_orgs/Acme/customers/Contoso`."""
    kind: str
    """Its kind, such as `customer`."""
    name: str
    """What names it."""
    action: Action
    """What will be done."""
    differences: list[dict[str, Any]]
    """The fields with other values: `field`, `wanted` and `found`. Of a secret there is only `field`."""
    id: str | None
    """Its id, if it exists."""
    cost: bool
    """Whether it may cost money."""
    error: Failure | None
    """Why nothing can be done, if it is ambiguous or blocked."""


@_public
@final
class Plan:
    """What will be done for each row, in the order of the file: parents before children."""

    __slots__ = ("_native", "steps")

    steps: list[Step]
    """The steps."""
    _native: _native.OnboardingPlan

    def __init__(self) -> None:
        raise TypeError("a Plan is made by plan() or from_json()")

    def to_json(self) -> str:
        """The plan as JSON. Secrets are left out."""
        return self._native.to_json()

    @classmethod
    def from_json(cls, json: str) -> Plan:
        """The plan that `to_json` has written.

        It has no secrets: a plan that sets values can be looked at, but not applied.

        Raises:
            InvalidRequestError: Another text, or a plan that was changed.
        """
        return plan_of(_native.OnboardingPlan.from_json(json))

    def __repr__(self) -> str:
        return f"<mspkit.onboarding.Plan of {len(self.steps)} steps>"


@final
class Progress(_Record):
    """A row that is begun or has ended."""

    __slots__ = ("action", "done", "event", "failed", "kind", "path", "total")

    event: Literal["started", "finished", "failed"]
    """What has happened."""
    path: str
    """The path of the row."""
    kind: str
    """Its kind."""
    action: OutcomeAction | None
    """What was done; None when it is begun."""
    done: int
    """How many rows have ended, failed ones too."""
    failed: int
    """How many of them failed."""
    total: int
    """How many rows there are."""


@final
class Outcome(_Record):
    """What was done for one row."""

    __slots__ = ("action", "differences", "error", "id", "kind", "name", "path")

    path: str
    """Where the row is in the file, as in the plan."""
    kind: str
    """Its kind."""
    name: str
    """What names it."""
    action: OutcomeAction
    """What was done. What an interrupted run made is `created` and `set`, too."""
    id: str | None
    """Its id, if it is known."""
    error: Failure | None
    """Why it was not made."""
    differences: list[dict[str, Any]]
    """The fields with other values, as in the plan."""


@_public
@final
class Report:
    """What was done, with an outcome for every row, in the order of the file."""

    __slots__ = ("_json", "counts", "error", "ok", "outcomes")

    ok: bool
    """Whether every row is there: nothing failed, was blocked or was not started."""
    counts: dict[OutcomeAction, int]
    """How many rows have each action."""
    error: Failure | None
    """Why the run has ended early: the journal could not be written."""
    outcomes: list[Outcome]
    """The outcomes."""
    _json: str

    def __init__(self) -> None:
        raise TypeError("a Report is made by apply()")

    def to_json(self) -> str:
        """The report as JSON."""
        return self._json

    def to_csv(self) -> str:
        """The report as CSV, a line for each row. What a spreadsheet would take for a formula begins
        with an apostrophe."""
        return _native.onboarding_written(self._json, "csv")

    def to_html(self) -> str:
        """The report as a page of HTML that needs nothing else."""
        return _native.onboarding_written(self._json, "html")

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {action}" for action, count in self.counts.items())
        return f"<mspkit.onboarding.Report: {counts}>"


def spec_of(native: _native.OnboardingSpec) -> Spec:
    """A document that the native half has read."""
    made = object.__new__(Spec)
    made._native = native
    return made


def plan_of(native: _native.OnboardingPlan) -> Plan:
    """A plan that the native half has made."""
    made = object.__new__(Plan)
    made._native = native
    steps = _native.decode(native.to_json().encode())["steps"]
    made.steps = [Step(**_chosen(step, Step)) for step in steps]
    return made


def report_of(json: str) -> Report:
    """A report from its JSON."""
    made = object.__new__(Report)
    report = _native.decode(json.encode())
    made._json = json
    made.ok = report["ok"]
    made.counts = report["counts"]
    made.error = _failure(report["error"])
    made.outcomes = [Outcome(**_chosen(outcome, Outcome)) for outcome in report["outcomes"]]
    return made


def _chosen(values: Mapping[str, Any], kind: type[Record]) -> dict[str, Any]:
    chosen = {name: values[name] for name in kind.__slots__}
    chosen["error"] = _failure(values["error"])
    return chosen


def _failure(error: Mapping[str, Any] | None) -> Failure | None:
    return None if error is None else Failure(**error)
