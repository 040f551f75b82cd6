"""Fails if a bill of materials is not valid CycloneDX; first proves that the validator notices."""

from __future__ import annotations

import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

judge = JsonStrictValidator(SchemaVersion.V1_6)
for name in sys.argv[1:]:
    text = Path(name).read_text(encoding="utf-8")
    assert judge.validate_str(text.replace('"library"', '"libary"')), "a mistake is not noticed"
    if wrong := judge.validate_str(text):
        sys.exit(f"{name}: {wrong}")
