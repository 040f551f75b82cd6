"""Checks that the JSON Schema of an onboarding's file accepts and refuses what the reader does.

The documents are those of `core/onboarding/tests/cases.json` that are YAML or JSON, and some more below. What only the
reader knows is left out: fields that are given twice, and names that are the same to a person.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2] / "core" / "onboarding"
BEYOND = {"a_field_that_is_given_twice", "nothing"}
ADA = {"contact_first_name": "Ada", "contact_last_name": "Lovelace"}
PROPERTY = {"property_name": "Location", "value": "Quay"}
MORE: list[tuple[bool, Any]] = [
    (True, {"organizations": [{"name": "Contoso", "contact": {"name": "Ada"}}]}),
    (True, {"customers": [{"customer_id": 7, "sites": []}], "devices": None}),
    (True, {"devices": [{"device_id": 7, "custom_properties": [{"property_id": 1, "value": "x"}]}]}),
    (True, {"service_orgs": [{"so_name": "Acme", "customers": []}]}),
    (True, {"service_orgs": [{"so_name": "Acme", "custom_properties": [PROPERTY], **ADA}]}),
    (False, {"service_orgs": [{"so_name": "Acme", **ADA, "custom_properties": [{**PROPERTY, "property_id": 1}]}]}),
    (False, {"devices": [{"device_id": 7, "custom_properties": [{"value": "x"}]}]}),
    (False, {"customers": [{"customer_name": "Contoso", **ADA}]}),
    (False, {"service_orgs": [{"so_name": "Acme"}]}),
    (False, {"service_orgs": [{"so_name": "Acme", **ADA, "license_type": "Professional"}]}),
    (False, {"service_orgs": [{"so_id": 1, "customers": [{"customer_name": "A", **ADA, "license_type": "Pro"}]}]}),
    (False, {"organizations": [{"organization_id": "x", "services": [{"id": "x", "currency_code": "EUR"}]}]}),
    (False, {"tenants": []}),
    (False, {}),
]


def documents() -> list[tuple[str, bool, Any]]:
    """Each document with its name, and whether it is good."""
    found = [(f"document {number}", good, document) for number, (good, document) in enumerate(MORE)]
    for case in json.loads((ROOT / "tests" / "cases.json").read_text("utf-8")):
        if case["format"] not in ("json", "yaml") or case["name"] in BEYOND:
            continue
        try:
            document = yaml.safe_load(case["text"])
        except yaml.YAMLError:
            continue
        found.append((case["name"], "steps" in case, document))
    return found


def main() -> int:
    schema = json.loads((ROOT / "onboarding.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    wrong = 0
    for name, good, document in documents():
        if validator.is_valid(document) != good:
            print(f"onboarding.schema.json: {name}: should be {'accepted' if good else 'refused'}: {document}")
            wrong += 1
    print(f"onboarding.schema.json: {len(documents())} documents, {wrong} judged wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
