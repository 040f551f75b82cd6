"""The reference of the operations in the site: the pages that `mspkit-codegen --reference` writes, and the table of all of them.

Links into the references of the languages stay where those were built, and must lead to a name there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pages import PageError

INDEX = "index.json"
# Where the pages are in the site.
FOLDER = "reference"
# The page whose tables give way to the one that can be filtered.
OPERATIONS = "operations.md"
# Where the explanation of the table begins.
WORDS = "\n\nEach operation has "
# What only readers of the Markdown need.
ELSEWHERE = re.compile(r"<!-- code host -->.*?<!-- end -->\n*", re.DOTALL)
COLUMNS = ("service", "operation", "what it does", "HTTP", "retry", "in flight", "since")
DETAILS = re.compile(r"^- \*\*Every detail\*\*: (.*)\n", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\(\.\./([^)#]+)#([^)]+)\)")
MARK = re.compile(r"\n?<a data-mspkit.*?</a>", re.DOTALL)
STYLE = "position:fixed;right:0;bottom:0;z-index:99;padding:.3em .8em;font:14px sans-serif;color:#fff;background:#0f766e"


def index(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    return found


def navigation(known: dict[str, Any]) -> list[dict[str, Any]]:
    """The pages of each service."""
    return [
        {
            service["title"]: [
                *({group["name"]: f"{FOLDER}/{group['page']}"} for group in service["groups"]),
                *([{"shared types": f"{FOLDER}/{service['shared']}"}] if service["shared"] else []),
            ]
        }
        for service in known["services"]
    ]


def table(known: dict[str, Any]) -> str:
    """A row for each operation. assets/operations.js puts the fields that filter them into the empty element."""
    lines = ['<div id="operations"></div>', "", f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    for one in known["operations"]:
        # Long names may be broken after the dot.
        link = f"[{one['group']}.<wbr/>{one['name']}]({FOLDER}/{one['page']}#{one['name']})"
        notes = [one["what"].replace("|", "\\|"), *(["deprecated"] if one["deprecated"] else []), *filter(None, [one["stage"]])]
        cells = (
            one["service"],
            link,
            ", ".join(notes),
            f"`{one['method']} {one['path']}`",
            one["retry"],
            str(one["in_flight"]),
            one["since"] or "",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def operations(text: str, known: dict[str, Any]) -> str:
    """The page of all operations as the site shows it: what the words mean is folded up before the table."""
    head, _, body = ELSEWHERE.sub("", text).partition("\n# ")
    about, _, meanings = body.partition("\n## ")[0].rstrip().partition(WORDS)
    folded = "\n".join(f"    {line}" if line else "" for line in (WORDS.lstrip() + meanings).split("\n"))
    # The table needs the room of the contents.
    head = head.replace("---\n", "---\nhide: [toc]\n", 1)
    return f'{head}\n# {about}\n\n??? info "What the words mean"\n\n{folded}\n\n{table(known)}'


@cache
def names(file: Path) -> dict[str, str]:
    """The anchor of each name in a page of a language's reference. Doxygen's are listed in a file of its own."""
    listed = file.parent / "names.tag"
    if listed.is_file():
        members = ElementTree.parse(listed).iter("member")  # noqa: S314
        found = [(one.findtext("anchorfile"), one.findtext("name"), one.findtext("anchor")) for one in members]
        return {name: anchor for page, name, anchor in found if page == file.name and name and anchor}
    return {name: name for name in re.findall(r'\bid="([^"]+)"', file.read_text(encoding="utf-8"))}


def linked(page: str, text: str, docs: Path | None) -> str:
    """A page whose links into the languages' references lead to what was built in `docs`; others are left out."""

    def link(found: re.Match[str]) -> str | None:
        title, place, name = found.groups()
        if docs is None or not (docs / place.split("/")[0]).is_dir():
            return None
        if not (docs / place).is_file() or name not in names(docs / place):
            raise PageError(f"{page}: the reference of {title} has no {place}#{name}")
        return f'<a href="../{place}#{names(docs / place)[name]}">{title}</a>'

    def details(found: re.Match[str]) -> str:
        links = [made for one in LINK.finditer(found[1]) if (made := link(one))]
        return f"- **Every detail**: {', '.join(links)}\n" if links else ""

    return DETAILS.sub(details, text)


def listed(known: dict[str, Any]) -> list[str]:
    """Every page, by its file in the folder of the reference."""
    groups = [group["page"] for service in known["services"] for group in service["groups"]]
    return groups + [service["shared"] for service in known["services"] if service["shared"]]


def staged(folder: Path, docs: Path | None) -> dict[str, str]:
    """The text of every page by its file in the site."""
    found = {page: (folder / page).read_text(encoding="utf-8") for page in listed(index(folder))}
    return {f"{FOLDER}/{page}": linked(page, text, docs) for page, text in found.items()}


def places(known: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The pages of the languages' references that have a page of the site about the same, with its address and title."""
    for service in known["services"]:
        here = f"operations.html#service={service['id']}"
        yield f"python/mspkit/{service['id']}.html", here, service["title"]
        yield f"c/{service['id']}_8h.html", here, service["title"]
        for group in service["groups"]:
            name = "".join(word.capitalize() for word in group["name"].split("_"))
            here = f"{FOLDER}/{Path(group['page']).with_suffix('.html')}"
            title = f"{service['id']}.{group['name']}"
            yield f"node/classes/{service['id']}.{name}.html", here, title
            yield f"rust/mspkit/{service['id']}/struct.{name}.html", here, title


def link_back(known: dict[str, Any], docs: Path, languages: list[str]) -> None:
    """Puts a link to the site into every page of the languages' references."""
    about = {place: (address, title) for place, address, title in places(known)}
    for file in (file for language in languages for file in (docs / language).rglob("*.html")):
        place = file.relative_to(docs)
        address, title = about.get(place.as_posix(), ("index.html", "documentation"))
        link = f'<a data-mspkit href="{"../" * (len(place.parts) - 1)}{address}" style="{STYLE}">mspkit: {title}</a>'
        text = file.read_text(encoding="utf-8")
        made = MARK.sub("", text).replace("</body>", f"\n{link}</body>")
        if made != text:
            file.write_text(made, encoding="utf-8")
