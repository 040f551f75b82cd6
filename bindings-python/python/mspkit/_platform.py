"""What differs between operating systems: processes and their ends, and the numbers of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from pathlib import Path

APART: dict[str, Any] = {"start_new_session": True}
"""Arguments of a child process that Ctrl-C does not reach."""
if sys.platform == "win32":
    import subprocess

    # Without a window of its own either, which a program without a console would otherwise open.
    APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}


def program_name(name: str) -> str:
    """The file name of a program."""
    return f"{name}.exe" if sys.platform == "win32" else name


def become(program: Path, arguments: list[str]) -> NoReturn:
    """Continues as another program, with this process's streams; its exit status becomes this process's."""
    if sys.platform == "win32":
        # There is no exec: a shell would take the end of this process for the program's.
        _end_children_with_this()
        process = subprocess.Popen([program, *arguments])
        while True:
            try:
                sys.exit(process.wait())
            except KeyboardInterrupt:
                # The program has received it, too.
                continue
    os.execv(program, [program.name, *arguments])  # noqa: S606 - no shell is wanted


def _end_children_with_this() -> None:
    """Lets Windows end the processes that this one starts from now on with it, even when it is killed.

    Where Windows refuses that, they outlive a parent that is killed, as they would without this function.
    """
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        class Limits(ctypes.Structure):
            """`JOBOBJECT_EXTENDED_LIMIT_INFORMATION`; only its flags are set."""

            _fields_ = (
                ("times", ctypes.c_int64 * 2),
                ("flags", wintypes.DWORD),
                ("working_set", ctypes.c_size_t * 2),
                ("processes", wintypes.DWORD),
                ("affinity", ctypes.c_size_t),
                ("priority", wintypes.DWORD * 2),
                ("counters", ctypes.c_uint64 * 6),
                ("memory", ctypes.c_size_t * 4),
            )

        extended_limits, kill_on_close = 9, 0x2000
        kernel = ctypes.WinDLL("kernel32")
        for function in (kernel.CreateJobObjectW, kernel.GetCurrentProcess):
            function.restype = wintypes.HANDLE
        job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
        limits = Limits(flags=kill_on_close)
        kernel.SetInformationJobObject(job, extended_limits, ctypes.byref(limits), ctypes.sizeof(limits))
        # Children belong to the job of their parent from the start.
        kernel.AssignProcessToJobObject(job, wintypes.HANDLE(kernel.GetCurrentProcess()))
        # The job stays open: its last handle closes with this process, and what is left in it ends then.


def after_fork(run: Callable[[], object]) -> None:
    """Runs a function in every forked child, where there are any."""
    if sys.platform != "win32":
        os.register_at_fork(after_in_child=run)


def system_error(number: int, text: str) -> OSError:
    """The error of a number of the system, as Python itself raises it."""
    return OSError(None, text, None, number) if sys.platform == "win32" else OSError(number, text)
