"""Proves that every operation of the API documents can be called in every language.

    python tests/reach/reach.py PART [PLACE] [--counts FOLDER]     compares a language's own list with the documents
    python tests/reach/reach.py PART [PLACE] --self-check          damages that list and expects it to be noticed
    python tests/reach/reach.py table FOLDER                       the counts of all parts that were kept there

    part    its list                                                               PLACE
    python  the groups of clients of the package that this Python has installed
    node    the groups of clients of a built package                               its folder
    rust    the public surface of the crate                                        api/rust.txt
    c       the functions of the headers, and the classes of those for C++         the folder of mspkit.h
    cases   the conformance cases that succeed                                     their folder

What is missing, and what is there without a document, is named and makes the exit status 1. The
list of operations is rendered from the documents; names of each language are made here once more.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import keyword
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TABLE = json.loads((HERE / "operations.json").read_text("utf-8"))
# The class of the client of each service.
SERVICES: dict[str, str] = TABLE["services"]
OPERATIONS: dict[str, bool] = {row["id"]: row["list"] for row in TABLE["operations"]}
# What makes a client without a server: nothing is sent.
OPTIONS = {
    "ncentral": {"base_url": "https://ncentral.example.com", "jwt": "reach"},
    "cloudmore": {"username": "reach", "password": "reach", "client_secret": "reach"},
    "wiv": {"api_key": "reach"},
}
# Which operations a list has: all, or those that are no lists.
EVERY = frozenset(OPERATIONS)
CALLS = frozenset(name for name, is_list in OPERATIONS.items() if not is_list)


class Listed(NamedTuple):
    """What one list has, the ids that it should have, and what is wrong with single entries."""

    name: str
    found: set[str]
    wanted: frozenset[str]
    wrong: list[str]


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def ids(named: Callable[[str, str, str], str]) -> dict[str, str]:
    """The id of each operation by its name in a language."""
    return {named(*name.split(".")): name for name in OPERATIONS}


# Python: the classes and instances of the installed package.


def python(_place: str) -> list[Listed]:
    package = importlib.import_module("mspkit")
    lists = []
    for prefix, name in (("", "Python"), ("Async", "Python, asyncio")):
        found: set[str] = set()
        wrong: list[str] = []
        for service, kind in SERVICES.items():
            client = getattr(package, prefix + kind)
            made = client(**OPTIONS[service])
            for group, value in inspect.getmembers(client, inspect.isclass):
                if group.startswith("_"):
                    continue
                if not isinstance(getattr(made, group), value):
                    wrong.append(f"{prefix}{kind}().{group} is no {value.__name__}")
                for method, function in vars(value).items():
                    if not method.startswith("_"):
                        word = method.rstrip("_")
                        found.add(f"{service}.{group}.{word if keyword.iskeyword(word) else method}")
                        wrong += [f"{prefix}{kind}.{group}.{method} {reason}" for reason in flaws(function)]
        lists.append(Listed(name, found, EVERY, wrong))
    return lists


def flaws(function: object) -> Iterator[str]:
    """What a user would miss of a method."""
    if not callable(function):
        yield "is not callable"
        return
    if not (inspect.getdoc(function) or "").strip():
        yield "has no docstring"
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        yield "has no signature"
        return
    if not signature.parameters or signature.return_annotation is signature.empty:
        yield "has no signature with a result"


def damaged_python(_place: str) -> Iterator[tuple[str, list[Listed]]]:
    package = importlib.import_module("mspkit")
    service, group, method = next(one for one in OPERATIONS if not keyword.iskeyword(one.rpartition(".")[2])).split(".")
    for prefix in ("", "Async"):
        kind = getattr(getattr(package, prefix + SERVICES[service]), group)
        function = getattr(kind, method)
        delattr(kind, method)
        yield "", python("")
        bare = SimpleNamespace()
        for value, wanted in ((bare, "is not callable"), (lambda: None, "has no docstring")):
            setattr(kind, method, value)
            yield wanted, python("")
        setattr(kind, method, function)
        kind.undocumented = function
        yield "undocumented", python("")
        del kind.undocumented


# Node.js: reach.mjs lists the methods of the clients of a built package.


def node(place: str, *changes: str) -> list[Listed]:
    program = shutil.which("node")
    if program is None:
        sys.exit("node is missing")
    options = {service: {camel(name): value for name, value in given.items()} for service, given in OPTIONS.items()}
    options["ncentral"]["baseURL"] = options["ncentral"].pop("baseUrl")
    command = [program, str(HERE / "reach.mjs"), str(Path(place).resolve()), json.dumps([SERVICES, options]), *changes]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    known = ids(lambda service, group, method: f"{service}.{camel(group)}.{camel(method)}")
    return [Listed(name, {known.get(one, one) for one in found}, EVERY, []) for name, found in json.loads(output).items()]


def damaged_node(place: str) -> Iterator[tuple[str, list[Listed]]]:
    service, group, method = next(iter(OPERATIONS)).split(".")
    target = f"{service}.{camel(group)}.{camel(method)}"
    for suffix in ("", "Sync"):
        yield "", node(place, f"without={suffix}:{target}")
        yield "undocumented", node(place, f"with={suffix}:{service}.{camel(group)}.undocumented")


# Rust: the lines of the list of the public surface.


def rust(place: str) -> list[Listed]:
    return rust_lists(Path(place).read_text("utf-8"))


def rust_lists(text: str) -> list[Listed]:
    text = text.replace("r#", "")
    known = ids(lambda service, group, method: f"{service}.{pascal(group)}.{method}")
    lists = []
    for module, name in (("", "Rust"), ("blocking::", "Rust, blocking")):
        found: set[str] = set()
        for service, kind in SERVICES.items():
            groups = rf"^fn mspkit::{module}{kind}::(\w+)\(&self\) -> (\w+)<'_(?:, Self)?>$"
            for _, group in re.findall(groups, text, re.MULTILINE):
                methods = re.findall(rf"^fn mspkit::{service}::{group}::(\w+)\(&self\b", text, re.MULTILINE)
                found |= {f"{service}.{group}.{method}" for method in methods}
        lists.append(Listed(name, {known.get(one, one) for one in found}, EVERY, []))
    return lists


def damaged_rust(place: str) -> Iterator[tuple[str, list[Listed]]]:
    text = Path(place).read_text("utf-8")
    service, group, method = next(iter(OPERATIONS)).split(".")
    kind = SERVICES[service]
    of_group = f"fn mspkit::{service}::{pascal(group)}::"
    yield "", rust_lists(text.replace(f"{of_group}{method}(", f"{of_group}{method}_("))
    for module in ("", "blocking::"):
        yield "", rust_lists(text.replace(f"fn mspkit::{module}{kind}::{group}(&self)", "fn gone(&self)"))
    yield "undocumented", rust_lists(f"{text}\n{of_group}undocumented(&self) -> <C as >::Call\n")


# C and C++: the functions and classes of the installed headers.

C_FUNCTION = re.compile(r"^static inline [^(\n]*?\b(mspkit_\w+)\(", re.MULTILINE)
# What a service's header has besides operations.
C_OTHERS = re.compile(r"client|new|with_options|free|\w+_params_init|\w+_of_(response|item)")
CPP_CLASS = re.compile(r"^class (\w+)_resource \{\n(.*?)^\};", re.MULTILINE | re.DOTALL)
CPP_METHOD = re.compile(r"^    result<.*?> try_(\w+)\(", re.MULTILINE)
CPP_GROUP = re.compile(r"^    \w+::(\w+)_resource<> (\w+)\(\) const", re.MULTILINE)


def c(place: str) -> list[Listed]:
    return c_lists(lambda name: (Path(place) / "mspkit" / name).read_text("utf-8"))


def c_lists(read: Callable[[str], str]) -> list[Listed]:
    flat = ids(lambda service, group, method: f"{service}.{group}_{method}")
    calls: set[str] = set()
    submits: set[str] = set()
    methods: set[str] = set()
    for service in SERVICES:
        for function in C_FUNCTION.findall(read(f"{service}.h")):
            name = function.removeprefix(f"mspkit_{service}_")
            if f"{service}.{name}" in flat:
                calls.add(flat[f"{service}.{name}"])
            elif name.endswith("_submit"):
                one = f"{service}.{name.removesuffix('_submit')}"
                submits.add(flat.get(one, one))
            elif not C_OTHERS.fullmatch(name):
                calls.add(f"{service}.{name}")
        text = read(f"{service}.hpp")
        reached = {kind for kind, group in CPP_GROUP.findall(text) if kind == group.rstrip("_")}
        for group, body in CPP_CLASS.findall(text):
            if group in reached:
                methods |= {f"{service}.{group}.{method.rstrip('_')}" for method in CPP_METHOD.findall(body)}
    return [
        Listed("C", calls, EVERY, []),
        Listed("C, submitted", submits, CALLS, []),
        Listed("C++", methods, EVERY, []),
    ]


def damaged_c(place: str) -> Iterator[tuple[str, list[Listed]]]:
    service, group, method = next(one for one in OPERATIONS if one in CALLS).split(".")
    name = f"mspkit_{service}_{group}_{method}"
    more = f"static inline mspkit_status mspkit_{service}_{group}_undocumented(void)\n"

    def changed(ending: str, old: str, new: str) -> list[Listed]:
        def read(file: str) -> str:
            text = (Path(place) / "mspkit" / file).read_text("utf-8")
            return text.replace(old, new) if file == f"{service}.{ending}" else text

        return c_lists(read)

    yield "", changed("h", f" {name}(", f" {name}_params_init(")
    yield "", changed("h", f" {name}_submit(", f" {name}_params_init(")
    yield "undocumented", changed("h", "static inline", f"{more}static inline")
    yield "", changed("hpp", f" {group}() const", f" {group}_of() const")
    yield "undocumented", changed("hpp", f"> try_{method}(", "> try_undocumented(")


# The conformance cases: a call that succeeds.


def cases(place: str) -> list[Listed]:
    skipped = ("manifest.json", "case.schema.json")
    files = [path for path in sorted(Path(place).rglob("*.json")) if path.name not in skipped]
    return case_lists([case for path in files for case in json.loads(path.read_text("utf-8"))["cases"]])


def case_lists(all_cases: list[dict[str, Any]]) -> list[Listed]:
    steps = [step for case in all_cases for step in case["steps"]]
    succeed = {step.get("call") for step in steps if "error" not in step.get("expect", {})}
    called = {step.get("call") for step in steps}
    unknown = {call for call in called if call is not None and call.startswith(tuple(f"{one}." for one in SERVICES))}
    return [Listed("happy cases", (succeed & EVERY) | (unknown - EVERY), EVERY, [])]


def damaged_cases(_place: str) -> Iterator[tuple[str, list[Listed]]]:
    first, *rest = OPERATIONS
    happy = [{"steps": [{"call": one, "expect": {"result": {}}}]} for one in rest]
    yield "", case_lists(happy)
    yield "", case_lists([*happy, {"steps": [{"call": first, "expect": {"error": {"status": 400}}}]}])
    service = first.partition(".")[0]
    yield "undocumented", case_lists([*happy, {"steps": [{"call": f"{service}.x.undocumented"}, {"call": first}]}])


# The parts: their list, how it is damaged, and where it is.
PARTS: dict[str, tuple[Callable[[str], list[Listed]], Callable[[str], Iterator[tuple[str, list[Listed]]]], str]] = {
    "python": (python, damaged_python, ""),
    "node": (node, damaged_node, str(ROOT / "bindings-node")),
    "rust": (rust, damaged_rust, str(ROOT / "api" / "rust.txt")),
    "c": (c, damaged_c, str(ROOT / "bindings-c" / "include")),
    "cases": (cases, damaged_cases, str(ROOT / "tests" / "conformance")),
}


def complaints(lists: list[Listed]) -> list[str]:
    found: list[str] = []
    for one in lists:
        found += [f"{one.name}: {name} is missing" for name in sorted(one.wanted - one.found)]
        found += [f"{one.name}: {name} is in no document" for name in sorted(one.found - one.wanted)]
        found += [f"{one.name}: {reason}" for reason in one.wrong]
    return found


def counts(names: set[str] | frozenset[str]) -> dict[str, int]:
    return {service: sum(name.startswith(f"{service}.") for name in names) for service in SERVICES}


def shown(columns: dict[str, dict[str, int]]) -> str:
    """A table of a row per service and a column per list."""
    columns = {"documents": counts(EVERY), **columns}
    rows = [["", *columns], *([service, *(str(column[service]) for column in columns.values())] for service in SERVICES)]
    rows.append(["all", *(str(sum(column.values())) for column in columns.values())])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(lines)


def self_check(part: str, place: str) -> list[str]:
    """What is not noticed of the damages to a part's lists."""
    listing, damages, _ = PARTS[part]
    before = complaints(listing(place))
    missed, number = [], 0
    for number, (wanted, lists) in enumerate(damages(place), 1):
        more = [line for line in complaints(lists) if line not in before]
        if not any((wanted or "is missing") in line for line in more):
            missed.append(f"{part}: nothing reports damage {number}, which is {wanted or 'a missing operation'!r}")
    if not missed:
        print(f"{number} mistakes are detected")
    return missed


def table(folder: Path) -> list[str]:
    columns: dict[str, dict[str, int]] = {}
    missing = []
    for part in PARTS:
        try:
            kept = json.loads((folder / f"{part}.json").read_text("utf-8"))
        except FileNotFoundError:
            missing.append(f"{part}: nothing was counted")
            continue
        if kept["operations"] != sorted(OPERATIONS):
            missing.append(f"{part}: was counted for other documents")
        columns |= kept["counts"]
    print(shown(columns))
    return missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("part", choices=[*PARTS, "table"])
    parser.add_argument("place", nargs="?")
    parser.add_argument("--counts", type=Path, help="the folder that keeps the counts for the table")
    parser.add_argument("--self-check", action="store_true")
    given = parser.parse_args()
    if given.part == "table":
        found = table(Path(given.place or "target/reach"))
    else:
        listing, _, usual = PARTS[given.part]
        place = given.place or usual
        if given.self_check:
            found = self_check(given.part, place)
        else:
            lists = listing(place)
            found = complaints(lists)
            columns = {one.name: counts(one.found & EVERY) for one in lists}
            print(shown(columns))
            if given.counts and not found:
                given.counts.mkdir(parents=True, exist_ok=True)
                kept = {"operations": sorted(OPERATIONS), "counts": columns}
                (given.counts / f"{given.part}.json").write_text(json.dumps(kept), "utf-8")
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
