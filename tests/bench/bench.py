"""Compares mspkit with other clients. `make bench` runs it; see README.md here."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from harness import rows, table
from harness.measure import Bench
from harness.result import Result
from harness.tools import BENCH, INTO, Tools

READ_ME = BENCH / "README.md"
LAST = BENCH / "last.json"


def print_result(result: Result) -> None:
    print(table.line(result), flush=True)


def print_small(result: Result) -> None:
    name = f"{result.row} / {result.against}" if result.against else result.row
    print(f"- {name}: skipped, {result.skipped}" if result.skipped else f"  {name}: runs", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="tiny sizes: checks that all works, and judges no time")
    parser.add_argument("--rounds", type=int, help="rounds of each row; 9 when not given")
    parser.add_argument("--only", default="", metavar="REGEX", help="rows whose name matches, such as '^python: 500 gets'")
    parser.add_argument("--profile", choices=["release", "debug"], help="Cargo's; debug is only for smoke")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="write the table into README.md and the figures into last.json; with --only the other rows stay as they are",
    )
    arguments = parser.parse_args()
    if arguments.keep and arguments.smoke:
        parser.error("--smoke measures nothing that could be kept")
    rounds = arguments.rounds or (1 if arguments.smoke else 9)
    tools = Tools(arguments.profile or ("debug" if arguments.smoke else "release"))
    INTO.mkdir(parents=True, exist_ok=True)
    tools.simulator()
    bench = Bench(tools, arguments.smoke, rounds, arguments.only, print_small if arguments.smoke else print_result)
    try:
        bench.run()
    except KeyboardInterrupt:
        bench.wrong.append("interrupted; what was measured until then is kept")
    figures = table.data(bench.results, bench.versions, rounds)
    Path(INTO / "last.json").write_text(table.text(figures))
    Path(INTO / "last.md").write_text(table.markdown(bench.results) + "\n")
    if arguments.keep:
        if arguments.only:
            order = [row.key for row in rows.ROWS]
            figures = table.merged(json.loads(LAST.read_text()), bench.results, bench.versions, order)
        LAST.write_text(table.text(figures))
        table.into_readme(READ_ME, figures)
    missed = [result for result in bench.results if result.met is False]
    skipped = [result for result in bench.results if result.skipped]
    print(f"\n{len(bench.results)} rows, {len(skipped)} skipped, {len(bench.wrong)} wrong; figures in {INTO / 'last.json'}")
    if arguments.smoke:
        if not any(not result.skipped for result in bench.results):
            bench.wrong.append("nothing was measured")
    else:
        print(f"{sum(result.met is True for result in bench.results)} targets met, {len(missed)} missed")
    for wrong in bench.wrong:
        print(f"wrong: {wrong}", file=sys.stderr)
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
