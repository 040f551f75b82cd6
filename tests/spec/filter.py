"""Filters the table of the operations in a headless Chromium: `python3 tests/spec/filter.py CHROMIUM DOCS REFERENCE FOLDER`.

CHROMIUM is the folder into which it was unpacked, DOCS the site that was built, REFERENCE what `mspkit-codegen --reference`
wrote. The page is opened as a file. Screenshots, also of an entry, are written into FOLDER, as wide as a desk and as a phone.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reconcile"))

from browser import VISIBLE, Browser, expect

FIELDS = ("service", "resource", "retry", "since")
ENTRY = "reference/ncentral.service_orgs.html"
SHOWN = f"{VISIBLE}.map((row) => row.cells[1].textContent)"
CHOSEN = """(() => {{
  const control = document.querySelector('form.operations [name={0}]');
  control.value = {1!r};
  control.dispatchEvent(new Event("input", {{ bubbles: true }}));
}})()"""
MOVED = f"""new Promise((done) => {{{{
  addEventListener("hashchange", () => setTimeout(() => done({SHOWN})), {{{{ once: true }}}});
  location.hash = {{0!r}};
}}}})"""
ENSURE = "service_orgs.ensure_customer"
# What is searched for, and an operation that is found; no search finds more than a screen of them.
SEARCHES = {
    "ensure_customer": ENSURE,
    "ensureCustomer": ENSURE,
    "mspkit_cloudmore_users_delete": "users.delete",
    "client.users().delete_": "users.delete",
    "remove a user": "users.delete",
    "listDevices": "devices.list",
    "client.orgUnits.listDevices": "org_units.list_devices",
    "devices customer": "org_units.list_devices",
    "devices of a customer": "org_units.list_devices",
    "N-central scripts": "scheduled_tasks.run_direct",
    "/api/org-units": "org_units.list",
}
FEW = 40
WIDTHS = {"desk": (1280, 1800), "phone": (390, 1800)}


def operations(reference: Path) -> list[dict[str, str]]:
    known: dict[str, Any] = json.loads((reference / "index.json").read_text(encoding="utf-8"))
    return [
        {
            "name": f"{one['group']}.{one['name']}",
            "service": one["service"],
            "resource": one["group"],
            "retry": one["retry"],
            "since": one["since"] or "",
            "method": one["name"],
            "what": one["what"],
        }
        for one in known["operations"]
    ]


def version(text: str) -> tuple[list[int], bool]:
    return [int(part) for part in re.findall(r"\d+", text)], text.startswith("after")


def named(all_of_them: list[dict[str, str]], **values: str) -> list[str]:
    return [one["name"] for one in all_of_them if all(one[key] == value for key, value in values.items())]


def check(browser: Browser, docs: Path, every: list[dict[str, str]], folder: Path) -> None:
    page = docs / "operations.html"
    browser.open(page)
    expect("the rows", browser.run(SHOWN), named(every))
    for name in FIELDS:
        options = f"[...document.querySelector('form.operations [name={name}]').options].map((one) => one.value)"
        values = dict.fromkeys(one[name] for one in every if one[name])
        order: dict[str, Callable[[str], Any]] = {"service": list(values).index, "since": version}
        expect(f"the values of {name}", browser.run(options), ["", *sorted(values, key=order.get(name, str))])
    count = "document.querySelector('form.operations output').value"
    expect("the count", browser.run(count), f"{len(every)} of {len(every)} operations")

    browser.run(CHOSEN.format("retry", "create"))
    expect("the creates", browser.run(SHOWN), named(every, retry="create"))
    browser.run(CHOSEN.format("service", "wiv"))
    expect("those of Wiv", browser.run(SHOWN), named(every, retry="create", service="wiv"))
    expect("the address", browser.run("location.hash"), "#service=wiv&retry=create")
    left = "[...document.querySelectorAll('[name=resource] option:not(:disabled)')].map((one) => one.value)"
    expect("the resources that are left", browser.run(left), ["", "workflows"])
    browser.run("document.querySelector('form.operations [type=reset]').click()")
    expect("all again", browser.run(f"new Promise((done) => setTimeout(() => done({SHOWN})))"), named(every))
    expect("the address without a filter", browser.run("location.hash"), "")
    for words, first in SEARCHES.items():
        browser.run(CHOSEN.format("words", words))
        found = browser.run(SHOWN)
        expect(f"whether {words!r} finds {first} among few", first in found and len(found) <= FEW, True)
    browser.run(CHOSEN.format("words", "devices of a customer"))
    as_it_is = browser.run(SHOWN)
    browser.run(CHOSEN.format("words", "customer device"))
    expect("what is found without small words, in any order", browser.run(SHOWN), as_it_is)
    deletes = {one["name"] for one in every if one["method"] == "delete" and "user" in one["what"]}
    for words in ("deletes", "remove", "deleting"):
        browser.run(CHOSEN.format("words", f"{words} user"))
        expect(f"what {words!r} does not find", deletes - set(browser.run(SHOWN)), set())
    browser.run(CHOSEN.format("words", "gone_operation"))
    expect("what has a name that is not there", browser.run(SHOWN), [])
    browser.run(CHOSEN.format("words", "ensure_customer"))
    expect("the first of them", browser.run(SHOWN)[0], ENSURE)
    link = "document.querySelector('tbody tr:not([hidden]) a').href"
    expect("where it leads", browser.run(link), f"{(docs / ENTRY).as_uri()}#ensure_customer")

    browser.run(CHOSEN.format("words", ""))
    for since in sorted({one["since"] for one in every} - {""}):
        browser.run(CHOSEN.format("since", since))
        later = [one["name"] for one in every if one["since"] and version(one["since"]) >= version(since)]
        expect(f"what came with {since} or later", browser.run(SHOWN), later)
    browser.run(CHOSEN.format("since", ""))

    # A value that the table does not have is none.
    for state in ("#service=cloudmore", "#retry=gone&service=wiv"):
        service = state.partition("service=")[2]
        expect(f"the rows of {state}", browser.run(MOVED.format(state)), named(every, service=service))
    controls = "[...document.querySelectorAll('form.operations input, form.operations select, form.operations button')]"
    expect(
        "whether every control has a name", browser.run(f"{controls}.every((one) => one.labels?.length || one.textContent)"), True
    )

    for width, (across, down) in WIDTHS.items():
        browser("Emulation.setDeviceMetricsOverride", width=across, height=down, deviceScaleFactor=1, mobile=False)
        for name, place in (("operations", page), ("entry", docs / ENTRY)):
            browser.events.clear()
            browser.open(place)
            browser.screenshot(folder / f"{name}-{width}.png")
            overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            expect(f"the sideways scroll of {name} at {across}", browser.run(overflow), 0)
            if (name, width) == ("operations", "desk"):
                around = "document.querySelector('table').closest('.md-typeset__scrollwrap')"
                hidden = f"(({{ scrollWidth, clientWidth }}) => scrollWidth - clientWidth)({around})"
                expect("how much of the table is to the right of the screen", browser.run(hidden), 0)
            requests = [one["request"]["url"] for one in browser.happened("Network.requestWillBeSent")]
            expect("what came from elsewhere", [one for one in requests if not one.startswith(("file:", "data:", "blob:"))], [])
            expect("what was thrown", browser.happened("Runtime.exceptionThrown"), [])


def main(chromium: str, docs: str, reference: str, folder: str) -> None:
    place = Path(folder).resolve()
    place.mkdir(parents=True, exist_ok=True)
    browser = Browser(Path(chromium).resolve())
    try:
        check(browser, Path(docs).resolve(), operations(Path(reference)), place)
    finally:
        browser.close()
    print(f"the table of operations can be filtered; {place} has screenshots")


if __name__ == "__main__":
    main(*sys.argv[1:])
