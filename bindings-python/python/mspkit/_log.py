"""What is told about calls while they happen: to hooks, and to the logger `mspkit`.

The native side collects events only when somebody wants them and never calls Python from a thread of its own;
they are handed over by whoever waits for the call.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from mspkit._types import RequestEvent, RequestHook, ResponseEvent, ResponseHook, RetryEvent, RetryHook

if TYPE_CHECKING:
    import logging

    from mspkit._errors import MspError

# What the native side is asked to collect; its own constants say the same.
REQUEST, RESPONSE, RETRY = 1, 2, 4
DEBUG, INFO, WARNING = 10, 20, 30

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


class Watcher:
    """The hooks of a client, and its share of the log."""

    __slots__ = ("on_request", "on_response", "on_retry")

    on_request: RequestHook | None
    on_response: ResponseHook | None
    on_retry: RetryHook | None

    def __init__(
        self, on_request: RequestHook | None, on_response: ResponseHook | None, on_retry: RetryHook | None
    ) -> None:
        self.on_request = on_request
        self.on_response = on_response
        self.on_retry = on_retry

    def wanted(self) -> int:
        """Which events anybody wants to see now."""
        wanted = (
            (REQUEST if self.on_request else 0)
            | (RESPONSE if self.on_response else 0)
            | (RETRY if self.on_retry else 0)
        )
        log = logger()
        if log is not None and log.isEnabledFor(INFO):
            wanted |= REQUEST | RESPONSE | RETRY if log.isEnabledFor(DEBUG) else RETRY
        return wanted

    def deliver(self, records: list[tuple[Any, ...]]) -> None:
        """Tells hooks and log about events, in their order."""
        log = logger()
        for kind, call, *values in records:
            if kind == REQUEST:
                self._request(log, call)
            elif kind == RESPONSE:
                self._response(log, call, *values)
            else:
                self._retry(log, call, *values)

    def _request(self, log: logging.Logger | None, call: Call) -> None:
        operation, method, path, server, request_id, attempt = call
        if log is not None:
            text = "%s: %s %s at %s, attempt %d [request id %s]"
            log.debug(text, operation, method, path, server, attempt, request_id)
        if self.on_request is not None:
            event = RequestEvent(
                operation=operation,
                method=method,
                path=path,
                server=server,
                request_id=request_id,
                attempt=attempt,
            )
            self.on_request(event)

    def _response(
        self, log: logging.Logger | None, call: Call, status: int | None, cause: str | None, took: float
    ) -> None:
        operation, method, path, server, request_id, attempt = call
        if log is not None:
            ending = f"HTTP {status}" if status is not None else cause
            text = "%s: %s after %.3f s [%s %s at %s] [request id %s]"
            log.debug(text, operation, ending, took, method, path, server, request_id)
        if self.on_response is not None:
            event = ResponseEvent(
                operation=operation,
                method=method,
                path=path,
                server=server,
                request_id=request_id,
                attempt=attempt,
                status=status,
                cause=cause,
                took=took,
            )
            self.on_response(event)

    def _retry(self, log: logging.Logger | None, call: Call, reason: str, wait: float) -> None:
        operation, method, path, server, request_id, attempt = call
        if log is not None:
            text = "%s: %s, attempt %d follows in %.1f s [%s %s at %s] [request id %s]"
            log.info(text, operation, reason, attempt + 1, wait, method, path, server, request_id)
        if self.on_retry is not None:
            event = RetryEvent(
                operation=operation,
                method=method,
                path=path,
                server=server,
                request_id=request_id,
                attempt=attempt,
                reason=reason,
                wait=wait,
            )
            self.on_retry(event)

    def gave_up(self, error: MspError) -> None:
        """Logs the end of a call that failed after it had begun; what was refused before is not worth it."""
        log = logger()
        if log is not None and error.request_id is not None:
            # As text: a record that somebody keeps must not keep the frames of the call.
            log.log(INFO if error._expected else WARNING, "%s", str(error))
