"""The `help()` texts of clients and models, made on request.

The descriptions of fields follow them in the sources, where people and tools read them.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mspkit._model import Model


@cache
def _texts(module: str) -> dict[tuple[str, str], str]:
    """The description of each annotated name of a module's classes; empty if the sources are not
    available."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError, SyntaxError):
        return {}
    found: dict[tuple[str, str], str] = {}
    for cls in tree.body:
        if not isinstance(cls, ast.ClassDef):
            continue
        for name, text in zip(cls.body, cls.body[1:], strict=False):
            if (
                isinstance(name, ast.AnnAssign)
                and isinstance(name.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
                and isinstance(text.value.value, str)
            ):
                found[cls.name, name.target.id] = inspect.cleandoc(text.value.value)
    return found


def of_field(field: Any, base: type[Model]) -> str:
    """The type and meaning of a field."""
    waiting = [base]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if any(known is field for known in cls._fields.values()):
            annotation = cls.__annotations__.get(field.name, "")
            of = annotation if isinstance(annotation, str) else _shown(annotation)
            text = _texts(cls._home).get((cls.__name__, field.name), "")
            return f"{of}: {text}" if text else of
    return repr(field)


def _shown(annotation: Any) -> str:
    return getattr(annotation, "__name__", None) or str(annotation)


def of_client(cls: type, text: str) -> str:
    """The text of a client's class, and its methods with a summary of each."""
    lines = [
        inspect.cleandoc(text),
        "",
        f"Methods; `help({cls.__name__}.…)` has each one's arguments and errors:",
    ]
    for name, group in vars(cls).items():
        if not isinstance(group, property) or not inspect.isclass(of := getattr(cls, name)):
            continue
        for method, call in vars(of).items():
            if not method.startswith("_") and inspect.isfunction(call):
                given = list(inspect.signature(call).parameters.values())[1:]
                needed = [
                    one.name for one in given if one.default is one.empty and one.kind != one.VAR_KEYWORD
                ]
                summary = (call.__doc__ or "").split("\n", 1)[0]
                lines.append(f"- `{name}.{method}({', '.join(needed)})`: {summary}")
    return "\n".join(lines)
