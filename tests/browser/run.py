"""Reads the whole site in a headless Chromium, as files and from a server on loopback.

    python tests/browser/run.py CHROMIUM DOCS                every check; screenshots of some pages go to DOCS/../screenshots
    python tests/browser/run.py CHROMIUM DOCS --self-check   damages copies of the site and expects each damage to be noticed

CHROMIUM is the folder into which it was unpacked, or the program. What needs no browser is in built.py.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import chromium
import damage
import opened
import used
from built import Site
from playwright.sync_api import Browser, sync_playwright
from visitor import DESK, PHONE, Visitor, served

Check = Callable[[Visitor, str], Iterator[str]]
SHOWN = 3
PICTURED = ("index.html", "lists.html", "operations.html")


@contextmanager
def started(place: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program(place), env={**chromium.environment(place)}, args=chromium.ARGUMENTS
        )
        try:
            yield browser
        finally:
            browser.close()


def visits(browser: Browser, site: Site, base: str, checks: tuple[Check, ...]) -> Iterator[str]:
    with Visitor(browser, base) as reader:
        for name in site.pages:
            reader.open(name)
            for check in checks:
                yield from check(reader, name)
    for use in used.CHECKS:
        with Visitor(browser, base) as reader:
            yield from use(reader, site)


def pictures(browser: Browser, site: Site, base: str, folder: Path) -> None:
    """For whoever wants to look."""
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in opened.SCHEMES:
        with Visitor(browser, base, scheme) as reader:
            for size in (DESK, PHONE):
                reader.page.set_viewport_size(size)
                for name in PICTURED:
                    if name in site.pages:
                        reader.open(name)
                        reader.page.screenshot(path=folder / f"{Path(name).stem}-{size['width']}-{scheme}.png")


def complaints(browser: Browser, docs: Path) -> Iterator[str]:
    site = Site(docs)
    yield from visits(browser, site, docs.as_uri() + "/", opened.CHECKS)
    # The rest is the same, wherever a page comes from.
    with served(docs) as base:
        yield from visits(browser, site, base, (opened.quiet,))
    pictures(browser, site, docs.as_uri() + "/", docs.parent / "screenshots")


def main() -> int:
    arguments = [one for one in sys.argv[1:] if one != "--self-check"]
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    place, docs = (Path(one).resolve() for one in arguments)
    begun, count = time.monotonic(), Counter[str]()
    with started(place) as browser:
        if "--self-check" in sys.argv[1:]:
            found = damage.unnoticed(docs, damage.opened(browser))
            done = f"{len(damage.opened(browser))} damages are noticed"
        else:
            found = complaints(browser, docs)
            done = f"{len(Site(docs).pages)} pages work in Chromium {browser.version}"
        for complaint in found:
            # What every page has is shown for some.
            count[complaint.partition(": ")[2]] += 1
            if count[complaint.partition(": ")[2]] <= SHOWN:
                print(complaint, flush=True)
    for problem, times in count.items():
        if times > SHOWN:
            print(f"{times} times in all: {problem}")
    if not count:
        print(f"{done}, in {time.monotonic() - begun:.0f} s")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
