"""Where Chromium is that tests/platforms/debian.sh unpacked, and the environment in which it finds its libraries and fonts."""

from __future__ import annotations

import os
from pathlib import Path

# Browsers of Debian need no user of their own in a container.
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]


def program(place: Path) -> Path:
    """The program in the folder into which packages were unpacked, or that is installed there itself."""
    return place / "usr/lib/chromium/chromium-headless-shell" if place.is_dir() else place


def environment(place: Path) -> dict[str, str]:
    found = dict(os.environ)
    if place.is_dir():
        libraries = [*place.glob("usr/lib/*-linux-gnu"), *place.glob("usr/lib/*-linux-gnu/pulseaudio")]
        found["LD_LIBRARY_PATH"] = ":".join(map(str, libraries))
        if (place / "etc/fonts").is_dir():
            # This machine has no fonts of its own.
            found["FONTCONFIG_SYSROOT"] = str(place)
    return found
