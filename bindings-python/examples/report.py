"""The table that the example prints: a row per step with its cost, and progress before it."""

import sys
import time
from collections import Counter


class Report:
    """Counts what clients send, and prints rows. `watch` is a hook for requests and for retries."""

    def __init__(self) -> None:
        self._seen = Counter[str]()
        self._marks = [self._now()]
        self._shown = 0.0
        print(f"{'step':32}  {'result':82}  requests  retries      time")

    def watch(self, event: object) -> None:
        self._seen[type(event).__name__] += 1

    def _now(self) -> tuple[float, int, int]:
        return time.monotonic(), self._seen["RequestEvent"], self._seen["RetryEvent"]

    def progress(self, text: str) -> None:
        """Shows the progress of a step now and then; on a terminal each text replaces the
        previous one."""
        terminal = sys.stderr.isatty()
        if time.monotonic() - self._shown < (0.05 if terminal else 0.25):
            return
        self._shown = time.monotonic()
        print(f"\r{text:60}\r" if terminal else f"... {text}\n", end="", file=sys.stderr, flush=True)

    def done(self, step: str, result: object) -> None:
        """Prints a row for what happened since the previous row."""
        before, now = self._marks[-1], self._now()
        self._marks.append(now)
        took = f"{(now[0] - before[0]) * 1000:.1f} ms"
        requests, retries = now[1] - before[1], now[2] - before[2]
        print(f"{step:32}  {result!s:82}  {requests:8}  {retries:7}  {took:>8}", flush=True)

    def total(self) -> None:
        """Prints the sum of all rows."""
        took, requests, retries = (
            now - first for now, first in zip(self._marks[-1], self._marks[0], strict=True)
        )
        print(f"\n{len(self._marks) - 1} steps, {requests} requests, {retries} retries, {took:.2f} s")
