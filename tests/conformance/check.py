"""Checks the conformance cases themselves; no server is needed.

    python3 tests/conformance/check.py

Names are unique, manifest.json has the right count, variables are defined where they are used, and
every operation of the documents has a case that succeeds and one that a server refuses. With the
package `jsonschema` installed every file is also validated against case.schema.json;
`--require-schema` fails without it.
"""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent

# From the generator: the operations of the documents, and the data of the simulator.
TABLE = json.loads((HERE.parent / "simulator" / "src" / "generated.json").read_text("utf-8"))
OPERATIONS = frozenset(TABLE["operations"]) | frozenset(TABLE["derived"])

VARIABLES = {
    "url", "ncentral_jwt", "psa_username", "psa_password", "psa_integration_key", "cloudmore_username",
    "cloudmore_password", "cloudmore_client_id", "cloudmore_client_secret", "cloudmore_reseller_id", "cloudmore_seller_id",
    "cloudmore_organization_id", "wiv_api_key",
}

WHOLE = re.compile(r"\$([a-z][a-z0-9_]*)")
INSIDE = re.compile(r"\$\{([^}]*)\}")


def texts(value):
    """Every string in a JSON value, except keys of objects."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from texts(entry)
    elif isinstance(value, dict):
        for entry in value.values():
            yield from texts(entry)


def used(value):
    """The variables that a JSON value refers to."""
    for text in texts(value):
        whole = WHOLE.fullmatch(text)
        if whole:
            yield whole.group(1)
        else:
            yield from INSIDE.findall(text)


def without_repeats(pairs):
    """An object without repeated keys: the second would silently win."""
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the key {name!r} stands twice in one object")
    return dict(pairs)


def check_variables(case, problems):
    """Variables are defined before they are used."""
    known = set(VARIABLES)
    problems.extend(
        f"{case['name']}: ${name} is not known at the start"
        for part in ("sim", "client")
        for name in used(case.get(part, {}))
        if name not in known
    )
    for number, step in enumerate(case["steps"], 1):
        for name in used({key: value for key, value in step.items() if key not in ("save", "expect")}):
            if name not in known:
                problems.append(f"{case['name']}: ${name} is not known at step {number}")
        known.update(step.get("save", {}).values())
        for name in used(step.get("expect", {})):
            if name not in known:
                problems.append(f"{case['name']}: ${name} is not known in step {number}'s expect")
    for name in used(case.get("requests", [])):
        if name not in known:
            problems.append(f"{case['name']}: ${name} is not known in requests")


def check_steps(case, problems):
    """Calls are of existing operations and of the client's service."""
    service = case["client"]["service"]
    for step in case["steps"]:
        if "client" in step:
            service = step["client"]["service"]
        operation = step.get("call")
        if operation in (None, "request", "paginate"):
            continue
        if operation not in OPERATIONS:
            problems.append(f"{case['name']}: there is no operation {operation}")
        elif not operation.startswith(service + "."):
            problems.append(f"{case['name']}: {operation} is called on a client of {service}")
    for operation in case.get("counts", {}):
        if operation not in OPERATIONS | {"cloudmore.token"}:
            problems.append(f"{case['name']}: counts name {operation}, which there is not")


def check_throttling(case, problems):
    """A 429 without a short Retry-After would pause the endpoint for later cases."""
    scripts = [case.get("sim", {})] + [step["sim"] for step in case["steps"] if "sim" in step]
    for answer in (answer for script in scripts for answer in script.get("script", [])):
        waits = {name.lower() for name in answer.get("headers", {})} & {"retry-after", "ratelimit-reset"}
        if answer.get("status") == 429 and not waits:
            problems.append(f"{case['name']}: a scripted 429 has no Retry-After")


def check_coverage(cases, problems):
    """Every operation succeeds in one case and is refused by a server in another."""
    succeeded, refused = set(), set()
    for case in cases:
        for step in case["steps"]:
            error = step.get("expect", {}).get("error")
            if error is None:
                succeeded.add(step.get("call"))
            elif error.get("status") is not None:
                refused.add(step.get("call"))
    problems.extend(f"no case in which {operation} succeeds" for operation in sorted(OPERATIONS - succeeded))
    problems.extend(f"no case in which {operation} is refused" for operation in sorted(OPERATIONS - refused))


def load(problems):
    """The manifest, and the contents of each case file."""
    manifest = json.loads((HERE / "manifest.json").read_text("utf-8"))
    files = {}
    for path in sorted(HERE.rglob("*.json")):
        name = str(path.relative_to(HERE))
        if name in ("manifest.json", "case.schema.json"):
            continue
        try:
            files[name] = json.loads(path.read_text("utf-8"), object_pairs_hook=without_repeats)
        except (OSError, ValueError) as error:
            problems.append(f"{name}: {error}")
    return manifest, files


def check_schema(files, problems):
    """Every file against the schema; returns whether that was possible."""
    try:
        import jsonschema
    except ImportError:
        return False
    schema = json.loads((HERE / "case.schema.json").read_text("utf-8"))
    counted = [collection["name"] for collection in TABLE["collections"] if collection["count"] is not None]
    schema["$defs"]["reset"]["properties"].update({name: {"type": "integer", "minimum": 0} for name in counted})
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for name, contents in files.items():
        for error in validator.iter_errors(contents):
            deepest = error
            while deepest.context:
                deepest = max(deepest.context, key=lambda inner: len(inner.absolute_path))
            problems.append(f"{name}: {'/'.join(map(str, deepest.absolute_path))}: {deepest.message[:200]}")
    return True


def main(arguments):
    problems = []
    manifest, files = load(problems)
    validated = check_schema(files, problems)
    if "--require-schema" in arguments and not validated:
        problems.append("the package jsonschema is not installed")
    if not problems:
        cases = [case for contents in files.values() for case in contents["cases"]]
        names = [case["name"] for case in cases]
        problems.extend(f"two cases are named {name!r}" for name in sorted({name for name in names if names.count(name) > 1}))
        if manifest["cases"] != len(cases):
            problems.append(f"manifest.json says {manifest['cases']} cases, the files hold {len(cases)}")
        for case in cases:
            check_variables(case, problems)
            check_steps(case, problems)
            check_throttling(case, problems)
        check_coverage(cases, problems)
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        note = "" if validated else " (not validated against the schema: jsonschema is not installed)"
        print(f"conformance cases: {manifest['cases']} in {len(files)} files, {len(OPERATIONS)} operations covered{note}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
