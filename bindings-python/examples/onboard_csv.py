"""Onboards the customers of customers.csv, configured by the environment. Started again after a
crash, in the same folder, it goes on where it was."""

import sys
from pathlib import Path

from mspkit import NCentral, onboarding


def progress(step: onboarding.Progress) -> None:
    if sys.stderr.isatty():
        print(f"\r{step.done:3} of {step.total}: {step.path:70}\r", end="", file=sys.stderr, flush=True)


spec = onboarding.load(Path(__file__).with_name("customers.csv"))
with NCentral() as client:
    plan = onboarding.plan(spec, ncentral=client)
    missing = [step.name for step in plan.steps if step.action == "create"]
    print(f"plan: {len(missing)} of {len(plan.steps)} rows are missing", flush=True)
    report = onboarding.apply(
        spec, ncentral=client, journal="customers.journal", concurrency=2, on_step=progress
    )
for outcome in report.outcomes:
    print(f"{outcome.action:12} {outcome.id or '':8} {outcome.path}")
Path("report.csv").write_text(report.to_csv(), encoding="utf-8-sig")
Path("report.html").write_text(report.to_html(), encoding="utf-8")
print("report:", ", ".join(f"{count} {action}" for action, count in report.counts.items()))
sys.exit(0 if report.ok else 1)
