"""Additions to `mspkit.testing` for the tests: counts, and a program if the package has none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from mspkit import sim, testing
from mspkit.testing import VARIABLES

__all__ = ["ROOT", "VARIABLES", "Simulator"]

ROOT = Path(__file__).resolve().parents[2]

try:
    sim.program()
except FileNotFoundError:
    built = [ROOT / "target" / profile / "mspkit-sim" for profile in ("release", "debug")]
    there = [path for path in built if path.exists()]
    if not there:
        raise
    os.environ["MSPKIT_SIM"] = str(max(there, key=lambda path: path.stat().st_mtime))


class Simulator(testing.Simulator):
    """A simulator that returns more."""

    def log(self) -> dict[str, Any]:
        """The requests so far, unchanged, and the counts by operation."""
        log: dict[str, Any] = self.control("requests?since=0")
        return log
