"""The pages of the site: those that docs/README.md lists, in its order, with links that fit the site.

A page of `docs` keeps its name; another one is called after its folder, or itself. Links between pages lead to pages, links to
other files of the repository to the repository.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
INDEX = "docs/README.md"
FIRST = "docs/index.md"
# What search does not show, since it is for those who work on mspkit and has every word of the others.
UNSEARCHED = {"CHANGELOG.md", "CONTRIBUTING.md", "tests/bench/README.md"}
[REPOSITORY] = re.findall(r'^repository = "(.*)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)
BLOB = f"{REPOSITORY}/blob/main/"
LINK = re.compile(r"(!?\[[^\]\[]*\]\()([^)\s]+)(\))")
CODE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"(###?) (.+)")
ITEM = re.compile(r"([-*]|\d+\.) ")


class PageError(Exception):
    """A page that the site cannot show."""


def read(source: str) -> str:
    return (ROOT / source).read_text(encoding="utf-8")


def name(source: str) -> str:
    """The file of a page in the site."""
    path = Path(source)
    if path.stem == "README":
        return f"{path.parent.name}.md"
    return path.name if path.parent.name == "docs" else f"{path.stem.lower()}.md"


def target(source: str, link: str) -> tuple[str, str] | None:
    """The file of the repository to which a page's link leads, and the anchor with its `#`; None for other hosts."""
    path, hash_, anchor = link.partition("#")
    if path.startswith(BLOB):
        path = path.removeprefix(BLOB)
    elif re.match(r"[a-z]+:", path):
        return None
    else:
        path = os.path.normpath(Path(source).parent / path) if path else source
    return path, hash_ + anchor


def groups() -> dict[str, dict[str, dict[str, str]]]:
    """The pages under each heading of docs/README.md and under the headings below it, each once, with its title in the menus."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    seen = {INDEX, FIRST}
    title = part = ""
    for line in read(INDEX).splitlines():
        if heading := HEADING.fullmatch(line):
            title, part = (heading[2], "") if heading[1] == "##" else (title, heading[2])
        for opening, link, _ in LINK.findall(line):
            to = target(INDEX, link)
            if title and to and to[0].endswith(".md") and to[0] not in seen:
                seen.add(to[0])
                found.setdefault(title, {}).setdefault(part, {})[to[0]] = opening[1:-2]
    return found


def sources() -> list[str]:
    return [FIRST, INDEX, *(source for parts in groups().values() for part in parts.values() for source in part)]


def settings(references: dict[str, str], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """What the generator is set to; `references` are addresses in the site, by title, and `operations` the last pages of the
    reference."""
    own = yaml.safe_load((Path(__file__).parent / "site.yml").read_text(encoding="utf-8"))
    navigation: list[dict[str, Any]] = []
    for title, parts in groups().items():
        entries: list[Any] = []
        for part, listed in parts.items():
            shown = [{words: name(source)} for source, words in listed.items()]
            entries += [{part: shown}] if part else shown
        if title == "Guides":
            entries.insert(0, name(INDEX))
        if title == "Reference":
            entries += [{words: place} for words, place in references.items()]
            entries.append({"Operations": operations})
        navigation.append({title: entries})
    own["theme"]["custom_dir"] = "theme"
    return {**own, "nav": [{"Start": name(FIRST)}, *navigation], "repo_url": REPOSITORY, "edit_uri": "edit/main"}


def linked(source: str, text: str, shown: set[str]) -> str:
    """A page's text with links that fit the site."""

    def link(found: re.Match[str]) -> str:
        to = target(source, found[2])
        if to is None:
            return found[0]
        path, anchor = to
        if path in shown:
            return found[1] + (anchor if path == source and anchor else name(path) + anchor) + found[3]
        if not (ROOT / path).exists():
            raise PageError(f"{source}: {found[2]} does not exist")
        return f"{found[1]}{BLOB}{path}{anchor}{found[3]}"

    # Every second piece is a fenced block.
    pieces = CODE.split(text)
    pieces[::2] = [LINK.sub(link, piece) for piece in pieces[::2]]
    return "".join(pieces)


def mistakes(source: str, text: str) -> Iterator[str]:
    """What code hosts show as a list, and the generator does not."""
    before = ""
    for number, line in enumerate(CODE.sub(lambda code: "\n" * code[0].count("\n"), text).split("\n"), 1):
        if ITEM.match(line) and before and not ITEM.match(before) and not before.startswith(" "):
            yield f"{source}:{number}: a list needs an empty line before it"
        if re.match(r" {1,3}\S", line) and not before:
            yield f"{source}:{number}: what belongs to a list is indented by four blanks"
        before = line


def staged() -> dict[str, str]:
    """The text of every page by its file in the site. Its head names its source; the first page has no menus."""
    every = sources()
    found: dict[str, str] = {}
    for source in every:
        text = read(source)
        if wrong := list(mistakes(source, text)):
            raise PageError("\n".join(wrong))
        if name(source) in found:
            raise PageError(f"{source}: another page is called {name(source)} too")
        head: dict[str, Any] = {"source": source}
        if source == FIRST:
            head["hide"] = ["navigation", "toc"]
        if source in UNSEARCHED:
            head["search"] = {"exclude": True}
        found[name(source)] = f"---\n{yaml.safe_dump(head)}---\n\n{linked(source, text, set(every))}"
    return found


def changed() -> dict[str, int]:
    """When each file was changed that the site is made of."""
    files = [*(ROOT / source for source in sources()), *Path(__file__).parent.rglob("*")]
    return {str(file): file.stat().st_mtime_ns for file in files if file.is_file()}
