"""Makes what a file names, once, whatever crashes in between.

    from mspkit import NCentral, onboarding

    spec = onboarding.load("customers.csv")
    with NCentral() as client:
        for step in onboarding.plan(spec, ncentral=client).steps:
            print(step.action, step.path)
        report = onboarding.apply(spec, ncentral=client, journal="customers.journal")

`plan` reads and writes nothing. `apply` keeps a journal: called again after a crash, with the same
file, it goes on where it was. Nothing is ever deleted, and an object that exists is not changed, but
for the values of custom properties. `aplan` and `aapply` are the same for async clients.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, final

from mspkit import _native
from mspkit._errors import MspError, refused
from mspkit._log import ERROR, Watcher, checked, record
from mspkit._types import Record

if TYPE_CHECKING:
    from mspkit._client import Client
    from mspkit._cloudmore import AsyncCloudmore, Cloudmore
    from mspkit._ncentral import AsyncNCentral, NCentral

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
    "aapply",
    "aplan",
    "apply",
    "load",
    "plan",
]

Action: TypeAlias = Literal["exists", "create", "set", "differs", "ambiguous", "blocked"]
"""What a plan says of a row."""

OutcomeAction: TypeAlias = Literal["created", "set", "existed", "differs", "failed", "blocked", "not_started"]
"""What was done for a row."""

# The event of a step; the native side has the same number.
STEP = 16


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
        cls.__module__ = "mspkit.onboarding"


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
        return _planned(_native.OnboardingPlan.from_json(json))

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


StepHook: TypeAlias = Callable[[Progress], object]


def load(
    path_or_text: str | os.PathLike[str],
    *,
    format: Literal["yaml", "toml", "json", "csv"] | None = None,  # noqa: A002 - the word users know
) -> Spec:
    """Reads a file, or a text, and checks everything that can be checked without a server.

    Args:
        path_or_text: The path of a file. A `str` with several lines, or that begins as JSON does, is a
            text.
        format: The format, by default that of the file's ending. A text that is not JSON needs it.

    Raises:
        InvalidRequestError: It cannot be read, or has mistakes; `field_errors` has all of them, and the
            message names file, line and field of each.
    """
    try:
        text = os.fspath(path_or_text)
    except TypeError:
        raise refused("path_or_text", "must be a path or text", path_or_text) from None
    if not isinstance(text, str):
        raise refused("path_or_text", "must be a path or text", path_or_text)
    made = object.__new__(Spec)
    made._native = _native.OnboardingSpec.open(text, format)
    return made


def plan(spec: Spec, *, ncentral: NCentral | None = None, cloudmore: Cloudmore | None = None) -> Plan:
    """Reads what is on the servers, and says what is missing. Nothing is written.

    Args:
        spec: What `load` has returned.
        ncentral: A client of N-central, if the file names anything of it.
        cloudmore: A client of Cloudmore, likewise.

    Raises:
        InvalidRequestError: A client that is needed was not given.
        MspError: A list cannot be read. A refusal blocks the row instead.
    """
    events = _Events(ncentral, cloudmore, None, False)
    return _planned(_of(spec, (Spec,)).plan(*events.cores(), events.wanted(), events.deliver))


async def aplan(
    spec: Spec, *, ncentral: AsyncNCentral | None = None, cloudmore: AsyncCloudmore | None = None
) -> Plan:
    """`plan` with async clients."""
    from mspkit._port import here

    events, bridge = _Events(ncentral, cloudmore, None, True), here()
    token = _of(spec, (Spec,)).submit_plan(bridge.port, *events.cores(), events.wanted())
    return _planned(await bridge.outcome(token, events))


def apply(
    plan_or_spec: Plan | Spec,
    *,
    ncentral: NCentral | None = None,
    cloudmore: Cloudmore | None = None,
    journal: str | os.PathLike[str],
    concurrency: int | None = None,
    allow_cost: bool = False,
    settle: float | None = None,
    on_step: StepHook | None = None,
) -> Report:
    """Makes what is missing, and keeps a journal of it.

    Called again with the same journal after a crash, it goes on: what is done is not repeated, and what
    was begun is looked for first. A second process that uses the journal is refused at once.

    Args:
        plan_or_spec: What `load` or `plan` has returned. The plan of a `Spec` is made first.
        ncentral: A client of N-central, if the file names anything of it.
        cloudmore: A client of Cloudmore, likewise.
        journal: The path of the journal, which is created; a file `….lock` is beside it.
        concurrency: How many rows are in work at a time, 4 by default.
        allow_cost: Whether things that cost money are made. Otherwise a file with such rows is refused
            before anything is sent.
        settle: How long an object is looked for whose create may still be carried out, in seconds; 60 by
            default.
        on_step: Called with a `Progress` when a row is begun and when it has ended. What it raises is
            logged.

    Raises:
        InvalidRequestError: Before anything is sent: a client is missing, something costs money, or the
            journal is in use, of another file, damaged, or cannot be written.
        MspError: A list cannot be read. What goes wrong later is in the report.
    """
    events = _Events(ncentral, cloudmore, on_step, False)
    options = _options(concurrency, allow_cost, settle)
    native = _of(plan_or_spec, (Plan, Spec))
    return _report(native.apply(*events.cores(), _path(journal), options, events.wanted(), events.deliver))


async def aapply(
    plan_or_spec: Plan | Spec,
    *,
    ncentral: AsyncNCentral | None = None,
    cloudmore: AsyncCloudmore | None = None,
    journal: str | os.PathLike[str],
    concurrency: int | None = None,
    allow_cost: bool = False,
    settle: float | None = None,
    on_step: StepHook | None = None,
) -> Report:
    """`apply` with async clients. `on_step` may be a coroutine function."""
    from mspkit._port import here

    events, bridge = _Events(ncentral, cloudmore, on_step, True), here()
    options = _options(concurrency, allow_cost, settle)
    native = _of(plan_or_spec, (Plan, Spec))
    token = native.submit_apply(bridge.port, *events.cores(), _path(journal), options, events.wanted())
    return _report(await bridge.outcome(token, events))


def _of(given: object, kinds: tuple[type, ...]) -> Any:
    if isinstance(given, (Plan, Spec)) and isinstance(given, kinds):
        return given._native
    if Plan in kinds:
        raise refused("plan_or_spec", "must be what plan() or load() returned", given)
    raise refused("spec", "must be what load() returned", given)


def _path(journal: object) -> str:
    try:
        path = os.fspath(journal)  # type: ignore[call-overload]
    except TypeError:
        path = None
    if not isinstance(path, str):
        raise refused("journal", "must be a path", journal)
    return path


def _options(concurrency: int | None, allow_cost: bool, settle: float | None) -> dict[str, Any]:
    return {"concurrency": concurrency, "allow_cost": allow_cost, "settle": settle}


def _planned(native: _native.OnboardingPlan) -> Plan:
    made = object.__new__(Plan)
    made._native = native
    steps = _native.decode(native.to_json().encode())["steps"]
    made.steps = [Step(**_chosen(step, Step)) for step in steps]
    return made


def _report(json: str) -> Report:
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


class _Events:
    """The clients of a run, and where its events go: requests to their hooks and logs, steps to
    `on_step`."""

    __slots__ = ("clients", "on_step")

    def __init__(
        self, ncentral: Client | None, cloudmore: Client | None, on_step: StepHook | None, asynchronous: bool
    ) -> None:
        from mspkit._client import Client

        for name, client in (("ncentral", ncentral), ("cloudmore", cloudmore)):
            service_ok = isinstance(client, Client) and client._service == name
            if client is not None and not (service_ok and client._asynchronous is asynchronous):
                kind = "an async client" if asynchronous else "a blocking client"
                raise refused(name, f"must be {kind} of this service", client)
        self.clients = {"ncentral": ncentral, "cloudmore": cloudmore}
        self.on_step = checked("on_step", on_step, asynchronous)

    def cores(self) -> list[_native.Core | None]:
        return [None if client is None else client._core for client in self.clients.values()]

    def wanted(self) -> int:
        wanted = 0 if self.on_step is None else STEP
        for client in self.clients.values():
            if client is not None:
                wanted |= client._watcher.wanted()
        return wanted

    def _watcher(self, call: tuple[Any, ...]) -> Watcher | None:
        client = self.clients.get(call[0].partition(".")[0])
        return None if client is None else client._watcher

    def deliver(self, records: list[tuple[Any, ...]]) -> None:
        for event in records:
            if event[0] != STEP:
                watcher = self._watcher(event[1])
                if watcher is not None:
                    watcher.deliver([event])
                continue
            waiting = self._stepped(event[2])
            if isinstance(waiting, CoroutineType):
                # It looked like a plain function; it cannot be awaited here.
                waiting.close()
                record(ERROR, "on_step returned a coroutine, which only aapply awaits")

    async def deliver_async(self, records: list[tuple[Any, ...]]) -> None:
        for event in records:
            if event[0] != STEP:
                watcher = self._watcher(event[1])
                if watcher is not None:
                    await watcher.deliver_async([event])
                continue
            waiting = self._stepped(event[2])
            if isinstance(waiting, Awaitable):
                try:
                    await waiting
                except Exception as error:
                    record(ERROR, "on_step failed; the run continues", failed=error)

    def _stepped(self, json: str) -> object:
        try:
            return self.on_step(Progress(**_native.decode(json.encode())))
        except Exception as error:
            record(ERROR, "on_step failed; the run continues", failed=error)
            return None

    def gave_up(self, error: MspError) -> None:
        for client in self.clients.values():
            if client is not None and (error.operation or "").startswith(client._service):
                client._watcher.gave_up(error)
