"""The conformance cases through both clients, and the proof that a sabotaged simulator fails a run."""

from __future__ import annotations

import pytest

from conformance import cases, runner

FRONTS = pytest.mark.parametrize("asynchronous", [False, True], ids=["blocking", "async"])


@FRONTS
def test_client_conforms(asynchronous: bool, capsys: pytest.CaptureFixture[str]) -> None:
    suite = cases.load()
    verdict = runner.run(suite, asynchronous=asynchronous)
    with capsys.disabled():
        print(f"\n{'async' if asynchronous else 'blocking'}: {verdict.line()}")
    assert not verdict.failures, "\n".join(verdict.failures)
    assert verdict.ran == suite.expected, "the manifest's number of cases and those that ran differ"


@FRONTS
@pytest.mark.parametrize("sabotage", ["wrong_field", "lost_item", "extra_request"])
def test_sabotage_is_noticed(sabotage: str, asynchronous: bool) -> None:
    verdict = runner.run(cases.load(), asynchronous=asynchronous, sabotage=sabotage, enough=1)
    assert verdict.failures, f"{verdict.ran} cases ran against {sabotage} and none noticed"


def test_a_field_that_the_format_does_not_have_is_refused() -> None:
    with pytest.raises(cases.CaseError, match="colour"):
        cases.only("a case", {"colour": 1}, cases.CASE)
