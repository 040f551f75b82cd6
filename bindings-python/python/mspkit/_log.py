"""Events of calls in progress: to hooks, and to the logger `mspkit`.

The native side collects events only on request and never calls Python from its own threads; they
are delivered by the thread or task that waits for the call, in its context. What a hook or a log
handler raises is logged and not propagated: a bug in a tracer must not lose the result of a create.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Protocol

from mspkit._errors import MspError, refused
from mspkit._types import RequestEvent, RequestHook, ResponseEvent, ResponseHook, RetryEvent, RetryHook

if TYPE_CHECKING:
    import logging

# The events that the native side collects; its constants have the same values.
REQUEST, RESPONSE, RETRY = 1, 2, 4
DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40

# What every event has of its call: operation, method, path, server, request id, attempt.
Call = tuple[str, str, str, str, str, int]

_logger: logging.Logger | None = None


def logger() -> logging.Logger | None:
    """The logger, or None until somebody has imported `logging`: nobody listens before that."""
    global _logger
    if _logger is None:
        module = sys.modules.get("logging")
        if module is None or not hasattr(module, "getLogger"):
            return None
        found: logging.Logger = module.getLogger("mspkit")
        # A program that has not set up logging gets no output, not even of warnings.
        found.addHandler(module.NullHandler())
        _logger = found
    return _logger


def record(level: int, text: str, *values: object, failed: BaseException | None = None) -> None:
    """Writes a record; an exception of a handler or a filter is reported on stderr, as `logging`
    does."""
    log = logger()
    if log is None:
        return
    try:
        log.log(level, text, *values, exc_info=failed)
    except Exception:
        if sys.modules["logging"].raiseExceptions and sys.stderr is not None:
            # Imported lazily: it is slow, and nothing else needs it.
            import traceback

            traceback.print_exc(file=sys.stderr)


def checked(name: str, hook: Any, asynchronous: bool) -> Any:
    """A hook, if it can be called.

    Raises:
        InvalidRequestError: It is not callable, or a blocking client could never await it.
    """
    if hook is None:
        return None
    if not callable(hook):
        raise refused(name, "must be a function that takes the event", hook)
    # Imported lazily: it is slow, and most clients have no hooks.
    import inspect

    waits = inspect.iscoroutinefunction(hook) or inspect.iscoroutinefunction(
        getattr(type(hook), "__call__", None)  # noqa: B004 - an instance's own is not what is called
    )
    if waits and not asynchronous:
        raise refused(name, "must be a plain function; only async clients await their hooks", hook)
    return hook


class Listener(Protocol):
    """What a task that waits delivers events and the final error to."""

    async def deliver_async(self, records: list[tuple[Any, ...]]) -> None: ...

    def gave_up(self, error: MspError) -> None: ...


class Watcher:
    """The hooks of a client, and its logging."""

    __slots__ = ("on_request", "on_response", "on_retry")

    on_request: RequestHook | None
    on_response: ResponseHook | None
    on_retry: RetryHook | None

    def __init__(
        self,
        on_request: RequestHook | None,
        on_response: ResponseHook | None,
        on_retry: RetryHook | None,
        asynchronous: bool,
    ) -> None:
        self.on_request = checked("on_request", on_request, asynchronous)
        self.on_response = checked("on_response", on_response, asynchronous)
        self.on_retry = checked("on_retry", on_retry, asynchronous)

    def wanted(self) -> int:
        """The events that have a listener now."""
        wanted = (
            (REQUEST if self.on_request is not None else 0)
            | (RESPONSE if self.on_response is not None else 0)
            | (RETRY if self.on_retry is not None else 0)
        )
        log = logger()
        if log is not None and log.isEnabledFor(INFO):
            wanted |= REQUEST | RESPONSE | RETRY if log.isEnabledFor(DEBUG) else RETRY
        return wanted

    def deliver(self, records: list[tuple[Any, ...]]) -> None:
        """Delivers events to log and hooks, in order."""
        for kind, call, *values in records:
            hook, event = self._logged(kind, call, values)
            if hook is None:
                continue
            try:
                waiting = hook(event)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:
                _complain(kind, event, error)
            else:
                if isinstance(waiting, CoroutineType):
                    # It looked like a plain function; it cannot be awaited here.
                    waiting.close()
                    _complain(
                        kind,
                        event,
                        TypeError("the hook returned a coroutine, which only async clients await"),
                    )

    async def deliver_async(self, records: list[tuple[Any, ...]]) -> None:
        """The same in the task that waits for the call; awaitable results of hooks are awaited."""
        for kind, call, *values in records:
            hook, event = self._logged(kind, call, values)
            if hook is None:
                continue
            try:
                waiting = hook(event)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:
                _complain(kind, event, error)
                continue
            if waiting is None or not isinstance(waiting, Awaitable):
                continue
            try:
                await waiting
            except Exception as error:
                _complain(kind, event, error)

    def _logged(self, kind: int, call: Call, values: list[Any]) -> tuple[Callable[[Any], object] | None, Any]:
        """Logs an event; returns the hook that wants it, and its argument."""
        if kind == REQUEST:
            return self._request(call)
        if kind == RESPONSE:
            return self._response(call, *values)
        return self._retry(call, *values)

    def _request(self, call: Call) -> tuple[RequestHook | None, RequestEvent | None]:
        operation, method, path, server, request_id, attempt = call
        text = "%s: %s %s at %s, attempt %d [request id %s]"
        record(DEBUG, text, operation, method, path, server, attempt, request_id)
        if self.on_request is None:
            return None, None
        return self.on_request, RequestEvent(**_named(call))

    def _response(
        self, call: Call, status: int | None, cause: str | None, took: float
    ) -> tuple[ResponseHook | None, ResponseEvent | None]:
        operation, method, path, server, request_id, _ = call
        ending = f"HTTP {status}" if status is not None else cause
        text = "%s: %s after %.3f s [%s %s at %s] [request id %s]"
        record(DEBUG, text, operation, ending, took, method, path, server, request_id)
        if self.on_response is None:
            return None, None
        return self.on_response, ResponseEvent(**_named(call), status=status, cause=cause, took=took)

    def _retry(self, call: Call, reason: str, wait: float) -> tuple[RetryHook | None, RetryEvent | None]:
        operation, method, path, server, request_id, attempt = call
        text = "%s: %s, attempt %d follows in %.1f s [%s %s at %s] [request id %s]"
        record(INFO, text, operation, reason, attempt + 1, wait, method, path, server, request_id)
        if self.on_retry is None:
            return None, None
        return self.on_retry, RetryEvent(**_named(call), reason=reason, wait=wait)

    def gave_up(self, error: MspError) -> None:
        """Logs the end of a call that failed after it had started; refused calls are not logged."""
        if error.request_id is not None:
            # As text: a stored record must not keep the frames of the call alive.
            record(INFO if error._expected else WARNING, "%s", str(error))


def _named(call: Call) -> dict[str, Any]:
    names = ("operation", "method", "path", "server", "request_id", "attempt")
    return dict(zip(names, call, strict=True))


def _complain(kind: int, event: Any, error: BaseException) -> None:
    name = {REQUEST: "on_request", RESPONSE: "on_response", RETRY: "on_retry"}[kind]
    text = "%s: the hook %s failed; the call continues [request id %s]"
    record(ERROR, text, event.operation, name, event.request_id, failed=error)
