"""The simulator as a child process, with its commands.

It is the binary that `MSPKIT_SIM` names, else the one in the workspace's `target`.
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

# What the shell knows of real servers is kept from clients under test.
SERVERS = (
    "NCENTRAL_URL",
    "NCENTRAL_JWT",
    "CLOUDMORE_URL",
    "CLOUDMORE_USERNAME",
    "CLOUDMORE_PASSWORD",
    "CLOUDMORE_CLIENT_SECRET",
    "CLOUDMORE_RESELLER_ID",
    "WIV_URL",
    "WIV_API_KEY",
)

# The commands go past whatever proxy the machine has.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def binary() -> Path:
    """The simulator's program."""
    named = os.environ.get("MSPKIT_SIM")
    if named:
        return Path(named)
    built = [ROOT / "target" / profile / "mspkit-sim" for profile in ("release", "debug")]
    there = [path for path in built if path.exists()]
    if not there:
        raise FileNotFoundError("no simulator; run `cargo build -p mspkit-sim`, or set MSPKIT_SIM")
    return max(there, key=lambda path: path.stat().st_mtime)


class RefusedError(Exception):
    """The simulator did not understand a command."""


class Simulator:
    """A running simulator. It ends with `close`, and with this process."""

    def __init__(self, **options: Any) -> None:
        command = [str(binary()), "--port", "0", "--until-stdin-closes", "--options", json.dumps(options)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline())
        self.url: str = ready["url"]
        self.credentials: dict[str, str] = ready["credentials"]

    @property
    def pid(self) -> int:
        return self._process.pid

    def control(self, command: str, body: Any = None) -> Any:
        """Sends a command, as POST with a body and as GET without."""
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_sim/{command}", data, headers)
        try:
            with _direct.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RefusedError(f"{command}: {error.read().decode()}") from None

    def reset(self, **options: Any) -> None:
        """Starts over with these options."""
        ready = self.control("reset", options)
        self.credentials = ready["credentials"]

    def log(self) -> dict[str, Any]:
        """The requests so far, and the counts by operation."""
        log: dict[str, Any] = self.control("requests?since=0")
        return log

    def environment(self) -> dict[str, str]:
        """The variables by which clients find this simulator."""
        of = self.credentials
        return {
            "NCENTRAL_URL": self.url,
            "NCENTRAL_JWT": of["ncentral_jwt"],
            "CLOUDMORE_URL": self.url,
            "CLOUDMORE_USERNAME": of["cloudmore_username"],
            "CLOUDMORE_PASSWORD": of["cloudmore_password"],
            "CLOUDMORE_CLIENT_SECRET": of["cloudmore_client_secret"],
            "CLOUDMORE_RESELLER_ID": of["cloudmore_reseller_id"],
            "WIV_URL": self.url,
            "WIV_API_KEY": of["wiv_api_key"],
        }

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
