"""Version, licence, addresses and keywords are defined in [workspace.package] of Cargo.toml, and
platforms in platforms.json; every other file must match.

    python3 tests/packages/manifests.py
    python3 tests/packages/manifests.py --self-check

`--self-check` changes each place of a claim in turn, and each change must be detected.
"""

from __future__ import annotations

import json
import re
import sys

from claims import ROOT, Claim, broken, only, read
from platform_list import copies


def crates() -> list[tuple[str, str]]:
    """Path and name of every crate of the workspace."""
    members = re.findall(r'^  "(.*)",$', only(r"^members = \[\n((?:.*\n)*?)\]", read("Cargo.toml")), re.MULTILINE)
    return [(f"{member}/Cargo.toml", only(r'^name = "(.*)"', read(f"{member}/Cargo.toml"))) for member in members]


def project(path: str, package: dict[str, str], description: str) -> list[Claim]:
    """What the manifest of a Python package states."""
    address = package["repository"].strip('"')
    return [
        Claim(path, r'^dynamic = \["(.*)"\]', "version"),
        Claim(path, r"^license = (.*)$", package["license"]),
        Claim(path, r'^description = "(.*)"', description),
        Claim(path, r"^keywords = (.*)$", package["keywords"]),
        Claim(path, r'^(?:Homepage|Repository) = "(.*)"', address),
        Claim(path, r'^Issues = "(.*)"', f"{address}/issues"),
        Claim(path, r'^Changelog = "(.*)"', f"{address}/blob/main/CHANGELOG.md"),
        # The sdist is built elsewhere with what builds here.
        Claim("bindings-python/requirements.txt", r"^(maturin==\S+)", only(r'^requires = \["(.*)"\]', read(path))),
    ]


def claims() -> list[Claim]:
    """Everything that is stated in more than one place."""
    workspace = only(r"^\[workspace\.package\]\n((?:.+\n)*)", read("Cargo.toml"))
    package = {name: only(rf'^{name} = (.*)$', workspace) for name in re.findall(r"^([a-z-]+) = ", workspace, re.MULTILINE)}
    fact = {name: value.strip('"') for name, value in package.items()}
    version, address = fact["version"], fact["repository"]
    simulator = only(r'^description = "(.*)"', read("tests/simulator/Cargo.toml"))
    found = [
        *project("bindings-python/pyproject.toml", package, fact["description"]),
        *project("tests/simulator/pyproject.toml", package, simulator),
        # A simulator of another version is refused.
        Claim("bindings-python/pyproject.toml", r'^sim = \["mspkit-sim==(.*)"\]', version),
        *(
            Claim(f"{folder}/README.md", r"\(([^\s)]+)/blob/main/", address)
            for folder in ("bindings-python", "bindings-node", "bindings-c", "tests/simulator")
        ),
        Claim("bindings-node/package.json", r'^  "version": "(.*)"', version),
        Claim("bindings-node/package.json", r'^  "license": "(.*)"', f"({fact['license']})"),
        Claim("bindings-node/package.json", r'^  "description": "(.*)"', fact["description"]),
        Claim("bindings-node/package.json", r'^  "homepage": "(.*)"', address),
        Claim("bindings-node/package.json", r'^    "url": "(.*)"', f"git+{address}.git"),
        Claim("bindings-node/package.json", r'^  "bugs": "(.*)"', f"{address}/issues"),
        Claim("bindings-node/package.json", r'(?s)^  "keywords": (\[.*?\])', json.dumps(json.loads(package["keywords"]), indent=2)
              .replace("\n", "\n  ")),
        Claim("bindings-node/package-lock.json", r'\A\{\n  "name": "mspkit",\n  "version": "(.*)"', version),
        Claim("bindings-node/package-lock.json", r'^    "": \{\n      "name": "mspkit",\n      "version": "(.*)"', version),
        # The packages of the platforms and the simulator have the version of the package that depends on them.
        Claim("bindings-node/scripts/pack.mjs", r"^const about = \{ (\w+),", "version"),
        Claim("bindings-node/scripts/pack.mjs", r"\[`\$\{of\}-\$\{each\}`, (.*?)\]", "version"),
        Claim("bindings-node/scripts/pack.mjs", r"peerDependencies: \{ \[SIM\]: (.*?) \}", "version"),
        Claim("bindings-node/scripts/pack.mjs", r'^  description: "(.*)"', simulator),
        # They are published, so one names the version of the other.
        Claim("Cargo.toml", r'^mspkit = \{ path = "core", version = "(.*?)"', version),
        Claim("Cargo.toml", r'^mspkit-reconcile = \{ path = "core/reconcile", version = "(.*)" \}', version),
        Claim("core/fuzz/Cargo.lock", r'^name = "mspkit"\nversion = "(.*)"', version),
        Claim("README.md", r"Rust toolchain \(([\d.]+) or later", fact["rust-version"]),
        Claim("CONTRIBUTING.md", r"Rust ([\d.]+) or later", fact["rust-version"]),
        Claim("Makefile", r"install Rust ([\d.]+) or later", fact["rust-version"]),
        Claim("CHANGELOG.md", r"^## \[(.*?)\]", "Unreleased"),
    ]
    if re.search(r"^## \[\d", read("CHANGELOG.md"), re.MULTILINE):
        found.append(Claim("CHANGELOG.md", r"\A(?:(?!## \[\d).*\n)*## \[(\d.*?)\]", version))
    found += [
        Claim("bindings-c/include/mspkit.h", rf"^#define MSPKIT_VERSION_{part} (.*)$", number)
        for part, number in zip(("MAJOR", "MINOR", "PATCH"), version.split("."), strict=True)
    ]
    for path, name in crates():
        found.append(Claim("Cargo.lock", rf'^name = "{name}"\nversion = "(.*)"', version))
        found += [
            Claim(path, rf"^{word}(?:\.workspace)? = (.*)$", "true")
            for word in ("version", "license", "repository", "rust-version")
        ]
    return found + copies()


def main() -> int:
    every = claims()
    wrong = [problem for claim in every if (problem := broken(claim, read(claim.path)))]
    for folder in ("core", "bindings-python", "tests/simulator"):
        for path in (ROOT / folder).glob("*LICENSE*"):
            if path.read_bytes() != (ROOT / path.name).read_bytes():
                wrong.append(f"{folder}/{path.name}: is not {path.name} of the root")
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        return 1
    if "--self-check" in sys.argv:
        for claim in every:
            text = read(claim.path)
            for match in re.finditer(claim.pattern, text, re.MULTILINE):
                assert broken(claim, f"{text[: match.start(1)]}9{text[match.end(1) :]}"), f"{claim} is not looked at"
            assert broken(claim, ""), f"{claim} is not missed"
        print(f"every change in {len(every)} places is detected")
    else:
        print(f"{len(every)} places match Cargo.toml and platforms.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
