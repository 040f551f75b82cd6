"""Proves that checks of pages notice what is wrong: damages what they read, or a part that they use, and expects a complaint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Read = Callable[[str], str]
# Something that is in force in a `with` block, such as a part that is taken away.
Patch = Callable[[], Any]


def in_texts(
    read: Read, damage: Sequence[tuple[str, str, str, str]], checks: Iterable[Callable[[Read], Iterable[str]]]
) -> Iterator[str]:
    """A page, what is replaced in it, what with, and what a check of the damaged copy has to report."""
    for name, old, new, wanted in damage:

        def damaged(page: str, name: str = name, old: str = old, new: str = new) -> str:
            content = read(page)
            return content.replace(old, new) if page == name else content

        if old not in read(name):
            yield f"self-check: {name} has no {old!r} that could be damaged"
        elif not any(wanted in complaint for check in checks for complaint in check(damaged)):
            yield f"self-check: no check reports {wanted!r}"


def in_parts(damage: Sequence[tuple[Patch, str]], complaints: Callable[[], list[str]]) -> Iterator[str]:
    """A part that is taken away, and what has to be reported then."""
    for patch, wanted in damage:
        with patch():
            found = complaints()
        if not any(wanted in complaint for complaint in found):
            yield f"self-check: no check reports {wanted!r}, but {found[:5]}"


def reported(found: Sequence[str], success: str) -> int:
    """Prints what was found, or the success, and returns the exit code."""
    print(*found or [success], sep="\n")
    return 1 if found else 0
