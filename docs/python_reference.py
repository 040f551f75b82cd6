"""Writes the reference of the installed Python package: `python docs/python_reference.py FOLDER`. Warnings are errors.

The package's classes are in private modules. Here everything is shown under its public name: under
`mspkit`, with what it inherits; models, parameters and resources are in the module of their service.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import mspkit
import mspkit._types
import pdoc
import pdoc.render


def own(member: Any, cls: type, name: str) -> Any:
    """A method or property, as if it were defined in this class."""
    if isinstance(member, property):
        return property(own(member.fget, cls, name), doc=member.__doc__)
    made = types.FunctionType(
        member.__code__,
        member.__globals__,
        name,
        member.__defaults__,
        member.__closure__,
    )
    made.__dict__.update(member.__dict__)
    made.__kwdefaults__, made.__doc__ = member.__kwdefaults__, member.__doc__
    # They are known where it was defined, not where it is shown.
    # Some are imported for type checkers only.
    known = {**vars(mspkit._types), **member.__globals__}
    made.__annotations__ = inspect.get_annotations(member, globals=known, eval_str=True)
    made.__module__, made.__qualname__ = cls.__module__, f"{cls.__qualname__}.{name}"
    return made


def inherit(cls: type) -> None:
    for base in cls.__mro__[1:]:
        for name, member in vars(base).items():
            if base.__name__ in mspkit.__all__ or not base.__module__.startswith("mspkit") or name.startswith("_"):
                continue
            if isinstance(member, (property, types.FunctionType)) and name not in vars(cls):
                setattr(cls, name, own(member, cls, name))


def written(module: types.ModuleType) -> list[type]:
    """The classes of a module that public ones do not refer to."""
    names = re.findall(r"^class (\w+)", inspect.getsource(module), re.MULTILINE)
    classes: list[type] = [getattr(module, name) for name in names]
    for cls in classes:
        cls.__module__ = module.__name__
    return classes


def place(name: str) -> tuple[int, bool, str]:
    """Where a name is shown: clients come first, then what they take and return, functions, errors, and constants."""
    found = getattr(mspkit, name)
    if inspect.isfunction(found):
        return 2, False, name
    if not inspect.isclass(found):
        return 4, False, name
    if issubclass(found, Exception):
        return 3, found is not mspkit.MspError, name
    return (0 if hasattr(found, "_service") else 1), name.startswith("Async"), name


def main(into: Path) -> None:
    modules = [importlib.import_module(f"mspkit.{found.name}") for found in pkgutil.iter_modules(mspkit.__path__)]
    classes = [cls for module in modules if str(module.__file__).endswith(".py") for cls in written(module)]
    for cls in classes:
        if cls.__name__ in mspkit.__all__:
            inherit(cls)
    mspkit.__all__ = sorted(mspkit.__all__, key=place)
    warnings.simplefilter("error")
    # Python before 3.12 does not list the bases of a TypedDict, so inherited keys appear as its own.
    warnings.filterwarnings("ignore", message=r"Cannot determine where mspkit\.")
    pdoc.render.configure(docformat="google", show_source=False)
    pdoc.pdoc("mspkit", "mspkit.onboarding", "mspkit.testing", output_directory=into)
    page = into / "mspkit.html"
    text = page.read_text()
    known = set(re.findall(r'id="([\w.]+)"', text))

    def link(found: re.Match[str]) -> str:
        name = found[1]
        return f'<a href="#{name}">{name}</a>' if name in known else name

    private = re.compile(r"\bmspkit\._\w+\.([\w.]*\w)")
    page.write_text(private.sub(link, text))
    page = into / "mspkit" / "testing.html"
    page.write_text(private.sub(r"mspkit.\1", page.read_text()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
