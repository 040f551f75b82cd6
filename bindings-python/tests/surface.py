"""Prints the public surface of the installed package: every name that it exports, with members and
signatures. It is committed as api/python.txt, so that changes are reviewed.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import mspkit
from mspkit import onboarding

# Members that every class has, or that are for the interpreter.
LEFT_OUT = {"__init_subclass__", "__subclasshook__", "__class_getitem__", "__new__", "__getattribute__"}


def written(annotation: object) -> str:
    """An annotation as text, the same in every version of Python."""
    if isinstance(annotation, str):
        return annotation
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def signature(function: object) -> str:
    try:
        signature = inspect.signature(function)  # type: ignore[arg-type]
    except ValueError:
        return "(…)"
    parts: list[str] = []
    last = None
    for parameter in signature.parameters.values():
        if last is parameter.POSITIONAL_ONLY and parameter.kind is not last:
            parts.append("/")
        if parameter.kind is parameter.KEYWORD_ONLY and last not in (
            parameter.KEYWORD_ONLY,
            parameter.VAR_POSITIONAL,
        ):
            parts.append("*")
        last = parameter.kind
        text = str(parameter).partition(":")[0].partition("=")[0].strip()
        if parameter.annotation is not parameter.empty:
            text += f": {written(parameter.annotation)}"
        parts.append(text if parameter.default is parameter.empty else f"{text} = {parameter.default!r}")
    output = signature.return_annotation
    return f"({', '.join(parts)})" + ("" if output is signature.empty else f" -> {written(output)}")


def members(name: str, kind: type, listed: set[type]) -> Iterator[str]:
    """The members of a class, and those of its bases that are not listed themselves."""
    known = {base for other in listed & set(kind.__mro__[1:]) for base in other.__mro__}
    ours = [
        base for base in kind.__mro__ if base not in known and base.__module__.partition(".")[0] == "mspkit"
    ]
    found: dict[str, object] = {}
    for base in reversed(ours):
        found.update(
            {key: value for key, value in vars(base).items() if callable(value) or hasattr(value, "__get__")}
        )
        found.update(dict.fromkeys(inspect.get_annotations(base), None))
    for member, value in sorted(found.items()):
        if (member.startswith("_") and not member.startswith("__")) or member in LEFT_OUT:
            continue
        if isinstance(value, property):
            yield f"{name}.{member}: {written(inspect.signature(value.fget).return_annotation)}"  # type: ignore[arg-type]
        elif isinstance(value, (staticmethod, classmethod)):
            yield f"{name}.{member}{signature(value.__func__)}"
        elif inspect.isfunction(value):
            yield f"{name}.{member}{signature(value)}"
        elif not member.startswith("__"):
            types = [inspect.get_annotations(base).get(member) for base in ours]
            yield f"{name}.{member}: {written(next(filter(None, types), 'a field'))}"


def surface() -> Iterator[str]:
    reached = {name: getattr(mspkit, name) for name in mspkit.__all__}
    for service in ("ncentral", "cloudmore", "wiv"):
        package = reached.pop(service)
        reached |= {f"{service}.{name}": getattr(package, name) for name in package.__all__}
    reached |= {f"onboarding.{name}": getattr(onboarding, name) for name in onboarding.__all__}
    listed = {value for value in reached.values() if inspect.isclass(value)}
    for name, value in sorted(reached.items()):
        if inspect.isclass(value):
            bases = ", ".join(base.__name__ for base in value.__bases__)
            yield f"class {name}({bases})"
            yield from members(name, value, listed)
        elif callable(value):
            yield f"{name}{signature(value)}"
        else:
            yield f"{name}: {type(value).__name__}"


if __name__ == "__main__":
    print("\n".join(surface()))
