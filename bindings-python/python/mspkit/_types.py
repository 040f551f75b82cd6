"""What calls take and return besides models: ids, `UNSET`, metadata, events of hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, SupportsIndex, TypeAlias, TypeVar, final

from mspkit import _native

T = TypeVar("T")

Id: TypeAlias = str | SupportsIndex
"""An id as an argument: text or an integer, including numpy's. Results have ids as text."""


@final
class Unset:
    """The type of `UNSET`."""

    __slots__ = ()
    _only: Unset | None = None

    def __new__(cls) -> Unset:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "UNSET"


Unset.__module__ = "mspkit"

UNSET: Final = Unset()
"""An argument that is not sent at all; `None` is sent as null."""


def opt(value: T | None) -> T | Unset:
    """The value of an argument for which None means that it is not sent."""
    return UNSET if value is None else value


class LazyDoc:
    """A `__doc__` that is made when it is read."""

    def __init__(self, write: Any) -> None:
        self.write = write

    def __get__(self, thing: object, owner: type) -> str:
        text: str = self.write(thing, owner)
        return text


class Record:
    """A read-only group of named values, compared and shown by them."""

    __slots__: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__module__.startswith("mspkit."):
            cls.__module__ = "mspkit"

    def __init__(self, **values: Any) -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, values.pop(name))
        if values:
            raise TypeError(f"{type(self).__name__} has no {', '.join(values)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} is read-only")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} is read-only")

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Record) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        # Of a partly initialized value, as a traceback may show it, as much as there is.
        inside = ", ".join(
            f"{name}={getattr(self, name)!r}" for name in self.__slots__ if hasattr(self, name)
        )
        return f"{type(self).__name__}({inside})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _record, (type(self), self._values())


def _record(cls: type[Record], values: tuple[Any, ...]) -> Record:
    return cls(**dict(zip(cls.__slots__, values, strict=True)))


@final
class Headers(Mapping[str, str]):
    """The headers of a response, by case-insensitive name. Repeated ones are joined by commas."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __getitem__(self, name: str) -> str:
        found = self.get_all(name)
        if not found:
            raise KeyError(name)
        return ", ".join(found)

    def get_all(self, name: str) -> list[str]:
        """Every value of a header that may be repeated."""
        name = name.lower()
        return [value for known, value in self._pairs if known == name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._pairs))

    def __len__(self) -> int:
        return len(dict(self._pairs))

    def __repr__(self) -> str:
        return f"Headers({dict(getattr(self, '_pairs', ()))!r})"

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.items())))

    def __reduce__(self) -> tuple[Any, ...]:
        return Headers, (self._pairs,)


Headers.__module__ = "mspkit"


@final
class ResponseMeta(Record):
    """The metadata of a response."""

    __slots__ = ("attempts", "elapsed", "headers", "request_id", "status")

    status: int
    """The HTTP status."""
    headers: Headers
    """The headers of the response."""
    request_id: str
    """The id that the client gave the call; it was sent as `X-Request-Id`."""
    attempts: int
    """How many attempts were made."""
    elapsed: float
    """Seconds from the call to the end of the response, queueing and retries included."""


def meta_of(answer: _native.Response | _native.Page) -> ResponseMeta:
    """The metadata of a native response."""
    return ResponseMeta(
        status=answer.status,
        headers=Headers(answer.headers),
        request_id=answer.request_id,
        attempts=answer.attempts,
        elapsed=answer.elapsed,
    )


@final
class Attempt(Record):
    """One attempt of a call that failed."""

    __slots__ = ("cause", "status", "took", "waited")

    status: int | None
    """The status of the response, if there was one."""
    cause: str | None
    """Why there was no response, if there was none."""
    waited: float
    """Seconds before sending: queue, token and back-off."""
    took: float
    """Seconds from sending to the end of the response."""


@final
class FieldError(Record):
    """What the server reported about one field of a request."""

    __slots__ = ("code", "field", "message")

    field: str
    """The field, in the vendor's spelling; empty if the server named none."""
    code: str | None
    """The vendor's code, such as `InvalidValue`."""
    message: str
    """What is wrong with it."""


@final
class Difference(Record):
    """A field that an object has with another value than the one that was given."""

    __slots__ = ("field", "found", "wanted")

    field: str
    """The vendor's name of the field in the object that was found."""
    wanted: Any
    """The value that was given."""
    found: Any
    """The value that the object has."""


@final
class LimitStatus(Record):
    """The state of one endpoint's limit."""

    __slots__ = ("cap", "endpoint", "in_flight", "last_429", "waiting")

    endpoint: str
    """Method and path template."""
    cap: int
    """How many calls may be in flight now."""
    in_flight: int
    """How many calls are in flight."""
    waiting: int
    """How many calls wait for a slot."""
    last_429: float | None
    """Seconds since the last 429."""


@final
class RequestEvent(Record):
    """A request was sent."""

    __slots__ = ("attempt", "method", "operation", "path", "request_id", "server")

    operation: str
    """The operation, such as `ncentral.customers.list`."""
    method: str
    """The HTTP method."""
    path: str
    """The path, without the query."""
    server: str
    """The server: scheme, host and port."""
    request_id: str
    """The id of the call, the same for all its attempts."""
    attempt: int
    """The number of the attempt, from 1."""


@final
class ResponseEvent(Record):
    """An attempt has ended."""

    __slots__ = (
        "attempt",
        "cause",
        "method",
        "operation",
        "path",
        "request_id",
        "server",
        "status",
        "took",
    )

    operation: str
    """The operation."""
    method: str
    """The HTTP method."""
    path: str
    """The path, without the query."""
    server: str
    """The server: scheme, host and port."""
    request_id: str
    """The id of the call."""
    attempt: int
    """The number of the attempt, from 1."""
    status: int | None
    """The status, if there was a response."""
    cause: str | None
    """Why there was no response, if there was none."""
    took: float
    """Seconds from sending to the end of the response."""


@final
class RetryEvent(Record):
    """Another attempt is about to be made."""

    __slots__ = ("attempt", "method", "operation", "path", "reason", "request_id", "server", "wait")

    operation: str
    """The operation."""
    method: str
    """The HTTP method."""
    path: str
    """The path, without the query."""
    server: str
    """The server: scheme, host and port."""
    request_id: str
    """The id of the call."""
    attempt: int
    """The number of the attempt that failed, from 1."""
    reason: str
    """Why: `HTTP 503`, or what happened to the connection."""
    wait: float
    """Seconds until the next attempt."""


RequestHook: TypeAlias = Callable[[RequestEvent], object]
"""Called for each attempt that was sent."""
ResponseHook: TypeAlias = Callable[[ResponseEvent], object]
"""Called for each attempt that has ended."""
RetryHook: TypeAlias = Callable[[RetryEvent], object]
"""Called before each further attempt."""
Credentials: TypeAlias = Callable[[], Mapping[str, Any]]
"""Returns the secrets of a client by the names of its options, such as `{"jwt": …}`."""


@final
class Hidden:
    """A value that may contain a secret, on its way to the native side, which unwraps it."""

    __slots__ = ("_text",)

    def __init__(self, value: object) -> None:
        self._text = value

    def reveal(self) -> Any:
        """The hidden value."""
        return self._text

    def __repr__(self) -> str:
        return "***"


@final
class Secret:
    """Text that does not show itself: `reveal()` returns it, and pickles do not contain it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a secret cannot be pickled; pickle what it belongs to, or reveal() it")


Secret.__module__ = "mspkit"


@final
class Response:
    """A response, unchanged: of `client.request(…)`, or of an operation that returns a file or a
    text."""

    __slots__ = ("_content", "_native", "response_meta")

    response_meta: ResponseMeta
    """Status, headers, ids and times."""

    def __init__(
        self, content: bytes, response_meta: ResponseMeta, native: _native.Response | None = None
    ) -> None:
        self._content = content
        self.response_meta = response_meta
        # Has the context for decode errors; None after pickling.
        self._native = native

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response_meta.status

    @property
    def headers(self) -> Headers:
        """The headers of the response."""
        return self.response_meta.headers

    @property
    def content(self) -> bytes:
        """The body, unchanged."""
        return self._content

    @property
    def text(self) -> str:
        """The body as text; invalid UTF-8 is replaced."""
        return self._content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body, parsed as JSON.

        Raises:
            ResponseDecodeError: The body is not JSON.
        """
        return _native.decode(self._content) if self._native is None else self._native.decode()

    def __repr__(self) -> str:
        if not hasattr(self, "response_meta"):
            return "Response()"
        return f"Response(status={self.status}, {len(self._content)} bytes)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Response):
            return NotImplemented
        return (self._content, self.response_meta) == (other._content, other.response_meta)

    def __hash__(self) -> int:
        return hash((self._content, self.response_meta))

    def __reduce__(self) -> tuple[Any, ...]:
        return Response, (self._content, self.response_meta)


Response.__module__ = "mspkit"
