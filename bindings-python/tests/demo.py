"""Runs examples/onboard.py against its own simulator, or against the servers of the environment, and
then examples/onboard_csv.py, which is killed in the middle and started again.

    python bindings-python/tests/demo.py | python tests/demo.py

Two faults are planted in the simulator, and have to be retried: one page fails once, one call is
throttled.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mspkit.testing import Options
from simulator import VARIABLES, Simulator

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "onboard.py"
FROM_CSV = EXAMPLE.with_name("onboard_csv.py")
OPTIONS: Options = {"service_orgs": 120, "customers": 400, "cases": 730, "wiv_customers": 12}
FAULTS = [
    {
        "match": "GET /api/service-orgs",
        "nth": [2],
        "fault": {"kind": "status", "status": 503, "retry_after": 0},
    },
    {
        "match": "POST /v2/cases/msp/search",
        "nth": [3],
        "fault": {"kind": "status", "status": 429, "retry_after": 1},
    },
]


def prepared(simulator: Simulator) -> dict[str, str]:
    """Plants the faults, and returns the environment in which the example works against this
    simulator."""
    simulator.control("faults", {"seed": 7, "rules": FAULTS})
    of = simulator.credentials
    tickets = simulator.control("state")["custom_psa_tickets"]
    return {
        **{name: value for name, value in os.environ.items() if name not in VARIABLES},
        **simulator.env,
        "CLOUDMORE_ORGANIZATION_ID": of["cloudmore_organization_id"],
        "PSA_USERNAME": of["psa_username"],
        "PSA_PASSWORD": of["psa_password"],
        "PSA_TICKET_ID": tickets[0]["ticketId"],
    }


def killed(simulator: Simulator) -> int:
    """Starts the onboarding of a file, kills it in the middle, starts it again, and returns how that
    ended."""
    simulator.control("options", {"latency_ms": 30})
    environment = prepared(simulator)
    command = [sys.executable, str(FROM_CSV)]
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "customers.journal"
        with subprocess.Popen(command, env=environment, cwd=folder) as running:
            end = time.monotonic() + 60
            while running.poll() is None and time.monotonic() < end:
                if journal.exists() and journal.read_text("utf-8").count('"done"') >= 8:
                    break
                time.sleep(0.005)
            running.kill()
        created = simulator.log()["counts"]["ncentral.service_orgs.create_customer"]["committed"]
        print(f"killed after {created} customers were created; started again:", flush=True)
        return subprocess.run(command, env=environment, cwd=folder, check=False).returncode


def main() -> int:
    command = [sys.executable, str(EXAMPLE)]
    if any(name in os.environ for name in VARIABLES):
        print("Against the servers of the environment.", flush=True)
        return subprocess.run(command + sys.argv[1:], check=False).returncode
    with Simulator(**OPTIONS) as simulator:
        print(
            f"Against the simulator at {simulator.url}; two faults are planted, to be retried.\n", flush=True
        )
        status = subprocess.run([*command, "--write"], env=prepared(simulator), check=False).returncode
    with Simulator(service_orgs=1, customers=2) as simulator:
        print("\nA file with twenty customers:", flush=True)
        return killed(simulator) or status


if __name__ == "__main__":
    sys.exit(main())
