"""Checks the output of the demo against the simulator.

    cargo run -q -p mspkit --example onboard | python3 tests/demo.py
    python bindings-python/tests/demo.py | python3 tests/demo.py --file

The output is passed on. Every step must be present with its expected result, and the planted faults
must have been retried; anything else makes the exit status 1. With `--file` the onboarding of a file,
which was killed and started again, must have made each of its customers once.
"""

from __future__ import annotations

import re
import sys

# Each step with its result, as regular expressions; spaces and numbers are between and after them.
STEPS = {
    "list service organizations": "120 of 120",
    "list devices": r"[1-9]\d* devices at [1-9]\d* customers",
    "list active issues": r"[1-9]\d* issues at [1-9]\d* customers, such as \w.*",
    "create a service organization": r"soId \d+",
    "create customers under it": "3 customers",
    "create one where it cannot be": r"(NotFound|BadRequest|PermissionDenied): .*\w.*",
    "check a PSA credential": "valid",
    "read a PSA ticket": r"\w.*",
    "list the E-Store": r"[1-9]\d* services",
    "list the organization's services": r"[1-9]\d* services",
    "enable a service": r"\w.* as [0-9a-f-]{36}",
    "list Wiv customers": "12 customers",
    "walk all case pages": "730 cases",
}
NUMBERS = r" +\d+ +\d+ +[\d.]+ ms"
CUSTOMERS = 20
# What the onboarding of a file prints: before it is killed, and when it was started again.
FILE = [
    rf"plan: {CUSTOMERS} of {CUSTOMERS + 1} rows are missing",
    r"killed after \d+ customers were created; started again:",
    rf"plan: \d+ of {CUSTOMERS + 1} rows are missing",
    r"existed +50 +service_orgs/so_id=50",
    rf"report: {CUSTOMERS} created, 1 existed",
]
TOTAL = rf"{len(STEPS)} steps, \d+ requests, 2 retries, [\d.]+ s"


def main() -> int:
    output = sys.stdin.read()
    print(output, end="")
    expected = [re.escape(step) + " +" + result + NUMBERS for step, result in STEPS.items()] + [TOTAL]
    if "--file" in sys.argv:
        expected += FILE
        made = re.findall(r"^created +(\d+) +service_orgs/so_id=50/customers/\w", output, re.MULTILINE)
        if len(set(made)) != CUSTOMERS or len(made) != CUSTOMERS:
            print(f"demo: {len(made)} customers were created, {len(set(made))} of them are different", file=sys.stderr)
            return 1
    missing = [line for line in expected if not re.search(f"^{line}$", output, re.MULTILINE)]
    for line in missing:
        print(f"demo: no line like this: {line}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
