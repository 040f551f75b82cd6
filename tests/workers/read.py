"""Runs the programs of docs/workers.md with a million customers of the simulator: a real Dask, Ray and Spark.

    read.py [CUSTOMERS]

Four workers read 32 partitions, within the endpoint's limit of 5 calls: nothing is lost, nothing is read twice, and no call
is refused.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mspkit.testing import VARIABLES, Simulator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "workers.md"
# A section of an engine, and its program.
PROGRAM = re.compile(
    r'^## (\w+)$(?:(?!^## ).)*?^<!-- check: \{"with": "workers"\} -->\n```python\n(.*?)^```$', re.MULTILINE | re.DOTALL
)
ENGINES = {"Dask", "Ray", "Spark"}
WORKERS, PAGE_SIZE = 4, 1000
LIST = "ncentral.customers.list"


def settings(simulator: Simulator, home: str) -> dict[str, str]:
    """The environment of a program: the simulator, and engines that are heard on loopback only."""
    return {
        **{name: value for name, value in os.environ.items() if name not in VARIABLES},
        "NCENTRAL_URL": simulator.url,
        "NCENTRAL_JWT": simulator.credentials["ncentral_jwt"],
        "HOME": home,
        # Otherwise Ray keeps a token in the user's home.
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
        # Otherwise Spark's workers are the first Python of the PATH.
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_SUBMIT_ARGS": "--conf spark.ui.enabled=false pyspark-shell",
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def run(engine: str, program: Path, count: int) -> None:
    """Runs a program, and compares what it printed and what the server has counted."""
    with Simulator(customers=count) as simulator:
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, program], env=settings(simulator, str(program.parent)), capture_output=True, text=True
        )
        took = time.monotonic() - begun
        counts = simulator.control("requests?since=0")["counts"].get(LIST)
    if done.returncode or f"{count} customers, {count} different" not in done.stdout.splitlines():
        raise SystemExit(f"{engine}: status {done.returncode}\n{done.stdout}{done.stderr}")
    pages = -(-count // PAGE_SIZE)
    if counts["received"] != pages + 1 or counts["throttled"] or counts["max_in_flight"] > WORKERS:
        raise SystemExit(f"{engine}: the server has counted {counts}")
    print(f"{engine}: {count} customers by {WORKERS} workers in {took:.1f} s, {counts['max_in_flight']} calls in flight at most")


def main(count: int) -> None:
    """Runs all programs of the page."""
    found = dict(PROGRAM.findall(PAGE.read_text(encoding="utf-8")))
    if found.keys() != ENGINES:
        raise SystemExit(f"{PAGE} has programs of {sorted(found)} instead of {sorted(ENGINES)}")
    with tempfile.TemporaryDirectory() as folder:
        programs = {engine: Path(folder) / f"by_{engine.lower()}.py" for engine in found}
        for engine, program in programs.items():
            program.write_text(found[engine], encoding="utf-8")
        # Dask has no types.
        check = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--allow-untyped-calls"]
        if subprocess.run([*check, "--disable-error-code", "import-untyped", *programs.values()]).returncode:
            raise SystemExit(f"{PAGE}: the types of a program are wrong")
        for engine, program in programs.items():
            run(engine, program, count)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
