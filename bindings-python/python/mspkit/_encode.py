"""From arguments to the JSON that the native side takes.

Plain data is written natively. What is not exactly that is Python's to write, so that it alone decides what
can be sent.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from mspkit import _native
from mspkit._errors import refused, unsendable
from mspkit._model import Model
from mspkit._types import UNSET


class _UnsendableError(Exception):
    """A value that JSON has no word for."""

    def __init__(self, value: object) -> None:
        self.value = value


def _sendable(value: object) -> object:
    if isinstance(value, Model):
        return value.to_dict(by_wire_name=True)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    # Dates, and ids in the form of uuid.UUID.
    if callable(isoformat := getattr(value, "isoformat", None)):
        return isoformat()
    if type(value).__name__ == "UUID":
        return str(value)
    raise _UnsendableError(value)


_encoder = json.JSONEncoder(default=_sendable, allow_nan=False, separators=(",", ":"))


def encode(what: str, value: object) -> bytes:
    """The JSON of one argument; what cannot be sent is refused by its name."""
    plain = _native.encode(value)
    if plain is not None:
        return plain
    try:
        return _encoder.encode(value).encode()
    except _UnsendableError as error:
        raise unsendable(what, error.value) from None
    except RecursionError:
        raise refused(what, "is nested too deeply, or holds itself") from None
    except TypeError as error:
        raise refused(what, f"must be plain data ({error})") from error
    except ValueError as error:
        if "Circular" in str(error):
            raise refused(what, "is nested too deeply, or holds itself") from None
        _refuse_number(what, value)
        raise refused(what, f"must be plain data ({error})") from error


def _refuse_number(what: str, value: object) -> None:
    """Refuses the number that JSON has no word for, by where it stands."""
    if isinstance(value, float) and not math.isfinite(value):
        raise unsendable(what, value) from None
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _refuse_number(f"{what}[{name}]", inner)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for at, inner in enumerate(value):
            _refuse_number(f"{what}[{at}]", inner)


def encode_members(members: Mapping[str, Any]) -> bytes:
    """The JSON of named arguments, each refused by its own name."""
    plain = _native.encode(members)
    if plain is not None:
        return plain
    return b"{" + b",".join(encode("name", name) + b":" + encode(name, members[name]) for name in members) + b"}"


def encode_given(params: dict[str, Any]) -> bytes:
    """The JSON of the parameters that were given."""
    plain = _native.encode(params, UNSET)
    if plain is not None:
        return plain
    return encode_members({name: value for name, value in params.items() if value is not UNSET})


def call_options(
    timeout: float | None,
    max_retries: int | None,
    extra_headers: Mapping[str, str] | None,
    extra_query: Mapping[str, Any] | None,
    extra_body: Mapping[str, Any] | None,
) -> bytes:
    """The options of one call, as the native side takes them."""
    if (
        timeout is None
        and max_retries is None
        and extra_headers is None
        and extra_query is None
        and extra_body is None
    ):
        return b"{}"
    said = {
        "timeout": timeout,
        "max_retries": max_retries,
        "extra_headers": extra_headers,
        "extra_query": extra_query,
        "extra_body": extra_body,
    }
    said = {name: value for name, value in said.items() if value is not None}
    return encode_members(said)


def paging(
    limit: int | None, concurrency: int | None, resume_token: str | None, on_lost_page: str | None = None
) -> dict[str, Any]:
    """How a list is read."""
    said = {
        "limit": limit,
        "concurrency": concurrency,
        "resume_token": resume_token,
        "on_lost_page": on_lost_page,
    }
    return {name: value for name, value in said.items() if value is not None}


def free_body(body: Any) -> bytes | None:
    """The body of a request to an endpoint that mspkit does not know."""
    return None if body is None else encode("body", body)


def free_options(
    query: Mapping[str, Any] | None,
    headers: Mapping[str, str] | None,
    timeout: float | None,
    max_retries: int | None,
    extra_headers: Mapping[str, str] | None,
    extra_query: Mapping[str, Any] | None,
    extra_body: Mapping[str, Any] | None,
) -> bytes:
    """The options of such a request: its own headers and query go with those that any call may add."""
    all_headers = {**(headers or {}), **(extra_headers or {})}
    all_query = {**(query or {}), **(extra_query or {})}
    return call_options(timeout, max_retries, all_headers or None, all_query or None, extra_body)
