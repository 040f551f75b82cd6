"""The example completes against the simulator, with every row of the demo."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import Any

import demo
from simulator import ROOT, Simulator


def ran(*arguments: str) -> tuple[str, str, dict[str, Any]]:
    """What the example prints, its progress, and the server's counts."""
    with Simulator(**demo.OPTIONS) as simulator:
        command = [sys.executable, str(demo.EXAMPLE), *arguments]
        environment = demo.prepared(simulator)
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
        output, shown = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == 0, output + shown
        return output, shown, simulator.log()["counts"]


def test_the_example_does_the_job() -> None:
    output, shown, counts = ran("--write")
    assert re.search(r"^\.\.\. \d+ of 120: \w.*\n\.\.\. \d+ cases: \w", shown, re.MULTILINE), shown
    assert counts["ncentral.service_orgs.create_customer"]["committed"] == 3
    assert counts["cloudmore.services.create"]["committed"] == 1
    judge = [sys.executable, str(ROOT / "tests" / "demo.py")]
    judged = subprocess.run(judge, input=output, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_the_onboarding_of_a_file_survives_being_killed() -> None:
    command = [sys.executable, str(ROOT / "bindings-python" / "tests" / "demo.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    judge = [sys.executable, str(ROOT / "tests" / "demo.py"), "--file"]
    judged = subprocess.run(judge, input=done.stdout, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    killed = re.search(r"killed after (\d+) customers", done.stdout)
    assert killed and 0 < int(killed[1]) < 20, done.stdout


def test_the_example_only_reads_by_default() -> None:
    output, _, counts = ran()
    assert "walk all case pages" in output
    for operation in ("service_orgs.create", "service_orgs.create_customer"):
        assert f"ncentral.{operation}" not in counts
    assert "cloudmore.services.create" not in counts


def test_progress_stays_on_one_line_of_a_terminal() -> None:
    shown = b""
    with Simulator(**demo.OPTIONS) as simulator:
        terminal, end = pty.openpty()
        command = [sys.executable, str(demo.EXAMPLE)]
        environment = demo.prepared(simulator)
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=end) as running:
            os.close(end)
            try:
                while read := os.read(terminal, 4096):
                    shown += read
            except OSError:
                pass  # A terminal reports its end like this.
            assert running.wait(60) == 0, shown
        os.close(terminal)
    assert re.search(rb"\r1 of 120: \w[^\r\n]* +\r", shown) and b"\n" not in shown, shown


def test_the_example_is_short() -> None:
    assert len(demo.EXAMPLE.read_text().splitlines()) < 70
