"""The simulator of the three services as a program: `python -m mspkit.sim --help` says what it takes.

    python -m mspkit.sim --customers 3 -- python onboard.py

runs a script against it. Inside of a test, `mspkit.testing` is what you want.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["main", "program"]


def program() -> Path:
    """The program: the one that `MSPKIT_SIM` names, else the one of this installation.

    Raises:
        FileNotFoundError: There is none.
    """
    named = os.environ.get("MSPKIT_SIM")
    if named:
        if not Path(named).is_file():
            raise FileNotFoundError(f"MSPKIT_SIM names {named}, and there is no such file")
        return Path(named)
    here = Path(__file__).with_name("_bin") / "mspkit-sim"
    if not here.is_file():
        raise FileNotFoundError(
            "this installation of mspkit has no simulator, as it was not made from the wheel that "
            "`make wheel` builds. MSPKIT_SIM may name one: `cargo build --release -p mspkit-sim` makes "
            "target/release/mspkit-sim"
        )
    return here


def main() -> None:
    """Becomes the simulator, which has this process's arguments, streams, signals and exit code."""
    try:
        os.execv(program(), ["mspkit-sim", *sys.argv[1:]])  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.exit(f"mspkit.sim: {error}")


if __name__ == "__main__":
    main()
