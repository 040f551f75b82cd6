"""The errors that calls raise: `MspError` and what all have in common. The kinds are in
`_kinds.py`."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from mspkit._platform import system_error
from mspkit._types import Attempt, Difference, FieldError, Headers

FIELDS = (
    "operation",
    "message",
    "argument",
    "given",
    "allowed",
    "method",
    "path",
    "server",
    "status",
    "code",
    "field_errors",
    "body",
    "headers",
    "request_id",
    "server_error_id",
    "retryable",
    "total",
    "missing",
    "matches",
    "differences",
    "retry_after",
    "attempts",
    "resume_token",
)


class MspError(Exception):
    """A failed call, with everything that is needed to act on it.

    The message is written for people, the attributes for programs.
    """

    kind: ClassVar[str] = "Internal"
    """The name of the kind, the same in every language."""

    message: str
    """What happened, without operation, status and ids; `str(error)` is the whole text."""
    operation: str | None
    """The operation that failed, such as `ncentral.customers.list`."""
    argument: str | None
    """The invalid argument, if one is; set if the call was refused before it was sent."""
    given: str | None
    """The value that was passed, unless it may be a secret."""
    allowed: str | None
    """The values that are allowed."""
    method: str | None
    """The HTTP method of the request, if there was one."""
    path: str | None
    """The path of the request, without the query."""
    server: str | None
    """The server of the request: scheme, host and port."""
    status: int | None
    """The HTTP status of the last response."""
    code: str | None
    """The vendor's error code, such as `InvalidValue`."""
    field_errors: tuple[FieldError, ...]
    """What the server reported about single fields."""
    body: bytes
    """The body of the last response, up to 16 KiB, without secrets."""
    headers: Headers
    """The headers of the last response."""
    request_id: str | None
    """The id that the client gave the call; it was sent as `X-Request-Id`."""
    server_error_id: str | None
    """The vendor's id of the failure; its support asks for it."""
    retryable: bool
    """Whether the same call can be made again safely and may then succeed."""
    total: int | None
    """How many rows the server reports, for a list that is incomplete."""
    missing: int | None
    """How many of them are missing."""
    matches: tuple[dict[str, Any], ...]
    """The objects that match, of an `AmbiguousError`, under the vendor's names."""
    differences: tuple[Difference, ...]
    """The fields with other values, of a `DifferenceError`."""
    retry_after: float | None
    """Seconds until the endpoint accepts calls again, or until the server wants the next
    request."""
    attempts: tuple[Attempt, ...]
    """Every attempt of the call."""
    resume_token: str | None
    """The token to resume a list with."""
    _expected: bool
    """Whether it is an expected outcome, and not worth a warning."""

    def __init_subclass__(cls) -> None:
        if cls.__module__.startswith("mspkit."):
            cls.__module__ = "mspkit"

    def __init__(
        self,
        text: str,
        *,
        message: str | None = None,
        operation: str | None = None,
        argument: str | None = None,
        given: str | None = None,
        allowed: str | None = None,
        method: str | None = None,
        path: str | None = None,
        server: str | None = None,
        status: int | None = None,
        code: str | None = None,
        field_errors: tuple[FieldError, ...] = (),
        body: bytes = b"",
        headers: Headers | None = None,
        request_id: str | None = None,
        server_error_id: str | None = None,
        retryable: bool = False,
        total: int | None = None,
        missing: int | None = None,
        matches: tuple[dict[str, Any], ...] = (),
        differences: tuple[Difference, ...] = (),
        retry_after: float | None = None,
        attempts: tuple[Attempt, ...] = (),
        resume_token: str | None = None,
    ) -> None:
        super().__init__(text)
        self._expected = False
        self.message = text if message is None else message
        self.operation = operation
        self.argument = argument
        self.given = given
        self.allowed = allowed
        self.method = method
        self.path = path
        self.server = server
        self.status = status
        self.code = code
        self.field_errors = field_errors
        self.body = body
        self.headers = Headers([]) if headers is None else headers
        self.request_id = request_id
        self.server_error_id = server_error_id
        self.retryable = retryable
        self.total = total
        self.missing = missing
        self.matches = matches
        self.differences = differences
        self.retry_after = retry_after
        self.attempts = attempts
        self.resume_token = resume_token

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {name: getattr(self, name) for name in FIELDS}
        return _restore, (type(self), str(self), fields, self.__cause__), {"_expected": self._expected}


MspError.__module__ = "mspkit"


class APIStatusError(MspError):
    """The server responded with an error status. `status` is always set."""

    status: int  # pyright: ignore[reportIncompatibleVariableOverride] - narrower, and only ever read


def _restore(cls: type[MspError], text: str, fields: dict[str, Any], cause: BaseException | None) -> MspError:
    error = cls(text, **fields)
    if cause is not None:
        error.__cause__ = cause
    return error


def refused(argument: str, allowed: str, value: object) -> MspError:
    """The error for an argument that can only be checked here."""
    from mspkit import _native

    return _native.refused(argument, value, allowed)


def failure(kind: str, text: str, **fields: Any) -> MspError:
    """An error of a kind, by its name in the core."""
    from mspkit._kinds import KINDS

    return KINDS[kind](text, **fields)


def from_native(kind: str, fields: dict[str, Any]) -> MspError:
    """The error that the native side describes."""
    text = fields.pop("text")
    causes: list[tuple[int | None, str]] = fields.pop("causes", [])
    expected: bool = fields.pop("expected", False)
    error = failure(
        kind,
        text,
        field_errors=tuple(
            FieldError(field=f, code=c, message=m) for f, c, m in fields.pop("field_errors", ())
        ),
        matches=tuple(json.loads(fields.pop("matches", "[]"))),
        differences=tuple(Difference(**one) for one in json.loads(fields.pop("differences", "[]"))),
        headers=Headers(fields.pop("headers", [])),
        attempts=tuple(
            Attempt(status=status, cause=cause, waited=waited, took=took)
            for status, cause, waited, took in fields.pop("attempts", ())
        ),
        **fields,
    )
    if expected:
        error._expected = True
    cause: BaseException | None = None
    for number, text in reversed(causes):
        outer = OSError(text) if number is None else system_error(number, text)
        outer.__cause__ = cause
        cause = outer
    if cause is not None:
        error.__cause__ = cause
    return error
