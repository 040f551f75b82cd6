"""What is told about calls while they happen: to hooks, and to the logger `mspkit`.

The native side collects events only when somebody wants them and never calls Python from a thread of its own;
they are handed over by whoever waits for the call, in the context of that thread or task. What a hook or a
log handler raises is told and goes no further: a bug in a tracer must not take away the answer to a create.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from mspkit._errors import MspError, refused
from mspkit._types import RequestEvent, RequestHook, ResponseEvent, ResponseHook, RetryEvent, RetryHook

if TYPE_CHECKING:
    import logging

# What the native side is asked to collect; its own constants say the same.
REQUEST, RESPONSE, RETRY = 1, 2, 4
DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40

# What every event says of its call: operation, method, path, server, request id, attempt.
Call = tuple[str, str, str, str, str, int]

_logger: logging.Logger | None = None


def logger() -> logging.Logger | None:
    """The logger, or nothing as long as nobody has imported `logging`: then nobody listens."""
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


def tell(level: int, text: str, *values: object, failed: BaseException | None = None) -> None:
    """Writes a record; a handler or a filter that raises is told on stderr, as `logging` tells it."""
    log = logger()
    if log is None:
        return
    try:
        log.log(level, text, *values, exc_info=failed)
    except Exception:
        if sys.modules["logging"].raiseExceptions and sys.stderr is not None:
            # Imported only here: it takes a while, and nobody else needs it.
            import traceback

            traceback.print_exc(file=sys.stderr)


def checked(name: str, hook: Any, asynchronous: bool) -> Any:
    """A hook that can be called.

    Raises:
        InvalidRequestError: It cannot be, or a blocking client could never await it.
    """
    if hook is None:
        return None
    if not callable(hook):
        raise refused(name, "must be a function that takes the event", hook)
    # Imported only here: it takes a while, and most clients have no hooks.
    import inspect

    waits = inspect.iscoroutinefunction(hook) or inspect.iscoroutinefunction(
        getattr(type(hook), "__call__", None)  # noqa: B004 - an instance's own is not what is called
    )
    if waits and not asynchronous:
        raise refused(name, "must be a plain function; only async clients await their hooks", hook)
    return hook


class Watcher:
    """The hooks of a client, and its share of the log."""

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
        """Which events anybody wants to see now."""
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
        """Tells log and hooks about events, in their order."""
        for kind, call, *values in records:
            hook, event = self._told(kind, call, values)
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
                    # It looked like a plain function; nobody can wait for it here.
                    waiting.close()
                    _complain(
                        kind, event, TypeError("the hook gave a coroutine, which only async clients await")
                    )

    async def deliver_async(self, records: list[tuple[Any, ...]]) -> None:
        """The same in the task that waits for the call; what a hook gives to be awaited is awaited."""
        for kind, call, *values in records:
            hook, event = self._told(kind, call, values)
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

    def _told(self, kind: int, call: Call, values: list[Any]) -> tuple[Callable[[Any], object] | None, Any]:
        """Logs an event; gives the hook that wants it, and what it is given."""
        if kind == REQUEST:
            return self._request(call)
        if kind == RESPONSE:
            return self._response(call, *values)
        return self._retry(call, *values)

    def _request(self, call: Call) -> tuple[RequestHook | None, RequestEvent | None]:
        operation, method, path, server, request_id, attempt = call
        text = "%s: %s %s at %s, attempt %d [request id %s]"
        tell(DEBUG, text, operation, method, path, server, attempt, request_id)
        if self.on_request is None:
            return None, None
        return self.on_request, RequestEvent(**_named(call))

    def _response(
        self, call: Call, status: int | None, cause: str | None, took: float
    ) -> tuple[ResponseHook | None, ResponseEvent | None]:
        operation, method, path, server, request_id, _ = call
        ending = f"HTTP {status}" if status is not None else cause
        text = "%s: %s after %.3f s [%s %s at %s] [request id %s]"
        tell(DEBUG, text, operation, ending, took, method, path, server, request_id)
        if self.on_response is None:
            return None, None
        return self.on_response, ResponseEvent(**_named(call), status=status, cause=cause, took=took)

    def _retry(self, call: Call, reason: str, wait: float) -> tuple[RetryHook | None, RetryEvent | None]:
        operation, method, path, server, request_id, attempt = call
        text = "%s: %s, attempt %d follows in %.1f s [%s %s at %s] [request id %s]"
        tell(INFO, text, operation, reason, attempt + 1, wait, method, path, server, request_id)
        if self.on_retry is None:
            return None, None
        return self.on_retry, RetryEvent(**_named(call), reason=reason, wait=wait)

    def gave_up(self, error: MspError) -> None:
        """Logs the end of a call that failed after it had begun; what was refused before is not worth it."""
        if error.request_id is not None:
            # As text: a record that somebody keeps must not keep the frames of the call.
            tell(INFO if error._expected else WARNING, "%s", str(error))


def _named(call: Call) -> dict[str, Any]:
    names = ("operation", "method", "path", "server", "request_id", "attempt")
    return dict(zip(names, call, strict=True))


def _complain(kind: int, event: Any, error: BaseException) -> None:
    name = {REQUEST: "on_request", RESPONSE: "on_response", RETRY: "on_retry"}[kind]
    text = "%s: the hook %s failed; the call goes on [request id %s]"
    tell(ERROR, text, event.operation, name, event.request_id, failed=error)
