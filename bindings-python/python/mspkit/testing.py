"""Test a script against the simulator: the three services on a local port, with data and faults of
your choice.

    from mspkit.testing import Simulator

    def test_onboarding() -> None:
        with Simulator(customers=3) as sim:
            sim.fail("ncentral.customers.list", status=503)
            onboard(sim.ncentral(), "Contoso")
            assert len(sim.requests("ncentral.service_orgs.create_customer")) == 1

A simulator is a separate process on its own port, so tests can run in parallel. It ends with the
`with` block, and at the latest with this process.
"""

from __future__ import annotations

import json as _json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from mspkit._cloudmore import AsyncCloudmore, Cloudmore
from mspkit._native import __version__
from mspkit._ncentral import AsyncNCentral, NCentral
from mspkit._platform import APART
from mspkit._simulated import Collections, Counts
from mspkit._wiv import AsyncWiv, Wiv
from mspkit.sim import program

if sys.version_info >= (3, 11):
    from typing import Unpack
elif TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["VARIABLES", "FaultKind", "Options", "Request", "Simulator", "SimulatorError", "State"]

VARIABLES = (
    "NCENTRAL_URL",
    "NCENTRAL_JWT",
    "CLOUDMORE_URL",
    "CLOUDMORE_USERNAME",
    "CLOUDMORE_PASSWORD",
    "CLOUDMORE_CLIENT_SECRET",
    "CLOUDMORE_RESELLER_ID",
    "CLOUDMORE_SELLER_ID",
    "WIV_URL",
    "WIV_API_KEY",
)
"""The environment variables by which clients find their servers."""

FaultKind = Literal[
    "delay",
    "status",
    "html",
    "close",
    "reset",
    "hang",
    "commit_close",
    "commit_reset",
    "commit_hang",
    "truncate",
    "slow",
    "content_type",
    "empty_page",
    "repeat_page",
]
"""What can happen to a request; see `Simulator.fail`."""

S = TypeVar("S", bound="Simulator")

# Clients and commands bypass the machine's proxies; pauses are short.
_PAST: Mapping[str, Any] = {"trust_env": False, "max_backoff": 0.05}
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Options(Counts, total=False):
    """How much data a simulator holds, and which behaviour it shows. Every option has a default."""

    seed: int
    """Seed of names, addresses and ids: the same seed, the same data. 7 by default."""
    envelope: Literal["bare", "data"]
    """How N-central wraps a single object."""
    list_envelope: Literal["minimal", "seed", "full", "array"]
    """How N-central wraps a list. `full` by default."""
    ids: Literal["string", "number"]
    """How N-central writes ids."""
    create_returns: Literal["full", "id"]
    """What N-central returns for a create."""
    max_page_size: int
    """The largest page; larger requests are cut to it. 1000 by default."""
    access_seconds: int
    """Lifetime of N-central's access token. 3600 by default."""
    refresh_seconds: int
    """Lifetime of N-central's refresh token. 90000 by default."""
    token_seconds: int
    """Lifetime of Cloudmore's token. 86400 by default."""
    send_expiry: bool
    """Whether token responses state the lifetime. True by default."""
    password_expired: bool
    """Whether N-central responds with 500 to everything but the token exchange. False by default."""
    standard_psa: bool
    """Whether N-central has a standard PSA integration. True by default."""
    caps: Mapping[str, int | None] | None
    """How many requests may be in flight per `"GET /api/customers"` or `"*"` before 429; None for no caps."""
    located: Literal["header", "relative", "body", "none"]
    """How Cloudmore returns the id of an added service."""
    denied: list[str]
    """Operations, as in `"ncentral.users.list"`, and resources that the user has no permission for.
    None by default."""
    empty_writes: bool
    """Whether Cloudmore's PUT, PATCH and DELETE return 204, rather than the service. True by default."""
    scroll_idle_seconds: int
    """After how many idle seconds a scroll of Wiv expires. 300 by default."""
    scroll_rotates: bool
    """Whether the id of a scroll changes with each page. True by default."""
    job_polls: int
    """How many reads of its state still see a job unfinished, such as a report. 2 by default."""
    job_seconds: int
    """How many seconds of the simulator's clock a job takes besides. 0 by default."""
    job_result: Literal["success", "failed", "aborted", "random"]
    """How jobs end; `random` is one of the three by the seed. `success` by default."""
    disabled_scripts: list[int]
    """Ids of scripts that N-central does not run for the API. None by default."""
    latency_ms: int
    """Delay of every response. 0 by default."""
    log: bool
    """Whether requests are recorded. True by default."""
    credentials: Mapping[str, str]
    """Credentials to accept instead, by the names of `Simulator.credentials`."""


class State(Collections, total=False):
    """The data of the services, each object in the form of the vendor's API."""

    open_scrolls: int
    """Open searches; read-only."""
    open_sessions: int
    """Valid tokens; read-only."""


@dataclass(frozen=True)
class Request:
    """A request that the simulator received."""

    method: str
    """Its method."""
    path: str
    """Its path, unchanged."""
    query: Mapping[str, Any]
    """Its query, decoded; a repeated name has a list."""
    body: Any
    """Its body: JSON as data, anything else as text, None if there is none."""
    operation: str | None
    """The operation that it called, such as `ncentral.customers.list`; None for an unknown path."""
    status: int | None
    """The status of the response; None if there was none."""


class SimulatorError(Exception):
    """The simulator could not be started, has another version, or refused a command."""


class Simulator:
    """A running simulator.

    Threads may share it. A forked child may use it, but only the process that started it stops it.

    Args:
        options: How much data it holds and how it behaves; see `Options`.

    Raises:
        FileNotFoundError: The simulator is not installed; `pip install 'mspkit[sim]'` does that.
        SimulatorError: An option is unknown, or its version is not that of mspkit.

    Example:
        >>> with Simulator(customers=3) as sim, sim.ncentral() as client:
        ...     print(len(client.customers.list().collect()))
        3
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        self._options = options
        self._owner = os.getpid()
        command = [str(program()), "--port", "0", "--until-stdin-closes"]
        # Ctrl-C is for the test, which then ends the simulator.
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **APART)
        assert self._process.stdout is not None
        try:
            ready = _json.loads(self._process.stdout.readline())
            if ready.get("version") != __version__:
                raise SimulatorError(
                    f"this is mspkit {__version__}, but {command[0]} has version {ready.get('version')}; "
                    f"install the same one: pip install mspkit-sim=={__version__}"
                )
            self.url: str = ready["url"]
            """The base URL of all three services."""
            self.credentials: Mapping[str, str] = ready["credentials"]
            """The credentials that it accepts: `ncentral_jwt`, `cloudmore_organization_id` and
            so on."""
            if options:
                self.reset()
        except ValueError:
            self.close()
            raise SimulatorError(f"{command[0]} exited with {self._process.returncode} on start") from None
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def env(self) -> dict[str, str]:
        """The environment variables by which `NCentral()`, `Cloudmore()` and `Wiv()` find it, past any proxy.

        For a script: `subprocess.run(command, env=os.environ | sim.env)`.
        """
        known = self.credentials
        past = (os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "127.0.0.1")
        return {
            **{name: self.url if name.endswith("_URL") else known[name.lower()] for name in VARIABLES},
            **dict.fromkeys(("no_proxy", "NO_PROXY"), ",".join(filter(None, past))),
        }

    def ncentral(self, **options: Any) -> NCentral:
        """A client of N-central; `options` are those of `NCentral`."""
        return NCentral(self.url, **{**_PAST, "jwt": self.credentials["ncentral_jwt"], **options})

    def async_ncentral(self, **options: Any) -> AsyncNCentral:
        """A client of N-central; `options` are those of `AsyncNCentral`."""
        return AsyncNCentral(self.url, **{**_PAST, "jwt": self.credentials["ncentral_jwt"], **options})

    def cloudmore(self, **options: Any) -> Cloudmore:
        """A client of Cloudmore; `options` are those of `Cloudmore`."""
        return Cloudmore(**{**self._cloudmore(), **options})

    def async_cloudmore(self, **options: Any) -> AsyncCloudmore:
        """A client of Cloudmore; `options` are those of `AsyncCloudmore`."""
        return AsyncCloudmore(**{**self._cloudmore(), **options})

    def wiv(self, **options: Any) -> Wiv:
        """A client of Wiv; `options` are those of `Wiv`."""
        return Wiv(**{**_PAST, "base_url": self.url, "api_key": self.credentials["wiv_api_key"], **options})

    def async_wiv(self, **options: Any) -> AsyncWiv:
        """A client of Wiv; `options` are those of `AsyncWiv`."""
        return AsyncWiv(
            **{**_PAST, "base_url": self.url, "api_key": self.credentials["wiv_api_key"], **options}
        )

    def _cloudmore(self) -> dict[str, Any]:
        names = ("username", "password", "client_secret", "reseller_id", "seller_id")
        return {
            **_PAST,
            "base_url": self.url,
            **{name: self.credentials[f"cloudmore_{name}"] for name in names},
        }

    def load(self, **state: Unpack[State]) -> None:
        """Replaces the data of the services.

        A list that is not given is kept, except those that belong to a given one: customers of
        service organizations, sites of both, an organization's services of the E-Store, cases of
        Wiv's customers. Missing fields are filled in.

        Raises:
            SimulatorError: Something in it is invalid; the message says where. Nothing has changed
            then.

        Example:
            >>> with Simulator() as sim, sim.ncentral() as client:
            ...     sim.load(customers=[{"customerName": "Contoso", "customerId": 700}])
            ...     print(client.customers.get(700).customer_name)
            Contoso
        """
        self.control("state", state)

    def state(self) -> dict[str, Any]:
        """The current data of the services, with the members of `State`; `load(**state)` accepts
        it."""
        state: dict[str, Any] = self.control("state")
        return state

    def fail(
        self,
        match: str,
        kind: FaultKind = "status",
        *,
        times: int | None = None,
        nth: Sequence[int] | None = None,
        rate: float | None = None,
        status: int | None = None,
        retry_after: int | str | Mapping[str, int] | None = None,
        json: Any = None,
        ms: int | None = None,
        bytes: int | None = None,  # noqa: A002 - the simulator's name
        bytes_per_step: int | None = None,
        step_ms: int | None = None,
        value: str | None = None,
    ) -> None:
        """Makes requests fail: the next matching one, unless the arguments say otherwise.

        Earlier faults apply first, until they are used up.

        Args:
            match: An operation such as `ncentral.customers.list`, or `GET /api/customers/{x}`, `GET *`, `*`.
            kind: What happens: `status` (another response), `html` (a proxy's page), `delay`, `close`,
                `reset` and `hang` (nothing is carried out), `commit_close`, `commit_reset` and
                `commit_hang` (it is, but without a response), `truncate`, `slow`, `content_type`,
                `empty_page`, `repeat_page`.
            times: How many requests; 0 for all. 1 by default; with `nth` or `rate`, all of those.
            nth: Only these of the matching requests from now on, counted from 1.
            rate: Each with this probability, from 0 to 1; the same ones in every run.
            status: Of `status` and `html`.
            retry_after: Of `status`: seconds, a text, or `{"date_in_seconds": 5}`.
            json: Of `status`: the body; the vendor's own by default.
            ms: Of `delay`.
            bytes: Of `truncate`: how many still arrive.
            bytes_per_step: Of `slow`.
            step_ms: Of `slow`.
            value: Of `content_type`.

        Raises:
            SimulatorError: A value is missing or unknown.

        Example:
            >>> with Simulator() as sim, sim.wiv() as client:
            ...     sim.fail("wiv.customers.list", status=503, retry_after=0)
            ...     customers = client.customers.list().collect()
            ...     print(len(customers), [request.status for request in sim.requests()])
            5 [503, 200]
        """
        fields = {
            "status": status,
            "retry_after": retry_after,
            "json": json,
            "ms": ms,
            "bytes": bytes,
            "bytes_per_step": bytes_per_step,
            "step_ms": step_ms,
            "value": value,
        }
        rule = {
            "match": match,
            "nth": None if nth is None else list(nth),
            "rate": rate,
            "times": times,
        }
        given = {name: value for name, value in fields.items() if value is not None}
        self.control("fail", {**rule, "fault": {"kind": kind, **given}})

    def answer(
        self,
        match: str,
        *,
        status: int = 200,
        json: Any = None,
        text: str | None = None,
        headers: Mapping[str, str] | None = None,
        times: int = 0,
    ) -> None:
        """Sets the response of an endpoint, including endpoints that the simulator does not know.

        Earlier responses apply first, until they are used up; with `times=0` they never are.

        Args:
            match: A path such as `/api/devices` or `/api/devices/{x}`, by any method; `GET /api/devices`; an
                operation such as `ncentral.customers.list`; `*`.
            status: The status.
            json: The body, as data.
            text: The body, unchanged.
            headers: Headers besides the content type.
            times: How many requests; 0 for all.

        Raises:
            SimulatorError: A value is invalid.

        Example:
            >>> with Simulator() as sim, sim.ncentral() as client:
            ...     sim.answer("/api/devices", json={"data": [{"deviceId": 7}]})
            ...     print(client.request("GET", "/api/devices").json()["data"])
            [{'deviceId': 7}]
        """
        given = {"json": json, "text": text, "headers": headers}
        rule = {"match": f"* {match}" if match.startswith("/") else match, "status": status, "times": times}
        self.control("answer", rule | {name: value for name, value in given.items() if value is not None})

    def advance(self, seconds: float) -> None:
        """Advances the clock by which tokens and scrolls expire and jobs become ready."""
        self.control("clock", {"advance_seconds": seconds})

    def requests(self, operation: str | None = None) -> list[Request]:
        """The requests so far, those for tokens included.

        Args:
            operation: Only those that called this operation, such as `ncentral.customers.list`.
        """
        logged = self.control("requests?since=0")["requests"]
        return [_request(entry) for entry in logged if operation in (None, entry["operation"])]

    def reset(self, **options: Unpack[Options]) -> None:
        """Starts over: data, tokens, clock, faults, requests.

        Args:
            options: Options to change; the others stay as at the start.
        """
        ready = self.control("reset", {**self._options, **options})
        self.credentials = ready["credentials"]

    def control(self, command: str, body: Any = None) -> Any:
        """Sends any of its commands, as POST with a body and as GET without.

        `tests/simulator/README.md` of the sources lists them.
        """
        data = None if body is None else _json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_sim/{command}", data, headers)
        try:
            with _direct.open(request, timeout=60) as answer:
                return _json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise SimulatorError(_json.load(error)["error"]) from None

    def close(self) -> None:
        """Ends it. Calling it again does nothing."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        if os.getpid() != self._owner:
            return
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self: S) -> S:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def _request(entry: Mapping[str, Any]) -> Request:
    body = entry.get("json", entry["body"] or None)
    return Request(
        method=entry["method"],
        path=entry["path"],
        query=entry["query"],
        body=body,
        operation=entry["operation"],
        status=entry["status"],
    )
