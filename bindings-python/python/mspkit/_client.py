"""What all clients have in common: options, calls, lists, requests to other endpoints, closing,
copying and pickling.

Responses become models here, and arguments become JSON in `_encode.py`; everything in between is
the native core's.
"""

from __future__ import annotations

import atexit
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any, ClassVar, TypeVar

from mspkit import _native
from mspkit._async_pager import AsyncPager
from mspkit._encode import free_request, given_options, hidden, is_plain, shown
from mspkit._errors import MspError, refused
from mspkit._log import Watcher
from mspkit._model import Model
from mspkit._options import (
    CREDENTIALS,
    GIVEN_BY_FUNCTION,
    SECRETS,
    CallOptions,
    Changeable,
    ListOptions,
    Unpack,
    call_options,
    list_options,
)
from mspkit._page import Row
from mspkit._pager import Pager
from mspkit._platform import after_fork
from mspkit._types import (
    Credentials,
    Hidden,
    LazyDoc,
    LimitStatus,
    RequestHook,
    Response,
    ResponseHook,
    ResponseMeta,
    RetryHook,
    meta_of,
)

__all__ = ["AsyncClient", "Client", "SyncClient"]

C = TypeVar("C", bound="Client")
S = TypeVar("S", bound="SyncClient")
A = TypeVar("A", bound="AsyncClient")
M = TypeVar("M", bound=Model)
T = TypeVar("T")

PICKLED = "A pickled client has no secrets; they come from its `credentials` function, or the environment."

atexit.register(_native.shutdown)
after_fork(_native.forked)


class Client(Changeable):
    """What blocking and async clients have in common."""

    __slots__ = ("__weakref__", "_core", "_credentials", "_dropped", "_options", "_watcher")

    _service: ClassVar[str]
    _asynchronous: ClassVar[bool]

    _core: _native.Core
    # Options that a pickle contains, and the names of those that it does not and that no
    # environment variable sets.
    _options: dict[str, Any]
    _dropped: frozenset[str]
    _credentials: Credentials | None
    _watcher: Watcher

    def __init_subclass__(cls) -> None:
        if cls.__module__.startswith("mspkit."):
            cls.__module__ = "mspkit"
        cls.__doc__ = LazyDoc(partial(_described, cls.__doc__ or ""))  # type: ignore[assignment]

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
        # Secrets are wrapped by now: a traceback may show local variables.
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
        """The base URL of the service."""
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
        """The state of the limit of each endpoint that was used."""
        return [LimitStatus(**status) for status in self._core.limits()]

    def _sibling(self: C, core: _native.Core, options: dict[str, Any], watcher: Watcher) -> C:
        made = object.__new__(type(self))
        made._set(core, options, self._dropped, self._credentials, watcher)
        return made

    def __copy__(self: C) -> C:
        return self._sibling(self._core, self._options, self._watcher)

    def __deepcopy__(self: C, memo: object) -> C:
        # Shared on purpose: a copy with its own connections and tokens would be another client.
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        watcher = self._watcher
        hooks = (watcher.on_request, watcher.on_response, watcher.on_retry)
        return _restore, (type(self), self._options, self._dropped, self._credentials, hooks)

    def __repr__(self) -> str:
        # A traceback may show a client whose constructor failed.
        core = getattr(self, "_core", None)
        where = "" if core is None else f" {core.base_url}"
        return f"<mspkit.{type(self).__name__}{where}>"


def _described(text: str, client: object, cls: type) -> str:
    from mspkit._docs import of_client

    return of_client(cls, text)


def secrets_of(credentials: Credentials | None) -> dict[str, Any]:
    """The secrets that a caller's function returns."""
    if credentials is None:
        return {}
    if not callable(credentials):
        raise refused("credentials", "must be a function that returns the secrets by name", credentials)
    found = Hidden(credentials())
    if not isinstance(found.reveal(), Mapping):
        raise refused("credentials", "must return a mapping, such as {'jwt': …}", found.reveal())
    unknown = sorted(str(name) for name in found.reveal() if name not in GIVEN_BY_FUNCTION)
    if unknown:
        allowed = f"must return only {', '.join(sorted(GIVEN_BY_FUNCTION))}; it returned {', '.join(unknown)}"
        raise refused("credentials", allowed, credentials)
    return {name: hidden(value) for name, value in found.reveal().items()}


def _restore(
    cls: type[C],
    options: dict[str, Any],
    dropped: frozenset[str],
    credentials: Credentials | None,
    hooks: tuple[Any, Any, Any],
) -> C:
    """A client from a pickle: its options, with secrets from its function or from the
    environment."""
    made = object.__new__(cls)
    try:
        if credentials is None:
            _native.check_environment(cls._service, options["base_url"])
        given = {**secrets_of(credentials), **options}
        for name in sorted(dropped - given.keys()):
            raise refused(name, "was set on the pickled client and is required here too", None)
        made._make(given, credentials, Watcher(*hooks, cls._asynchronous))
    except MspError as error:
        error.args = (f"{error} {PICKLED}",)
        raise
    return made


class SyncClient(Client):
    """What the blocking clients have in common. Threads may share a client."""

    __slots__ = ()

    _asynchronous = False

    def _call(self, operation: str, model: type[M], params: dict[str, Any], options: CallOptions) -> M:
        made = model._of(self._answer(operation, params, options))
        made._check()
        return made

    def _call_empty(self, operation: str, params: dict[str, Any], options: CallOptions) -> ResponseMeta:
        return meta_of(self._answer(operation, params, options))

    def _call_raw(self, operation: str, params: dict[str, Any], options: CallOptions) -> Response:
        answer = self._answer(operation, params, options)
        return Response(answer.body, meta_of(answer), answer)

    def _answer(self, operation: str, params: dict[str, Any], options: CallOptions) -> _native.Response:
        watcher = self._watcher
        watch = watcher.wanted()
        try:
            given = call_options(options)
            return self._core.call(operation, params, given, watch, watcher.deliver if watch else None)
        except MspError as error:
            watcher.gave_up(error)
            raise

    def _list(
        self,
        operation: str,
        model: type[M],
        params: dict[str, Any],
        options: ListOptions,
        known: type[ListOptions] = ListOptions,
    ) -> Pager[M]:
        paging, of_calls = list_options(options, known)
        pager = self._core.pager(operation, params, paging, of_calls)
        return Pager(self._core, self._watcher, model, operation, pager)

    def _read_partition(
        self, operation: str, partition: str, model: type[T], resume_token: str | None
    ) -> Pager[T]:
        pager = self._core.read_partition(partition, resume_token)
        return Pager(self._core, self._watcher, model, operation, pager)

    def paginate(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        item_id: str | None = None,
        **options: Unpack[ListOptions],
    ) -> Pager[dict[str, Any]]:
        """A list at an endpoint that mspkit does not know, read like the lists that it knows.

        N-central's lists are read by page numbers, Wiv's searches, which are POSTs, by scrolls.
        Cloudmore's are read whole, or by page numbers if the query has a page number or size.

        Args:
            method: GET, or POST for a search. Requests are retried like other reads.
            path: The path, as in `/api/sites`, or a URL of the client's server; sent unchanged, or refused.
            query: Query parameters; a list repeats the parameter.
            body: The body of a POST, sent as JSON.
            headers: Headers to add.
            item_id: The field that identifies an item. Without it, whole items are compared.
            **options: See `ListOptions`.

        Raises:
            MspError: Any kind.
        """
        paging, of_calls = list_options(options, ListOptions)
        verb, where, sent, given = free_request(method, path, query, body, headers, of_calls or {})
        del path, query, body, headers, options, of_calls
        pager = self._core.paginate(verb, where, sent, item_id, paging, given)
        return Pager(self._core, self._watcher, Row, "paginate", pager)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> Response:
        """A request to an endpoint that mspkit does not know, with credentials, limits and retries.

        GET, HEAD and OPTIONS are retried on transient errors, other methods are not.

        Args:
            method: The HTTP method.
            path: The path, as in `/api/sites`, or a URL of the client's server; sent unchanged, or refused.
            query: Query parameters; a list repeats the parameter.
            body: The body, sent as JSON: plain data or a model. `None` for no body.
            headers: Headers to add.
            **options: See `CallOptions`.

        Raises:
            MspError: Any kind.
        """
        request = free_request(method, path, query, body, headers, options)
        del path, query, body, headers, options
        watcher = self._watcher
        watch = watcher.wanted()
        try:
            answer = self._core.request(*request, watch, watcher.deliver if watch else None)
        except MspError as error:
            watcher.gave_up(error)
            raise
        return Response(answer.body, meta_of(answer), answer)

    def close(self) -> None:
        """Refuses further calls and closes idle connections.

        Requests in flight run to their end. A call that waits for a slot, a token or another
        attempt fails with `ClosedError`.
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

    async def _call(self, operation: str, model: type[M], params: dict[str, Any], options: CallOptions) -> M:
        made = model._of(await self._answer(operation, params, options))
        made._check()
        return made

    async def _call_empty(self, operation: str, params: dict[str, Any], options: CallOptions) -> ResponseMeta:
        return meta_of(await self._answer(operation, params, options))

    async def _call_raw(self, operation: str, params: dict[str, Any], options: CallOptions) -> Response:
        answer = await self._answer(operation, params, options)
        return Response(answer.body, meta_of(answer), answer)

    # Not a coroutine itself: each one between a call and its future costs time.
    def _answer(
        self, operation: str, params: dict[str, Any], options: CallOptions
    ) -> Coroutine[Any, Any, _native.Response]:
        from mspkit._port import here

        bridge = here()
        watcher = self._watcher
        given = call_options(options)
        token = self._core.submit_call(bridge.port, operation, params, given, watcher.wanted())
        return bridge.outcome(token, watcher)

    def _list(
        self,
        operation: str,
        model: type[M],
        params: dict[str, Any],
        options: ListOptions,
        known: type[ListOptions] = ListOptions,
    ) -> AsyncPager[M]:
        paging, of_calls = list_options(options, known)
        pager = self._core.pager(operation, params, paging, of_calls)
        return AsyncPager(self._core, self._watcher, model, operation, pager)

    def _read_partition(
        self, operation: str, partition: str, model: type[T], resume_token: str | None
    ) -> AsyncPager[T]:
        pager = self._core.read_partition(partition, resume_token)
        return AsyncPager(self._core, self._watcher, model, operation, pager)

    def paginate(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        item_id: str | None = None,
        **options: Unpack[ListOptions],
    ) -> AsyncPager[dict[str, Any]]:
        """A list at an endpoint that mspkit does not know, read like the lists that it knows.

        N-central's lists are read by page numbers, Wiv's searches, which are POSTs, by scrolls.
        Cloudmore's are read whole, or by page numbers if the query has a page number or size.

        Args:
            method: GET, or POST for a search. Requests are retried like other reads.
            path: The path, as in `/api/sites`, or a URL of the client's server; sent unchanged, or refused.
            query: Query parameters; a list repeats the parameter.
            body: The body of a POST, sent as JSON.
            headers: Headers to add.
            item_id: The field that identifies an item. Without it, whole items are compared.
            **options: See `ListOptions`.

        Raises:
            MspError: Any kind.
        """
        paging, of_calls = list_options(options, ListOptions)
        verb, where, sent, given = free_request(method, path, query, body, headers, of_calls or {})
        del path, query, body, headers, options, of_calls
        pager = self._core.paginate(verb, where, sent, item_id, paging, given)
        return AsyncPager(self._core, self._watcher, Row, "paginate", pager)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> Response:
        """A request to an endpoint that mspkit does not know, with credentials, limits and retries.

        GET, HEAD and OPTIONS are retried on transient errors, other methods are not.

        Args:
            method: The HTTP method.
            path: The path, as in `/api/sites`, or a URL of the client's server; sent unchanged, or refused.
            query: Query parameters; a list repeats the parameter.
            body: The body, sent as JSON: plain data or a model. `None` for no body.
            headers: Headers to add.
            **options: See `CallOptions`.

        Raises:
            MspError: Any kind.
        """
        from mspkit._port import here

        request = free_request(method, path, query, body, headers, options)
        del path, query, body, headers, options
        bridge = here()
        token = self._core.submit_request(bridge.port, *request, self._watcher.wanted())
        answer: _native.Response = await bridge.outcome(token, self._watcher)
        return Response(answer.body, meta_of(answer), answer)

    async def close(self) -> None:
        """Refuses further calls and closes idle connections.

        Requests in flight run to their end. A call that waits for a slot, a token or another
        attempt fails with `ClosedError`.
        """
        self._core.close()

    async def __aenter__(self: A) -> A:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()
