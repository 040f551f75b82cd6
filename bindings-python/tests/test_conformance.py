"""The conformance cases through both clients: `tests/conformance` runs this package's program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import ROOT

PROGRAM = ROOT / "bindings-python" / "tests" / "conformance" / "program.py"


def test_both_kinds_of_clients_conform(capsys: pytest.CaptureFixture[str]) -> None:
    # It is built beside the simulator.
    judge = Path(os.environ["MSPKIT_SIM"]).with_name("mspkit-conformance")
    command = [str(judge), "--", sys.executable, str(PROGRAM)]
    judged = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    with capsys.disabled():
        print(f"\n{judged.stdout}", end="")
    assert judged.returncode == 0, judged.stdout
