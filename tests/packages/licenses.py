"""Writes THIRD-PARTY-LICENSES: the licence of every crate that is linked into what is shipped, from
the crate's own files.

    python3 tests/packages/licenses.py            # writes it
    python3 tests/packages/licenses.py --check    # fails when it is not up to date

If a crate offers a choice, MIT is used, or else Apache-2.0. A crate without a licence file fails,
unless `texts/` has the text of its project.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from bundled import Package, bundled
from claims import ROOT

OUT = ROOT / "THIRD-PARTY-LICENSES"
TEXTS = Path(__file__).parent / "texts"
# Crates that are published without a licence file, and the file in `texts/` with that of their
# project.
WITHOUT = {"flatbuffers": "flatbuffers.txt", "napi": "napi-rs.txt", "napi-sys": "napi-rs.txt"}
# Linked code that is not a crate.
RUNTIME = {
    "Rust's standard library": ("MIT", "rust.txt"),
    "LLVM's libunwind": ("Apache-2.0 WITH LLVM-exception", "libunwind.txt"),
    "Zig's compiler-rt": ("MIT", "zig.txt"),
    # In programs for musl.
    "musl": ("MIT", "musl.txt"),
}
NAMES = re.compile(r"(LICEN[SC]E|COPYING|UNLICENSE|NOTICE)([-._].*)?", re.IGNORECASE)


def chosen(expression: str) -> list[str]:
    """The licences that apply, from an expression with choices."""
    terms = re.split(r"\s+AND\s+", expression)
    choices = [[one.strip("() ") for one in re.split(r"\s+OR\s+|\s*/\s*", term)] for term in terms]
    return [next((one for one in ("MIT", "Apache-2.0") if one in choice), choice[0]) for choice in choices]


def texts(package: Package) -> list[str]:
    """The licence texts of a crate: those of the licences that apply, or all if the names of its
    files do not identify them."""
    if package["name"] in WITHOUT:
        return [(TEXTS / WITHOUT[package["name"]]).read_text(encoding="utf-8")]
    folder = Path(package["manifest_path"]).parent
    files = sorted(path for path in folder.iterdir() if NAMES.fullmatch(path.name) and path.is_file())
    licenses = chosen(package["license"] or "")
    named = [path for path in files if any(one.split("-")[0].lower() in path.name.lower() for one in licenses)]
    notices = [path for path in files if path.name.upper().startswith("NOTICE")]
    taken = named + notices if len(licenses) == 1 and named else files
    return [path.read_text(encoding="utf-8", errors="replace") for path in taken]


def tidy(text: str) -> str:
    """A text without spaces at ends of lines and without empty lines around it."""
    return "\n".join(line.rstrip() for line in text.expandtabs().splitlines()).strip("\n")


def render() -> str:
    """The whole file. A text that several crates share appears once."""
    users: dict[str, list[str]] = {}
    without = []
    for package in bundled():
        found = texts(package)
        if not found:
            without.append(package["name"])
        for text in found:
            line = f"{package['name']} {package['version']} ({' AND '.join(chosen(package['license']))})"
            users.setdefault(tidy(text), []).append(line)
    if without:
        sys.exit(f"no licence file in {', '.join(without)}; put the text of the project into {TEXTS}")
    for name, (short, file) in RUNTIME.items():
        users.setdefault(tidy((TEXTS / file).read_text(encoding="utf-8")), []).append(f"{name} ({short})")
    parts = ["mspkit is built from the work of others, under these licences. Written by `make licenses`."]
    for text, names in sorted(users.items(), key=lambda entry: entry[1]):
        parts.append("\n".join([*dict.fromkeys(names), "", text]))
    return f"\n\n{'-' * 80}\n\n".join(parts) + "\n"


def main() -> int:
    written = render()
    if "--check" not in sys.argv:
        OUT.write_text(written, encoding="utf-8")
    elif OUT.read_text(encoding="utf-8") != written:
        print(f"{OUT.name} does not match Cargo.lock; run `make licenses`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
