"""The chart of the first page: how long other clients take for the same work, from the last run of the benchmark.

A bar is the other client's time divided by mspkit's. Rows that the last run does not have, or has skipped, are left out, and
so is a panel without rows. Text stays text, and has the colour of the page around it.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[2] / "tests/bench/last.json"
# Where the chart comes in a page.
MARK = "<!-- chart -->"
# The language of the rows that are named so in the results.
LANGUAGES = {"python": "Python", "node": "Node.js", "c": "C", "rust": "Rust"}
# The panels, and the rows of each.
PANELS = {
    "10,000 customers in pages of 50": (
        "python: 10,000 customers, p50, 3 fields read",
        "node: 10,000 customers, p50",
        "c: 10,000 customers, p50",
        "rust: 10,000 customers, p50",
    ),
    "500 customers, one after another": ("python: 500 gets", "node: 500 gets", "c: 500 gets", "rust: 500 gets"),
    "10,000 customers from a server 20 ms away that accepts 5 calls at once": (
        "python: 10,000 customers, p50, 20 ms away, cap 5",
        "node: 10,000 customers, p50, 20 ms away, cap 5",
    ),
    "100,000 customers into a Polars table": ("python: 100,000 customers, p1000, into Polars",),
}
# How peers are called that the results call otherwise.
NAMES = {"http_client": "http.client", "http": "node:http", "httpx_async": "httpx, async", "curl": "libcurl"}
# Bars differ from the backgrounds of both modes by more than 3:1.
COLOUR = "#4a86c5"
BARS, LABELS, STEP = 200, 84, 20


@dataclass(frozen=True)
class Bar:
    """A row of the results."""

    language: str
    peer: str
    ours: float
    theirs: float
    # Their time by ours: the median of all rounds, which need not be the ratio of the two medians.
    times: float
    version: str


def bars(results: dict[str, Any], rows: tuple[str, ...]) -> list[Bar]:
    """The bars of a panel, for each language the longest first."""
    found = []
    for result in results["results"]:
        key = result["row"].partition(":")[0]
        # What was skipped has no value.
        if result["row"] in rows and (ratio := result.get("value")):
            peer = result["against"]
            version = results["versions"].get(f"{key} {peer}", peer)
            name = NAMES.get(peer, peer)
            found.append(Bar(LANGUAGES[key], name, result["ours"], result["theirs"], 1 / ratio, version))
    order = list(LANGUAGES.values())
    return sorted(found, key=lambda bar: (order.index(bar.language), -bar.times))


def specification(panel: list[Bar]) -> dict[str, Any]:
    """The panel as Vega-Lite."""
    text = {"labelColor": "currentColor", "labelFontSize": 12}
    names = {"domain": False, "ticks": False, "labelPadding": 6}
    names |= {"minExtent": LABELS, "maxExtent": LABELS, "labelLimit": LABELS}
    most = max(bar.times for bar in panel)
    return {
        "data": {"values": [asdict(bar) for bar in panel]},
        # A number stands right of the bar, and of the line.
        "transform": [{"calculate": "max(datum.times, 1)", "as": "end"}],
        "background": None,
        "facet": {
            "row": {
                "field": "language",
                "sort": list(LANGUAGES.values()),
                "header": {"title": None, "labelOrient": "top", "labelAnchor": "start", "labelFontWeight": "bold"},
            }
        },
        "spacing": 8,
        "resolve": {"scale": {"y": "independent"}},
        "spec": {
            "width": BARS,
            "height": {"step": STEP},
            "encoding": {
                "y": {"field": "peer", "type": "nominal", "sort": None, "axis": {**names, "title": None}},
                # Room for the number at the longest bar.
                "x": {"field": "times", "type": "quantitative", "axis": None, "scale": {"domain": [0, most * 1.2]}},
            },
            "layer": [
                {"mark": {"type": "bar", "color": COLOUR, "height": 12, "clip": False}},
                {
                    "mark": {"type": "rule", "color": "currentColor", "strokeDash": [2, 2], "clip": False},
                    "encoding": {"x": {"datum": 1}, "y": None},
                },
                {
                    "mark": {"type": "text", "align": "left", "dx": 5, "color": "currentColor", "clip": False},
                    "encoding": {"text": {"field": "times", "format": ".1f"}, "x": {"field": "end", "type": "quantitative"}},
                },
            ],
        },
        "config": {
            "font": "sans-serif",
            "view": {"stroke": None},
            "axis": text,
            "header": text,
            "text": {"fontSize": 12},
        },
    }


def drawing(title: str, panel: list[Bar]) -> str:
    """The panel as SVG, which is read out as its numbers."""
    spoken = f"{title}: " + ", ".join(f"{bar.language} {bar.peer} {bar.times:.1f} times as long as mspkit" for bar in panel)
    # It is one picture; its parts have roles and names of their own.
    svg = re.sub(r' (?:role|aria-label|aria-roledescription)="[^"]*"', "", rendered(specification(panel)))
    return re.sub("^<svg ", f'<svg role="img" aria-label="{escape(spoken)}" ', svg)


def rendered(panel: dict[str, Any]) -> str:
    # Only where the site is made: it is large, and everything else of this file is tested without it.
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(panel)
    return svg


def duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def row(title: str, bar: Bar) -> str:
    cells = (title, bar.language, bar.version, duration(bar.ours), duration(bar.theirs), f"{bar.times:.1f}")
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


@cache
def figure(text: str) -> str:
    """The chart of the results, whose JSON this is, as HTML; empty if they have none of the rows."""
    results = json.loads(text)
    panels = {title: found for title, rows in PANELS.items() if (found := bars(results, rows))}
    if not panels:
        return ""
    machine = results["machine"]
    rounds, day = results["rounds"], results["date"][:10]
    caption = (
        f"How many times as long as mspkit (the dotted line) each client takes: medians of {rounds} alternating rounds. "
        f"Shorter than the line is faster than mspkit. {day}, {machine['cores']} cores of {machine['cpu']}, {machine['system']}, "
        "the server on the same machine. Every client that the benchmark has for a row is there."
    )
    drawings = "".join(
        f"<div><p><strong>{escape(title)}</strong></p>{drawing(title, found)}</div>" for title, found in panels.items()
    )
    head = "".join(f"<th>{name}</th>" for name in ("work", "language", "client", "mspkit", "the client", "times"))
    body = "".join(row(title, bar) for title, found in panels.items() for bar in found)
    return (
        f'<figure class="bench"><div class="panels">{drawings}</div><figcaption>{escape(caption)}</figcaption></figure>\n\n'
        f"<details><summary>The figures of the chart</summary><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        "</details>"
    )


def placed(page: str) -> str:
    """A page with the chart where it says so."""
    return page.replace(MARK, figure(RESULTS.read_text(encoding="utf-8")))
