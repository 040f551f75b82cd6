"""Checks the chart of the site's first page without its renderer: its rows, bars, and what is said of them.

python tests/spec/bench_chart.py                every check
python tests/spec/bench_chart.py --self-check   takes parts of the chart's code away and expects each to be noticed
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

import docs
from noticed import Patch, in_parts, reported

sys.path[:0] = [str(docs.ROOT / "docs/site"), str(docs.ROOT / "tests/bench")]

import chart  # noqa: E402
import pages  # noqa: E402
from harness.rows import ROWS  # noqa: E402

TITLE = "500 customers, one after another"
MEASURED: list[dict[str, Any]] = [
    {"row": "python: 500 gets", "against": "httpx", "value": 0.5, "ours": 0.05, "theirs": 0.1},
    {"row": "python: 500 gets", "against": "http_client", "value": 0.25, "ours": 0.05, "theirs": 0.2},
    {"row": "python: 500 gets", "against": "urllib3", "skipped": "it is not <installed>"},
    {"row": "c: 500 gets", "against": "curl", "value": 2.0, "ours": 0.5, "theirs": 0.25},
    {"row": "python: another row", "against": "httpx", "value": 0.5, "ours": 0.05, "theirs": 0.1},
]
BARS = [("Python", "http.client", 4.0), ("Python", "httpx", 2.0), ("C", "libcurl", 0.5)]
SPOKEN = f'aria-label="{TITLE}: Python http.client 4.0 times as long as mspkit, Python httpx 2.0'
CELLS = "<td>C</td><td>libcurl 8 &lt;&amp;&gt;</td><td>500 ms</td><td>250 ms</td><td>0.5</td>"
SAID = ("medians of 7 alternating rounds", "2026-11-22", "2 cores of Processor, Linux")


def results(rows: list[dict[str, Any]]) -> str:
    machine = {"cores": 2, "cpu": "Processor", "system": "Linux"}
    versions = {"c curl": "libcurl 8 <&>"}
    return json.dumps({"date": "2026-11-22T11:43", "rounds": 7, "machine": machine, "versions": versions, "results": rows})


def figure(text: str) -> str:
    with mock.patch.object(chart, "rendered", lambda panel: f'<svg width="{panel["spec"]["width"]}"/>'):
        return chart.figure.__wrapped__(text)


def rows() -> Iterator[str]:
    measured = {row.key for row in ROWS}
    for title, names in chart.PANELS.items():
        for name in names:
            if name not in measured:
                yield f"{title}: the benchmark has no row {name}"
    if not chart.bars(json.loads(chart.RESULTS.read_text(encoding="utf-8")), next(iter(chart.PANELS.values()))):
        yield "the last run has none of the rows of the first panel"


def bars() -> Iterator[str]:
    found = [(bar.language, bar.peer, bar.times) for bar in chart.bars(json.loads(results(MEASURED)), chart.PANELS[TITLE])]
    if found != BARS:
        yield f"the bars are {found} instead of {BARS}"


def said() -> Iterator[str]:
    whole = figure(results(MEASURED))
    for text in (SPOKEN, CELLS, *SAID):
        if text not in whole:
            yield f"the figure does not say {text}"
    if whole.count("<svg ") != 1:
        yield f"there are {whole.count('<svg ')} panels for the rows of one"
    if nothing := figure(results(MEASURED[-1:])):
        yield f"without rows there is still {nothing}"


def place() -> Iterator[str]:
    if pages.read(pages.FIRST).count(chart.MARK) != 1:
        yield f"{pages.FIRST}: there is no place for the chart"


CHECKS = (rows, bars, said, place)

# A part that is taken away, and what is reported.
DAMAGE: list[tuple[Patch, str]] = [
    (lambda: mock.patch.dict(chart.PANELS, {TITLE: ("python: 499 gets",)}), "the benchmark has no row python: 499 gets"),
    (lambda: mock.patch.object(chart, "bars", lambda *_: []), "the last run has none of the rows"),
    (lambda: mock.patch.object(chart, "NAMES", {}), "the bars are [('Python', 'http_client'"),
    (lambda: mock.patch.object(chart, "escape", lambda text: text), "the figure does not say <td>C</td>"),
    (lambda: mock.patch.object(chart, "MARK", "<!-- figure -->"), "docs/index.md: there is no place for the chart"),
]


def complaints() -> list[str]:
    return [complaint for check in CHECKS for complaint in check()]


def main() -> int:
    checking = "--self-check" in sys.argv[1:]
    if checking:
        return reported([*in_parts(DAMAGE, complaints)], f"{len(DAMAGE)} mistakes are detected")
    return reported(complaints(), f"the chart has {len(chart.PANELS)} panels")


if __name__ == "__main__":
    sys.exit(main())
