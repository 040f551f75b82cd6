"""Onboarding in Python: the cases of all languages, blocking and async runs, progress, hooks and errors."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest

import mspkit
from conftest import Clients
from mspkit import onboarding
from simulator import ROOT

CASES: list[dict[str, Any]] = json.loads((ROOT / "core/onboarding/tests/cases.json").read_text("utf-8"))
CREATE = "ncentral.service_orgs.create_customer"
TEXT = """so_id,customer_name,contact_first_name,contact_last_name
50,Contoso,Ada,Lovelace
50,=1+1,Ada,Lovelace
"""
PLANTED = "Planted-Secret-7"
WITH_SECRET = f"""
service_orgs:
- so_id: 50
  custom_properties: [{{property_name: Location, value: {PLANTED}}}]
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(case: dict[str, Any], clients: Clients, tmp_path: Path) -> None:
    file = tmp_path / f"file.{case['format']}"
    file.write_bytes(case["text"].encode())
    if "errors" in case:
        with pytest.raises(mspkit.InvalidRequestError) as caught:
            onboarding.load(file)
        found = caught.value.field_errors
        assert [error.field for error in found] == [field for _, field, _ in case["errors"]]
        for error, (line, _, text) in zip(found, case["errors"], strict=True):
            assert error.message.startswith(f"{file}:{line}: ") and text in error.message
        return
    clients.sim.reset(service_orgs=1, customers=1)
    plan = onboarding.plan(onboarding.load(str(file)), ncentral=clients.sync())
    assert [[step.path, step.kind, step.action] for step in plan.steps] == case["steps"]
    assert onboarding.Plan.from_json(plan.to_json()).steps == plan.steps


def test_a_file_is_applied_once(clients: Clients, tmp_path: Path) -> None:
    spec = onboarding.load(TEXT, format="csv")
    assert len(spec) == 3
    seen: list[onboarding.Progress] = []
    client, journal = clients.sync(), tmp_path / "journal"
    report = onboarding.apply(spec, ncentral=client, journal=journal, on_step=seen.append)
    assert report.ok and report.counts == {"created": 2, "existed": 1}
    assert [outcome.action for outcome in report.outcomes] == ["existed", "created", "created"]
    assert report.outcomes[1].id and report.outcomes[1].error is None
    assert (seen[-1].done, seen[-1].total, seen[-1].event) == (3, 3, "finished")
    rows = list(csv.DictReader(io.StringIO(report.to_csv())))
    assert rows[2]["name"] == "'=1+1" and rows[2]["path"].endswith("customers/=1+1")
    assert "<table>" in report.to_html()
    plan = onboarding.plan(spec, ncentral=client)
    assert {step.action for step in plan.steps} == {"exists"}
    again = onboarding.apply(plan, ncentral=client, journal=str(journal))
    assert again.counts == {"existed": 3}
    assert clients.sim.log()["counts"][CREATE]["committed"] == 2


def test_async(clients: Clients, tmp_path: Path) -> None:
    seen: list[str] = []

    async def hook(event: mspkit.RequestEvent) -> None:
        seen.append(event.operation)

    async def step(progress: onboarding.Progress) -> None:
        await asyncio.sleep(0)
        seen.append(progress.event)

    async def main() -> None:
        client = clients.asynchronous(on_request=hook)
        spec = onboarding.load(TEXT, format="csv")
        plan = await onboarding.aplan(spec, ncentral=client)
        assert [step.action for step in plan.steps] == ["exists", "create", "create"]
        report = await onboarding.aapply(plan, ncentral=client, journal=tmp_path / "journal", on_step=step)
        assert report.counts == {"created": 2, "existed": 1}
        await client.close()

    asyncio.run(main())
    assert seen.count("started") == seen.count("finished") == 3
    assert CREATE in seen


def test_secrets_stay_out(clients: Clients, tmp_path: Path) -> None:
    spec = onboarding.load(WITH_SECRET, format="yaml")
    client, journal = clients.sync(), tmp_path / "journal"
    plan = onboarding.plan(spec, ncentral=client)
    report = onboarding.apply(plan, ncentral=client, journal=journal)
    assert report.counts == {"existed": 1, "set": 1}, report.to_json()
    texts = [repr(spec), repr(plan), plan.to_json(), report.to_json(), report.to_html(), journal.read_text()]
    assert not [text for text in texts if PLANTED in text]
    with pytest.raises(mspkit.InvalidRequestError, match="must have its secrets"):
        without = onboarding.Plan.from_json(
            onboarding.plan(
                onboarding.load(WITH_SECRET.replace(PLANTED, "Other"), format="yaml"), ncentral=client
            ).to_json()
        )
        onboarding.apply(without, ncentral=client, journal=tmp_path / "other")


def test_what_on_step_raises_is_logged(
    clients: Clients, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(progress: onboarding.Progress) -> None:
        raise RuntimeError("planted")

    spec = onboarding.load(TEXT, format="csv")
    with caplog.at_level(logging.ERROR, "mspkit"):
        report = onboarding.apply(spec, ncentral=clients.sync(), journal=tmp_path / "journal", on_step=broken)
    assert report.ok and "on_step failed" in caplog.text


def test_wrong_arguments_are_named(clients: Clients, tmp_path: Path) -> None:
    spec, client = onboarding.load(TEXT, format="csv"), clients.sync()
    apply: Any = onboarding.apply
    journal = tmp_path / "journal"
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("ncentral: is required", {}),
        ("ncentral: must be a blocking client", {"ncentral": clients.asynchronous()}),
        ("cloudmore: must be a client of Cloudmore; given: a client of N-central", {"cloudmore": client}),
        ("concurrency: must be a whole number", {"concurrency": 0}),
        ("concurrency: must be a whole number", {"concurrency": "2"}),
        ("allow_cost: must be true or false", {"allow_cost": 1}),
        ("settle: must be", {"settle": -1}),
        ("journal: must be a path", {"journal": 7}),
        ("journal: must be where", {"journal": tmp_path / "none" / "journal"}),
    ]
    for text, options in refusals:
        given = {"journal": journal, "ncentral": client, **options}
        if not options:
            given.pop("ncentral")
        with pytest.raises(mspkit.InvalidRequestError, match=text):
            apply(spec, **given)
    with pytest.raises(mspkit.InvalidRequestError, match="plan_or_spec: must be"):
        apply(TEXT, ncentral=client, journal=journal)
    with pytest.raises(mspkit.InvalidRequestError, match="format: must be yaml"):
        onboarding.load("a\nb", format="xml")  # type: ignore[arg-type]
    assert CREATE not in clients.sim.log()["counts"]
