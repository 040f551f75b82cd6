"""Runs a service of docs/web-services.md, as its callers and its operator would: `python service.py COMMAND…`.

The command gets a free port (PORT=0), and prints its address. The requests below are sent to it, and each response is printed
as a line; then the service is asked to stop. What it printed itself comes last. It fails if the service does.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from queue import Empty, SimpleQueue

# The service's own id of a customer; there is no 4711, and the page makes the server refuse the third.
REQUESTS = ("/customers", "/customers/100", "/customers/4711", "/customers/101")
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
# Seconds for the start, for each response and for the end.
PATIENCE = 30


def described(url: str) -> str:
    """Status and body of a response; of a list only its length, and of an object that was found nothing."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            found = json.load(response)
            return f"{response.status}, {len(found)} rows" if isinstance(found, list) else str(response.status)
    except urllib.error.HTTPError as error:
        with error:
            again = error.headers.get("Retry-After")
            return f"{error.code} {error.read().decode()}" + (f", Retry-After {again}" if again else "")


def address(lines: SimpleQueue[str | None], seen: list[str]) -> str:
    """What the service says of itself when it is ready."""
    while True:
        try:
            line = lines.get(timeout=PATIENCE)
        except Empty:
            line = None
        if line is None:
            raise RuntimeError("the service did not print its address")
        seen.append(line)
        if found := ADDRESS.search(line):
            return found[0]


def main(command: list[str]) -> int:
    lines: SimpleQueue[str | None] = SimpleQueue()
    seen: list[str] = []
    with subprocess.Popen(
        command,
        env={**os.environ, "PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as service:

        def read() -> None:
            assert service.stdout is not None
            for line in service.stdout:
                lines.put(line)
            lines.put(None)

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            base = address(lines, seen)
            for path in REQUESTS:
                print(f"GET {path}: {described(base + path)}")
            service.terminate()
            status = service.wait(PATIENCE)
        finally:
            service.kill()
            reader.join(PATIENCE)
            while not lines.empty():
                seen.append(lines.get() or "")
            print("".join(seen), end="")
    # uvicorn ends by the signal that it was sent.
    return 0 if status in (0, -signal.SIGTERM) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
