"""What is stated in more than one place: a claim is a place in a file, as a pattern with one group,
and its expected text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Claim(NamedTuple):
    """The expected text of a pattern's group in a file, wherever the pattern matches, at least
    once."""

    path: str
    pattern: str
    expected: str


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def only(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    assert found, f"nothing is like {pattern}"
    return found[1]


def broken(claim: Claim, text: str) -> str | None:
    """The mistakes of a text under a claim."""
    found = re.findall(claim.pattern, text, re.MULTILINE)
    wrong = [text for text in found if text != claim.expected]
    if not found:
        return f"{claim.path}: nothing is like {claim.pattern}"
    return f"{claim.path}: {wrong[0]!r} should be {claim.expected!r}" if wrong else None
