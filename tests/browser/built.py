"""Reads the site as it was built, without a browser: links, anchors, what pages load, and what search finds.

    python3 tests/browser/built.py DOCS                every check
    python3 tests/browser/built.py DOCS --self-check   damages copies of the site and expects each damage to be noticed

Links into the references of the languages are followed where those were built. Nothing is asked of another host.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

# The pages for those who work on mspkit.
UNSEARCHED = {"bench.html", "changelog.html", "contributing.html"}
# What a reader looks for; each is in a page of the site.
WORDS = ("ensure_customer", "OutcomeUnknown")
FIRST = "index.html"
# Pages of the site have it, and pages of the references do not.
OWN = "data-md-component="
LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href"), ("object", "data")}
ID = re.compile(r"""\b(?:id|name)=(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
STYLE_URL = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


@dataclass
class Html(HTMLParser):
    """What the checks need of a page."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    # Labels of each set of tabs, and the anchors that are tabs.
    sets: list[list[str]] = field(default_factory=list)
    tabs: list[str] = field(default_factory=list)
    related: dict[str, str] = field(default_factory=dict)
    titles: int = 0
    language: str = ""
    unnamed: int = 0
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.labelled = False
        self.label: str | None = None
        self.article = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        classes = found.get("class", "").split()
        if identity := found.get("id"):
            self.ids.append(identity)
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "link" and found.get("rel") in ("prev", "next"):
            self.related[found["rel"]] = found["href"]
            self.links.append(found["href"])
        else:
            self.loads += [found[name] for element, name in LOADED if element == tag and name in found]
        self.titles += tag == "h1"
        self.unnamed += tag == "img" and "alt" not in found
        self.article = self.article or tag == "article"
        if tag == "html":
            self.language = found.get("lang", "")
        if tag == "div":
            self.labelled = "tabbed-labels" in classes
            if "data-tabs" in found:
                self.sets.append([])
        if tag == "input" and found.get("name", "").startswith("__tabbed_") and not identity_is_made(found.get("id", "")):
            self.tabs.append(found["id"])
        if tag == "label" and self.labelled:
            self.label = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "label" and self.label is not None:
            self.sets[-1].append(self.label.strip())
            self.label = None
        if tag == "div":
            self.labelled = False
        if tag == "article":
            self.article = False

    def handle_data(self, data: str) -> None:
        if self.label is not None:
            self.label += data
        if self.article:
            self.text += data


def identity_is_made(identity: str) -> bool:
    """Whether the generator made it, so that nothing links to it."""
    return identity.startswith("__")


@cache
def parsed(text: str) -> Html:
    page = Html()
    page.feed(text)
    return page


@cache
def named(text: str) -> frozenset[str]:
    """The anchors of a page, which may be of any generator."""
    return frozenset(unquote(one) for found in ID.findall(text) for one in found if one)


class Site:
    """The site in a folder."""

    def __init__(self, docs: Path) -> None:
        self.docs = docs
        self.known: dict[Path, frozenset[str]] = {}

    @cached_property
    def pages(self) -> dict[str, Html]:
        """The pages of the site by their address in it; those of the references are not among them."""
        found: dict[str, Html] = {}
        for file in sorted(self.docs.rglob("*.html")):
            text = file.read_text(encoding="utf-8")
            if OWN in text:
                found[file.relative_to(self.docs).as_posix()] = parsed(text)
        return found

    def anchors(self, file: Path) -> frozenset[str]:
        if file not in self.known:
            self.known[file] = named(file.read_text(encoding="utf-8", errors="replace"))
        return self.known[file]


def target(page: str, address: str) -> tuple[PurePosixPath, str] | None:
    """The file and the anchor to which an address in a page leads; None for another host or for data."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    path = PurePosixPath(page).parent / unquote(parts.path) if parts.path else PurePosixPath(page)
    steps: list[str] = []
    for step in path.parts:
        if step == ".." and steps and steps[-1] != "..":
            steps.pop()
        else:
            steps.append(step)
    return PurePosixPath(*steps), unquote(parts.fragment)


def broken_links(site: Site) -> Iterator[str]:
    for name, page in site.pages.items():
        for link in sorted(set(page.links)):
            to = target(name, link)
            if to is None:
                continue
            path, anchor = to
            file = site.docs / path
            if ".." in path.parts or not file.is_file():
                yield f"{name}: the link {link} leads nowhere"
            elif anchor and anchor not in (page.ids if path == PurePosixPath(name) else site.anchors(file)):
                yield f"{name}: the link {link} leads to no anchor"


def loads(site: Site) -> Iterator[str]:
    """What a browser loads by itself is a file of the site."""
    wanted = [(name, address) for name, page in site.pages.items() for address in page.loads]
    for file in sorted((site.docs / "assets").rglob("*.css")):
        style = file.relative_to(site.docs).as_posix()
        wanted += [(style, one or other) for one, other in STYLE_URL.findall(file.read_text(encoding="utf-8"))]
    for name, address in wanted:
        if address.startswith(("data:", "#")):
            continue
        to = target(name, address)
        if to is None:
            yield f"{name}: {address} is loaded from another host"
        elif not (site.docs / to[0]).is_file():
            yield f"{name}: {address} is loaded and is not there"


def complete(site: Site) -> Iterator[str]:
    """Every page is one that can be read and found."""
    if FIRST not in site.pages:
        yield f"there is no {FIRST}"
        return
    found, rest = {FIRST}, [FIRST]
    while rest:
        name = rest.pop()
        for link in site.pages[name].links:
            to = target(name, link)
            if to and (other := str(to[0])) in site.pages and other not in found:
                found.add(other)
                rest.append(other)
    for name, page in site.pages.items():
        if name not in found:
            yield f"{name}: no link leads here"
        if page.titles != 1:
            yield f"{name}: {page.titles} headings of the first level"
        if not page.language:
            yield f"{name}: the language is missing"
        if page.unnamed:
            yield f"{name}: {page.unnamed} images without a description"
        for twice in sorted({one for one in page.ids if page.ids.count(one) > 1}):
            yield f"{name}: the anchor {twice} is there twice"


def neighbours(site: Site) -> Iterator[str]:
    """The next page's previous page is this one."""
    for name, page in site.pages.items():
        for there, back in (("next", "prev"), ("prev", "next")):
            to = target(name, page.related[there]) if there in page.related else None
            # A reference has no neighbours.
            other = site.pages.get(str(to[0])) if to else None
            if to and other and target(str(to[0]), other.related.get(back, "")) != (PurePosixPath(name), ""):
                yield f"{name}: the {there} page {to[0]} does not lead back"
        if page.related.keys().isdisjoint(("next", "prev")) and len(site.pages) > 1:
            yield f"{name}: there is no next page and no previous one"


def search(site: Site) -> Iterator[str]:
    """Search knows every page for users of mspkit, and the words that they look for."""
    index = json.loads((site.docs / "search.json").read_text(encoding="utf-8"))
    # The same as a script, for pages that are opened as files.
    script = (site.docs / "search.js").read_text(encoding="utf-8").partition("=")[2]
    if json.loads(script.rstrip("; \n")) != index:
        yield "search.js differs from search.json"
    items = index["items"]
    known = {item["location"].partition("#")[0] for item in items}
    for name in sorted(site.pages.keys() - known - UNSEARCHED):
        yield f"{name}: search does not know it"
    for name in sorted(known & UNSEARCHED):
        yield f"{name}: search knows it"
    for item in items:
        to = target("", item["location"])
        if not to or not (site.docs / to[0]).is_file() or (to[1] and to[1] not in site.anchors(site.docs / to[0])):
            yield f"search leads to {item['location']}, which is not there"
    for word in WORDS:
        if not any(word in item["text"] or word in item["title"] for item in items):
            yield f"search does not know {word}"


CHECKS = (broken_links, loads, complete, neighbours, search)


def complaints(docs: Path) -> list[str]:
    site = Site(docs)
    return [complaint for check in CHECKS for complaint in check(site)]


def main() -> int:
    arguments = [one for one in sys.argv[1:] if one != "--self-check"]
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    docs = Path(arguments[0]).resolve()
    if "--self-check" in sys.argv[1:]:
        import damage

        found = list(damage.unnoticed(docs, damage.BUILT))
        done = f"{len(damage.BUILT)} damages are noticed"
    else:
        found = complaints(docs)
        done = f"{len(Site(docs).pages)} pages are complete"
    print(*found, sep="\n", end="\n" if found else "")
    if not found:
        print(done)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
