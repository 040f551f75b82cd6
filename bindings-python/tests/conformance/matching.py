"""The matching rules of the case format: exact unless a matcher says otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from conformance.outcome import Outcome

NOTHING = object()


class MismatchError(Exception):
    """Something is not as the case expects it."""


def _shown(value: Any) -> str:
    return "nothing" if value is NOTHING else json.dumps(value, default=repr)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def value(want: Any, have: Any, at: str) -> None:
    """Compares two JSON values."""
    if isinstance(want, dict) and len(want) == 1 and next(iter(want)).startswith("$"):
        _matcher(*next(iter(want.items())), have, at)
    elif isinstance(want, dict) and isinstance(have, dict):
        for name in have.keys() - want.keys():
            raise MismatchError(f"{at}: {name} came and is not expected: {_shown(have[name])}")
        _members(want, have, at)
    elif isinstance(want, list) and isinstance(have, list):
        if len(want) != len(have):
            raise MismatchError(f"{at}: expected {len(want)} entries, came {len(have)}: {_shown(have)}")
        for index, (wanted, came) in enumerate(zip(want, have, strict=True)):
            value(wanted, came, f"{at}[{index}]")
    elif not (want == have and (type(want) is type(have) or (_is_number(want) and _is_number(have)))):
        raise MismatchError(f"{at}: expected {_shown(want)}, came {_shown(have)}")


def _members(want: Mapping[str, Any], have: Any, at: str) -> None:
    for name, wanted in want.items():
        value(wanted, have.get(name, NOTHING), f"{at}.{name}")


def _matcher(name: str, of: Any, have: Any, at: str) -> None:
    if name == "$subset" and isinstance(have, dict):
        _members(of, have, at)
        return
    number = _is_number(have)
    fits = {
        "$any": have is not NOTHING,
        "$absent": have is NOTHING,
        "$number": number and str(have) == of,
        "$between": number and name == "$between" and of[0] <= have <= of[1],
    }
    if not fits.get(name, False):
        raise MismatchError(f"{at}: expected {name} {_shown(of)}, came {_shown(have)}")


def outcome(want: Mapping[str, Any], have: Outcome) -> None:
    """Compares what came of a call with what was expected of it."""
    if have.error is not None and "error" not in want:
        raise MismatchError(f"failed: {have.error!r}")
    if have.error is None and "error" in want:
        raise MismatchError(f"succeeded: {_shown(have.result)} {_shown(have.items)}")
    came = {
        "result": have.result,
        "items": have.items,
        "count": len(have.items),
        "pages": [size for size in have.pages if size],
        "total": have.total,
        "complete": None if have.missing is None else have.missing == 0,
        "missing": have.missing,
    }
    for name, wanted in want.items():
        if name == "error":
            failure(wanted, have.error)
        elif name == "ids":
            for field, ids in wanted.items():
                value(ids, [item.get(field) for item in have.items], f"ids.{field}")
        elif name == "meta":
            if have.meta is None:
                raise MismatchError("meta: there is none")
            for part, expected in wanted.items():
                value(expected, getattr(have.meta, part), f"meta.{part}")
        elif name in came:
            value(wanted, came[name], name)
        else:
            raise MismatchError(f"expect.{name}: the format has no such field")


def failure(want: Mapping[str, Any], error: Any) -> None:
    """Compares an error."""
    message = str(error)
    debug = f"{message} {error!r} {vars(error)!r}"
    came = {
        "kind": error.kind,
        "status": error.status,
        "code": error.code,
        "server_error_id": error.server_error_id,
        "retryable": error.retryable,
        "retry_after": error.retry_after,
        "total": error.total,
        "missing": error.missing,
        "attempts": len(error.attempts),
        "has_resume_token": error.resume_token is not None,
        "argument": error.argument,
        "given": error.given,
        "allowed": error.allowed,
        "method": error.method,
        "path": error.path,
        "server": error.server,
    }
    for name, wanted in want.items():
        at = f"error.{name} of {message!r}"
        if name == "message_contains":
            for text in wanted:
                if text.lower() not in message.lower():
                    raise MismatchError(f"{at}: does not hold {text!r}")
        elif name == "message_excludes":
            for text in wanted:
                if text in debug:
                    raise MismatchError(f"{at}: holds {text!r}: {debug}")
        elif name == "field_errors":
            if len(wanted) != len(error.field_errors):
                raise MismatchError(f"{at}: expected {len(wanted)} entries, came {error.field_errors!r}")
            for entry, said in zip(wanted, error.field_errors, strict=True):
                for part, expected in entry.items():
                    value(expected, getattr(said, part), f"{at}.{part}")
        elif name in came:
            value(wanted, came[name], at)
        else:
            raise MismatchError(f"expect.error.{name}: the format has no such field")


def requests(want: Sequence[Mapping[str, Any]], have: Sequence[Any], unordered: bool) -> None:
    """Compares the requests that the server received with those of the case."""
    summary = ", ".join(f"{one['method']} {one['raw_target']}" for one in have)
    if len(want) != len(have):
        raise MismatchError(f"expected {len(want)} requests, came {len(have)}: {summary}")
    if unordered:
        _assign(want, list(have), summary)
        return
    for index, wanted in enumerate(want):
        try:
            _request(wanted, have[index], have[index - 1] if index else None)
        except MismatchError as why:
            raise MismatchError(f"request {index}: {why}") from None


def _assign(want: Sequence[Mapping[str, Any]], left: list[Any], summary: str) -> None:
    for wanted in want:
        for at, came in enumerate(left):
            try:
                _request(wanted, came, None)
            except MismatchError:
                continue
            del left[at]
            break
        else:
            raise MismatchError(f"no request is {_shown(wanted)} among {summary}")


def _request(want: Mapping[str, Any], have: Any, before: Any) -> None:
    body = have["body"] or ""
    content_type = have["headers"].get("content-type", "")
    value(want.get("query", {}), have["query"], "query")
    if not want.keys() & {"json", "form", "body"} and body:
        raise MismatchError(f"a body came and is not expected: {body}")
    for name, wanted in want.items():
        if name == "query":
            continue
        if name in ("method", "status"):
            value(wanted, have[name], name)
        elif name == "path":
            came = have["raw_target"].partition("?")[0]
            if _lower_escapes(wanted) != _lower_escapes(came):
                raise MismatchError(f"path: expected {wanted}, came {came}")
        elif name == "headers":
            for header, pattern in wanted.items():
                _header(header, pattern, have["headers"].get(header, NOTHING))
        elif name == "json":
            _typed("application/json", content_type)
            value(wanted, json.loads(body), "json")
        elif name == "form":
            _typed("application/x-www-form-urlencoded", content_type)
            value(wanted, dict(parse_qsl(body, keep_blank_values=True)), "form")
        elif name == "body":
            value(wanted, body, "body")
        elif name == "after_ms":
            passed = have["at_ms"] - (before["at_ms"] if before else 0)
            if passed + 10 < wanted:
                raise MismatchError(f"came {passed} ms after the one before, {wanted} expected")
        else:
            raise MismatchError(f"requests.{name}: the format has no such field")


def _typed(begins: str, content_type: str) -> None:
    if not content_type.startswith(begins):
        raise MismatchError(f"content-type is {content_type!r}")


def _header(name: str, want: Any, have: Any) -> None:
    if not isinstance(want, str):
        value(want, have, name)
        return
    pattern = ".*".join(re.escape(part) for part in want.split("*"))
    if have is NOTHING or not re.fullmatch(pattern, have, re.DOTALL):
        raise MismatchError(f"{name}: expected {want!r}, came {_shown(have)}")


def _lower_escapes(path: str) -> str:
    return re.sub(r"%[0-9A-Fa-f]{2}", lambda escape: escape[0].lower(), path)
