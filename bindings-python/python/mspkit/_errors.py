"""The errors that calls raise: `MspError` and what they all have. Its kinds stand in `_kinds.py`."""

from __future__ import annotations

from typing import Any, ClassVar

from mspkit._types import Attempt, FieldError, Headers

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
    "retry_after",
    "attempts",
    "resume_token",
)


class MspError(Exception):
    """Something that went wrong in a call, with all that is needed to act on it.

    The text alone lets a person act; the attributes let a program do so.
    """

    kind: ClassVar[str] = "Internal"
    """The name of the kind, the same in every language."""

    message: str
    """What happened, without operation, status and ids; `str(error)` gives the whole sentence."""
    operation: str | None
    """The operation that failed, such as `ncentral.customers.list`."""
    argument: str | None
    """The argument that is wrong, where one is; of what is refused before it is sent."""
    given: str | None
    """What was given for it, as far as it may be told."""
    allowed: str | None
    """What it may be."""
    method: str | None
    """The HTTP method of the request, once there was one to send."""
    path: str | None
    """The path of the request, without the query."""
    server: str | None
    """The server of the request: scheme, host and port."""
    status: int | None
    """The HTTP status of the last answer."""
    code: str | None
    """The vendor's error code, such as `InvalidValue`."""
    field_errors: tuple[FieldError, ...]
    """What the server said about single fields."""
    body: bytes
    """The body of the last answer, up to 16 KiB of it, without secrets."""
    headers: Headers
    """The headers of the last answer."""
    request_id: str | None
    """The id that the client gave the call; it was sent as `X-Request-Id`."""
    server_error_id: str | None
    """The id that the vendor gave the failure; its support asks for it."""
    retryable: bool
    """Whether the same call may be made again without harm and may then succeed."""
    total: int | None
    """How many rows the server says a list has that did not come whole."""
    missing: int | None
    """How many of them did not come."""
    retry_after: float | None
    """Seconds until the endpoint takes calls again, or the server wants to be asked again."""
    attempts: tuple[Attempt, ...]
    """Every attempt that was made."""
    resume_token: str | None
    """Where a list can be taken up again."""
    _expected: bool
    """Whether it is an answer like any other, and not worth a warning."""

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
        self.retry_after = retry_after
        self.attempts = attempts
        self.resume_token = resume_token

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {name: getattr(self, name) for name in FIELDS}
        return _restore, (type(self), str(self), fields, self.__cause__), {"_expected": self._expected}


MspError.__module__ = "mspkit"


class APIStatusError(MspError):
    """The server answered, with a status that says no. `status` is always there."""

    status: int  # pyright: ignore[reportIncompatibleVariableOverride] - narrower, and only ever read


def _restore(cls: type[MspError], text: str, fields: dict[str, Any], cause: BaseException | None) -> MspError:
    error = cls(text, **fields)
    if cause is not None:
        error.__cause__ = cause
    return error


def refused(argument: str, allowed: str, value: object) -> MspError:
    """The refusal of an argument that can be told to be wrong only here."""
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
    for number, said in reversed(causes):
        outer = OSError(said) if number is None else OSError(number, said)
        outer.__cause__ = cause
        cause = outer
    if cause is not None:
        error.__cause__ = cause
    return error
