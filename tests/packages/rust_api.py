"""Lists the public surface of the crates, a line for each item, from rustdoc's JSON.

    python3 tests/packages/rust_api.py target/doc/mspkit.json target/doc/mspkit_reconcile.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

# The supported format; another rustdoc may write a different one.
FORMAT = 57
Json = dict[str, Any]


def args(value: Json | None) -> str:
    """The part after a path: `<T>`, `(A) -> B`."""
    if value is None:
        return ""
    if (one := value.get("parenthesized")) is not None:
        output = f" -> {kind(one['output'])}" if one["output"] else ""
        return f"({', '.join(map(kind, one['inputs']))}){output}"
    bracketed = value["angle_bracketed"]
    parts = [inner if which == "lifetime" else kind(inner) if which == "type" else inner.get("expr", "_")
             for argument in bracketed["args"] if isinstance(argument, dict) for which, inner in argument.items()]
    for constraint in bracketed["constraints"]:
        binding = constraint["binding"]
        if "equality" in binding:
            parts.append(f"{constraint['name']} = {kind(binding['equality']['type'])}")
        else:
            parts.append(f"{constraint['name']}: {bounds(binding['constraint'])}")
    return f"<{', '.join(parts)}>" if parts else ""


def path(value: Json) -> str:
    return str(value["path"]).rpartition("::")[2] + args(value["args"])


def bounds(values: list[Json]) -> str:
    parts = []
    for value in values:
        if "trait_bound" in value:
            bound = value["trait_bound"]
            parts.append(("?" if bound["modifier"] == "maybe" else "") + path(bound["trait"]))
        else:
            parts.append(value.get("outlives") or "use<…>")
    return " + ".join(parts)


def kind(value: Json) -> str:
    """A type in source form."""
    ((which, inner),) = value.items()
    match which:
        case "primitive" | "generic":
            return str(inner)
        case "resolved_path":
            return path(inner)
        case "tuple":
            return f"({', '.join(map(kind, inner))})"
        case "slice":
            return f"[{kind(inner)}]"
        case "array":
            return f"[{kind(inner['type'])}; {inner['len']}]"
        case "impl_trait":
            return f"impl {bounds(inner)}"
        case "dyn_trait":
            every = [path(one["trait"]) for one in inner["traits"]] + ([inner["lifetime"]] if inner["lifetime"] else [])
            return f"dyn {' + '.join(every)}"
        case "borrowed_ref":
            lifetime = f"{inner['lifetime']} " if inner["lifetime"] else ""
            return f"&{lifetime}{'mut ' if inner['is_mutable'] else ''}{kind(inner['type'])}"
        case "qualified_path":
            owner = kind(inner["self_type"])
            return f"<{owner} as {path(inner['trait'])}>::{inner['name']}" if inner["trait"] else f"{owner}::{inner['name']}"
        case "function_pointer":
            return f"fn({', '.join(kind(one) for _, one in inner['sig']['inputs'])})"
    raise ValueError(f"no type is like {which}")


def generics(value: Json) -> tuple[str, str]:
    """The parts after a name, and after `where`."""
    parts = []
    for param in value["params"]:
        ((which, inner),) = param["kind"].items()
        if which == "type" and not inner["is_synthetic"]:
            parts.append(param["name"] + (f": {bounds(inner['bounds'])}" if inner["bounds"] else ""))
        elif which == "lifetime":
            parts.append(param["name"])
    where = [f"{kind(one['bound_predicate']['type'])}: {bounds(one['bound_predicate']['bounds'])}"
             for one in value["where_predicates"] if "bound_predicate" in one]
    return f"<{', '.join(parts)}>" if parts else "", f" where {', '.join(where)}" if where else ""


def function(name: str, value: Json) -> str:
    names, where = generics(value["generics"])
    parts = []
    for argument, written in value["sig"]["inputs"]:
        text = kind(written)
        parts.append(text.replace("Self", "self") if argument == "self" and text in {"Self", "&Self", "&mut Self"}
                    else f"{argument}: {text}")
    output = f" -> {kind(value['sig']['output'])}" if value["sig"]["output"] else ""
    header = "".join(f"{word} " for word in ("const", "async", "unsafe") if value["header"][f"is_{word}"])
    return f"{header}fn {name}{names}({', '.join(parts)}){output}{where}"


class Listing:
    """The lines, collected from the root."""

    def __init__(self, rustdoc: Json) -> None:
        self.index: Json = rustdoc["index"]
        self.lines: set[str] = set()
        root = str(rustdoc["root"])
        self.module(root, self.index[root]["name"])

    def module(self, key: str, place: str) -> None:
        for child in self.index[key]["inner"]["module"]["items"]:
            self.item(str(child), place, None)

    def item(self, key: str, place: str, name: str | None) -> None:
        item = self.index.get(key)
        if item is None or "doc(hidden)" in str(item["attrs"]):
            return
        ((which, inner),) = item["inner"].items()
        if which == "use":
            target = str(inner["id"])
            if target not in self.index:
                # Of the other crate.
                self.lines.add(f"use {place}::{inner['name']} = {inner['source']}")
            if not inner["is_glob"]:
                self.item(target, place, inner["name"])
            elif target in self.index:
                holder = self.index[target]["inner"]
                for child in holder["module"]["items"] if "module" in holder else holder["enum"]["variants"]:
                    self.item(str(child), place, None)
            return
        full = f"{place}::{name or item['name']}"
        if which == "module":
            self.lines.add(f"mod {full}")
            self.module(key, full)
        elif which == "function":
            self.lines.add(function(full, inner))
        elif which in ("struct", "enum", "trait", "type_alias"):
            names, where = generics(inner["generics"])
            more = f" = {kind(inner['type'])}" if which == "type_alias" else ""
            open_ended = "#[non_exhaustive] " if "non_exhaustive" in str(item["attrs"]) else ""
            self.lines.add(f"{open_ended}{which.replace('type_alias', 'type')} {full}{names}{more}{where}")
            self.members(full, which, inner)
        elif which in ("constant", "assoc_const"):
            self.lines.add(f"const {full}: {kind(inner['type'])}")
        elif which == "assoc_type":
            self.lines.add(f"type {full}")
        elif which == "struct_field":
            self.lines.add(f"field {full}: {kind(inner)}")
        elif which == "variant":
            self.lines.add(f"variant {full}")
            held = inner["kind"]
            if isinstance(held, dict):
                ((_, inside),) = held.items()
                for child in inside["fields"] if isinstance(inside, dict) else inside:
                    if child is not None:
                        self.item(str(child), full, None)

    def members(self, full: str, which: str, inner: Json) -> None:
        children = inner.get("variants", []) + (inner.get("items", []) if which == "trait" else [])
        if which == "struct" and isinstance(inner["kind"], dict):
            ((_, held),) = inner["kind"].items()
            children = held["fields"] if isinstance(held, dict) else [one for one in held if one is not None]
        for child in children:
            self.item(str(child), full, None)
        for key in inner.get("impls", []):
            block = self.index[str(key)]["inner"]["impl"]
            if block["is_synthetic"] or block["blanket_impl"] or block["is_negative"]:
                continue
            if block["trait"] is None:
                for child in block["items"]:
                    self.item(str(child), full, None)
            elif not block["trait"]["path"].startswith("Structural"):
                self.lines.add(f"impl {path(block['trait'])} for {full}")


def main() -> int:
    found: set[str] = set()
    for one in sys.argv[1:]:
        rustdoc = json.loads(Path(one).read_text(encoding="utf-8"))
        if rustdoc["format_version"] != FORMAT:
            print(f"this rustdoc writes format {rustdoc['format_version']}; the listing is made from {FORMAT}", file=sys.stderr)
            return 3
        found |= Listing(rustdoc).lines
    print("\n".join(sorted(found, key=lambda line: (line.split("mspkit::", 1)[-1], line))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
