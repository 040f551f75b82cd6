"""The index of the site's search.

The theme ranks by where a word is, titles first, then by how often it is there, and of equals by the order of the index. No
setting changes that, so the index is arranged for it. Guides come before the reference. Of an operation, the examples and the
table of errors are left out, as their words are those of all others.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pages
import reference

# The index, and the same as a script for pages that are opened as files.
INDEX = "search.json"
SCRIPT = "search.js"
PREFIX = "var __index = "
# The section of a page of the reference that is nearly the same on all of them.
SHARED = "#usual-errors"
REPEATED = re.compile(r"<pre>.*?</pre>|<p>Errors\b.*", re.DOTALL)

Item = dict[str, Any]


def arranged(items: list[Item], order: list[str]) -> list[Item]:
    """The items of the index, those of the pages in `order` first."""
    places = {name.removesuffix(".md"): place for place, name in enumerate(order)}

    def page(item: Item) -> str:
        return str(item["location"].partition("#")[0])

    found = [
        {**item, "text": REPEATED.sub("", item["text"])} if page(item).startswith(f"{reference.FOLDER}/") else item
        for item in items
        if not item["location"].endswith(SHARED)
    ]
    return sorted(found, key=lambda item: places.get(page(item).removesuffix(".html"), len(places)))


def write(site: Path) -> None:
    """Writes the index of a built site again."""
    index = json.loads((site / INDEX).read_text(encoding="utf-8"))
    index["items"] = arranged(index["items"], [pages.name(source) for source in pages.sources()])
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    if not (site / SCRIPT).read_text(encoding="utf-8").startswith(PREFIX):
        raise pages.PageError(f"{SCRIPT} does not begin with {PREFIX!r}")
    (site / INDEX).write_text(text, encoding="utf-8")
    (site / SCRIPT).write_text(f"{PREFIX}{text};", encoding="utf-8")
