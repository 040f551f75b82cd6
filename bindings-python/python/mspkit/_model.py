"""The base of all models: a read-only view of a slice of a response; fields are read on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from mspkit import _native
from mspkit._lazy import home
from mspkit._types import LazyDoc, ResponseMeta, Secret, meta_of

# Annotations with a name that the package does not have; all others are evaluated on request.
ANYTHING: dict[str, Any] = {
    "Any": Any,
    "tuple[Any, ...]": tuple[Any, ...],
    "tuple[Any, ...] | None": tuple[Any, ...] | None,
    "Secret": Secret,
    "Secret | None": Secret | None,
}

T = TypeVar("T")
M = TypeVar("M", bound="Model")


class Field(_native.Field[T]):
    """A typed, read-only attribute of a model, and the vendor's name for it.

    The native half reads values in the exact form of their kind; any other form is converted here.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Field {self.name} ({self.wire}: {self.kind})>"

    def read(self, value: Any, model: Model) -> Any:
        """The value in the form of the attribute, whatever form was received."""
        if value is None:
            return None
        if self.many:
            if not isinstance(value, list):
                raise unreadable(model, self.wire, value, "a list")
            return tuple(self._read_one(entry, model) for entry in value if entry is not None)
        return self._read_one(value, model)

    def _read_one(self, value: Any, model: Model) -> Any:
        if self.of is not None:
            if not isinstance(value, dict):
                raise unreadable(model, self.wire, value, "an object")
            return self.of._of(value, model)
        expected, read = READ[self.kind]
        try:
            return read(value)
        except (TypeError, ValueError, KeyError, OverflowError):
            raise unreadable(model, self.wire, value, expected) from None

    def plain(self, value: Any, by_wire_name: bool, model: Model) -> Any:
        """The value as plain data, for `to_dict`."""
        return plain(self.read(value, model), by_wire_name)


def _described(field: Field[Any] | None, of: type) -> str:
    if field is None:
        return ABOUT_FIELDS
    from mspkit._docs import of_field

    return of_field(field, Model)


ABOUT_FIELDS = Field.__doc__ or ""
Field.__doc__ = LazyDoc(_described)  # type: ignore[assignment]


def field(wire: str, kind: str, *, required: bool = False) -> Field[Any]:
    """A field that holds one value."""
    return Field(wire, kind, required=required)


def model(of: type[Model], wire: str, *, required: bool = False) -> Field[Any]:
    """A field that holds another model."""
    return Field(wire, "model", of, required=required)


def many(of: type[Model] | str, wire: str) -> Field[Any]:
    """A field that holds a list, shown as a tuple: of models, or of plain values."""
    if isinstance(of, str):
        return Field(wire, of, many=True)
    return Field(wire, "model", of, many=True)


class Model(_native.Item):
    """The base of results: typed, read-only attributes under Python names.

    A field that the server did not send is `None`, like one that it sent as null; `is_set`
    distinguishes them. Fields that this version does not know are kept in `extra`. `to_dict()`
    returns plain data; pandas, Polars and JSON take `[item.to_dict() for item in items]`.
    `dict(item)` and `{**item}` return the same with secrets masked, and FastAPI returns models
    unchanged.
    """

    __slots__ = ()

    # Not a sequence, although `model[name]` exists for `dict(model)`.
    __iter__ = None

    _fields: ClassVar[dict[str, Field[Any]]] = {}
    _by_wire: ClassVar[dict[str, Field[Any]]] = {}
    _shape: ClassVar[_native.Shape] = _native.Shape([])
    _home: ClassVar[str] = ""
    _has_secrets: ClassVar[bool] = False
    # Fields that are secrets if another field has one of these values, by the vendor's names.
    _hidden: ClassVar[tuple[tuple[str, str, tuple[str, ...]], ...]] = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._home = cls.__module__
        cls._fields = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls._by_wire = {value.wire: value for value in cls._fields.values()}
        cls._shape = _native.Shape(list(cls._fields.values()))
        cls._has_secrets = any(
            one.kind == "secret" or (one.of is not None and one.of._has_secrets)
            for one in cls._fields.values()
        ) or bool(cls._hidden)
        cls.__match_args__ = tuple(cls._fields)  # type: ignore[misc]
        # An attribute's value has the type in the brackets; the field is the descriptor that reads
        # it.
        for name, annotation in cls.__annotations__.items():
            if isinstance(annotation, str) and annotation.startswith("Field["):
                cls.__annotations__[name] = ANYTHING.get(annotation[6:-1], annotation[6:-1])
        home(cls)

    def __init__(self, **fields: Any) -> None:
        """Makes a model by hand, as an argument or for a test."""
        unknown = [name for name in fields if name not in self._fields]
        if unknown:
            raise TypeError(f"{type(self).__name__} has no {', '.join(unknown)}; see from_dict")
        self._keep({self._fields[name].wire: wire_value(value) for name, value in fields.items()})

    @classmethod
    def from_dict(cls: type[M], data: Mapping[str, Any]) -> M:
        """Makes a model from plain data under the vendor's names, unknown ones included."""
        return cls._of({str(name): wire_value(value) for name, value in data.items()})

    @classmethod
    def _of(cls: type[M], origin: _native.Response | dict[str, Any], model: Model | None = None) -> M:
        """A view of a call's result, or of data with or without another model."""
        return cls.__new__(cls, origin, model)

    def _check(self) -> None:
        """Reads every field once, so that an unreadable value fails the call and not a later
        access."""
        unread = self._unread(self._shape)
        fields = list(self._fields.values()) if unread else []
        for place, value in unread:
            known = fields[place]
            read = known.read(value, self)
            if known.of is not None:
                for nested in read if known.many else (read,):
                    nested._check()

    @property
    def extra(self) -> dict[str, Any]:
        """Fields that the server sent and this version of mspkit does not know."""
        return {
            wire: plain(value, True) for wire, value in self._loaded().items() if wire not in self._by_wire
        }

    @property
    def response_meta(self) -> ResponseMeta | None:
        """Status, headers, ids and times of the response that it belongs to; None after
        pickling."""
        return None if self._source is None else meta_of(self._source)

    def is_set(self, name: str) -> bool:
        """Whether the server sent the field, null included. Accepts the Python name or the
        vendor's."""
        known = self._fields.get(name)
        return self._has(name if known is None else known.wire)

    def to_dict(self, *, by_wire_name: bool = False) -> dict[str, Any]:
        """Plain data: what was sent, under the Python names or the vendor's. Secrets are
        revealed."""
        return self._plain(self._by_wire, by_wire_name)

    def keys(self) -> list[str]:
        """The names of what was sent, so that `dict(model)` and `{**model}` are plain data."""
        return list(self.to_dict())

    def __getitem__(self, name: str) -> Any:
        known = self._fields.get(name)
        if known is None:
            return self.extra[name]
        if not self._has(known.wire):
            raise KeyError(name)
        if self._hides(known.wire, self._loaded()):
            return "***"
        # A promised field that is null counts as missing.
        return masked(getattr(self, name, None))

    def _shown(self) -> dict[str, Any]:
        """Plain data that may be shown: without secrets."""
        return {name: self[name] for name in self.keys()} if self._has_secrets else self.to_dict()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
        from mspkit._pydantic import core_schema

        return core_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: object, handler: object) -> dict[str, Any]:
        from mspkit._pydantic import json_schema

        return json_schema(cls)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, Model):
            return NotImplemented
        return self.to_dict(by_wire_name=True) == other.to_dict(by_wire_name=True)

    def __hash__(self) -> int:
        return hash((type(self), frozen(self.to_dict(by_wire_name=True))))

    def __repr__(self) -> str:
        data = self._loaded()
        shown = [
            f"{name}={'***' if self._hides(known.wire, data) else repr(known.read(data[known.wire], self))}"
            for name, known in self._fields.items()
            if data.get(known.wire) is not None
        ]
        # Names only: the value of an unknown field may be a secret.
        names = [wire for wire in data if wire not in self._by_wire]
        if names:
            shown.append(f"extra={names}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __copy__(self: M) -> M:
        return self

    def __deepcopy__(self: M, memo: object) -> M:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self._without_secrets())

    def _hides(self, wire: str, data: Mapping[str, Any]) -> bool:
        """Whether a field is a secret because of the value of another one."""
        return any(
            field == wire and data.get(other) in values and data.get(wire) is not None
            for field, other, values in self._hidden
        )

    def _without_secrets(self) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for wire, value in self._loaded().items():
            known = self._by_wire.get(wire)
            if self._hides(wire, self._loaded()):
                continue
            if known is None or (known.of is None and known.kind != "secret"):
                kept[wire] = value
            elif known.of is not None:
                read = known.read(value, self)
                if isinstance(read, tuple):
                    kept[wire] = [nested._without_secrets() for nested in read]
                else:
                    kept[wire] = None if read is None else read._without_secrets()
        return kept


def _restore(cls: type[Model], data: dict[str, Any]) -> Model:
    return cls._of(data)


def plain(value: Any, by_wire_name: bool) -> Any:
    """A deep copy of a value, without types of this package."""
    if isinstance(value, Model):
        return value.to_dict(by_wire_name=by_wire_name)
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {name: plain(inner, by_wire_name) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner, by_wire_name) for inner in value]
    return value


def masked(value: Any) -> Any:
    """A deep copy of a value as plain data, with secrets masked."""
    if isinstance(value, Model):
        return value._shown()
    if isinstance(value, Secret):
        return repr(value)
    if isinstance(value, tuple):
        return [masked(inner) for inner in value]
    return plain(value, False)


def wire_value(value: Any) -> Any:
    """A value as it is stored in a model: plain data under the vendor's names."""
    return plain(value, True)


def frozen(value: Any) -> Any:
    """The value in a hashable form; equal values have equal forms."""
    if isinstance(value, dict):
        return frozenset((name, frozen(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return tuple(frozen(inner) for inner in value)
    return value


def unreadable(model: Model, wire: str, value: Any, expected: str) -> Exception:
    """The error for a value that does not fit its field. A text may be a secret and is not
    shown."""
    kinds: dict[type, str] = {str: f"a text that is not {expected}", dict: "an object", list: "a list"}
    shown = kinds.get(type(value), str(value))
    if not isinstance(value, str):
        shown += f" where {expected} belongs"
    return model._unreadable(f"the response cannot be read at `{wire}`: {shown}")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return str(value)
    raise TypeError


def _id(value: Any) -> str:
    if isinstance(value, bool):
        raise TypeError
    return _text(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise TypeError
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def _bool(value: Any) -> bool:
    if isinstance(value, str):
        return {"true": True, "false": False}[value.strip().lower()]
    if isinstance(value, int) and value in (0, 1):
        return value == 1
    raise TypeError


def _secret(value: Any) -> Secret:
    return Secret(_text(value))


READ: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "id": ("an id", _id),
    "text": ("text", _text),
    "integer": ("a whole number", _integer),
    "number": ("a number", _number),
    "bool": ("true or false", _bool),
    "secret": ("text", _secret),
    "json": ("a value", wire_value),
}
