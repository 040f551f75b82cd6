"""Arguments on their way to the native side, which writes them as JSON and refuses what cannot be
sent.

Secrets, and what may be one, are wrapped at once: a traceback may show local variables.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from mspkit._options import FILES, call_options
from mspkit._types import UNSET, Hidden, Secret


def hidden(value: Any) -> Any:
    """Wraps a value that may be a secret, so that it does not show."""
    if value is None or value is UNSET or isinstance(value, (Secret, Hidden, os.PathLike)):
        return value
    return Hidden(value)


def given_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a client, without those that were not given."""
    given = {name: value for name, value in options.items() if value is not None and value is not UNSET}
    for name in FILES & given.keys():
        if isinstance(given[name], os.PathLike):
            given[name] = os.fspath(given[name])
    return given


def shown(value: Any) -> Any:
    """The value inside a wrapper."""
    return value.reveal() if isinstance(value, (Secret, Hidden)) else value


def is_plain(name: str, value: Any) -> bool:
    """Whether an option that may be a secret is not one: the path of a file, a proxy without a
    password."""
    text = shown(value)
    if not isinstance(text, str):
        return False
    if name == "client_cert":
        return "\n" not in text and os.path.isfile(text)  # noqa: PTH113 - pathlib takes long to import
    return name == "proxy" and "@" not in text


def free_request(
    method: str,
    path: str,
    query: Mapping[str, Any] | None,
    body: Any,
    headers: Mapping[str, str] | None,
    options: Mapping[str, Any],
) -> tuple[str, Hidden, Hidden | None, Hidden]:
    """A request to an endpoint that mspkit does not know: method, path, body and options.

    Its own headers and query are merged with those of the options.
    """
    given = {
        **(call_options(options) or {}),
        "extra_headers": _both(headers, options.get("extra_headers")),
        "extra_query": _both(query, options.get("extra_query")),
    }
    given = {name: value for name, value in given.items() if value is not None}
    return method, Hidden(path), None if body is None else Hidden(body), Hidden(given)


def _both(own: Any, more: Any) -> Any:
    """Two mappings merged. Anything that is not a mapping is passed on, to be refused by name."""
    if isinstance(own, Mapping) and isinstance(more, Mapping):
        return {**own, **more}
    return more if own is None else own if more is None or not isinstance(own, Mapping) else more
