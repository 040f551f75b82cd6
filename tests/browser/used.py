"""Checks of what a reader does: searching, choosing a language, changing colours, going on to the next page."""

from __future__ import annotations

from collections.abc import Iterator

from built import FIRST, WORDS, Site
from playwright.sync_api import TimeoutError as TooLate
from visitor import Visitor

# Keys that open the search.
KEYS = ("/", "Control+k")
# The label that is chosen in each set of tabs of the page, the one whose block is shown, and those that could be.
CHOSEN = """() => [...document.querySelectorAll(".tabbed-set")].map((set) => {
  const text = (input) => set.querySelector(`label[for="${CSS.escape(input.id)}"]`).innerText.trim();
  const inputs = [...set.querySelectorAll(":scope > input")];
  const blocks = [...set.querySelectorAll(":scope > .tabbed-content > .tabbed-block")];
  return {
    labels: inputs.map(text),
    chosen: inputs.filter((one) => one.checked).map(text).join(),
    // Also if it is in a tab that is not shown.
    shown: inputs.filter((_, at) => getComputedStyle(blocks[at]).display !== "none").map(text).join(),
    visible: set.getClientRects().length > 0,
  };
})"""
# Stores the other languages of a tab's set as the reader's choice, as the theme does.
OTHER = """(anchor) => {
  const labels = [...document.getElementById(anchor).parentElement.querySelectorAll(":scope > .tabbed-labels > label")];
  __md_set("__tabs", labels.filter((one) => one.htmlFor !== anchor).map((one) => one.innerText.trim()));
}"""
# What stands in for a language that a set of tabs does not have.
RELATED = (("C", "C and C++", "C++"), ("C++", "C and C++", "C"))
# How many other pages a choice is looked for in.
OTHERS = 6
TABS = 200


def search(reader: Visitor, site: Site) -> Iterator[str]:
    """Each key opens the search, and the first result of each word has it."""
    for key, word in zip(KEYS, WORDS, strict=True):
        reader.open(FIRST)
        # The keys work once the page is ready.
        reader.find("body").click(position={"x": 1, "y": 1})
        try:
            reader.page.keyboard.press(key)
            reader.find("dialog[open] input, [role=dialog] input").first.wait_for()
            reader.page.keyboard.insert_text(word)
            result = reader.find("dialog ol a[href], [role=dialog] ol a[href]").first
            result.wait_for()
            reader.page.keyboard.press("Enter")
            reader.page.wait_for_url(lambda url: not url.endswith(FIRST))
        except TooLate as error:
            yield f"{key} and {word} find nothing: {error.message.splitlines()[0]}"
            continue
        if word not in reader.find("article").inner_text():
            yield f"{reader.where}: the search for {word} leads here, where it is not"
    yield from reader.noted()


def wrong(reader: Visitor, language: str) -> Iterator[str]:
    """The sets of tabs that do not show a language that they have, or what stands in for it."""
    for at, one in enumerate(reader.run(CHOSEN), 1):
        family = next((names for names in RELATED if names[0] == language), (language,))
        wanted = next((name for name in family if name in one["labels"]), None)
        if one["chosen"] != one["shown"]:
            yield f"{reader.where}: {one['chosen']} is chosen and {one['shown']} is shown in set {at}"
        elif wanted and one["chosen"] != wanted:
            yield f"{reader.where}: {one['chosen']} instead of {wanted} is shown in set {at} of tabs for {language}"


def tabs(reader: Visitor, site: Site) -> Iterator[str]:
    """A language that is chosen once is shown in every set of every page."""
    having = {name: page.sets for name, page in site.pages.items() if page.sets}
    if not having:
        yield "no page has tabs"
    for language in sorted({label for sets in having.values() for one in sets for label in one}):
        # Last in a set, if possible, so that it is not the one that is shown at first.
        at = {name: max((one.index(language) for one in sets if language in one), default=-1) for name, sets in having.items()}
        first = max(at, key=lambda name: at[name])
        reader.open(first)
        number = next((i for i, one in enumerate(reader.run(CHOSEN)) if one["visible"] and language in one["labels"]), None)
        if number is None:
            yield f"{first}: no tab for {language} can be seen"
            continue
        labels = reader.find(".tabbed-set").nth(number).locator(":scope > .tabbed-labels > label")
        labels.nth(having[first][number].index(language)).click()
        yield from wrong(reader, language)
        reader.page.reload()
        yield from wrong(reader, language)
        family = next((names for names in RELATED if names[0] == language), (language,))
        others = [name for name, sets in having.items() if name != first and any(set(family) & set(one) for one in sets)]
        for name in others[:: max(1, len(others) // OTHERS)]:
            reader.open(name)
            yield from wrong(reader, language)
    yield from reader.noted()


def anchors(reader: Visitor, site: Site) -> Iterator[str]:
    """A link to a tab shows it, whatever language was chosen before."""
    for name, page in site.pages.items():
        if page.tabs:
            reader.open(name)
        for anchor in page.tabs:
            # All other languages of the set, before this one.
            reader.run(OTHER, anchor)
            reader.open(f"{name}#{anchor}")
            tab = reader.find(f'[id="{anchor}"]')
            if not tab.is_checked():
                yield f"{name}: the link to #{anchor} does not show this tab"
            elif not tab.locator("xpath=..").evaluate("(set) => set.getBoundingClientRect().top < innerHeight"):
                yield f"{name}: the link to #{anchor} does not lead there"
    yield from reader.noted()


def keyboard(reader: Visitor, site: Site) -> Iterator[str]:
    """Tabs are reached by the key of that name, and changed by the arrows; where the focus is can be seen."""
    name = next((name for name, page in site.pages.items() if any(len(one) > 1 for one in page.sets)), None)
    if name is None:
        yield "no page has tabs"
        return
    reader.open(name)
    for _ in range(TABS):
        reader.page.keyboard.press("Tab")
        if reader.run("() => document.activeElement.matches('.tabbed-set > input')"):
            break
    else:
        yield f"{name}: the tabs are not reached by the keyboard"
        return
    before = reader.run(CHOSEN)[0]
    outline = """() => {
      const label = document.querySelector(`label[for="${CSS.escape(document.activeElement.id)}"]`);
      const seen = (one) => [one.outlineStyle, one.boxShadow, one.backgroundColor, one.textDecorationLine, one.color].join();
      const focused = seen(getComputedStyle(label));
      document.activeElement.blur();
      return focused !== seen(getComputedStyle(label));
    }"""
    reader.page.keyboard.press("ArrowRight")
    after = reader.run(CHOSEN)[0]
    if after["chosen"] != before["labels"][1] or after["shown"] != after["chosen"]:
        yield f"{name}: the arrow shows {after['shown']} instead of {before['labels'][1]}"
    if not reader.run(outline):
        yield f"{name}: the focus of tabs cannot be seen"
    yield from reader.noted()


def colours(reader: Visitor, site: Site) -> Iterator[str]:
    """The button goes from the system's colours to light and dark, and the choice stays."""
    reader.open(FIRST)
    body = "() => getComputedStyle(document.querySelector('.md-main') ?? document.body).color"
    seen = [reader.run(body)]
    for _ in range(2):
        reader.find("form[data-md-component=palette] label:visible").click()
        seen.append(reader.run(body))
    if seen[1] != seen[0] or seen[2] == seen[1]:
        yield f"{FIRST}: the colours are {seen} for the system's, light and dark"
    reader.page.reload()
    if reader.run(body) != seen[2]:
        yield f"{FIRST}: the choice of dark is lost"
    yield from reader.noted()


def neighbours(reader: Visitor, site: Site) -> Iterator[str]:
    """The link to the next page leads there, and its link to the previous one back."""
    reader.open(FIRST)
    try:
        for link in ("next", "prev"):
            reader.find(f".md-footer__link--{link}").click()
            reader.page.wait_for_load_state()
    except TooLate:
        yield f"{reader.where}: there is no link to the next or previous page"
    else:
        if reader.where != FIRST:
            yield f"{FIRST}: next and previous lead to {reader.where}"
    yield from reader.noted()


CHECKS = (search, tabs, anchors, keyboard, colours, neighbours)
