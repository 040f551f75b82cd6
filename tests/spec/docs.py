"""Checks the links and tables of the Markdown files, and that every dependency has a reason.

    python tests/spec/docs.py                every check
    python tests/spec/docs.py --self-check   damages copies in memory and expects each to be noticed

Links into this repository lead to a file, and to a heading of it if they name one; those of
packages' pages, which are read elsewhere, are absolute. A block for PowerShell or cmd names the
variables and files of the block for sh before it; one for PowerShell stands alone if the check
right above it says why it is not run. The kinds in docs/errors.md are those of core/api/errors.yaml.
README.md and docs/index.md have the number of operations; rows that the latter compares are those
of docs/compared.md. Every direct dependency has a line in
tests/packages/dependencies.yaml, and every line has a dependency.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml
from noticed import Read, in_texts, reported

ROOT = Path(__file__).resolve().parents[2]
# Built or installed files.
BUILT = {"target", "node_modules", "dist", "build", "packed", "__pycache__"}
LINK = re.compile(r"(?<!\!)\[[^\]\[]*\]\(([^)\s]+)\)")
# The pages in packages, and how they link to the others.
[REPOSITORY] = re.findall(r'^repository = "(.*)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)
HERE = f"{REPOSITORY}/blob/main/"
PAGES = ("bindings-python/README.md", "bindings-node/README.md", "bindings-c/README.md", "tests/simulator/README.md")
REASONS = "tests/packages/dependencies.yaml"
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def files(ending: str | tuple[str, ...], under: Path = ROOT) -> list[str]:
    """The files of the tree with this extension, as paths from its top."""
    found = []
    for folder, folders, names in os.walk(under):
        folders[:] = [name for name in folders if name not in BUILT and not name.startswith(".")]
        found += [str((Path(folder) / name).relative_to(ROOT)) for name in names if name.endswith(ending)]
    return sorted(found)


def anchors(text: str) -> set[str]:
    """The anchors of headings: lower case, dashes for blanks, without other characters."""
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
                yield f"{name}: {target} does not exist from the package's page; write {HERE}…"
            path, _, anchor = inside.partition("#")
            folder = ROOT if inside != target else (ROOT / name).parent
            place = folder / path if path else ROOT / name
            if not place.exists() or not place.resolve().is_relative_to(ROOT):
                yield f"{name}: {target} does not exist"
            elif anchor and anchor not in anchors(read(str(place.resolve().relative_to(ROOT)))):
                yield f"{name}: {target}: there is no such heading"


# What is named differently on Windows.
WINDOWS = [
    (r"\\", "/"),
    (r"\bwin32\b", "linux"),
    (r"\bLD_LIBRARY_PATH\b", "PATH"),
    (r"\bUSERPROFILE\b", "HOME"),
    (r"\.exe\b", ""),
]
# Variables that are set or read, and files; in PowerShell, HOME is a variable of its own.
VARIABLE = re.compile(r"\b([A-Z][A-Z_]+)=|\$\{?(?:env:)?([A-Z][A-Z_]+)\b|%([A-Z][A-Z_]+)%")
# A block, with the check right above it.
SHELL = re.compile(r"^(<!-- check: [^\n]* -->\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"[\w.*/\[\]-]+\.(?:whl|tgz|gz|mjs|cjs|json|py|c|pem)\b|(?<!\S)\./\w+")


def named(code: str) -> tuple[set[str], set[str]]:
    """The variables and the files that a shell block names, as they are called in sh."""
    for pattern, word in WINDOWS:
        code = re.sub(pattern, word, code)
    return {name for found in VARIABLE.findall(code) for name in found if name}, set(FILE.findall(code))


def shells(read: Read) -> Iterator[str]:
    for name in files(".md"):
        before: tuple[set[str], set[str]] | None = None
        for check, language, code in SHELL.findall(read(name)):
            if language == "sh":
                before = named(code)
            elif language == "powershell" and '"not_run"' in check:
                before = None
            elif language in ("powershell", "bat"):
                if before is None:
                    yield f"{name}: the block for {language} has none for sh before it"
                elif before != named(code):
                    yield f"{name}: the block for {language} names {named(code)}, that for sh {before}"
            else:
                before = None


def errors(read: Read) -> Iterator[str]:
    wanted, sections = [], []
    for kind in yaml.safe_load(read("core/api/errors.yaml"))["kinds"]:
        assert kind["python"] == kind["node"], "the table has one column for both"
        code = re.sub(r"(?<!^)(?=[A-Z])", "_", kind["name"]).upper()
        wanted.append(f"| [`{kind['name']}`](#{kind['name'].lower()}) | `{kind['python']}` | `MSPKIT_E_{code}` |")
        sections.append(f"### {kind['name']}\n\n{kind['doc']}\n\n**What to do**: {kind['act']}")
    text = read("docs/errors.md")
    rows = [line for line in text.splitlines() if "`MSPKIT_E_" in line and line.startswith("| ")]
    for line in wanted:
        if line not in rows:
            yield f"docs/errors.md: this row is missing: {line}"
    for line in rows:
        if line not in wanted:
            yield f"docs/errors.md: core/api/errors.yaml has no row {line}"
    kinds = text.partition("\n## The kinds\n")[2].partition("\n## ")[0]
    shown = [f"### {section.strip()}" for section in kinds.split("\n### ")[1:]]
    for section in sections:
        if section not in shown:
            yield f"docs/errors.md: this section is missing: {section!r}"
    for section in shown:
        if section not in sections:
            yield f"docs/errors.md: core/api/errors.yaml has no section {section!r}"


def numbers(read: Read) -> Iterator[str]:
    operations = json.loads(read("tests/reach/operations.json"))["operations"]
    services = Counter(operation["id"].split(".")[0] for operation in operations)
    total = rf"\b{len(operations)} operations\b"
    # Of the services, N-central has a hyphen in its name.
    rows = [rf"^- \*\*{name[0]}-?{name[1:]}\*\*, {number} operations:" for name, number in services.items()]
    for page, wanted in (("README.md", [total]), ("docs/index.md", [total, *rows])):
        for pattern in wanted:
            if not re.search(pattern, read(page), re.MULTILINE | re.IGNORECASE):
                yield f"{page}: the number of operations should be there as in {pattern}"


def endpoints(read: Read) -> Iterator[str]:
    """The comparison has the number of N-central's endpoints that mspkit has: methods with a path."""
    _, _, section = read("docs/operations.md").partition("<!-- rendered: ncentral -->")
    number = len(set(re.findall(r"`[A-Z]+ /[^`]+`", section.partition("<!-- rendered: ")[0])))
    if f"| N-central's endpoints | {number} |" not in read("docs/compared.md"):
        yield f"docs/compared.md: mspkit has {number} endpoints of N-central"


def compared(read: Read) -> Iterator[str]:
    """The first page shows some rows of the comparison, as they are."""
    rows = read("docs/compared.md").splitlines()
    for line in read("docs/index.md").splitlines():
        if line.startswith("| ") and line not in rows:
            yield f"docs/index.md: docs/compared.md has no row {line}"


def manifests(read: Read) -> dict[str, dict[str, str]]:
    """Every dependency of each kind, with a file that names it."""
    crates: dict[str, str] = {}
    python: dict[str, str] = {}
    npm: dict[str, str] = {}
    for name in files("Cargo.toml"):
        section = ""
        for line in read(name).splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif section.endswith("dependencies") and (found := re.match(r"([\w-]+)(?:\.workspace)? *=", line)):
                crates.setdefault(found[1], name)
    for name in files("requirements.txt") + [one for one in files(".txt") if "/requirements/" in one]:
        for package in re.findall(r"^([\w.-]+)==", read(name), re.MULTILINE):
            python.setdefault(package, name)
    for name in files("package.json"):
        for group in re.findall(r'"(?:devD|d)ependencies": \{(.*?)\}', read(name), re.DOTALL):
            for package in re.findall(r'"([^"]+)":', group):
                npm.setdefault(package, name)
    return {"crates": crates, "python": python, "npm": npm}


def dependencies(read: Read) -> Iterator[str]:
    reasons = yaml.safe_load(read(REASONS))
    for kind, used in manifests(read).items():
        named = {name for names in reasons[kind] for name in names.split(", ")}
        # A requirements file also pins transitive dependencies, without distinguishing them.
        for name in sorted(used.keys() - named) if kind != "python" else []:
            if not re.fullmatch(r"mspkit(-\w+)*", name):
                yield f"{REASONS}: there is no reason for {name} of {used[name]}"
        for name in sorted(named - used.keys()):
            yield f"{REASONS}: no manifest has {name}"


CHECKS = (links, shells, errors, numbers, endpoints, compared, dependencies)

# A file, the damage to it, and the expected report.
DAMAGE = [
    ("README.md", "(docs/lists.md)", "(docs/list.md)", "docs/list.md does not exist"),
    ("docs/limits.md", "#options)", "#optoins)", "there is no such heading"),
    ("docs/README.md", "../CONTRIBUTING.md#", "../../CONTRIBUTING.md#", "does not exist"),
    ("bindings-c/README.md", f"{HERE}docs/testing.md", f"{HERE}docs/test.md", "docs/test.md does not exist"),
    ("bindings-c/README.md", f"{HERE}docs/index.md#c", f"{HERE}docs/index.md#c-and-c", "there is no such heading"),
    ("bindings-node/README.md", f"{HERE}docs/lists.md", "../docs/lists.md", "does not exist from the package's page"),
    ("docs/errors.md", "`MSPKIT_E_TIMEOUT`", "`MSPKIT_E_TIME`", "this row is missing: | [`Timeout`]"),
    ("core/api/errors.yaml", "name: Closed", "name: Shut", "has no row | [`Closed`]"),
    ("docs/errors.md", "Create a new client.", "Create one.", "this section is missing: '### Closed"),
    ("core/api/errors.yaml", "Create a new client.", "Create one.", "has no section '### Closed"),
    ("docs/platforms.md", "$env:NCENTRAL_JWT", "$env:NCENTRAL_TOKEN", "the block for powershell names"),
    ("docs/windows-task.md", "not_run", "lines", "the block for powershell has none for sh before it"),
    ("docs/testing.md", "(Get-Item bindings-node/packed", "(Get-Item packed", "the block for powershell names"),
    ("README.md", "same 246 operations", "same operations", "README.md: the number of operations should be there"),
    ("docs/index.md", "**Wiv**, 4 operations", "**Wiv**, 5 operations", "docs/index.md: the number of operations"),
    ("docs/compared.md", "| N-central's endpoints | 105", "| N-central's endpoints | 106", "has no row | N-central's endpoints"),
    ("docs/operations.md", "`GET /api/server-info`", "`GET /api/customers`", "docs/compared.md: mspkit has 104 endpoints"),
    ("core/Cargo.toml", "[dependencies]\n", '[dependencies]\nleft-pad = "1"\n', "no reason for left-pad of core/Cargo.toml"),
    ("tests/spec/requirements.txt", "openapi-spec-validator==", "#", "no manifest has openapi-spec-validator"),
    ("bindings-node/package.json", '"publint"', '"publint2"', "no reason for publint2 of bindings-node/package.json"),
]


def main() -> int:
    checking = "--self-check" in sys.argv[1:]
    if checking:
        return reported([*in_texts(read, DAMAGE, CHECKS)], f"{len(DAMAGE)} mistakes are detected")
    found = [complaint for check in CHECKS for complaint in check(read)]
    return reported(found, f"{len(files('.md'))} pages are up to date")


if __name__ == "__main__":
    sys.exit(main())
