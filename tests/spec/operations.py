"""Checks the reference of the operations, as the site shows it.

    python tests/spec/operations.py REFERENCE                every check, of the pages in this folder
    python tests/spec/operations.py REFERENCE --self-check   damages copies in memory and expects each to be noticed

REFERENCE is what `mspkit-codegen --reference` wrote. Every operation of tests/reach/operations.json has an entry with the call
in every language, a row in the table that can be filtered, and a page in the navigation; the entry and the row say the same.
A page begins with a table of its entries, and describes once what they share. Links lead to headings that are there, types are on
one page each, and the script finds the columns that it filters.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docs
from noticed import Read, in_texts, reported
from shown import SITE, converted, has, parsed, tabs, text

# isort: split
import pages
import reference

LANGUAGES = ["Python", "Node.js", "C", "C++", "Rust"]
SCRIPT = "assets/operations.js"
# The heading of what the entries of a page share.
USUAL = "usual-errors"


@cache
def shown(content: str) -> ElementTree.Element:
    return parsed(converted(content.partition("\n---\n")[2] if content.startswith("---\n") else content))


def entries(page: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """What is under each heading of operations, by its anchor."""
    found: dict[str, ElementTree.Element] = {}
    section = ElementTree.Element("section")
    for one in page:
        if one.tag in ("h1", "h2"):
            section = ElementTree.Element("section")
            if one.tag == "h2":
                found[one.get("id", "")] = section
        else:
            section.append(one)
    return {anchor: section for anchor, section in found.items() if anchor not in (USUAL, "types")}


def index(read: Read) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(read(reference.INDEX))
    return known


def table(known: dict[str, Any]) -> list[list[str]]:
    page = shown(reference.operations(pages.staged()[reference.OPERATIONS], known))
    return [[text(cell) for cell in row] for row in page.iter("tr")]


def each(read: Read) -> Iterator[str]:
    known = index(read)
    wanted = [one["id"] for one in json.loads(docs.read("tests/reach/operations.json"))["operations"]]
    found = [one["id"] for one in known["operations"]]
    if sorted(found) != sorted(wanted):
        yield f"the index should have {sorted(set(found) ^ set(wanted))} once or not at all"
    by_page: dict[str, list[dict[str, Any]]] = {}
    for one in known["operations"]:
        by_page.setdefault(one["page"], []).append(one)
    for page, operations in by_page.items():
        if page not in reference.listed(known):
            yield f"{page} is not in the navigation"
        content = shown(read(page))
        there = entries(content)
        names = [one["name"] for one in operations]
        if list(there) != names:
            yield f"{page}: the entries are {list(there)} instead of {names}"
        first = next(content.iter("tbody"), ElementTree.Element("tbody"))
        wanted_rows = [[one["name"], one["what"].replace("`", ""), f"{one['method']} {one['path']}"] for one in operations]
        if (found_rows := [[text(cell) for cell in row] for row in first]) != wanted_rows:
            yield f"{page}: it begins with the table {found_rows}"
        shared = statuses(content)
        for one in operations:
            if one["name"] in there:
                yield from entry(f"{page}#{one['name']}", there[one["name"]], one, shared)


def statuses(page: ElementTree.Element) -> set[str]:
    """Those that a page describes for all of its entries."""
    under = False
    for one in page:
        if one.tag == "h2":
            under = one.get("id") == USUAL
        elif under and one.tag == "table":
            return {text(row[1]) for row in one.iter("tr")}
    return set()


def entry(name: str, section: ElementTree.Element, one: dict[str, Any], shared: set[str]) -> Iterator[str]:
    if tabs(section) != [LANGUAGES]:
        yield f"{name}: the calls are in {tabs(section)}"
    for language, block in zip(LANGUAGES, (it for it in section.iter("div") if has(it, "tabbed-block")), strict=False):
        words = {"C": one["id"].replace(".", "_"), "Node.js": re.sub(r"_(\w)", lambda found: found[1].upper(), one["name"])}
        if words.get(language, one["name"]) not in text(block):
            yield f"{name}: {language} does not call it"
    facts = dict(text(item).partition(": ")[::2] for item in section.iter("li"))
    for fact, value in (
        ("HTTP", f"{one['method']} {one['path']}."),
        ("Retry", f"{one['retry']}."),
        ("In flight", f"at most {one['in_flight']} at once"),
        ("Since", one["since"]),
    ):
        if not facts.get(fact, "").startswith(value or "") or (fact in facts) != (value is not None):
            yield f"{name}: {fact} is {facts.get(fact)!r}, and in the index {value!r}"
    if (one["stage"] or "").capitalize() not in {*facts, ""}:
        yield f"{name}: does not say that it is {one['stage']}"
    if "Result" not in facts:
        yield f"{name}: Result is missing"
    titles = [text(row) for row in section.iter("tr") if row[0].tag == "th"]
    whole = text(section)
    if not any(title.startswith("parameter") for title in titles) and "It has no parameters." not in whole:
        yield f"{name}: the parameters are missing"
    usual = re.search(r"the usual ones of status ([\d, ]+\d)", whole)
    if wrong := set(usual[1].split(", ") if usual else ()) - shared:
        yield f"{name}: the page does not describe {sorted(wrong)}"
    if not any(title.startswith("kind") for title in titles) and not usual and "besides those of every call: none." not in whole:
        yield f"{name}: the errors are missing"


def rows(read: Read) -> Iterator[str]:
    known = index(read)
    services = re.findall(r"^## (.*)\n\n<!-- rendered: (\w+) -->", docs.read(f"docs/{reference.OPERATIONS}"), re.MULTILINE)
    if (found_services := [(one["title"], one["id"]) for one in known["services"]]) != services:
        yield f"the services are {found_services}, and on the page {services}"
    head, *found = table(known)
    if tuple(head) != reference.COLUMNS:
        yield f"the table has the columns {head}"
    for one, row in zip(known["operations"], found, strict=False):
        wanted = [one["service"], f"{one['group']}.{one['name']}", one["retry"], str(one["in_flight"]), one["since"] or ""]
        if [row[0], row[1], *row[4:]] != wanted:
            yield f"{one['id']}: the row is {row}"
    if len(found) != len(known["operations"]):
        yield f"the table has {len(found)} rows for {len(known['operations'])} operations"
    script = (SITE / SCRIPT).read_text(encoding="utf-8")
    for column in re.findall(r'\bof\("([^"]+)"\)', script) or ["of()"]:
        if column not in reference.COLUMNS:
            yield f"{SCRIPT}: the table has no column {column!r}"


def links(read: Read) -> Iterator[str]:
    known = index(read)
    every = reference.listed(known)
    anchors = {page: {one.get("id") for one in shown(read(page)).iter() if one.get("id")} for page in every}
    sources = {pages.name(source): source for source in pages.sources()}
    for page in every:
        content = reference.linked(page, read(page), None)
        if wrong := list(pages.mistakes(page, content)):
            yield from wrong
        for link in docs.LINK.findall(docs.CODE.sub("", content)):
            path, _, anchor = link.partition("#")
            other = path.removeprefix("../")
            if re.match(r"[a-z]+:", link):
                continue
            if other != path and other in sources:
                if anchor and anchor not in docs.anchors(docs.read(sources[other])):
                    yield f"{page}: {link}: there is no such heading"
            elif anchor not in anchors.get(path or page, set()):
                yield f"{page}: {link}: there is no such heading"


def types(read: Read) -> Iterator[str]:
    known = index(read)
    found: Counter[str] = Counter()
    for page in reference.listed(known):
        for heading in shown(read(page)).iter("h3"):
            found[f"{page.split('.')[0]}.{text(heading).rstrip('¶')}"] += 1
    for name, times in found.items():
        if times > 1:
            yield f"{name} is on {times} pages"


def built(read: Read) -> Iterator[str]:
    """Links into references of languages that were built, here one with a wrong name and one whose anchors are listed apart."""
    page = "wiv.workflows.md"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "python/mspkit").mkdir(parents=True)
        (root / "c").mkdir()
        (root / "python/mspkit/wiv.html").write_text('<div id="Workflows.run"></div>', encoding="utf-8")
        (root / "c/wiv_8h.html").touch()
        member = "<member><name>mspkit_wiv_workflows_run</name><anchorfile>wiv_8h.html</anchorfile><anchor>a1</anchor></member>"
        (root / "c/names.tag").write_text(f"<tagfile>{member}</tagfile>", encoding="utf-8")
        wanted = '<a href="../python/mspkit/wiv.html#Workflows.run">Python</a>, <a href="../c/wiv_8h.html#a1">C</a>\n'
        if f"- **Every detail**: {wanted}" not in reference.linked(page, read(page), root):
            yield f"{page}: the links into the references of Python and C are not {wanted}"
        try:
            reference.linked(page, read(page).replace("#Workflows.run", "#Workflows.walk"), root)
        except pages.PageError as error:
            if "the reference of Python has no python/mspkit/wiv.html#Workflows.walk" not in str(error):
                yield f"{page}: {error}"
        else:
            yield f"{page}: a link to a name that Python does not have is accepted"


CHECKS = (each, rows, links, types, built)

# A page, the damage to it, and the expected report.
DAMAGE = [
    ("ncentral.customers.md", "\n## get\n", "\n## got\n", "ncentral.customers.md: the entries are"),
    ("ncentral.customers.md", "```cpp\n", "```text\n", "the calls are in [['Python', 'Node.js', 'C']"),
    ("ncentral.customers.md", "client.customers.get(", "client.customers.list(", "ncentral.customers.md#get: Python does not"),
    ("ncentral.customers.md", "mspkit_ncentral_customers_get(", "get(", "ncentral.customers.md#get: C does not"),
    ("ncentral.customers.md", "**HTTP**: `GET", "**HTTP**: `PUT", "ncentral.customers.md#get: HTTP is"),
    ("ncentral.customers.md", "**Result**", "**Answer**", "ncentral.customers.md#get: Result is missing"),
    ("ncentral.customers.md", "| parameter |", "| what |", "ncentral.customers.md#get: the parameters are missing"),
    ("ncentral.customers.md", "[the usual ones](#usual-errors) of status ", "", "#get: the errors are missing"),
    ("ncentral.customers.md", "- **Since**: 2026.1.0.503", "- **Since**: 2020", "customers.md#create_installer_link: Since is"),
    ("ncentral.customers.md", "../limits.md", "../limit.md", "../limit.md: there is no such heading"),
    ("ncentral.customers.md", "errors.md#the-kinds", "errors.md#kinds", "#kinds: there is no such heading"),
    ("ncentral.types.md", "\n### Customer\n", "\n### Site\n", "ncentral.types.md#customer: there is no such heading"),
    ("ncentral.types.md", "\n### Customer\n", "\n### Device\n", "ncentral.Device is on 2 pages"),
    ("wiv.workflows.md", "[C](../c/", "[C](../C/", "the links into the references of Python and C are not"),
    (reference.INDEX, '"id": "wiv.workflows.run"', '"id": "wiv.workflows.walk"', "the index should have ['wiv.workflows.run'"),
    ("ncentral.customers.md", "| [get](#get) |", "| [list](#list) |", "ncentral.customers.md: it begins with the table"),
    ("ncentral.customers.md", "| `Conflict` | 409 |", "| `Conflict` | 408 |", "#get: the page does not describe ['409']"),
    ("ncentral.customers.md", "\n## Usual errors\n", "\n## Errors\n", "customers.md: #usual-errors: there is no such heading"),
    (reference.INDEX, '"title": "Wiv"', '"title": "WIV"', "the services are [('N-central', 'ncentral'),"),
    (reference.INDEX, '"in_flight": 5', '"in_flight": 6', "ncentral.customers.md#get: In flight is"),
    (reference.INDEX, '"retry": "read"', '"retry": "create"', "ncentral.customers.md#get: Retry is"),
]


def main(folder: Path, *, checking: bool) -> int:
    @cache
    def read(page: str) -> str:
        return (folder / page).read_text(encoding="utf-8")

    if checking:
        return reported([*in_texts(read, DAMAGE, CHECKS)], f"{len(DAMAGE)} mistakes are detected")
    found = [complaint for check in CHECKS for complaint in check(read)]
    return reported(found, f"{len(index(read)['operations'])} entries are complete")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), checking="--self-check" in sys.argv[2:]))
