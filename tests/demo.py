"""Checks the output of the demo against the simulator.

    cargo run -q -p mspkit --example onboard | python3 tests/demo.py

The output is passed on. Every step must be present with its expected result, and the planted faults
must have been retried; anything else makes the exit status 1.
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
TOTAL = rf"{len(STEPS)} steps, \d+ requests, 2 retries, [\d.]+ s"


def main() -> int:
    output = sys.stdin.read()
    print(output, end="")
    expected = [re.escape(step) + " +" + result + NUMBERS for step, result in STEPS.items()] + [TOTAL]
    missing = [line for line in expected if not re.search(f"^{line}$", output, re.MULTILINE)]
    for line in missing:
        print(f"demo: no line like this: {line}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
