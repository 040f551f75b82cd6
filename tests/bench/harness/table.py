"""The results of a run: as lines during the run, as a Markdown table and as JSON."""

from __future__ import annotations

import datetime
import json
import os
import platform
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.result import Result

BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def amount(value: float, unit: str) -> str:
    """A value for people."""
    if unit == "s":
        return f"{value * 1000:.0f} ms" if value >= 0.1 else f"{value * 1000:.1f} ms"
    return {"us": f"{value:.1f} µs", "MB": f"{value:.1f} MB", "thousand": f"{value:,.1f} thousand"}[unit]


def mark(result: Result) -> str:
    if result.met is None:
        return ""
    return "✓" if result.met else "✗"


def target(result: Result) -> str:
    if result.target is None:
        return ""
    return f"{result.target:g}" if result.ratio else amount(result.target, result.unit)


def spread(result: Result) -> str:
    """The lowest and the highest ratio of all rounds."""
    return f"{min(result.ratios):.2f}-{max(result.ratios):.2f}" if result.ratio and result.ratios else ""


def line(result: Result) -> str:
    """A result as a line, as soon as it is available."""
    name = f"{result.row} / {result.against}" if result.against else result.row
    if result.skipped:
        return f"- {name}: skipped, {result.skipped}"
    ours = amount(result.ours, result.unit)
    if not result.ratio:
        goal = f", at most {target(result)}" if result.target is not None else ""
        return f"{mark(result) or ' '} {name}: {ours}{goal}"
    goal = f", at most {result.target:g}" if result.target is not None else ""
    theirs = amount(result.theirs, result.unit)
    return f"{mark(result) or ' '} {name}: {result.value:.2f} ({spread(result)}){goal}; {ours} against {theirs}"


def markdown(results: list[Result]) -> str:
    """All results as a table."""
    lines = ["| work | against | at most | ratio | spread | mspkit | the other | |", "|---|---|---|---|---|---|---|---|"]
    for result in results:
        work = f"{result.row} ({result.measured})" if result.measured else result.row
        if result.skipped:
            cells = [work, result.against, target(result), "", "", "skipped", result.skipped.replace("|", "/"), ""]
        else:
            ratio = f"{result.value:.2f}" if result.ratio else ""
            theirs = amount(result.theirs, result.unit) if result.ratio else ""
            ours = amount(result.ours, result.unit)
            cells = [work, result.against, target(result), ratio, spread(result), ours, theirs, mark(result)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    """The machine."""
    about = Path("/proc/cpuinfo").read_text()
    models = [text.split(":", 1)[1].strip() for text in about.splitlines() if text.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "python": platform.python_version(),
        "load_at_the_end": os.getloadavg(),
    }


def today() -> str:
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def data(results: list[Result], versions: dict[str, str], rounds: int) -> dict[str, Any]:
    """All results as they are kept."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    found = {"date": now, "rounds": rounds, "machine": machine(), "versions": versions}
    return found | {"results": [result.data() for result in results]}


def text(kept: dict[str, Any]) -> str:
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


def merged(kept: dict[str, Any], measured: list[Result], versions: dict[str, str], order: list[str]) -> dict[str, Any]:
    """What is kept, with the rows that were measured in place of the same ones before, in the order of these rows."""
    new = {(result.row, result.against): replace(result, measured=f"{today()}, {machine()['cpu']}") for result in measured}
    before = [Result.of(result) for result in kept["results"]]
    results = [new.pop((result.row, result.against), result) for result in before] + list(new.values())
    results.sort(key=lambda result: order.index(result.row) if result.row in order else len(order))
    return kept | {"versions": kept["versions"] | versions, "results": [result.data() for result in results]}


def into_readme(readme: Path, kept: dict[str, Any]) -> None:
    """Replaces the table of a README."""
    before, rest = readme.read_text().split(BEGIN, 1)
    _, after = rest.split(END, 1)
    of = kept["machine"]
    where = f"{kept['date'][:10]}, {of['cores']} cores of {of['cpu']}, {of['memory_gib']} GiB, {of['system']}; "
    where += f"{kept['rounds']} rounds, load {of['load_at_the_end'][1]:.1f} over the last minutes."
    results = [Result.of(result) for result in kept["results"]]
    if any(result.measured for result in results):
        where += " Rows with a day and a processor were measured then and there."
    peers = ", ".join(dict.fromkeys(kept["versions"].values()))
    readme.write_text(f"{before}{BEGIN}\n{where}\n\n{markdown(results)}\n\nMeasured: {peers}.\n{END}{after}")
