"""Damages copies of the site, each of which a check has to notice."""

from __future__ import annotations

import functools
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import built

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A page with tabs, code and neighbours.
PAGE = "lists.html"
Looking = Callable[[Path], list[str]]


@dataclass
class Damage:
    """What is done to a page's text, or to another file's, and what is then reported by whoever looks."""

    change: Callable[[str], str]
    reported: str
    look: Looking = built.complaints
    file: str = PAGE


def replaced(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    return lambda text: re.sub(old, new, text, count=count)


def added(html: str) -> Callable[[str], str]:
    """Adds to the end of the article."""
    return lambda text: text.replace("</article>", f"{html}</article>")


def appended(style: str) -> Callable[[str], str]:
    return lambda text: text + style


def emptied(text: str) -> str:
    """The index of the search without pages."""
    head = text[: text.index("{")]
    return head + json.dumps({**json.loads(text[text.index("{") :].rstrip("; \n")), "items": []})


BUILT = [
    Damage(added('<a href="gone.html">one</a>'), f"{PAGE}: the link gone.html leads nowhere"),
    Damage(added('<a href="../../outside.html">one</a>'), f"{PAGE}: the link ../../outside.html leads nowhere"),
    Damage(added('<a href="#gone">one</a>'), f"{PAGE}: the link #gone leads to no anchor"),
    Damage(added('<a href="errors.html#gone">one</a>'), f"{PAGE}: the link errors.html#gone leads to no anchor"),
    Damage(added('<img alt="" src="https://example.com/one.png">'), "https://example.com/one.png is loaded from another host"),
    Damage(added('<script src="//example.com/one.js"></script>'), "//example.com/one.js is loaded from another host"),
    Damage(added('<img alt="" src="assets/gone.png">'), f"{PAGE}: assets/gone.png is loaded and is not there"),
    Damage(appended("body { background: url(https://example.com/x.png) }"), "x.png is loaded from", file="assets/site.css"),
    Damage(added('<img src="assets/logo.svg">'), f"{PAGE}: 1 images without a description"),
    Damage(added("<h1>Another</h1>"), f"{PAGE}: 2 headings of the first level"),
    Damage(added('<i id="python"></i>'), f"{PAGE}: the anchor python is there twice"),
    Damage(replaced(' lang="en"', ""), f"{PAGE}: the language is missing"),
    Damage(replaced(r'(rel="prev" href=")[^"]*', r"\1index.html"), f"{PAGE}: the prev page index.html does not lead back"),
    Damage(emptied, f"{PAGE}: search does not know it", file="search.json"),
    Damage(replaced('"location":"resume.html"', '"location":"bench.html"'), "bench.html: search knows it", file="search.json"),
    Damage(emptied, "search.js differs", file="search.js"),
    Damage(replaced("OutcomeUnknown", "Something", 0), "search does not know OutcomeUnknown", file="search.json"),
]


def opened(browser: Browser) -> list[Damage]:
    """Those that only a browser notices."""
    import opened as checks
    import used
    from visitor import Visitor

    def look(check: Callable[[Visitor, str], Iterator[str]]) -> Looking:
        def looked(docs: Path) -> list[str]:
            with Visitor(browser, docs.as_uri() + "/") as reader:
                reader.open(PAGE)
                return list(check(reader, PAGE))

        return looked

    def use(check: Callable[[Visitor, built.Site], Iterator[str]], *pages: str) -> Looking:
        def tried(docs: Path) -> list[str]:
            site = built.Site(docs)
            site.pages = {name: page for name, page in site.pages.items() if not pages or name in pages}
            with Visitor(browser, docs.as_uri() + "/") as reader:
                return list(check(reader, site))

        return tried

    damage = functools.partial(Damage, look=look(checks.quiet))
    return [
        damage(added("<script>console.error('planted')</script>"), f"{PAGE}: the console has planted"),
        damage(added("<script>nothing.here()</script>"), f"{PAGE}: an error: nothing is not defined"),
        damage(added("<script>fetch('http://192.0.2.1/')</script>"), f"{PAGE}: it asks for http://192.0.2.1/"),
        damage(added('<img alt="" src="https://example.com/one.png">'), f"{PAGE}: it asks for https://example.com/one.png"),
        damage(added('<img alt="" src="gone.png">'), f"{PAGE}: the console has Failed to load resource"),
        Damage(added('<div style="width: 700px">wide</div>'), f"{PAGE}: it is too wide on a phone: ", look(checks.narrow)),
        Damage(added("<button><svg></svg></button>"), f"{PAGE}, light: button-name", look(checks.accessible)),
        Damage(
            appended('[data-md-color-scheme="slate"] p { color: #333 }'),
            f"{PAGE}, dark: color-contrast",
            look(checks.accessible),
            "assets/site.css",
        ),
        Damage(
            replaced("content.code.copy", "content.code.off"),
            f"{PAGE}: block 1 cannot be copied",
            look(checks.copied),
        ),
        Damage(
            added("<script>document.querySelectorAll('code').forEach((one) => { one.dataset.copy = '$' })</script>"),
            f"{PAGE}: block 1 is copied as '$'",
            look(checks.copied),
        ),
        Damage(emptied, "/ and ensure_customer find nothing", use(used.search), "search.js"),
        Damage(replaced("content.tabs.link", "content.tabs.off"), "of tabs for", use(used.tabs, "export.html"), "export.html"),
        Damage(
            lambda _: "", "export.html: Python instead of C++ is shown", use(used.tabs, "export.html", PAGE), "assets/site.js"
        ),
        Damage(
            added("<script>history.replaceState({}, '', location.pathname)</script>"),
            f"{PAGE}: the link to #nodejs does not show this tab",
            use(used.anchors, PAGE),
        ),
        Damage(appended(".tabbed-set > input { display: none }"), "not reached", use(used.keyboard), "assets/site.css"),
        Damage(appended(".tabbed-labels * { all: unset !important }"), "cannot be seen", use(used.keyboard), "assets/site.css"),
        Damage(
            replaced('="slate"', '="default"', 0),
            "the colours are",
            use(used.colours),
            "index.html",
        ),
        Damage(
            replaced("md-footer__link--next", "md-footer__link--off"), "no link to the next", use(used.neighbours), "index.html"
        ),
    ]


def copy(docs: Path, folder: Path) -> None:
    """The site without the references of the languages, which are large."""
    own = {name.partition("/")[0] for name in built.Site(docs).pages} | {"assets"}
    for one in docs.iterdir():
        if one.is_dir() and one.name in own:
            shutil.copytree(one, folder / one.name)
        elif one.is_file():
            shutil.copy(one, folder)


def unnoticed(docs: Path, damages: list[Damage]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copy(docs, folder)
        for one in damages:
            file = folder / one.file
            before = file.read_text(encoding="utf-8")
            after = one.change(before)
            if after == before:
                yield f"self-check: {one.file} has no place for the damage that is reported as {one.reported!r}"
                continue
            file.write_text(after, encoding="utf-8")
            found = one.look(folder)
            file.write_text(before, encoding="utf-8")
            if not any(one.reported in complaint for complaint in found):
                yield f"self-check: no check reports {one.reported!r}, but {found[:3]}"
