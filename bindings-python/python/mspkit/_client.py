"""What all clients have: options, calls, lists, requests to other endpoints, closing, copying and pickling.

Answers become models here, and arguments become JSON in `_encode.py`; everything between is the native
core's.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from mspkit import _native
from mspkit._encode import free_request, given_options, hidden, is_plain, shown
from mspkit._errors import MspError, refused
from mspkit._log import Watcher
from mspkit._model import Model
from mspkit._options import CREDENTIALS, GIVEN_BY_FUNCTION, SECRETS, Changeable
from mspkit._pager import AsyncPager, Pager
from mspkit._types import (
    Credentials,
    Hidden,
    LimitStatus,
    RequestHook,
    Response,
    ResponseHook,
    ResponseMeta,
    RetryHook,
    Told,
    meta_of,
)

if TYPE_CHECKING:
    # Type checkers take a property for nothing else.
    from builtins import property as resource
else:

    class resource(property):  # noqa: N801 - it stands where `property` would
        """A group of a client's methods; of the class itself it gives the group's class, for `help()`."""

        def __get__(self, client, owner=None):
            if client is not None:
                return super().__get__(client, owner)
            return getattr(sys.modules[self.fget.__module__], self.fget.__annotations__["return"])


__all__ = ["AsyncClient", "AsyncResource", "Client", "SyncClient", "SyncResource", "resource"]

C = TypeVar("C", bound="Client")
S = TypeVar("S", bound="SyncClient")
A = TypeVar("A", bound="AsyncClient")
M = TypeVar("M", bound=Model)

PICKLED = (
    "A pickled client holds no secrets; they come from its `credentials` function, else from the environment."
)

atexit.register(_native.shutdown)
os.register_at_fork(after_in_child=_native.forked)


class Client(Changeable):
    """What blocking and async clients have in common."""

    __slots__ = ("__weakref__", "_core", "_credentials", "_dropped", "_options", "_watcher")

    _service: ClassVar[str]
    _asynchronous: ClassVar[bool]

    _core: _native.Core
    # Those that a pickle holds, and the names of those that it does not and that no environment has.
    _options: dict[str, Any]
    _dropped: frozenset[str]
    _credentials: Credentials | None
    _watcher: Watcher

    def __init_subclass__(cls) -> None:
        if cls.__module__.startswith("mspkit."):
            cls.__module__ = "mspkit"
        cls.__doc__ = Told(partial(_told, cls.__doc__ or ""))  # type: ignore[assignment]

    def __init__(
        self,
        options: Mapping[str, Any],
        credentials: Credentials | None = None,
        on_request: RequestHook | None = None,
        on_response: ResponseHook | None = None,
        on_retry: RetryHook | None = None,
    ) -> None:
        watcher = Watcher(on_request, on_response, on_retry, self._asynchronous)
        self._make({**secrets_of(credentials), **given_options(options)}, credentials, watcher)

    def _make(self, given: dict[str, Any], credentials: Credentials | None, watcher: Watcher) -> None:
        # What is secret is wrapped by now: a traceback may show what names stand for.
        core = _native.Core(self._service, given, self._asynchronous)
        kept = {
            name: shown(value)
            for name, value in given.items()
            if name not in SECRETS or is_plain(name, value)
        }
        kept["base_url"] = core.base_url
        self._set(core, kept, frozenset(given.keys() - kept.keys() - CREDENTIALS), credentials, watcher)

    def _set(
        self,
        core: _native.Core,
        options: dict[str, Any],
        dropped: frozenset[str],
        credentials: Credentials | None,
        watcher: Watcher,
    ) -> None:
        self._core = core
        self._options = options
        self._dropped = dropped
        self._credentials = credentials
        self._watcher = watcher

    @property
    def base_url(self) -> str:
        """Where the service is."""
        return self._core.base_url

    def _changed(
        self: C,
        options: dict[str, Any],
        on_request: RequestHook | None,
        on_response: ResponseHook | None,
        on_retry: RetryHook | None,
    ) -> C:
        old = self._watcher
        watcher = Watcher(
            old.on_request if on_request is None else on_request,
            old.on_response if on_response is None else on_response,
            old.on_retry if on_retry is None else on_retry,
            self._asynchronous,
        )
        return self._sibling(self._core.with_options(options), {**self._options, **options}, watcher)

    def limits(self) -> list[LimitStatus]:
        """What the limit of each endpoint that was used is doing."""
        return [LimitStatus(**status) for status in self._core.limits()]

    def _sibling(self: C, core: _native.Core, options: dict[str, Any], watcher: Watcher) -> C:
        made = object.__new__(type(self))
        made._set(core, options, self._dropped, self._credentials, watcher)
        return made

    def __copy__(self: C) -> C:
        return self._sibling(self._core, self._options, self._watcher)

    def __deepcopy__(self: C, memo: object) -> C:
        # Shared on purpose: with connections and tokens of its own it would be another client.
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        watcher = self._watcher
        hooks = (watcher.on_request, watcher.on_response, watcher.on_retry)
        return _restore, (type(self), self._options, self._dropped, self._credentials, hooks)

    def __repr__(self) -> str:
        # A traceback may show a client whose making failed.
        core = getattr(self, "_core", None)
        where = "" if core is None else f" {core.base_url}"
        return f"<mspkit.{type(self).__name__}{where}>"


def _told(text: str, client: object, cls: type) -> str:
    from mspkit._docs import of_client

    return of_client(cls, text)


def secrets_of(credentials: Credentials | None) -> dict[str, Any]:
    """The secrets that a caller's function gives."""
    if credentials is None:
        return {}
    if not callable(credentials):
        raise refused("credentials", "must be a function that gives the secrets by name", credentials)
    found = Hidden(credentials())
    if not isinstance(found.reveal(), Mapping):
        raise refused("credentials", "must give a mapping, such as {'jwt': …}", found.reveal())
    unknown = sorted(str(name) for name in found.reveal() if name not in GIVEN_BY_FUNCTION)
    if unknown:
        allowed = f"must give only {', '.join(sorted(GIVEN_BY_FUNCTION))}; it gave {', '.join(unknown)}"
        raise refused("credentials", allowed, credentials)
    return {name: hidden(value) for name, value in found.reveal().items()}


def _restore(
    cls: type[C],
    options: dict[str, Any],
    dropped: frozenset[str],
    credentials: Credentials | None,
    hooks: tuple[Any, Any, Any],
) -> C:
    """A client that was pickled: its options, with secrets from its function or from the environment."""
    made = object.__new__(cls)
    try:
        if credentials is None:
            _native.check_environment(cls._service, options["base_url"])
        given = {**secrets_of(credentials), **options}
        for name in sorted(dropped - given.keys()):
            raise refused(name, "was given to the client that was pickled, and is needed here too", None)
        made._make(given, credentials, Watcher(*hooks, cls._asynchronous))
    except MspError as error:
        error.args = (f"{error} {PICKLED}",)
        raise
    return made


class SyncClient(Client):
    """What the blocking clients have in common. Threads may share a client."""

    __slots__ = ()

    _asynchronous = False

    def _call(
        self, operation: str, model: type[M], params: dict[str, Any], options: dict[str, Any] | None
    ) -> M:
        made = model._of(self._answer(operation, params, options))
        made._check()
        return made

    def _call_empty(
        self, operation: str, params: dict[str, Any], options: dict[str, Any] | None
    ) -> ResponseMeta:
        return meta_of(self._answer(operation, params, options))

    def _call_raw(self, operation: str, params: dict[str, Any], options: dict[str, Any] | None) -> Response:
        answer = self._answer(operation, params, options)
        return Response(answer.body, meta_of(answer), answer)

    def _answer(
        self, operation: str, params: dict[str, Any], options: dict[str, Any] | None
    ) -> _native.Response:
        watcher = self._watcher
        watch = watcher.wanted()
        try:
            return self._core.call(operation, params, options, watch, watcher.deliver if watch else None)
        except MspError as error:
            watcher.gave_up(error)
            raise

    def _list(
        self,
        operation: str,
        model: type[M],
        params: dict[str, Any],
        paging: dict[str, Any] | None,
        options: dict[str, Any] | None,
    ) -> Pager[M]:
        return Pager(self._core, self._watcher, model, operation, params, paging, options)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response:
        """A request to an endpoint that mspkit does not know, with credentials, limits and retries.

        GET, HEAD and OPTIONS are repeated after a fault, every other method is not.

        Args:
            method: The HTTP method.
            path: The path, as in `/api/sites`, or a URL of the client's own server; sent so, or refused.
            query: Query parameters; a list repeats the parameter.
            body: What is sent as JSON: plain data or a model. Nothing is sent for `None`.
            headers: Headers to add.
            timeout: Seconds for the whole call, with queueing and retries.
            max_retries: Further attempts after a fault.
            extra_headers: Headers to add; they replace those of the same name.
            extra_query: Query parameters to add; they replace those of the same name.
            extra_body: Fields to add to the body; they replace those of the same name.

        Raises:
            MspError: Every kind.
        """
        said = free_request(
            method, path, query, body, headers, timeout, max_retries, extra_headers, extra_query, extra_body
        )
        del path, query, body, headers, extra_headers, extra_query, extra_body
        watcher = self._watcher
        watch = watcher.wanted()
        try:
            answer = self._core.request(*said, watch, watcher.deliver if watch else None)
        except MspError as error:
            watcher.gave_up(error)
            raise
        return Response(answer.body, meta_of(answer), answer)

    def close(self) -> None:
        """Refuses further calls and closes idle connections.

        What was sent already ends by itself. A call that waits for a slot, a token or another attempt ends
        with `ClosedError`.
        """
        self._core.close()

    def __enter__(self: S) -> S:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


class AsyncClient(Client):
    """What the async clients have in common. A client may be used from any number of event loops."""

    __slots__ = ()

    _asynchronous = True

    async def _call(
        self, operation: str, model: type[M], params: dict[str, Any], options: dict[str, Any] | None
    ) -> M:
        made = model._of(await self._answer(operation, params, options))
        made._check()
        return made

    async def _call_empty(
        self, operation: str, params: dict[str, Any], options: dict[str, Any] | None
    ) -> ResponseMeta:
        return meta_of(await self._answer(operation, params, options))

    async def _call_raw(
        self, operation: str, params: dict[str, Any], options: dict[str, Any] | None
    ) -> Response:
        answer = await self._answer(operation, params, options)
        return Response(answer.body, meta_of(answer), answer)

    # No coroutine of its own: each one between a call and its future takes time when it is entered and left.
    def _answer(
        self, operation: str, params: dict[str, Any], options: dict[str, Any] | None
    ) -> Coroutine[Any, Any, _native.Response]:
        from mspkit._port import here

        bridge = here()
        watcher = self._watcher
        token = self._core.submit_call(bridge.port, operation, params, options, watcher.wanted())
        return bridge.outcome(token, watcher)

    def _list(
        self,
        operation: str,
        model: type[M],
        params: dict[str, Any],
        paging: dict[str, Any] | None,
        options: dict[str, Any] | None,
    ) -> AsyncPager[M]:
        return AsyncPager(self._core, self._watcher, model, operation, params, paging, options)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Response:
        """A request to an endpoint that mspkit does not know, with credentials, limits and retries.

        GET, HEAD and OPTIONS are repeated after a fault, every other method is not.

        Args:
            method: The HTTP method.
            path: The path, as in `/api/sites`, or a URL of the client's own server; sent so, or refused.
            query: Query parameters; a list repeats the parameter.
            body: What is sent as JSON: plain data or a model. Nothing is sent for `None`.
            headers: Headers to add.
            timeout: Seconds for the whole call, with queueing and retries.
            max_retries: Further attempts after a fault.
            extra_headers: Headers to add; they replace those of the same name.
            extra_query: Query parameters to add; they replace those of the same name.
            extra_body: Fields to add to the body; they replace those of the same name.

        Raises:
            MspError: Every kind.
        """
        from mspkit._port import here

        said = free_request(
            method, path, query, body, headers, timeout, max_retries, extra_headers, extra_query, extra_body
        )
        del path, query, body, headers, extra_headers, extra_query, extra_body
        bridge = here()
        token = self._core.submit_request(bridge.port, *said, self._watcher.wanted())
        answer: _native.Response = await bridge.outcome(token, self._watcher)
        return Response(answer.body, meta_of(answer), answer)

    async def close(self) -> None:
        """Refuses further calls and closes idle connections.

        What was sent already ends by itself. A call that waits for a slot, a token or another attempt ends
        with `ClosedError`.
        """
        self._core.close()

    async def __aenter__(self: A) -> A:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()


class SyncResource:
    """A group of a blocking client's methods."""

    __slots__ = ("_client",)

    def __init__(self, client: SyncClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"


class AsyncResource:
    """A group of an async client's methods."""

    __slots__ = ("_client",)

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"
