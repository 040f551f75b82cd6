"""Runs schemathesis over the API documents against a running simulator.

    run.py URL [SERVICE ...]        all three services when none is named

Each document is checked once for every way in which its vendor is known to answer (bare or under `data`, ids as numbers,
an empty 201 …), and the simulator is reset before each. The work is fixed, by a number of examples for each operation
and by requests that are the same on every run; the time limit is for runs that hang.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
EXAMPLES = int(os.environ.get("MSPKIT_CONTRACT_EXAMPLES", "40"))
# A document takes about a minute, three on a busy machine.
SECONDS_PER_DOCUMENT = 360

# Options of the simulator; without them it answers as servers in the field do.
WAYS: dict[str, dict[str, dict[str, Any]]] = {
    "ncentral": {
        "as in the field": {},
        "as in the guide": {"envelope": "data", "list_envelope": "seed", "ids": "number"},
        "as briefly as allowed": {"list_envelope": "array", "create_returns": "id", "send_expiry": False},
    },
    "cloudmore": {
        "without bodies": {},
        "with bodies": {"located": "body", "empty_writes": False},
        "with a relative location": {"located": "relative"},
    },
    "wiv": {
        "with changing scroll ids": {},
        "with one scroll id": {"scroll_rotates": False},
    },
}


def ask(url: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def write_ids(folder: Path, credentials: dict[str, str], state: dict[str, Any]) -> None:
    organization = credentials["cloudmore_organization_id"]
    ids = {
        "so_ids": [item["soId"] for item in state["service_orgs"]],
        "customer_ids": [item["customerId"] for item in state["customers"]],
        "ticket_ids": [item["psaCustomTicketId"] for item in state["custom_psa_tickets"]],
        "reseller_ids": [credentials["cloudmore_reseller_id"]],
        "organization_ids": [organization],
        "service_ids": [item["id"] for item in state["organization_services"][organization]],
        "estore_ids": [item["id"] for item in state["estore"]],
        "wiv_customer_ids": [item["customer_id"] for item in state["wiv_customers"]],
        "workflow_ids": state["workflows"],
    }
    for name, values in ids.items():
        lines = [json.dumps(str(value)) for value in values[:20]]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def check(url: str, service: str, options: dict[str, Any], deadline: float) -> int:
    # Requests are counted either way; keeping them all would only fill memory.
    credentials = ask(f"{url}/_sim/reset", {"seed": 7, "log": False, **options})["credentials"]
    with tempfile.TemporaryDirectory(prefix="mspkit-contract-") as folder:
        shutil.copy(HERE / "schemathesis.toml", folder)
        write_ids(Path(folder), credentials, ask(f"{url}/_sim/state"))
        command = [Path(sys.executable).parent / "st", "--config-file", f"{folder}/schemathesis.toml", "--no-color"]
        document = Path(folder, f"{service}.json")
        with document.open("wb") as out:
            bundle = ["cargo", "run", "-q", "--locked", "-p", "mspkit-codegen", "--", "--bundle", service]
            subprocess.run(bundle, cwd=ROOT, check=True, stdout=out)
        command += ["run", document, "--url", url, "--max-examples", str(EXAMPLES)]
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "hooks",
            "MSPKIT_SIMULATOR_URL": url,
            "MSPKIT_SIMULATOR_CREDENTIALS": json.dumps(credentials),
            "MSPKIT_WITHOUT_BODY": json.dumps([] if options.get("located") == "body" else ["cloudmore.services.add"]),
        }
        try:
            left = max(deadline - time.monotonic(), 1)
            return subprocess.run([str(part) for part in command], env=environment, cwd=folder, timeout=left).returncode
        except subprocess.TimeoutExpired:
            print(f"schemathesis: {service} took more than {SECONDS_PER_DOCUMENT} s", file=sys.stderr)
            return 1


def main(arguments: list[str]) -> int:
    if not arguments or not set(arguments[1:]) <= set(WAYS):
        print(__doc__, file=sys.stderr)
        return 2
    url, services = arguments[0].rstrip("/"), arguments[1:] or list(WAYS)
    try:
        urllib.request.urlopen(f"{url}/_sim/ready", timeout=10).close()
    except (OSError, ValueError) as error:
        print(f"schemathesis: no simulator answers at {url}: {error}", file=sys.stderr)
        return 1
    failed = []
    for service in services:
        deadline = time.monotonic() + SECONDS_PER_DOCUMENT
        for way, options in WAYS[service].items():
            print(f"\nschemathesis: {service}, answering {way}", flush=True)
            if check(url, service, options, deadline) != 0:
                failed.append(f"{service}, answering {way}")
    print("\nschemathesis: " + (f"violations, or no end, in: {'; '.join(failed)}" if failed else "no violation"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
