"""A Markdown extension that shows alternatives as tabs, and headings with the anchors that the code host gives them.

The Markdown names no tabs, so that it can be read as it is. One set of tabs is made of

- headings of one level, one after another, that are names of languages (`## Python`, `## Node.js`, `## C: a completion queue`),
  if there are at least two and none of their sections has headings of its own;
- fenced blocks of several languages with nothing between them. Shells and other languages are not mixed.

Everything under such a heading belongs to its tab. Tabs keep the anchors of their headings. Comments are not shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# What a heading may be called, and so the labels of tabs.
LANGUAGES = ("Python", "Node.js", "C", "C++", "C and C++", "Rust")
# The label of a block by its language, for each group of which a set of tabs is made.
BLOCKS = (
    {"python": "Python", "js": "Node.js", "ts": "Node.js", "c": "C", "cpp": "C++", "rust": "Rust"},
    {"sh": "Shell", "powershell": "PowerShell", "bat": "cmd"},
)
HEADING = re.compile(r"(#{1,6}) +(.+?) *#*$")
FENCE = re.compile(r"(```+|~~~+) *([\w+-]*)")
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
LANGUAGE = re.compile(rf"({'|'.join(map(re.escape, LANGUAGES))})(?:: (.+))?")


@dataclass
class Part:
    """Lines that belong together: a heading, a fenced block, or text."""

    lines: list[str]
    level: int = 0
    title: str = ""
    language: str = ""

    @property
    def blank(self) -> bool:
        return not any(line.strip() for line in self.lines)


@dataclass
class Anchors:
    """The anchors of a page in their order: those of headings, and of each set of tabs; None where a tab has none."""

    headings: list[str] = field(default_factory=list)
    tabs: list[list[str | None]] = field(default_factory=list)


def parts(lines: list[str]) -> list[Part]:
    """The parts of a page, without comments outside of fenced blocks."""
    found: list[Part] = []
    text: list[str] = []
    rest = list(reversed(lines))

    def end_text() -> None:
        kept = COMMENT.sub("", "\n".join(text) + "\n").split("\n")[:-1] if text else []
        if kept:
            found.append(Part(kept))
        text.clear()

    while rest:
        line = rest.pop()
        if fence := FENCE.match(line):
            end_text()
            block = [line]
            while rest:
                block.append(rest.pop())
                if block[-1].strip() == fence[1]:
                    break
            found.append(Part(block, language=fence[2]))
        elif heading := HEADING.match(line):
            end_text()
            found.append(Part([line], level=len(heading[1]), title=heading[2]))
        else:
            text.append(line)
    end_text()
    return found


def anchor(title: str, used: set[str]) -> str:
    """The anchor of a heading: lower case, dashes for blanks, without other characters, and numbered if it is there already."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()
    slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
    name, count = slug, 0
    while name in used:
        count += 1
        name = f"{slug}-{count}"
    used.add(name)
    return name


def label(language: str) -> tuple[int, str] | None:
    """The group and the label of a block's language."""
    return next(((group, names[language]) for group, names in enumerate(BLOCKS) if language in names), None)


def tab_set(tabs: list[tuple[str, list[str]]]) -> list[str]:
    """The lines of a set of tabs in the syntax of pymdownx.tabbed, which indents what belongs to a tab."""
    lines: list[str] = []
    for number, (name, content) in enumerate(tabs):
        lines += ["", f'==={"" if number else "!"} "{name}"', ""]
        lines += [f"    {line}" if line else "" for line in content]
    return [*lines, ""]


def following(every: list[Part], at: int, level: int) -> int:
    """Where the next heading of this level or above is."""
    while at < len(every) and not 0 < every[at].level <= level:
        at += 1
    return at


class Writer:
    """Writes the parts of a page as the Markdown of the generator, and notes the anchors."""

    def __init__(self, every: list[Part]) -> None:
        used: set[str] = set()
        self.names = {id(part): anchor(part.title, used) for part in every if part.level}
        self.anchors = Anchors()
        # Headings that stay headings, since sections beside theirs have headings of their own.
        self.plain: set[int] = set()
        self.lines = self.sections(every)

    def sections(self, every: list[Part]) -> list[str]:
        lines: list[str] = []
        at = 0
        while at < len(every):
            part = every[at]
            run = self.run(every, at)
            if len(run) > 1:
                self.anchors.tabs.append([self.names[id(section[0])] for section in run])
                lines += tab_set([self.tab(section) for section in run])
                at += sum(map(len, run))
            elif part.level:
                self.anchors.headings.append(self.names[id(part)])
                lines += part.lines
                at += 1
            else:
                end = following(every, at, 6)
                lines += self.blocks(every[at:end])
                at = end
        return lines

    def run(self, every: list[Part], at: int) -> list[list[Part]]:
        """The sections that become one set of tabs, of which the first one begins here."""
        run: list[list[Part]] = []
        level = every[at].level
        while level and at < len(every) and every[at].level == level and LANGUAGE.fullmatch(every[at].title):
            end = following(every, at + 1, level)
            run.append(every[at:end])
            at = end
        if any(part.level for section in run for part in section[1:]):
            self.plain.update(id(section[0]) for section in run)
        return [section for section in run if id(section[0]) not in self.plain]

    def tab(self, section: list[Part]) -> tuple[str, list[str]]:
        found = LANGUAGE.fullmatch(section[0].title)
        if not found:
            raise ValueError(f"{section[0].title} is no language")
        about = [f"**{found[2]}**", ""] if found[2] else []
        return found[1], about + self.blocks(section[1:])

    def blocks(self, every: list[Part]) -> list[str]:
        """Text and fenced blocks, of which neighbours become tabs."""
        lines: list[str] = []
        tabs: list[tuple[str, list[str]]] = []
        group: int | None = None

        def end() -> None:
            if len(tabs) > 1:
                self.anchors.tabs.append([None] * len(tabs))
                lines.extend(tab_set(tabs))
            else:
                for _, content in tabs:
                    lines.extend(["", *content, ""])
            tabs.clear()

        for part in every:
            if part.blank and tabs:
                continue
            kind = label(part.language)
            if kind is None:
                end()
                lines += part.lines
            elif tabs and kind == (group, tabs[-1][0]):
                tabs[-1][1].extend(["", *part.lines])
            else:
                if kind[0] != group or kind[1] in [name for name, _ in tabs]:
                    end()
                group = kind[0]
                tabs.append((kind[1], list(part.lines)))
        end()
        return lines


class Tabs(Preprocessor):
    """Writes tabs before the blocks are parsed."""

    anchors = Anchors()

    def run(self, lines: list[str]) -> list[str]:
        written = Writer(parts(lines))
        self.anchors = written.anchors
        return written.lines


class Names(Treeprocessor):
    """Gives headings and tabs their anchors."""

    def __init__(self, md: Markdown, tabs: Tabs) -> None:
        super().__init__(md)
        self.tabs = tabs

    def run(self, root: Element) -> None:
        headings = [one for one in root.iter() if re.fullmatch("h[1-6]", one.tag)]
        for heading, name in zip(headings, self.tabs.anchors.headings, strict=True):
            heading.set("id", name)
        sets = [one for one in root.iter("div") if "tabbed-set" in one.get("class", "").split()]
        for one, names in zip(sets, self.tabs.anchors.tabs, strict=True):
            for button, text, own in zip(one.findall("input"), one.findall("div/label"), names, strict=True):
                if own:
                    button.set("id", own)
                    text.set("for", own)


class LanguageTabs(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        tabs = Tabs(md)
        # Before fenced blocks are taken out (25), and before the table of contents names headings (5).
        md.preprocessors.register(tabs, "language_tabs", 40)
        md.treeprocessors.register(Names(md, tabs), "language_anchors", 8)


def makeExtension(**options: Any) -> LanguageTabs:  # noqa: N802
    return LanguageTabs(**options)
