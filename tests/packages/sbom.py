"""Writes what is linked into the packages as CycloneDX: crates with version, licence, checksum and
dependencies, on every platform with a package. The Python and the Node packages have no other
dependencies.

    python3 tests/packages/sbom.py dist

One bill is for mspkit in every language, one for the simulator, which is a package of its own; the C package has both. The same
Cargo.lock gives the same files.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from pathlib import Path
from typing import Any

from bundled import BINDINGS, PLATFORMS, SIMULATOR, Package, resolved
from claims import ROOT


def purl(package: Package) -> str:
    return f"pkg:cargo/{package['name']}@{package['version'].replace('+', '%2B')}"


def component(package: Package, checksums: dict[tuple[str, str], str]) -> dict[str, Any]:
    expression = re.sub(r"\s*/\s*", " OR ", package["license"])
    component: dict[str, Any] = {"type": "library", "bom-ref": purl(package), "name": package["name"]}
    component |= {"version": package["version"], "licenses": [{"expression": expression}], "purl": purl(package)}
    if package["source"] is not None:
        component["hashes"] = [{"alg": "SHA-256", "content": checksums[package["name"], package["version"]]}]
    if package["repository"]:
        component["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return component


def bill(name: str, shipped: tuple[str, ...]) -> dict[str, Any]:
    locked = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    found = re.findall(r'^name = "(.*)"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"', locked, re.MULTILINE)
    checksums = {(name, version): checksum for name, version, checksum in found}
    packages: dict[str, Package] = {}
    needs: dict[str, set[str]] = {}
    for platform in PLATFORMS:
        linked = resolved(platform, shipped)
        for package, others in linked.values():
            packages[purl(package)] = package
            needs.setdefault(purl(package), set()).update(purl(linked[other][0]) for other in others)
    own = {ref: package for ref, package in packages.items() if package["source"] is None}
    first = next(iter(own.values()))
    components = [component(packages[ref], checksums) for ref in sorted(packages)]
    kind = "application" if shipped == SIMULATOR else "library"
    subject = {"type": kind, "bom-ref": name, "name": name, "version": first["version"]}
    subject |= {"licenses": [{"expression": first["license"]}]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components)).urn,
        "version": 1,
        "metadata": {"component": subject},
        "components": components,
        "dependencies": [
            {"ref": name, "dependsOn": sorted(own)},
            *({"ref": ref, "dependsOn": sorted(needs[ref])} for ref in sorted(needs)),
        ],
    }


def main() -> int:
    for name, shipped in (("mspkit", BINDINGS), ("mspkit-sim", SIMULATOR)):
        bom = bill(name, shipped)
        out = Path(sys.argv[1]) / f"{name}-{bom['metadata']['component']['version']}.cdx.json"
        out.write_text(json.dumps(bom, indent=2) + "\n", encoding="utf-8")
        print(f"{out.name}: {len(bom['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
