"""Checks that the API documents are valid: OpenAPI 3.1 whose examples match their schemas.

    python tests/spec/validate.py [FILE ...]     the documents of the three services when none is given
    python tests/spec/validate.py --self-check   breaks copies in memory and expects each to be refused

The files of a service are one document, which the generator bundles. Each document is checked by
openapi-spec-validator; then every example in it, next to a schema or inside one, by jsonschema. A
finding is printed as `file: path: reason`, and any finding makes the exit status 1. The required
packages are pinned in requirements.txt.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "core" / "api" / name for name in ("ncentral", "cloudmore", "wiv")]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Where a schema contains schemas: one, a list of them, or a map of them.
ONE = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames", "unevaluatedProperties")
MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("properties", "patternProperties", "$defs", "dependentSchemas")

FORMATS = FormatChecker(("uuid", "date", "date-time", "regex"))


class Loader(yaml.SafeLoader):
    """YAML without dates: JSON has none, so an unquoted timestamp is a string here."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Document:
    """A document, with a resolver for its references."""

    def __init__(self, name: str, content: Any) -> None:
        self.name = name
        self.content = content
        resource = Resource.from_contents(content, default_specification=DRAFT202012)
        self.registry = Registry().with_resource("urn:document", resource)

    def resolve(self, node: Any) -> Any:
        """The node, or the one that it refers to."""
        seen = set()
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen:
                raise LookupError(f"{reference} refers to itself")
            seen.add(reference)
            try:
                node = self.registry.resolver("urn:document").lookup(reference).contents
            except Exception as error:
                raise LookupError(f"{reference} leads nowhere") from error
        return node

    def misfit(self, schema: Any, value: Any) -> str | None:
        """Why the value does not match the schema, or None."""
        # The schema is resolved within the document, so that `#/components` means the document's.
        seen_from = {"$ref": "urn:document" + schema["$ref"]} if set(schema) == {"$ref"} else rebase(schema)
        validator = Draft202012Validator(seen_from, registry=self.registry, format_checker=FORMATS)
        error = best_match(validator.iter_errors(value))
        if error is None:
            return None
        where = "/".join(str(step) for step in error.absolute_path)
        return f"at {where}: {shortened(error.message)}" if where else shortened(error.message)


def rebase(node: Any) -> Any:
    """A copy of the schema whose references name the document."""
    if isinstance(node, dict):
        return {
            key: f"urn:document{value}" if key == "$ref" and isinstance(value, str) else rebase(value)
            for key, value in node.items()
        }
    return [rebase(value) for value in node] if isinstance(node, list) else node


def shortened(message: str) -> str:
    """The message without the long value that it quotes."""
    return message if len(message) <= 300 else f"{message[:150]} … {message[-150:]}"


def dotted(path: tuple[Any, ...]) -> str:
    return ".".join(str(step) for step in path) or "(document)"


def reference_findings(document: Document, path: tuple[Any, ...], node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        try:
            document.resolve(node)
        except LookupError as error:
            yield f"{dotted(path)}: {error}"
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, inner in steps:
        yield from reference_findings(document, (*path, step), inner)


def schema_findings(path: tuple[Any, ...], node: Any) -> Iterator[str]:
    """Invalid schemas. The specification's validator finds them too, but not their position."""
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, inner in steps:
        if step == "schema" or path == ("components", "schemas"):
            meta = Draft202012Validator(Draft202012Validator.META_SCHEMA)
            for error in meta.iter_errors(inner):
                yield f"{dotted((*path, step, *error.absolute_path))}: {shortened(error.message)}"
        else:
            yield from schema_findings((*path, step), inner)


def specification_findings(document: Document) -> Iterator[str]:
    for error in OpenAPIV31SpecValidator(document.content).iter_errors():
        path = tuple(error.absolute_path)
        # The outermost schema only reports that some branch failed; the innermost cause has the
        # failing keyword.
        while error.context:
            cause = best_match(error.context)
            path, error = path + tuple(cause.relative_path), cause
        yield f"{dotted(path)}: {shortened(error.message)}"


def examples_of(holder: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The examples next to a schema: `example`, or the values of `examples`."""
    if "example" in holder:
        yield ("example",), holder["example"]
    for name, example in (holder.get("examples") or {}).items():
        if isinstance(example, dict) and "value" in example:
            yield ("examples", name), example["value"]


class Walk:
    """Every example of a document, each once, with its path and its schema."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.findings: list[str] = []
        self.count = 0

    def compare(self, path: tuple[Any, ...], schema: Any, value: Any) -> None:
        self.count += 1
        reason = self.document.misfit(schema, value)
        if reason:
            self.findings.append(f"{dotted(path)}: the example does not fit its schema: {reason}")

    def require(self, path: tuple[Any, ...], present: bool, what: str) -> None:
        if not present:
            self.findings.append(f"{dotted(path)}: {what}")

    def schema(self, path: tuple[Any, ...], schema: Any) -> None:
        if not isinstance(schema, dict):
            return
        for number, value in enumerate(schema.get("examples") or []):
            self.compare((*path, "examples", number), schema, value)
        for key in ("example", "default"):
            if key in schema:
                self.compare((*path, key), schema, schema[key])
        for key in ONE:
            self.schema((*path, key), schema.get(key))
        for key in MANY:
            for number, inner in enumerate(schema.get(key) or []):
                self.schema((*path, key, number), inner)
        for key in NAMED:
            for name, inner in (schema.get(key) or {}).items():
                self.schema((*path, key, name), inner)

    def holder(self, path: tuple[Any, ...], holder: dict[str, Any]) -> bool:
        """A parameter, a header or a media type. Returns whether it has an example."""
        schema = holder.get("schema", {})
        self.schema((*path, "schema"), schema)
        examples = list(examples_of(holder))
        for step, value in examples:
            self.compare((*path, *step), schema, value)
        return bool(examples)

    def content(self, path: tuple[Any, ...], content: Any, example_required: bool) -> None:
        for media_type, holder in (content or {}).items():
            at = (*path, "content", media_type)
            has_example = self.holder(at, holder)
            self.require(at, has_example or not example_required, "there is no example")

    def parameter(self, path: tuple[Any, ...], parameter: Any) -> None:
        if "$ref" not in parameter:
            self.require(path, self.holder(path, parameter), "there is no example")

    def response(self, path: tuple[Any, ...], response: Any) -> None:
        if "$ref" in response:
            return
        self.content(path, response.get("content"), example_required=True)
        for name, header in (response.get("headers") or {}).items():
            if "$ref" not in header:
                self.holder((*path, "headers", name), header)

    def operation(self, path: tuple[Any, ...], operation: dict[str, Any]) -> None:
        for number, parameter in enumerate(operation.get("parameters") or []):
            self.parameter((*path, "parameters", number), parameter)
        body = self.document.resolve(operation.get("requestBody") or {})
        self.content((*path, "requestBody"), body.get("content"), example_required=True)
        responses = operation.get("responses") or {}
        for status, response in responses.items():
            self.response((*path, "responses", status), response)
        self.require(path, any(str(status).startswith("2") for status in responses), "no response is a success")
        self.require(path, "default" in responses, "there is no default response")

    def whole(self) -> None:
        content = self.document.content
        for template, item in (content.get("paths") or {}).items():
            for number, parameter in enumerate(item.get("parameters") or []):
                self.parameter(("paths", template, "parameters", number), parameter)
            for method in METHODS:
                if method in item:
                    self.operation(("paths", template, method), item[method])
        components = content.get("components") or {}
        for name, schema in (components.get("schemas") or {}).items():
            self.schema(("components", "schemas", name), schema)
        for name, parameter in (components.get("parameters") or {}).items():
            self.parameter(("components", "parameters", name), parameter)
        for name, header in (components.get("headers") or {}).items():
            self.holder(("components", "headers", name), header)
        for name, response in (components.get("responses") or {}).items():
            self.response(("components", "responses", name), response)


def findings(name: str, content: Any) -> tuple[list[str], int]:
    """The mistakes of a document, and how many examples were compared."""
    if not isinstance(content, dict):
        return [f"{name}: (document): it is not a mapping"], 0
    document = Document(name, content)
    # Each step relies on what the previous one has checked.
    found = (
        list(reference_findings(document, (), content))
        or list(schema_findings((), content))
        or list(specification_findings(document))
    )
    walk = Walk(document)
    if not found:
        walk.whole()
        found = walk.findings
    return [f"{name}: {finding}" for finding in found], walk.count


def load(path: Path) -> Any:
    if path in DOCUMENTS:
        return json.loads(bundled(path.name))
    return yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506 (a SafeLoader without timestamps)


def bundled(service: str) -> bytes:
    """The files of a service as one document."""
    command = ["cargo", "run", "-q", "--locked", "-p", "mspkit-codegen", "--", "--bundle", service]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def first_operation(content: Any) -> Any:
    return next(item[method] for item in content["paths"].values() for method in METHODS if method in item)


def break_version(content: Any) -> str:
    content["openapi"] = "2.0"
    return "openapi"


def break_unknown_word(content: Any) -> str:
    first_operation(content)["sumary"] = "A misspelt word."
    return "paths"


def break_default_response(content: Any) -> str:
    del first_operation(content)["responses"]["default"]
    return "there is no default response"


def break_duplicate_operation(content: Any) -> str:
    operations = [item[method] for item in content["paths"].values() for method in METHODS if method in item]
    operations[1]["operationId"] = operations[0]["operationId"]
    return str(operations[0]["operationId"])


def break_reference(content: Any) -> str:
    first_operation(content)["responses"]["418"] = {"$ref": "#/components/responses/Teapot"}
    return "Teapot"


def break_path_parameter(content: Any) -> str:
    template, item = next((key, item) for key, item in content["paths"].items() if "{" in key)
    del item["parameters"]
    return str(template)


def break_schema_type(content: Any) -> str:
    next(iter(content["components"]["schemas"].values()))["type"] = "text"
    return "components.schemas"


def break_media_example(content: Any) -> str:
    media_type = next(
        response["content"]["application/json"]
        for response in content["components"]["responses"].values()
        if "example" in response.get("content", {}).get("application/json", {})
        or "examples" in response.get("content", {}).get("application/json", {})
    )
    media_type.pop("examples", None)
    media_type["example"] = 7
    return "components.responses"


def break_property_example(content: Any) -> str:
    schema, name = next(
        (schema, name)
        for schema in content["components"]["schemas"].values()
        for name, inner in schema.get("properties", {}).items()
        if inner.get("examples")
    )
    schema["properties"][name]["examples"] = [{"a": "wrong shape"}]
    schema["properties"][name]["type"] = "boolean"
    return f"properties.{name}.examples.0"


def break_parameter_example(content: Any) -> str:
    # Every document has a path parameter with an example.
    parameter = next(
        parameter
        for item in content["paths"].values()
        for parameter in item.get("parameters", [])
        for parameter in [Document("", content).resolve(parameter)]
        if parameter["in"] == "path"
    )
    parameter["example"] = ["not", "an", "id"]
    return "example"


def break_missing_example(content: Any) -> str:
    responses = first_operation(content)["responses"]
    responses["200"] = {"description": "Without.", "content": {"application/json": {"schema": {"type": "object"}}}}
    return "there is no example"


BREAKS: list[Callable[[Any], str]] = [
    break_version,
    break_unknown_word,
    break_default_response,
    break_duplicate_operation,
    break_reference,
    break_path_parameter,
    break_schema_type,
    break_media_example,
    break_property_example,
    break_parameter_example,
    break_missing_example,
]


def self_check(paths: list[Path]) -> int:
    """Breaks a copy of each document in each way. The finding must name the file and the
    position."""
    missed = 0
    for path in paths:
        name, sound = shown(path), load(path)
        for broken in BREAKS:
            content = copy.deepcopy(sound)
            expected = broken(content)
            found, _ = findings(name, content)
            if not any(finding.startswith(f"{name}: ") and expected in finding for finding in found):
                missed += 1
                print(f"{name}: {broken.__name__} was not refused with '{expected}'; found: {found[:3]}")
    if missed == 0:
        print(f"self-check: {len(BREAKS)} kinds of damage to {len(paths)} documents, all refused")
    return 1 if missed else 0


def main(arguments: list[str]) -> int:
    paths = [Path(argument).resolve() for argument in arguments if argument != "--self-check"] or DOCUMENTS
    if "--self-check" in arguments:
        return self_check(paths)
    failed = False
    for path in paths:
        name = shown(path)
        try:
            found, count = findings(name, load(path))
        except (OSError, subprocess.CalledProcessError, yaml.YAMLError) as error:
            found, count = [f"{name}: (document): {error}"], 0
        failed = failed or bool(found)
        print("\n".join(found) if found else f"{name}: OpenAPI 3.1, {count} examples match their schemas")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
