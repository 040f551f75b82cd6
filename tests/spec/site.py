"""Checks the site of the documentation without its generator: tabs, anchors, comments and links of every page.

    python tests/spec/site.py                every check
    python tests/spec/site.py --self-check   takes parts of the site's code away and expects each to be noticed

Pages become HTML with the Markdown extensions of docs/site/site.yml. Every anchor by which other pages name a heading is there.
Blocks of different languages that follow each other are in tabs, and so are sections that are called after languages. Every
page of docs is in docs/README.md, and in a menu. The index of search has guides first, and no pages for those who work on mspkit.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from unittest import mock
from xml.etree import ElementTree

import docs
from noticed import Patch, in_parts, reported
from shown import converted, has, parsed, tabs, text

# isort: split
import language_tabs
import pages
import searched

SAMPLE = """# Sample

<!-- check: {"lines": 1,
"prints": ["of two lines"]} -->

## Python

Text of Python.

<!-- check: {} -->
```python
first = "<!-- kept -->"
```

<!-- check: {} -->
```python
second = 2
```

## Node.js: promises

```sh
npm test
```

```powershell
npm test
```

```ts
await one;
```

```js
await two;
```

## Rust

- an item

    of two paragraphs

## After

### C

```c
int c;
```

```text
output
```

```cpp
int cpp;
```

### C++

## Python

### Deeper

## Node.js
"""
SAMPLE_TABS = [["Python", "Node.js", "Rust"], ["Shell", "PowerShell"], ["C", "C++"]]
SAMPLE_ANCHORS = {"python", "nodejs-promises", "rust", "c", "c-1", "python-1", "nodejs"}
# What is in one tab.
SAMPLE_WORDS = [
    ("Text of Python.", 'first = "<!-- kept -->"', "second = 2"),
    ("promises", "await one;", "await two;"),
    ("of two paragraphs",),
]
# The tabs of pages, one set after another.
PAGES = {
    "docs/index.md": [
        ["Python", "Node.js", "C", "C++", "Rust"],
        ["Shell", "PowerShell", "cmd"],
        ["Shell", "PowerShell"],
        ["Shell", "PowerShell", "cmd"],
    ],
    "docs/lists.md": [["Python", "Node.js", "C"]],
    "docs/export.md": [["Python", "Node.js", "C++"], ["Python", "Node.js"], ["Python", "Node.js", "C++", "Rust"]],
    "docs/platforms.md": [["Shell", "PowerShell"], ["Shell", "PowerShell", "cmd"]],
    "docs/devices.md": [["Python", "Node.js", "C", "C++"], *[["Python", "Node.js", "C++", "Rust"]] * 2],
}


def language(element: ElementTree.Element) -> tuple[int, str] | None:
    """The group and the label of a block, as the tabs see them."""
    found = re.search(r"\blanguage-(\S+)", element.get("class", ""))
    return LABELS.get(found[1]) if found else None


# What a block's language is called, and whether it is a shell.
LABELS = {
    **dict.fromkeys(("js", "ts"), (0, "Node.js")),
    **{one: (0, label) for one, label in (("python", "Python"), ("c", "C"), ("cpp", "C++"), ("rust", "Rust"))},
    **{one: (1, label) for one, label in (("sh", "Shell"), ("powershell", "PowerShell"), ("bat", "cmd"))},
}
TITLE = re.compile(r"(Python|Node\.js|C|C\+\+|Rust)(: .*)?¶?")


def lost(name: str, page: ElementTree.Element) -> Iterator[str]:
    """What should be in tabs and is not."""
    for parent in page.iter():
        children = list(parent)
        for one, other in pairwise(children):
            first, second = language(one), language(other)
            if first and second and first[0] == second[0] and first[1] != second[1]:
                yield f"{name}: the blocks for {first[1]} and {second[1]} are not in tabs: {text(one)[:60]!r}"
        headings = [(int(one.tag[1]), text(one)) for one in children if re.fullmatch("h[1-6]", one.tag)]
        for at, ((level, title), (next_level, next_title)) in enumerate(pairwise(headings)):
            deeper = at + 2 < len(headings) and headings[at + 2][0] > level
            if level == next_level and not deeper and TITLE.fullmatch(title) and TITLE.fullmatch(next_title):
                yield f"{name}: the sections {title} and {next_title} are not in tabs"


def sample() -> Iterator[str]:
    content = converted(SAMPLE)
    page = parsed(content)
    if tabs(page) != SAMPLE_TABS:
        yield f"the sample has the tabs {tabs(page)} instead of {SAMPLE_TABS}"
    if missing := SAMPLE_ANCHORS - {one.get("id") for one in page.iter()}:
        yield f"the sample has no {sorted(missing)}"
    blocks = [text(one) for one in page.iter("div") if has(one, "tabbed-block")]
    for words in SAMPLE_WORDS:
        if not any(all(word in block for word in words) for block in blocks):
            yield f"no tab of the sample has all of {words}"
    if "check:" in content:
        yield "the sample: a comment is shown"


def site() -> Iterator[str]:
    staged = pages.staged()
    known = {pages.name(source): source for source in pages.sources()}
    for name, content in staged.items():
        source = known[name]
        body = content.partition("---\n\n")[2]
        html = converted(body)
        page = parsed(html)
        if re.search(r"(<|&lt;)!--", html):
            yield f"{source}: a comment is shown"
        ids = [one.get("id") for one in page.iter() if one.get("id")]
        for anchor in sorted(docs.anchors(docs.read(source)) - set(ids)):
            yield f"{source}: the anchor {anchor} is missing"
        if len(ids) != len(set(ids)):
            yield f"{source}: an anchor is there twice"
        blocks = sum(1 for one in page.iter("div") if has(one, "highlight"))
        if blocks != (fences := len(docs.CODE.findall(docs.read(source)))):
            yield f"{source}: {blocks} of {fences} blocks are shown"
        yield from lost(source, page)
        if source in PAGES and tabs(page) != PAGES[source]:
            yield f"{source}: the tabs are {tabs(page)} instead of {PAGES[source]}"
        for link in docs.LINK.findall(docs.CODE.sub("", body)):
            path, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", link):
                if path.startswith(pages.BLOB) and not (docs.ROOT / path.removeprefix(pages.BLOB)).exists():
                    yield f"{source}: {link} does not exist"
            elif (path or name) not in staged:
                yield f"{source}: the site has no {link}"
            elif anchor and anchor not in docs.anchors(docs.read(known[path or name])):
                yield f"{source}: {link}: there is no such heading"


def listed() -> Iterator[str]:
    every = {str(one.relative_to(docs.ROOT)) for one in (docs.ROOT / "docs").glob("*.md")}
    for name in sorted(every - set(pages.sources())):
        yield f"{pages.INDEX}: there is no {name}"


# An index of search: where an item is, and its text.
FOUND = {
    "reference/wiv.cases.html#get": "<p>Gets it.</p> <pre><code>get()</code></pre> <p>Errors, besides those</p> NotFound",
    "reference/wiv.cases.html#usual-errors": "RateLimit",
    "zebra.html": "<p>Errors are kept.</p>",
    "lists.html#python": "<pre><code>kept</code></pre>",
}
ARRANGED = {
    "lists.html#python": "<pre><code>kept</code></pre>",
    "reference/wiv.cases.html#get": "<p>Gets it.</p>",
    "zebra.html": "<p>Errors are kept.</p>",
}


def search() -> Iterator[str]:
    items = searched.arranged([{"location": place, "text": words} for place, words in FOUND.items()], ["lists.md"])
    if list(found := {item["location"]: item["text"].strip() for item in items}) != list(ARRANGED):
        yield f"search: the order is {list(found)}"
    if found != ARRANGED:
        yield f"search: the texts are {found}"
    for name, content in pages.staged().items():
        excluded = "search:\n  exclude: true\n" in content.partition("---\n\n")[0]
        if excluded != (name in ("changelog.md", "contributing.md", "bench.md")):
            yield f"search: {name} is {'not ' if excluded else ''}shown"


def menus() -> Iterator[str]:
    parts = [part for group in pages.groups().values() for part in group]
    if wrong := sorted({part for part in parts if part and parts.count(part) > 1}):
        yield f"{pages.INDEX}: {wrong} are there twice"
    menu = pages.settings({}, [])["nav"]
    for source in pages.sources():
        if f'"{pages.name(source)}"' not in json.dumps(menu):
            yield f"{source}: no menu has it"


CHECKS = (sample, site, listed, search, menus)

NEVER = re.compile(r"(?!)")
# A part that is taken away, and what is reported.
DAMAGE: list[tuple[Patch, str]] = [
    (lambda: mock.patch.object(language_tabs, "COMMENT", NEVER), "docs/lists.md: a comment is shown"),
    (lambda: mock.patch.object(language_tabs, "LANGUAGE", NEVER), "docs/lists.md: the sections Python"),
    (lambda: mock.patch.object(language_tabs, "BLOCKS", ()), "docs/platforms.md: the blocks for Shell and PowerShell"),
    (lambda: mock.patch.object(language_tabs.Names, "run", lambda *_: None), "docs/lists.md: the anchor nodejs is missing"),
    (lambda: mock.patch.object(language_tabs, "anchor", lambda title, used: title), "docs/lists.md: the anchor parts-of-a-list"),
    (
        lambda: mock.patch.object(pages, "linked", lambda source, text, shown: text),
        "the site has no ../CONTRIBUTING",
    ),
    (lambda: mock.patch.object(pages, "sources", lambda: [pages.FIRST]), "docs/README.md: there is no docs/lists.md"),
    (lambda: mock.patch.object(searched, "REPEATED", NEVER), "search: the texts are"),
    (lambda: mock.patch.object(searched, "SHARED", "#none"), "search: the order is"),
    (lambda: mock.patch.object(searched, "sorted", lambda items, key: items, create=True), "search: the order is"),
    (lambda: mock.patch.object(pages, "UNSEARCHED", set()), "search: bench.md is shown"),
    (lambda: mock.patch.object(pages, "settings", lambda *_: {"nav": []}), "docs/lists.md: no menu has it"),
    (lambda: mock.patch.object(pages, "groups", dict), "docs/README.md: there is no docs/lists.md"),
    (lambda: mock.patch.object(pages, "read", lambda _: "[one](gone.md)\n"), "docs/index.md: gone.md does not exist"),
    (lambda: mock.patch.object(pages, "read", lambda _: "Text\n- item\n"), "docs/index.md:2: a list needs an empty line"),
]


def complaints() -> list[str]:
    found: list[str] = []
    for check in CHECKS:
        try:
            found += check()
        except pages.PageError as error:
            found += str(error).splitlines()
    return found


def main() -> int:
    checking = "--self-check" in sys.argv[1:]
    if checking:
        return reported([*in_parts(DAMAGE, complaints)], f"{len(DAMAGE)} mistakes are detected")
    return reported(complaints(), f"{len(pages.sources())} pages fit the site")


if __name__ == "__main__":
    sys.exit(main())
