"""The native half: calls and pages as bytes, errors as fields, and the port in which async calls complete."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import GenericAlias
from typing import Any, Final, Generic, NoReturn, TypeVar, final, overload

from typing_extensions import Self, disjoint_base

from mspkit._errors import MspError
from mspkit._model import Model
from mspkit._types import Hidden

__all__ = [
    "Changes",
    "Core",
    "Cursor",
    "DictReader",
    "Dicts",
    "Field",
    "Item",
    "Items",
    "Mark",
    "OnboardingPlan",
    "OnboardingSpec",
    "Page",
    "Pager",
    "Port",
    "Reconciliation",
    "Response",
    "RowWriter",
    "Shape",
    "Table",
    "WholeFile",
    "__version__",
    "check_environment",
    "decode",
    "diff_rows",
    "encode",
    "forked",
    "limit",
    "onboarding_written",
    "operations",
    "reconcile_rows",
    "refused",
    "shutdown",
]

_T = TypeVar("_T")
# A model, or a row as plain data.
_M = TypeVar("_M")

__version__: Final[str]

_Sink = Callable[[list[tuple[Any, ...]]], None]
# An object of arguments, or its JSON.
_Said = Mapping[str, Any] | Hidden | bytes

@final
class Core:
    """A client of one service, of one kind: blocking or asynchronous."""

    def __new__(cls, service: str, options: _Said, asynchronous: bool) -> Core: ...
    @property
    def base_url(self) -> str: ...
    def call(
        self, operation: str, params: _Said, options: _Said | None, watch: int = 0, sink: _Sink | None = None
    ) -> Response: ...
    def request(
        self,
        method: object,
        path: object,
        body: object,
        options: _Said | None,
        watch: int = 0,
        sink: _Sink | None = None,
    ) -> Response: ...
    def paginate(
        self,
        method: object,
        path: object,
        body: object,
        item_id: object,
        paging: _Said | None,
        options: _Said | None,
    ) -> Pager: ...
    def pager(self, operation: str, params: _Said, paging: _Said | None, options: _Said | None) -> Pager: ...
    def read_partition(self, partition: str, resume_token: str | None) -> Pager: ...
    def submit_call(
        self, port: Port, operation: str, params: _Said, options: _Said | None, watch: int = 0
    ) -> int: ...
    def submit_request(
        self,
        port: Port,
        method: object,
        path: object,
        body: object,
        options: _Said | None,
        watch: int = 0,
    ) -> int: ...
    def with_options(self, options: _Said) -> Core: ...
    def limits(self) -> list[dict[str, Any]]: ...
    def close(self) -> None: ...

class _Answer:
    """What responses and pages have in common; only here, not at run time."""

    @property
    def operation(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def request_id(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def elapsed(self) -> float: ...

@final
class Response(_Answer):
    """The answer to one call."""

    @property
    def raw(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...
    def decode(self) -> Any: ...

@final
class Mark:
    """A place of a list to go back to."""

    @property
    def resume_token(self) -> str: ...

@final
class Pager:
    """Reads a list."""

    def fill(
        self, model: type[_M], wanted: int | None = None, watch: int = 0, sink: _Sink | None = None
    ) -> Items[_M] | None: ...
    def submit_fill(self, port: Port, wanted: int | None = None, watch: int = 0) -> int: ...
    def partitions(self, count: Any, watch: int = 0, sink: _Sink | None = None) -> list[str]: ...
    def submit_partitions(self, port: Port, count: Any, watch: int = 0) -> int: ...
    def hand(self, model: type[_M]) -> Items[_M] | None: ...
    def empty_page(self) -> Page | None: ...
    def mark(self) -> Mark: ...
    def back(self, mark: Mark) -> None: ...
    @property
    def resume_token(self) -> str | None: ...
    @property
    def missing(self) -> int | None: ...
    @property
    def warning(self) -> str | None: ...

@final
class Page(_Answer):
    """One page: its items are slices of one buffer."""

    @property
    def total(self) -> int | None: ...
    @property
    def number(self) -> int | None: ...
    def __len__(self) -> int: ...
    def item_as(self, model: type[_M], at: int) -> _M: ...
    def resume_token(self, consumed: int) -> str: ...

@final
class Table:
    """The columns of a list."""

    def __new__(cls, operation: str, options: _Said) -> Table: ...
    def schema(self) -> object: ...
    def page(self, page: Page) -> object: ...
    def list(self, fill: Callable[[], Items[Any] | None]) -> object: ...

@final
class DictReader:
    """How the rows of a list become dicts."""

    def __new__(cls, model: type, operation: str, options: dict[str, Any]) -> DictReader: ...
    def page(self, page: Page) -> list[dict[str, Any]]: ...
    def items(self, items: Items[Any]) -> Dicts: ...

@final
class Dicts:
    """The dicts of the items of a page that were not given out yet."""

    def __iter__(self) -> Dicts: ...
    def __next__(self) -> dict[str, Any]: ...

@final
class RowWriter:
    """Writes rows as text."""

    def __new__(cls, form: str, operation: str, options: dict[str, Any]) -> RowWriter: ...
    def header(self) -> bytes: ...
    def rest(self, items: Items[Any]) -> tuple[bytes, int]: ...

@final
class WholeFile:
    """A file that appears under its name when it is finished."""

    def __new__(cls, path: str, /) -> WholeFile: ...
    def write(self, text: bytes) -> None: ...
    def finish(self) -> None: ...
    def discard(self) -> None: ...

@final
class Cursor:
    """How far a page has been read."""

@final
class Items(Generic[_M]):
    """The items of a page that were not given out yet."""

    @classmethod
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    @property
    def page(self) -> Page: ...
    @property
    def left(self) -> int: ...
    @property
    def resume_token(self) -> str: ...
    def __iter__(self) -> Iterator[_M]: ...
    def __next__(self) -> _M: ...
    def rest(self) -> Page | None: ...

@disjoint_base
class Item:
    """What every model is at heart: a slice of an answer, or data that was made by hand."""

    def __new__(
        cls,
        from_: Cursor | Page | Response | dict[str, Any] | None = None,
        with_: Item | int | None = None,
        /,
        **_fields: Any,
    ) -> Self: ...
    @property
    def _source(self) -> Page | Response | None: ...
    def _keep(self, data: dict[str, Any]) -> None: ...
    def _loaded(self) -> dict[str, Any]: ...
    def _unreadable(self, reason: str) -> Exception: ...
    def _has(self, wire: str) -> bool: ...
    def _plain(self, by_wire: Mapping[str, Field[Any]], by_wire_name: bool) -> dict[str, Any]: ...
    def _unread(self, shape: Shape) -> list[tuple[int, Any]]: ...

@disjoint_base
class Field(Generic[_T]):
    """What a field is at heart: an attribute that is read from its bytes."""

    def __new__(
        cls,
        wire: str,
        kind: str,
        of: type[Model] | None = None,
        many: bool = False,
        required: bool = False,
    ) -> Self: ...
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    @property
    def name(self) -> str:
        """The name of the attribute."""
    @property
    def wire(self) -> str:
        """The vendor's name."""
    @property
    def kind(self) -> str:
        """What it may be: id, text, integer, number, bool, secret, json or model."""
    @property
    def of(self) -> type[Model] | None:
        """The model of each value, where it is one."""
    @property
    def many(self) -> bool:
        """Whether it is a list of these."""
    @property
    def required(self) -> bool:
        """Whether the vendor promises that it is there and not null."""
    def __set_name__(self, owner: type, name: str) -> None: ...
    @overload
    def __get__(self, model: None, owner: type, /) -> Self: ...
    @overload
    def __get__(self, model: Item, owner: type | None = None, /) -> _T: ...
    def __set__(self, model: Item, value: NoReturn, /) -> None: ...
    def __delete__(self, model: Item, /) -> None: ...

@final
class Shape:
    """The fields of a model, in order."""

    def __new__(cls, fields: Sequence[Field[Any]], /) -> Shape: ...

@final
class Port:
    """Where the async calls of one event loop complete."""

    def __new__(cls) -> Port: ...
    def fileno(self) -> int: ...
    def drain(self) -> list[tuple[int, int, Any]]: ...
    def cancel(self, token: int) -> None: ...
    def wake(self) -> None: ...
    def close(self) -> None: ...

@final
class Changes:
    """What changed between two lists."""

    def found(self) -> dict[str, Any]: ...
    def csv(self, excel: bool) -> str: ...

@final
class Reconciliation:
    """What came of matching two lists."""

    def found(self) -> dict[str, Any]: ...
    def csv(self, excel: bool) -> str: ...
    def mapping(self, excel: bool) -> str: ...
    def html(self, title: str | None, /) -> str: ...

@final
class OnboardingSpec:
    """A document of an onboarding."""

    @staticmethod
    def open(path_or_text: str, format_name: str | None) -> OnboardingSpec: ...
    def __len__(self) -> int: ...
    def plan(
        self, ncentral: Core | None, cloudmore: Core | None, watch: int, sink: _Sink
    ) -> OnboardingPlan: ...
    def submit_plan(self, port: Port, ncentral: Core | None, cloudmore: Core | None, watch: int) -> int: ...
    def apply(
        self,
        ncentral: Core | None,
        cloudmore: Core | None,
        journal: str,
        options: _Said,
        watch: int,
        sink: _Sink,
    ) -> str: ...
    def submit_apply(
        self,
        port: Port,
        ncentral: Core | None,
        cloudmore: Core | None,
        journal: str,
        options: _Said,
        watch: int,
    ) -> int: ...

@final
class OnboardingPlan:
    """A plan of an onboarding."""

    @staticmethod
    def from_json(json: str) -> OnboardingPlan: ...
    def to_json(self) -> str: ...
    def apply(
        self,
        ncentral: Core | None,
        cloudmore: Core | None,
        journal: str,
        options: _Said,
        watch: int,
        sink: _Sink,
    ) -> str: ...
    def submit_apply(
        self,
        port: Port,
        ncentral: Core | None,
        cloudmore: Core | None,
        journal: str,
        options: _Said,
        watch: int,
    ) -> int: ...

def check_environment(service: str, base_url: str, /) -> None: ...
def decode(json: bytes, /) -> Any: ...
def encode(value: object, /) -> bytes: ...
def forked() -> None: ...
def limit(limit: object, /) -> int: ...
def diff_rows(old: object, new: object, options: dict[str, Any], /) -> Changes: ...
def reconcile_rows(left: object, right: object, options: dict[str, Any], /) -> Reconciliation: ...
def refused(argument: str, value: object, allowed: str, /) -> MspError: ...
def onboarding_written(report: str, format_name: str, /) -> str: ...
def operations() -> list[dict[str, Any]]: ...
def shutdown() -> None: ...
