"""Checks of a page that is open: no error, no other host, fits phones, can be used by everyone, and its code can be copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as TooLate
from visitor import DESK, PHONE, Visitor

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Files cannot be read again by a page that was opened as a file.
AXE = {"resultTypes": ["violations"], "preload": False}
SERIOUS = ("serious", "critical")
# The first part that is wider than the page and does not scroll inside of something.
STICKS_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return null;
  const inside = (one) => {
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  const sticks = (one) => one.getBoundingClientRect().right > width + 1 && !inside(one);
  const wide = [...document.querySelectorAll("body *")].find(sticks);
  return `${document.documentElement.scrollWidth} of ${width} pixels: ${wide ? wide.outerHTML.slice(0, 160) : "an unknown part"}`;
}"""
COPIED = "() => navigator.clipboard.readText()"


def quiet(reader: Visitor, name: str) -> Iterator[str]:
    """No error, no warning, no other host since it was opened."""
    yield from reader.noted()


def narrow(reader: Visitor, name: str) -> Iterator[str]:
    """The page itself does not scroll sideways on a phone."""
    reader.page.set_viewport_size(PHONE)
    if found := reader.run(STICKS_OUT):
        yield f"{name}: it is too wide on a phone: {found}"
    reader.page.set_viewport_size(DESK)


def accessible(reader: Visitor, name: str) -> Iterator[str]:
    """axe finds nothing serious, in light and dark."""
    for scheme in SCHEMES:
        reader.page.emulate_media(color_scheme=scheme)
        for one in Axe().run(reader.page, options=AXE).response["violations"]:
            if one["impact"] in SERIOUS:
                node = one["nodes"][0]
                why = " ".join(node["failureSummary"].split())
                html = " ".join(node["html"].split())[:200]
                yield f"{name}, {scheme}: {one['id']} ({one['impact']}, {len(one['nodes'])} times): {html}: {why}"


def copied(reader: Visitor, name: str) -> Iterator[str]:
    """Copying the first and the last block that are shown gives their text."""
    blocks = reader.find("pre:has(code):visible")
    every = range(blocks.count())
    for number in {*every[:1], *every[-1:]}:
        block = blocks.nth(number)
        text = block.locator("code").text_content() or ""
        reader.run("() => navigator.clipboard.writeText('')")
        try:
            block.locator("button[data-md-type=copy]").click()
            reader.page.wait_for_function(COPIED)
        except TooLate:
            yield f"{name}: block {number + 1} cannot be copied"
            continue
        if reader.run(COPIED) != text.rstrip("\n"):
            yield f"{name}: block {number + 1} is copied as {reader.run(COPIED)!r} instead of {text!r}"


# The last one sees what happened during the others.
CHECKS = (narrow, accessible, copied, quiet)
