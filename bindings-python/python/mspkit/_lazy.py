"""Names of a package that are imported on first use (PEP 562).

Importing the package costs the same regardless of their number.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["home", "lazy"]


def lazy(package: str, **names: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a package, from its modules and the names that
    they define."""
    homes = {name: module for module, listed in names.items() for name in listed.split()}

    def getattribute(name: str) -> Any:
        module = homes.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{module}"), name)
        setattr(sys.modules[package], name, value)
        return value

    def directory() -> list[str]:
        special = [name for name in vars(sys.modules[package]) if name.startswith("__")]
        return sorted([*special, *homes])

    return getattribute, directory, sorted(homes)


def home(cls: type) -> None:
    """Moves a class of a private module to where users find it, and where its annotations are
    read."""
    package, private, _ = cls.__module__.partition("._")
    if private and cls.__module__.startswith("mspkit."):
        cls.__module__ = package
        setattr(sys.modules[package], cls.__name__, cls)
