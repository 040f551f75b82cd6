"""What came of a call, in the form in which cases look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mspkit import MspError, ResponseMeta


@dataclass
class Outcome:
    """The result of a call or the items of a list, and the error that ended it."""

    result: Any = None
    items: list[dict[str, Any]] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    total: int | None = None
    missing: int | None = None
    meta: ResponseMeta | None = None
    resume_token: str | None = None
    error: MspError | None = None

    def saved(self, path: str) -> Any:
        """The part that a `save` path names."""
        at: Any = {
            "result": self.result,
            "items": self.items,
            "resume_token": self.resume_token,
            "meta": self.meta,
            "error": self.error,
        }
        for part in path.split("."):
            if isinstance(at, list):
                at = at[int(part)]
            elif isinstance(at, dict):
                at = at.get(part)
            else:
                at = getattr(at, part, None)
            if at is None:
                raise LookupError(f"save: {path} leads to nothing")
        return at
