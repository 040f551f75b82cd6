"""Runs schemathesis over the API documents against a running simulator.

    run.py URL [SERVICE ...]        all three services by default

Each document is checked once for every known form of the vendor's responses (bare or under `data`,
ids as numbers, an empty 201 …), and the simulator is reset before each. The work is fixed, by a
number of examples per operation and a fixed seed; the time limit is for runs that hang.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
# From the generator: the operations of the documents, and the data of the simulator.
TABLE = json.loads((HERE.parents[1] / "simulator" / "src" / "generated.json").read_text(encoding="utf-8"))
# Examples per operation: fewer if a document has many, but enough to find mistakes.
EXAMPLES = {"most": 40, "least": 10, "document": 1000}
# A document takes about a minute, three on a busy machine, and more if it has many operations.
SECONDS, SECONDS_PER_OPERATION = 150, 10

# Options of the simulator; without them it responds as real servers do.
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


def operations(service: str) -> int:
    return sum(operation.startswith(f"{service}.") for operation in TABLE["operations"])


def seconds(service: str) -> int:
    return SECONDS + SECONDS_PER_OPERATION * operations(service)


def examples(service: str) -> int:
    fair = EXAMPLES["document"] // max(operations(service), 1)
    return int(os.environ.get("MSPKIT_CONTRACT_EXAMPLES", max(EXAMPLES["least"], min(EXAMPLES["most"], fair))))


def sources(service: str) -> dict[str, set[tuple[str, str]]]:
    """For each parameter of a path the collections and fields with its values."""
    collections = {one["name"]: one for one in TABLE["collections"]}
    found: dict[str, set[tuple[str, str]]] = {}

    def add(parameter: str, name: str, key: str | None = None) -> None:
        one = collections[name]
        for part in one.get("of", []):
            add(parameter, part, key)
        field = key or one.get("id") or one.get("parent", {}).get("field")
        if field and not one.get("of") and not one["by_hand"]:
            found.setdefault(parameter, set()).add((name, field))

    for row in TABLE["served"]:
        parameters = row["params"]
        if not row["operation"].startswith(f"{service}.") or "collection" not in row or not parameters:
            continue
        one = collections[row["collection"]]
        by_path = row["verb"] not in ("list", "create") and not row.get("by") and not row.get("first")
        if by_path:
            add(parameters[-1], row["collection"], row.get("key"))
        own = by_path and not one.get("single")
        at = row.get("at", len(parameters) - 1 - own)
        if row.get("scope") and at >= 0:
            add(parameters[at], row["scope"])
    return found


def write_settings(folder: Path) -> None:
    """The settings, with the ids of the collections in the paths that have them."""
    text = (HERE / "schemathesis.toml").read_text(encoding="utf-8")
    files = []
    for service in WAYS:
        names = [name for name in sources(service) if f'"path.{name}"' not in text]
        files += [f'{service}_{name} = {{ from-file = "{service}_{name}.txt" }}' for name in names]
        places = [f'"path.{name}" = {{ dictionary = "{service}_{name}", probability = 0.7 }}' for name in names]
        text = text.replace(f"# ids of the collections of {service}", "\n".join(places))
    text = text.replace("# ids of all collections", "\n".join(files))
    (folder / "schemathesis.toml").write_text(text, encoding="utf-8")


def first_values(state: dict[str, Any], found: set[tuple[str, str]]) -> list[Any]:
    """The first values of each collection, in turn: the first objects belong to each other."""
    columns = [[item[field] for item in state[name][:20]] for name, field in sorted(found)]
    rows = [column[at] for at in range(20) for column in columns if at < len(column)]
    return list(dict.fromkeys(rows))


def write_ids(folder: Path, credentials: dict[str, str], state: dict[str, Any]) -> None:
    organization = credentials["cloudmore_organization_id"]
    ids = {
        **{f"{service}_{name}": first_values(state, found) for service in WAYS for name, found in sources(service).items()},
        "ticket_ids": [item["psaCustomTicketId"] for item in state["custom_psa_tickets"]],
        "reseller_ids": [credentials["cloudmore_reseller_id"]] * 3 + [item["id"] for item in state["brokers"][:1]],
        "seller_ids": [credentials["cloudmore_seller_id"]],
        "organization_ids": [organization, state["organizations"][0]["id"]],
        "service_ids": [
            *(item["id"] for item in state["organization_services"][organization]),
            *(item["id"] for item in state["seller_services"][:3]),
        ],
        "estore_ids": [item["id"] for item in state["estore"]],
        "wiv_customer_ids": [item["customer_id"] for item in state["wiv_customers"]],
        "workflow_ids": state["workflows"],
    }
    for name, values in ids.items():
        lines = [json.dumps(str(value)) for value in values[:20]]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def check(url: str, service: str, options: dict[str, Any], deadline: float) -> int:
    # Requests are counted either way; recording all of them would only fill memory.
    credentials = ask(f"{url}/_sim/reset", {"seed": 7, "log": False, **options})["credentials"]
    with tempfile.TemporaryDirectory(prefix="mspkit-contract-") as folder:
        write_settings(Path(folder))
        write_ids(Path(folder), credentials, ask(f"{url}/_sim/state"))
        command = [Path(sys.executable).parent / "st", "--config-file", f"{folder}/schemathesis.toml", "--no-color"]
        document = Path(folder, f"{service}.json")
        with document.open("wb") as out:
            bundle = ["cargo", "run", "-q", "--locked", "-p", "mspkit-codegen", "--", "--bundle", service]
            subprocess.run(bundle, cwd=ROOT, check=True, stdout=out)
        command += ["run", document, "--url", url, "--max-examples", str(examples(service))]
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "hooks",
            "MSPKIT_SIMULATOR_URL": url,
            "MSPKIT_SIMULATOR_CREDENTIALS": json.dumps(credentials),
            "MSPKIT_WITHOUT_BODY": json.dumps(options.get("located") != "body"),
        }
        try:
            left = max(deadline - time.monotonic(), 1)
            return subprocess.run([str(part) for part in command], env=environment, cwd=folder, timeout=left).returncode
        except subprocess.TimeoutExpired:
            print(f"schemathesis: {service} took more than {seconds(service)} s", file=sys.stderr)
            return 1


def main(arguments: list[str]) -> int:
    if not arguments or not set(arguments[1:]) <= set(WAYS):
        print(__doc__, file=sys.stderr)
        return 2
    url, services = arguments[0].rstrip("/"), arguments[1:] or list(WAYS)
    try:
        urllib.request.urlopen(f"{url}/_sim/ready", timeout=10).close()
    except (OSError, ValueError) as error:
        print(f"schemathesis: no simulator responds at {url}: {error}", file=sys.stderr)
        return 1
    failed = []
    for service in services:
        deadline = time.monotonic() + seconds(service)
        for way, options in WAYS[service].items():
            print(f"\nschemathesis: {service}, responses {way}", flush=True)
            if check(url, service, options, deadline) != 0:
                failed.append(f"{service}, answering {way}")
    print("\nschemathesis: " + (f"violations or timeouts in: {'; '.join(failed)}" if failed else "no violation"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
