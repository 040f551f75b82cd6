"""Checks what the Markdown files say of other files.

    python tests/documents/pages.py                every check
    python tests/documents/pages.py --self-check   damages copies in memory and expects each to be noticed

Links into this repository lead to a file, and to a heading of it where they name one; those of packages' pages, which are
read elsewhere, are absolute. The table of docs/errors.md is that of
core/api/errors.yaml. In CONTRIBUTING.md every folder has its place in the house, every source its line in the table of its
folder, every dependency its line in the list; and none has a line too many.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
# What is built or installed here, and is nobody's text.
BUILT = {"target", "node_modules", "dist", "build", "packed", "__pycache__", "_bin"}
# Sources that need no line: what every crate and package begins with.
PLAIN = {"lib.rs", "mod.rs", "main.rs", "__init__.py", "_native.pyi", "py.typed", "index.ts", "__pycache__"}
LINK = re.compile(r"(?<!\!)\[[^\]\[]*\]\(([^)\s]+)\)")
# The pages that come with packages, and how they lead to the others.
[REPOSITORY] = re.findall(r'^repository = "(.*)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)
HERE = f"{REPOSITORY}/blob/main/"
PAGES = ("bindings-python/README.md", "bindings-node/README.md", "bindings-c/README.md")
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)

Read = Callable[[str], str]


def read(name: str) -> str:
    return (ROOT / name).read_text()


def files(ending: str | tuple[str, ...], under: Path = ROOT) -> list[str]:
    """The files of the tree with this ending, as paths from its top."""
    found = []
    for folder, folders, names in os.walk(under):
        folders[:] = [name for name in folders if name not in BUILT and not name.startswith(".")]
        found += [str((Path(folder) / name).relative_to(ROOT)) for name in names if name.endswith(ending)]
    return sorted(found)


def anchors(text: str) -> set[str]:
    """What headings are called in links: lower case, dashes for blanks, without other signs."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ +(.+?) *$", CODE.sub("", text), re.MULTILINE):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        name, count = slug, 0
        while name in found:
            count += 1
            name = f"{slug}-{count}"
        found.add(name)
    return found


def links(read: Read) -> Iterator[str]:
    for name in files(".md"):
        for target in LINK.findall(CODE.sub("", read(name))):
            inside = target.removeprefix(HERE)
            if re.match(r"[a-z]+:", inside):
                continue
            if inside == target and target.startswith("../") and name in PAGES:
                yield f"{name}: {target} leads nowhere from the package's page; write {HERE}…"
            path, _, anchor = inside.partition("#")
            folder = ROOT if inside != target else (ROOT / name).parent
            place = folder / path if path else ROOT / name
            if not place.exists() or not place.resolve().is_relative_to(ROOT):
                yield f"{name}: {target} leads nowhere"
            elif anchor and anchor not in anchors(read(str(place.resolve().relative_to(ROOT)))):
                yield f"{name}: {target}: there is no such heading"


def errors(read: Read) -> Iterator[str]:
    wanted = []
    for kind in yaml.safe_load(read("core/api/errors.yaml"))["kinds"]:
        assert kind["python"] == kind["node"], "the table has one column for both"
        code = re.sub(r"(?<!^)(?=[A-Z])", "_", kind["name"]).upper()
        wanted.append(f"| `{kind['name']}` | `{kind['python']}` | `MSPKIT_E_{code}` | {kind['doc']} | {kind['act']} |")
    came = [line for line in read("docs/errors.md").splitlines() if "`MSPKIT_E_" in line and line.startswith("| ")]
    for line in wanted:
        if line not in came:
            yield f"docs/errors.md: this row is missing: {line}"
    for line in came:
        if line not in wanted:
            yield f"docs/errors.md: core/api/errors.yaml has no row {line}"


def house(read: Read) -> Iterator[str]:
    block = re.search(r"## The house\n+```\n(.*?)```", read("CONTRIBUTING.md"), re.DOTALL)
    assert block, "CONTRIBUTING.md has no house"
    named: set[str] = set()
    above = ""
    for line in block[1].splitlines():
        entry = line.split()[0]
        path = above + entry if line.startswith(" ") else entry
        above = above if line.startswith(" ") else entry
        named.update(str(one) for one in (Path(path), *Path(path).parents))
        if not (ROOT / path).exists():
            yield f"CONTRIBUTING.md: the house has {path}, the tree has not"
    folders = {"/".join(Path(name).parent.parts[:depth]) for name in files("") for depth in (1, 2)} - {""}
    for folder in sorted(folders - named):
        yield f"CONTRIBUTING.md: {folder} has no place in the house"


def sources(read: Read) -> Iterator[str]:
    tables = re.findall(r"^\| file of `([^`]+)` \|.*\n\|[-|]+\n((?:\|.*\n)+)", read("CONTRIBUTING.md"), re.MULTILINE)
    folders = {folder.rstrip("/") for folder, _ in tables}
    for wanted in ("core/src", "bindings-python/src", "bindings-python/python/mspkit", "bindings-node/src", "bindings-c/src"):
        if wanted not in folders:
            yield f"CONTRIBUTING.md: {wanted} has no table"
    for folder, rows in tables:
        named = {name for row in rows.splitlines() for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
        there = {one.name + "/" * one.is_dir() for one in (ROOT / folder).iterdir() if not one.name.endswith((".so", ".node"))}
        there = {name for name in there if name.rstrip("/") not in PLAIN | BUILT}
        for name in sorted(there - named):
            yield f"CONTRIBUTING.md: the table of {folder} lacks {name}"
        for name in sorted(named - there):
            yield f"CONTRIBUTING.md: {folder} has no {name}"


def manifests(read: Read) -> dict[str, str]:
    """Every dependency, with a file that names it."""
    found: dict[str, str] = {}
    for name in files("Cargo.toml"):
        section = ""
        for line in read(name).splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif section.endswith("dependencies") and (said := re.match(r"([\w-]+)(?:\.workspace)? *=", line)):
                found.setdefault(said[1], name)
    for name in files("requirements.txt") + [one for one in files(".txt") if "/requirements/" in one]:
        for package in re.findall(r"^([\w.-]+)==", read(name), re.MULTILINE):
            found.setdefault(package, name)
    for name in files("package.json"):
        for group in re.findall(r'"(?:devD|d)ependencies": \{(.*?)\}', read(name), re.DOTALL):
            for package in re.findall(r'"([^"]+)":', group):
                found.setdefault(package, name)
    return {name: place for name, place in found.items() if not re.fullmatch(r"mspkit(-\w+)*", name)}


def dependencies(read: Read) -> Iterator[str]:
    part = re.search(r"## Dependencies\n(.*?)\n## ", read("CONTRIBUTING.md"), re.DOTALL)
    assert part, "CONTRIBUTING.md lists no dependencies"
    rows = [line for line in part[1].splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    known = manifests(read)
    for name in sorted(known.keys() - set(named)):
        yield f"CONTRIBUTING.md: nothing says what {name} of {known[name]} is for"
    for name in sorted(set(named) - known.keys()):
        yield f"CONTRIBUTING.md: no manifest has {name}"


CHECKS = (links, errors, house, sources, dependencies)

# A file, what is damaged in it, and what has to be said of that.
DAMAGE = [
    ("README.md", "(docs/lists.md)", "(docs/list.md)", "docs/list.md leads nowhere"),
    ("docs/limits.md", "#options)", "#optoins)", "there is no such heading"),
    ("docs/README.md", "../CONTRIBUTING.md#", "../../CONTRIBUTING.md#", "leads nowhere"),
    ("bindings-c/README.md", f"{HERE}docs/testing.md", f"{HERE}docs/test.md", "docs/test.md leads nowhere"),
    ("bindings-c/README.md", f"{HERE}README.md#c-and-c", f"{HERE}README.md#c", "there is no such heading"),
    ("bindings-node/README.md", f"{HERE}docs/lists.md", "../docs/lists.md", "leads nowhere from the package's page"),
    ("docs/errors.md", "`MSPKIT_E_TIMEOUT`", "`MSPKIT_E_TIME`", "this row is missing: | `Timeout`"),
    ("core/api/errors.yaml", "Make a new client.", "Make one.", "has no row | `Closed`"),
    ("CONTRIBUTING.md", "\n  simulator/ ", "\n  simulated/ ", "the house has tests/simulated/"),
    ("CONTRIBUTING.md", "\n  simulator/ ", "\n  bench/ ", "tests/simulator has no place"),
    ("CONTRIBUTING.md", "`shield.rs`", "`shields.rs`", "bindings-c/src has no shields.rs"),
    ("CONTRIBUTING.md", "`shield.rs`", "`guard.rs`", "the table of bindings-c/src lacks shield.rs"),
    ("core/Cargo.toml", "[dependencies]\n", '[dependencies]\nleft-pad = "1"\n', "what left-pad of core/Cargo.toml"),
    ("tests/documents/requirements.txt", "openapi-spec-validator==", "#", "no manifest has openapi-spec-validator"),
    ("bindings-node/package.json", '"publint"', '"publint2"', "what publint2 of bindings-node/package.json"),
]


def self_check() -> Iterator[str]:
    for name, old, new, wanted in DAMAGE:

        def damaged(asked: str, name: str = name, old: str = old, new: str = new) -> str:
            text = read(asked)
            return text.replace(old, new) if asked == name else text

        if old not in read(name):
            yield f"self-check: {name} has no {old!r} that could be damaged"
        elif not any(wanted in complaint for check in CHECKS for complaint in check(damaged)):
            yield f"self-check: nobody says {wanted!r}"


def main() -> int:
    checking = "--self-check" in sys.argv[1:]
    found = list(self_check()) if checking else [complaint for check in CHECKS for complaint in check(read)]
    print(*found, sep="\n", end="\n" if found else "")
    if not found:
        print(f"{len(DAMAGE)} mistakes are noticed" if checking else f"{len(files('.md'))} pages say what is there")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
