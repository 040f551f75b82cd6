"""Looks at the HTML report in a headless Chromium: it loads nothing, logs nothing, can be filtered
and sorted, and shows its text.

    python3 tests/reconcile/browser.py CHROMIUM REPORT FOLDER

CHROMIUM is the folder into which it was unpacked, or the program; REPORT is the program that writes a
report (core/reconcile/examples/report.rs); screenshots are written into FOLDER. The browser is driven
through two pipes.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))

import chromium

LIMIT = 60.0
LEFT = [
    {"id": 101, "name": "Contoso Ltd", "devices": 12},
    {"id": 102, "name": "Müller & Söhne GmbH", "devices": 7},
    {"id": 103, "name": "Fabrikam"},
    {"id": 104, "name": "Northwind Traders", "devices": 3},
    {"id": 105, "name": "Twin"},
    {"id": 106, "name": "Twin Ltd"},
    {"id": 107, "name": "<img src=x onerror=alert(1)>"},
    *({"id": 200 + number, "name": f"Customer {number}", "devices": number} for number in range(1, 21)),
]
RIGHT = [
    {"guid": "a", "name": "CONTOSO", "quantity": 10},
    {"guid": "b", "name": "Muller und Sohne", "quantity": "7"},
    {"guid": "c", "name": "Northwnid Traders Inc.", "quantity": 3},
    {"guid": "d", "name": "Twin AG"},
    {"guid": "e", "name": "Wingtip Toys", "quantity": 1},
    *({"guid": f"n{number}", "name": f"CUSTOMER {number}", "quantity": number} for number in range(1, 21)),
]
OPTIONS = {
    "left_key": "name",
    "right_key": "name",
    "left_id": "id",
    "right_id": "guid",
    "compare": [["devices", "quantity"]],
    "left_title": "N-central",
    "right_title": "Cloudmore",
    "mapping": "left,right\n999,a\n",
}


class Browser:
    """A page of a browser, and what happened in it."""

    def __init__(self, unpacked: Path) -> None:
        self.folder = tempfile.TemporaryDirectory()
        taken, self.commands = os.pipe()
        self.answers, given = os.pipe()

        def pipes() -> None:
            # The browser reads commands from 3 and writes to 4.
            high = [os.dup(taken), os.dup(given)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        arguments = [*chromium.ARGUMENTS, "--headless", "--remote-debugging-pipe", "--window-size=1200,900"]
        self.process = subprocess.Popen(
            [chromium.program(unpacked), *arguments, f"--user-data-dir={self.folder.name}", "about:blank"],
            close_fds=False,
            env=chromium.environment(unpacked),
            preexec_fn=pipes,
            stderr=subprocess.DEVNULL,
        )
        os.close(taken)
        os.close(given)
        self.number = 0
        self.rest = b""
        self.events: list[dict[str, Any]] = []
        self.session: str | None = None
        [page] = [one for one in self("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        attached = self("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self(f"{domain}.enable")

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        """Sends a command and waits for its result."""
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": params}
        if self.session is not None:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    def next(self) -> dict[str, Any]:
        """The next message; events are kept."""
        while b"\0" not in self.rest:
            part = os.read(self.answers, 1 << 16)
            if not part:
                raise SystemExit("the browser has ended")
            self.rest += part
        text, _, self.rest = self.rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message

    def happened(self, method: str) -> list[dict[str, Any]]:
        return [event["params"] for event in self.events if event["method"] == method]

    def open(self, page: Path) -> None:
        self("Page.navigate", url=page.as_uri())
        end = time.monotonic() + LIMIT
        while not self.happened("Page.loadEventFired"):
            if time.monotonic() > end:
                raise SystemExit("the page is not loaded")
            self.next()

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        result = self("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def screenshot(self, path: Path) -> bytes:
        picture = base64.b64decode(self("Page.captureScreenshot", format="png")["data"])
        path.write_bytes(picture)
        return picture

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(LIMIT)
        self.folder.cleanup()


def colours(picture: bytes) -> int:
    """How many different bytes the pixels of a PNG have: few in a blank page."""
    data, at = b"", 8
    while at < len(picture):
        size = int.from_bytes(picture[at : at + 4], "big")
        if picture[at + 4 : at + 8] == b"IDAT":
            data += picture[at + 8 : at + 8 + size]
        at += size + 12
    return len(set(zlib.decompress(data)))


def expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise SystemExit(f"{what}: {found!r} instead of {wanted!r}")


VISIBLE = "[...document.querySelectorAll('tbody tr')].filter((row) => row.getClientRects().length > 0)"
TYPED = """(() => {{
  const input = document.getElementById({0!r});
  input.value = {1!r};
  input.dispatchEvent(new Event({2!r}));
}})()"""


def check(browser: Browser, page: Path, folder: Path) -> None:
    browser.open(page)
    expect("the title", browser.run("document.title"), "Reconciliation")
    # Customers, other pairs, two on the left alone, one on the right, and one of the right that may be either twin.
    lines = 20 + 3 + 2 + 1 + 2
    expect("the lines", browser.run(f"{VISIBLE}.length"), lines)
    expect("the count", browser.run("document.getElementById('shown').textContent"), f"{lines} of {lines} lines")
    text = browser.run("document.body.innerText")
    for part in ("Müller & Söhne GmbH", "<img src=x onerror=alert(1)>", "with differences", "no row has this value", "0.94"):
        expect(f"whether the text has {part!r}", part in text, True)
    expect("the images", browser.run("document.images.length"), 0)
    shown = browser.screenshot(folder / "report.png")
    expect("whether the screenshot shows something", colours(shown) > 30, True)

    browser.run(TYPED.format("filter", "fabrikam", "input"))
    expect("the lines with a filter", browser.run(f"{VISIBLE}.map((row) => row.cells[4].textContent)"), ["Fabrikam"])
    browser.run(TYPED.format("filter", "", "input"))
    browser.run(TYPED.format("result", "differs", "change"))
    expect("the lines that differ", browser.run(f"{VISIBLE}.map((row) => row.cells[3].textContent)"), ["101"])
    expect("the marks", browser.run("[...document.querySelectorAll('mark')].map((one) => one.textContent)"), ["12", "10"])
    browser.run(TYPED.format("result", "", "change"))

    press = "[...document.querySelectorAll('th')].find((one) => one.textContent === 'N-central: devices').firstChild.click()"
    order = f"{VISIBLE}.map((row) => row.cells[5].textContent).filter((text) => text !== '')"
    numbers = sorted([12, 7, 3, *range(1, 21)])
    browser.run(press)
    expect("the order", browser.run(order), [str(number) for number in numbers])
    expect("what is said of it", browser.run("document.querySelectorAll('th[aria-sort=ascending]').length"), 1)
    browser.run(press)
    expect("the other order", browser.run(order), [str(number) for number in reversed(numbers)])

    named = "(one) => one.labels?.length || one.textContent"
    controls = "[...document.querySelectorAll('input, select, button')]"
    expect("whether every control has a name", browser.run(f"{controls}.every({named})"), True)
    browser("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    expect("the dark colour", browser.run("getComputedStyle(document.body).backgroundColor"), "rgb(13, 17, 23)")
    browser.screenshot(folder / "dark.png")
    browser("Emulation.setEmulatedMedia", media="print")
    expect("the form in print", browser.run("document.querySelector('form').getClientRects().length"), 0)
    pdf = base64.b64decode(browser("Page.printToPDF")["data"])
    (folder / "report.pdf").write_bytes(pdf)
    expect("whether it can be printed", pdf.startswith(b"%PDF") and len(pdf) > 10_000, True)

    requests = [one["request"]["url"] for one in browser.happened("Network.requestWillBeSent")]
    expect("what was requested", [url for url in requests if url != page.as_uri() and not url.startswith("data:")], [])
    expect("what was logged", browser.happened("Log.entryAdded") + browser.happened("Runtime.consoleAPICalled"), [])
    expect("what was thrown", browser.happened("Runtime.exceptionThrown"), [])


def main(unpacked: str, report: str, folder: str) -> None:
    place = Path(folder).resolve()
    place.mkdir(parents=True, exist_ok=True)
    files = []
    for name, value in (("left", LEFT), ("right", RIGHT), ("options", OPTIONS)):
        files.append(place / f"{name}.json")
        files[-1].write_text(json.dumps(value), encoding="utf-8")
    page = place / "report.html"
    subprocess.run([report, *files, page], check=True)
    browser = Browser(Path(unpacked).resolve())
    try:
        check(browser, page, place)
    finally:
        browser.close()
    print(f"the report works in a browser; {place} has screenshots")


if __name__ == "__main__":
    main(*sys.argv[1:])
