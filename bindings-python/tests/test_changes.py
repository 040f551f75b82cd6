"""What changed between two lists: the cases that every language runs, and what is special in
Python."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import pytest

import mspkit
from conftest import Clients
from mspkit import ncentral

CASES = json.loads(
    (Path(__file__).resolve().parents[2] / "tests" / "reconcile" / "changes.json").read_text("utf-8")
)["cases"]


def described(found: mspkit.Changes[Any, Any]) -> dict[str, Any]:
    """The result in the form of the cases."""
    summary = found.summary
    return {
        "summary": {name: getattr(summary, name) for name in summary.__slots__},
        "added": [{"id": one.id, "row": one.index} for one in found.added],
        "gone": [{"id": one.id, "row": one.index} for one in found.gone],
        "changed": [
            {
                "id": one.id,
                "old": one.old_index,
                "new": one.new_index,
                "fields": [{"field": each.field, "old": each.old, "new": each.new} for each in one.fields],
            }
            for one in found.changed
        ],
        "unidentified": [
            {"side": one.side, "row": one.index, "id": one.id, "reason": one.reason}
            for one in found.unidentified
        ],
    }


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases(case: dict[str, Any]) -> None:
    options = {"by": None, **case["options"]}
    if "error" in case:
        with pytest.raises(mspkit.InvalidRequestError) as refused:
            mspkit.diff(case["old"], case["new"], **options)
        assert refused.value.argument == case["error"]["argument"]
        return
    found = mspkit.diff(case["old"], case["new"], **options)
    assert described(found) == case["result"]
    assert all(one.row is case["new"][one.index] for one in found.added)
    assert all(one.old is case["old"][one.old_index] for one in found.changed)
    if "csv" in case:
        assert found.to_csv() == case["csv"]
        assert found.to_csv(excel=True) == "\ufeff" + case["csv"]


def test_models_and_pagers_are_rows(clients: Clients) -> None:
    client = clients.sync()
    after = [customer.to_dict() for customer in client.customers.list()]
    after[0]["customer_name"] = "Renamed"
    changes = mspkit.diff(client.customers.list(), after, by="customer_id")
    assert [(one.id, [each.field for each in one.fields]) for one in changes.changed] == [
        (after[0]["customer_id"], ["customer_name"])
    ]
    assert isinstance(changes.changed[0].old, ncentral.Customer)
    assert changes.summary.unchanged == len(after) - 1 and not changes.added and not changes.gone


def test_the_example_of_the_documentation_runs() -> None:
    finder = doctest.DocTestFinder(recurse=False)
    (example,) = finder.find(mspkit.diff, "diff", globs={"mspkit": mspkit})
    assert doctest.DocTestRunner().run(example).failed == 0
