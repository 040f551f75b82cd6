"""How schemathesis logs in to the simulator: by the security scheme that an operation declares, with its credentials."""

from __future__ import annotations

import json
import os
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import schemathesis

URL = os.environ["MSPKIT_SIMULATOR_URL"]
CREDENTIALS: dict[str, str] = json.loads(os.environ["MSPKIT_SIMULATOR_CREDENTIALS"])


# Whether responses that say where something is have no body, with the simulator's current options.
WITHOUT_BODY: bool = json.loads(os.environ["MSPKIT_WITHOUT_BODY"])


@schemathesis.hook
def before_load_schema(_context: schemathesis.HookContext, document: dict[str, Any]) -> None:
    """Removes from a document what a server cannot be checked against."""
    # OpenAPI cannot express an optional body, so none is declared if there is none.
    for item in document["paths"].values():
        for operation in item.values():
            if WITHOUT_BODY and isinstance(operation, dict) and operation.get("x-mspkit-answer", {}).get("kind") == "located":
                for status in {"200", "201", "202"} & set(operation["responses"]):
                    operation["responses"][status] = without_body(operation["responses"][status], document)
    # Servers check addresses by their `pattern` only; clients check that they are URIs.
    for schema in document["components"]["schemas"].values():
        for inner in schema.get("properties", {}).values():
            if inner.get("format") == "uri" and "pattern" in inner:
                del inner["format"]
    # A model whose name begins with "Seller" would be taken for what `sellerId` identifies, its e-mail address for the id.
    rename_models(document, "Seller", "OfSeller")


def rename_models(document: dict[str, Any], start: str, other: str) -> None:
    """Gives models whose names begin with `start` another beginning."""
    place = '"#/components/schemas/'
    document.update(json.loads(json.dumps(document).replace(place + start, place + other)))
    schemas = document["components"]["schemas"]
    for name in [name for name in schemas if name.startswith(start)]:
        schemas[other + name.removeprefix(start)] = schemas.pop(name)


def without_body(response: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """A response, which can be a reference, without its content."""
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    return {key: value for key, value in response.items() if key != "content"}


def post(path: str, headers: dict[str, str], body: bytes = b"") -> Any:
    request = urllib.request.Request(URL + path, data=body, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def ncentral_token() -> str:
    headers = {"Authorization": f"Bearer {CREDENTIALS['ncentral_jwt']}"}
    return str(post("/api/auth/authenticate", headers)["tokens"]["access"]["token"])


def cloudmore_token() -> str:
    form = {
        "grant_type": "password",
        "scope": "api",
        "username": CREDENTIALS["cloudmore_username"],
        "password": CREDENTIALS["cloudmore_password"],
        "client_id": CREDENTIALS["cloudmore_client_id"],
        "client_secret": CREDENTIALS["cloudmore_client_secret"],
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return str(post("/connect/token", headers, urllib.parse.urlencode(form).encode())["access_token"])


# Header and value for each scheme that the documents declare.
SCHEMES: dict[str, Callable[[], tuple[str, str]]] = {
    "userToken": lambda: ("Authorization", f"Bearer {CREDENTIALS['ncentral_jwt']}"),
    "accessToken": lambda: ("Authorization", f"Bearer {ncentral_token()}"),
    "oauth": lambda: ("Authorization", f"Bearer {cloudmore_token()}"),
    "apiKey": lambda: ("X-API-Key", CREDENTIALS["wiv_api_key"]),
}


def scheme_of(case: schemathesis.Case[Any], _context: schemathesis.AuthContext) -> str:
    """The scheme that the operation declares, or None."""
    document = case.operation.schema.raw_schema
    declared = case.operation.definition.raw.get("security", document.get("security", []))
    return next(iter(declared[0]), "") if declared else ""


# The cache asks again after a 401: `auth.logout` ends the session that the others use.
@schemathesis.auth(cache_by_key=scheme_of)
class Credential:
    def get(self, case: schemathesis.Case[Any], context: schemathesis.AuthContext) -> tuple[str, str] | None:
        scheme = scheme_of(case, context)
        return SCHEMES[scheme]() if scheme else None

    def set(self, case: schemathesis.Case[Any], data: tuple[str, str] | None, context: schemathesis.AuthContext) -> None:
        if data is not None:
            name, value = data
            case.headers[name] = value
