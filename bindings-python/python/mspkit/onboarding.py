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
from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mspkit import _native
from mspkit._errors import MspError, refused
from mspkit._log import ERROR, Watcher, checked, record
from mspkit._onboarding import (
    Action,
    Failure,
    Outcome,
    OutcomeAction,
    Plan,
    Progress,
    Report,
    Spec,
    Step,
    plan_of,
    report_of,
    spec_of,
)

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

# The event of a step; the native side has the same number.
STEP = 16


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
    return spec_of(_native.OnboardingSpec.open(text, format))


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
    return plan_of(_of(spec, (Spec,)).plan(*events.cores(), events.wanted(), events.deliver))


async def aplan(
    spec: Spec, *, ncentral: AsyncNCentral | None = None, cloudmore: AsyncCloudmore | None = None
) -> Plan:
    """`plan` with async clients."""
    from mspkit._port import here

    events, bridge = _Events(ncentral, cloudmore, None, True), here()
    token = _of(spec, (Spec,)).submit_plan(bridge.port, *events.cores(), events.wanted())
    return plan_of(await bridge.outcome(token, events))


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
        concurrency: How many rows are in progress at a time, 4 by default.
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
    return report_of(native.apply(*events.cores(), _path(journal), options, events.wanted(), events.deliver))


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
    return report_of(await bridge.outcome(token, events))


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


class _Events:
    """The clients of a run, and where its events go: requests to their hooks and logs, steps to
    `on_step`."""

    __slots__ = ("clients", "on_step")

    def __init__(
        self, ncentral: Client | None, cloudmore: Client | None, on_step: StepHook | None, asynchronous: bool
    ) -> None:
        from mspkit._client import Client

        for name, client in (("ncentral", ncentral), ("cloudmore", cloudmore)):
            fits = isinstance(client, Client) and client._asynchronous is asynchronous
            if client is not None and not fits:
                kind = "an async client" if asynchronous else "a blocking client"
                raise refused(name, f"must be {kind}", client)
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
