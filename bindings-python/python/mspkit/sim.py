"""The simulator of the three services as a program: `python -m mspkit.sim --help` says what it takes.

    python -m mspkit.sim --customers 3 -- python onboard.py

runs a script against it. Inside of a test, `mspkit.testing` is what you want. The program comes in the
package `mspkit-sim`, which `pip install 'mspkit[sim]'` installs.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from mspkit._platform import become, program_name

__all__ = ["main", "program"]


_NAME = program_name("mspkit-sim")


def _places() -> Iterator[Path]:
    """Where installers put programs: this environment, the user's own, and whatever `PATH` names."""
    yield Path(sysconfig.get_path("scripts"), _NAME)
    yield Path(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")), _NAME)
    found = shutil.which(_NAME)
    if found:
        yield Path(found)


def program() -> Path:
    """The program: the one that `MSPKIT_SIM` names, else the one that the package `mspkit-sim` has installed.

    Raises:
        FileNotFoundError: There is none.
    """
    named = os.environ.get("MSPKIT_SIM")
    if named:
        if not Path(named).is_file():
            raise FileNotFoundError(f"MSPKIT_SIM names {named}, and there is no such file")
        return Path(named)
    for place in _places():
        if place.is_file():
            return place
    raise FileNotFoundError(
        "the simulator is not installed; it is a package of its own: pip install 'mspkit[sim]'. "
        "MSPKIT_SIM can name the program instead"
    )


def main() -> None:
    """Becomes the simulator, which has this process's arguments, streams and exit code."""
    try:
        become(program(), sys.argv[1:])
    except OSError as error:
        sys.exit(f"mspkit.sim: {error}")


if __name__ == "__main__":
    main()
