"""Pydantic support of models, so that FastAPI can return and accept them; imported only by
pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mspkit._errors import MspError

if TYPE_CHECKING:
    from mspkit._model import Field, Model

SIMPLE = {
    "id": "string",
    "text": "string",
    "secret": "string",
    "integer": "integer",
    "number": "number",
    "bool": "boolean",
}


def core_schema(cls: type[Model]) -> Any:
    """How pydantic reads and writes a model."""
    from pydantic_core import core_schema as of

    return of.no_info_plain_validator_function(
        lambda value: _read(cls, value),
        serialization=of.plain_serializer_function_ser_schema(lambda model: model._shown()),
    )


def json_schema(cls: type[Model]) -> dict[str, Any]:
    """The schema of a model in an OpenAPI document."""
    return {
        "title": cls.__name__,
        "type": "object",
        "properties": {name: _of(field) for name, field in cls._fields.items()},
    }


def _of(field: Field[Any]) -> dict[str, Any]:
    one = {"type": SIMPLE[field.kind]} if field.kind in SIMPLE else {}
    if field.of is not None:
        one = json_schema(field.of)
    return {"type": "array", "items": one} if field.many else one


def _read(cls: type[Model], value: Any) -> Model:
    if isinstance(value, cls):
        return value
    if not isinstance(value, Mapping):
        raise ValueError(f"no {cls.__name__}")
    names: dict[Any, str] = {name: field.wire for name, field in cls._fields.items()}
    try:
        made = cls.from_dict({names.get(name, str(name)): inner for name, inner in value.items()})
        made._check()
    except MspError as error:
        raise ValueError(str(error)) from None
    return made
