"""The simulator and the peers as processes."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.tools import MissingError, Tools

# The shell's settings for real servers and proxies are removed.
KEPT_OUT = ("NCENTRAL_", "CLOUDMORE_", "WIV_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class FailedError(Exception):
    """A peer did not do its work."""


@dataclass(frozen=True)
class Done:
    """Work that was done."""

    seconds: float
    count: int
    sum: int
    more: int


class Process:
    """A child that reads lines and responds with lines."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(KEPT_OUT)}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**kept, **environment}
        )
        self.command = command

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise FailedError(f"{' '.join(self.command)} ended with status {self._process.wait()}")
        return line.strip()

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Simulator(Process):
    """The server, with these options."""

    def __init__(self, tools: Tools, options: dict[str, Any]) -> None:
        command = [str(tools.simulator()), "--until-stdin-closes", "--options", json.dumps({"log": False, **options})]
        super().__init__(command, {})
        ready = json.loads(self.answer())
        self.url: str = ready["url"]
        self.credentials: dict[str, str] = ready["credentials"]

    def environment(self) -> dict[str, str]:
        of = self.credentials
        return {
            "NCENTRAL_URL": self.url,
            "NCENTRAL_JWT": of["ncentral_jwt"],
            "WIV_URL": self.url,
            "WIV_API_KEY": of["wiv_api_key"],
        }


class Worker(Process):
    """A peer."""

    def __init__(self, tools: Tools, simulator: Simulator, language: str, peer: str) -> None:
        command, environment = tools.command(language, peer)
        super().__init__(command, {**environment, **simulator.environment()})
        self.name = f"{language} {peer}"
        word, imported, made, *version = self.answer().split()
        if word != "ready":
            raise FailedError(f"{self.name} is not ready")
        self.imported, self.made = float(imported), float(made)
        self.version = " ".join(version)

    def work(self, line: str) -> Done:
        self.ask(line)
        word, *values = self.answer().split()
        if word != "ok":
            raise FailedError(f"{self.name}: {line}: {' '.join(values)}")
        seconds, count, total, more = values
        return Done(float(seconds), int(count), int(total), int(more))

    def memory(self, what: str) -> int:
        """Kilobytes of `VmRSS` or `VmHWM`."""
        with Path(f"/proc/{self.pid}/status").open() as status:
            return next(int(line.split()[1]) for line in status if line.startswith(what))


__all__ = ["Done", "FailedError", "MissingError", "Process", "Simulator", "Worker"]
