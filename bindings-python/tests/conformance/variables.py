"""Variables of a case: `$name` stands for a value, `${name}` for its text inside a longer string."""

from __future__ import annotations

import json
import re
from typing import Any

WHOLE = re.compile(r"\$([a-z][a-z0-9_]*)")
PART = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")


class Variables(dict[str, Any]):
    """The values by name."""

    def __missing__(self, name: str) -> Any:
        raise LookupError(f"there is no variable {name}")

    def fill(self, value: Any) -> Any:
        """The value with its variables replaced; keys of objects stay as they are."""
        if isinstance(value, str):
            whole = WHOLE.fullmatch(value)
            return self[whole[1]] if whole else PART.sub(lambda part: self._text(part[1]), value)
        if isinstance(value, list):
            return [self.fill(entry) for entry in value]
        if isinstance(value, dict):
            return {name: self.fill(entry) for name, entry in value.items()}
        return value

    def _text(self, name: str) -> str:
        value = self[name]
        return value if isinstance(value, str) else json.dumps(value)
