"""Where rows are written: a file that appears when it is complete, or a file object of the
caller's."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import IO, Any

from mspkit import _native
from mspkit._errors import refused

Target = str | os.PathLike[str] | IO[str] | IO[bytes]
Progress = Callable[[int, int | None], object]


class Written:
    """A file that is being written; it is discarded unless it is finished."""

    __slots__ = ("_file", "_progress", "_text", "_whole", "rows")

    def __init__(self, target: Any, progress: Progress | None) -> None:
        if progress is not None and not callable(progress):
            raise refused("progress", "must be a function that takes the rows so far and the total", progress)
        self._progress = progress
        self.rows = 0
        self._whole: _native.WholeFile | None = None
        self._file: Any = target
        self._text = isinstance(target, io.TextIOBase) or hasattr(target, "encoding")
        if isinstance(target, (str, os.PathLike)):
            self._whole = _native.WholeFile(os.fspath(target))
        elif not callable(getattr(target, "write", None)):
            raise refused("path_or_file", "must be a path, or a file that is open for writing", target)

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing until it is finished."""
        return self._whole is not None

    def write(self, text: bytes) -> None:
        """Adds text."""
        if self._whole is not None:
            self._whole.write(text)
        elif text:
            self._file.write(text.decode() if self._text else text)

    def add(self, text: bytes, rows: int, total: int | None) -> None:
        """Adds the rows of a page."""
        self.write(text)
        self.rows += rows
        if self._progress is not None:
            self._progress(self.rows, total)

    def finish(self) -> int:
        """Completes it, and returns the number of rows."""
        if self._whole is not None:
            self._whole.finish()
        return self.rows

    def discard(self) -> None:
        """Removes what was written, if it is a file of its own."""
        if self._whole is not None:
            self._whole.discard()
