"""Matching two lists: the cases that every language runs, and what is special in Python."""

from __future__ import annotations

import asyncio
import doctest
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mspkit
from conftest import Clients

CASES = json.loads(
    (Path(__file__).resolve().parents[2] / "tests" / "reconcile" / "cases.json").read_text("utf-8")
)["cases"]
KEYS: dict[str, Any] = {"left_key": "name", "right_key": "name"}


def described(found: mspkit.Reconciliation[Any, Any]) -> dict[str, Any]:
    """The result in the form of the cases."""
    summary = found.summary
    return {
        "summary": {name: getattr(summary, name) for name in summary.__slots__},
        "matched": [
            {
                "left": one.left_index,
                "right": one.right_index,
                "score": one.score,
                "why": one.why,
                "differences": [
                    {name: getattr(each, name) for name in each.__slots__} for each in one.differences
                ],
            }
            for one in found.matched
        ],
        "only_left": [{"row": one.index, "reason": one.reason} for one in found.only_left],
        "only_right": [{"row": one.index, "reason": one.reason} for one in found.only_right],
        "ambiguous": [
            {
                "side": one.side,
                "row": one.index,
                "why": one.why,
                "candidates": [{"row": each.index, "score": each.score} for each in one.candidates],
                "count": one.count,
            }
            for one in found.ambiguous
        ],
        "mapping_problems": [
            {name: getattr(one, name) for name in one.__slots__} for one in found.mapping_problems
        ],
    }


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases(case: dict[str, Any]) -> None:
    options = {"left_key": None, "right_key": None, **case["options"]}
    if "error" in case:
        with pytest.raises(mspkit.InvalidRequestError) as refused:
            mspkit.reconcile(case["left"], case["right"], **options)
        assert refused.value.argument == case["error"]["argument"]
        assert refused.value.allowed and case["error"]["argument"] in str(refused.value)
        return
    found = mspkit.reconcile(case["left"], case["right"], **options)
    assert described(found) == case["result"]
    assert all(one.left is case["left"][one.left_index] for one in found.matched)
    assert all(one.row is case["right"][one.index] for one in found.only_right)
    if "csv" in case:
        assert found.to_csv() == case["csv"]
        assert found.to_csv(excel=True) == "\ufeff" + case["csv"]
    if "mapping_csv" in case:
        assert found.to_mapping() == case["mapping_csv"]
    page = found.to_html()
    assert all(text in page for text in case.get("html_has", []))
    assert not any(text in page for text in case.get("html_lacks", []))


def test_models_and_pagers_are_rows(clients: Clients) -> None:
    client = clients.sync()
    names = [customer.customer_name for customer in client.customers.list().collect(limit=2)]
    found = mspkit.reconcile(
        client.customers.list(),
        ({"name": f"{name} Ltd."} for name in names),
        left_key="customer_name",
        right_key="name",
        left_id="customer_id",
    )
    assert [one.left.customer_name for one in found.matched] == names
    assert isinstance(found.only_left[0].row, mspkit.ncentral.Customer)
    assert found.only_left[0].row.customer_name


def test_rows_that_are_no_rows_are_refused() -> None:
    for rows in (5, "text", None, {"name": "a"}):
        with pytest.raises(mspkit.InvalidRequestError) as refused:
            mspkit.reconcile(rows, [], **KEYS)  # type: ignore[arg-type]
        assert refused.value.argument == "left"
    with pytest.raises(mspkit.InvalidRequestError) as refused:
        mspkit.reconcile([], [{"name": b"a"}], **KEYS)
    assert refused.value.argument == "right[0][name]"


def test_a_failing_iterable_fails_with_its_own_error() -> None:
    def rows() -> Iterator[dict[str, str]]:
        yield {"name": "a"}
        raise LookupError("the file has ended")

    with pytest.raises(LookupError, match="the file has ended"):
        mspkit.reconcile(rows(), [], **KEYS)


def test_a_mapping_file_is_read(tmp_path: Path) -> None:
    first = mspkit.reconcile([{"name": "Contoso"}], [{"name": "Contoso"}], **KEYS)
    kept = tmp_path / "mäpping.csv"
    kept.write_text(first.to_mapping(excel=True), encoding="utf-8", newline="")
    again = mspkit.reconcile([{"name": "Contoso"}], [{"name": "Contoso"}], mapping_file=kept, **KEYS)
    assert [one.why for one in again.matched] == ["mapping"]


def test_other_threads_run_meanwhile() -> None:
    # Names that are all alike take a while.
    rows = [
        {"name": f"customer of the region {number % 97} {chr(97 + number % 26)}"} for number in range(6000)
    ]
    ticks = 0
    done = threading.Event()

    def work() -> None:
        mspkit.reconcile(rows, rows, **KEYS)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        ticks += 1
    thread.join()
    assert ticks > 100


def test_async_code_calls_it_in_a_thread() -> None:
    async def main() -> int:
        found = await asyncio.to_thread(
            mspkit.reconcile, [{"name": "a"}], [{"name": "A"}], left_key="name", right_key="name"
        )
        return len(found.matched)

    assert asyncio.run(main()) == 1


def test_the_result_shows_its_counts() -> None:
    nobody: list[dict[str, str]] = []
    found = mspkit.reconcile([{"name": "a"}], nobody, **KEYS)
    assert "only_left=1" in repr(found)
    assert repr(found.only_left[0]) == "UnmatchedRow(index=0, reason='no_match', row={'name': 'a'})"


def test_the_example_of_the_docstring_runs() -> None:
    text = mspkit.reconcile.__doc__ or ""
    example = doctest.DocTestParser().get_doctest(text, {"mspkit": mspkit}, "reconcile", None, None)
    assert doctest.DocTestRunner().run(example) == (0, 3)
