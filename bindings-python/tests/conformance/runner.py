"""Runs cases: each worker has a simulator of its own and takes its share of them."""

from __future__ import annotations

import asyncio
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance import calls, matching
from conformance.cases import Suite
from conformance.outcome import Outcome
from conformance.variables import Variables
from mspkit import MspError
from simulator import Simulator

# Cases mostly wait for time to pass, so there are more workers than processors.
WORKERS = 6
CASE_LIMIT = 30.0
TOKEN_PATHS = {"/api/auth/authenticate", "/api/auth/refresh", "/connect/token"}
OWN_OPTIONS = {
    "ncentral": {"jwt": "$ncentral_jwt"},
    "cloudmore": {
        "username": "$cloudmore_username",
        "password": "$cloudmore_password",
        "client_secret": "$cloudmore_client_secret",
        "reseller_id": "$cloudmore_reseller_id",
    },
    "wiv": {"api_key": "$wiv_api_key"},
}
NO_COUNTS = {"received": 0, "committed": 0, "answered": 0, "max_in_flight": 0, "throttled": 0}


@dataclass
class Verdict:
    """How many cases ran, and which of them failed and why."""

    ran: int = 0
    failures: list[str] = field(default_factory=list)

    def line(self) -> str:
        failed = len(self.failures)
        return f"conformance: {self.ran} cases, {self.ran - failed} passed, {failed} failed"


def run(suite: Suite, *, asynchronous: bool, sabotage: str = "none", enough: int | None = None) -> Verdict:
    """Runs all cases, or fewer once `enough` have failed."""
    verdict = Verdict()
    lock = threading.Lock()
    cases = iter(suite.cases)

    def claimed() -> Iterator[dict[str, Any]]:
        while True:
            with lock:
                if enough is not None and len(verdict.failures) >= enough:
                    return
                case = next(cases, None)
                if case is None:
                    return
                verdict.ran += 1
            yield case

    def work() -> None:
        with Simulator() as simulator:
            simulator.control("sabotage", {"kind": sabotage})
            for case in claimed():
                why = _one(case, simulator, asynchronous)
                if why is not None:
                    with lock:
                        verdict.failures.append(f"FAILED {case['name']}: {why}")

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return verdict


def _one(case: Mapping[str, Any], simulator: Simulator, asynchronous: bool) -> str | None:
    began = time.monotonic()
    try:
        (_Async if asynchronous else _Blocking)(case, simulator).run()
    except (matching.MismatchError, LookupError) as why:
        return str(why)
    except Exception:
        return traceback.format_exc()
    took = time.monotonic() - began
    return None if took <= CASE_LIMIT else f"took {took:.1f} s"


class _Run:
    """A case under way."""

    clients: Mapping[str, type[Any]]

    def __init__(self, case: Mapping[str, Any], simulator: Simulator) -> None:
        self.case = case
        self.simulator = simulator
        ready = simulator.control("reset", case.get("sim", {}).get("reset", {}))
        self.variables = Variables(url=ready["url"], **ready["credentials"])
        self.client: Any = None
        self.refused: MspError | None = None

    def run(self) -> None:
        self.change_server(self.case.get("sim", {}))
        self.build(self.case["client"])
        for index, step in enumerate(self.case["steps"]):
            try:
                self.step(step)
            except (matching.MismatchError, LookupError) as why:
                raise matching.MismatchError(f"step {index + 1}: {why}") from None
        self.check_server()
        self.close()

    def change_server(self, server: Mapping[str, Any]) -> None:
        fill = self.variables.fill
        if "script" in server:
            self.simulator.control("script", {"answers": fill(server["script"])})
        if "faults" in server:
            self.simulator.control("faults", {"seed": 1, "rules": fill(server["faults"])})
        if "clock" in server:
            self.simulator.control("clock", {"advance_seconds": server["clock"]})

    def build(self, spec: Mapping[str, Any]) -> None:
        self.close()
        said = {"base_url": "$url", "trust_env": False, **OWN_OPTIONS[spec["service"]]}
        said = self.variables.fill({**said, **spec.get("options", {})})
        given = {name: value for name, value in said.items() if value is not None}
        self.client, self.refused = None, None
        try:
            self.client = self.clients[spec["service"]](**given)
        except MspError as error:
            self.refused = error

    def step(self, step: Mapping[str, Any]) -> None:
        if "sim" in step:
            self.change_server(step["sim"])
        elif "wait" in step:
            time.sleep(step["wait"])
        elif "client" in step:
            self.build(step["client"])
        else:
            filled = calls.Step(step, self.variables.fill)
            outcome = Outcome(error=self.refused) if self.refused else self.call(filled)
            matching.outcome(self.variables.fill(step.get("expect", {})), outcome)
            for path, name in step.get("save", {}).items():
                self.variables[name] = outcome.saved(path)

    def check_server(self) -> None:
        case = self.case
        if "requests" not in case and "counts" not in case:
            return
        log = self.simulator.log()
        if "requests" in case:
            kept = [one for one in log["requests"] if case.get("auth_requests") or not _for_token(one)]
            matching.requests(self.variables.fill(case["requests"]), kept, case.get("unordered", False))
        for operation, wanted in case.get("counts", {}).items():
            counts = log["counts"].get(operation, NO_COUNTS)
            for name, number in wanted.items():
                matching.value(number, counts.get(name), f"counts.{operation}.{name}")

    def call(self, step: calls.Step) -> Outcome:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class _Blocking(_Run):
    clients = calls.BLOCKING

    def call(self, step: calls.Step) -> Outcome:
        return calls.blocking(self.client, step)

    def close(self) -> None:
        if self.client is not None:
            self.client.close()


class _Async(_Run):
    """Every step runs in a loop of its own, so the client goes from one closed loop to the next."""

    clients = calls.ASYNC

    def call(self, step: calls.Step) -> Outcome:
        return asyncio.run(calls.awaited(self.client, step))

    def close(self) -> None:
        if self.client is not None:
            asyncio.run(self.client.close())


def _for_token(request: Mapping[str, Any]) -> bool:
    return request["method"] == "POST" and request["raw_target"].partition("?")[0] in TOKEN_PATHS
