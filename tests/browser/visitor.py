"""A reader of the site in a browser, who notes what goes wrong while pages are open."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Locator, Route, ViewportSize

DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
# How long a page may take to load, and to do what it is asked, in milliseconds; machines may be busy.
LOADING, LIMIT = 60_000, 15_000
# Colours are measured when they are there.
STILL = "*, *::before, *::after { transition: none !important; animation: none !important }"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        # A browser leaves a page before all of it came.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(docs: Path) -> Iterator[str]:
    """The address of a folder on loopback."""
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=str(docs)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Visitor:
    """Someone with a browser of their own: nothing is stored in it at first."""

    def __init__(self, browser: Browser, base: str, scheme: Literal["light", "dark"] = "light") -> None:
        self.base = base
        self.problems: list[str] = []
        self.context = browser.new_context(
            viewport=DESK, color_scheme=scheme, reduced_motion="reduce", permissions=["clipboard-read", "clipboard-write"]
        )
        self.context.set_default_timeout(LIMIT)
        self.context.set_default_navigation_timeout(LOADING)
        self.context.route("**/*", self.only_own)
        self.page = self.context.new_page()
        self.page.on("console", self.logged)
        self.page.on("pageerror", lambda error: self.note(f"an error: {error}"))

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.context.close()

    def note(self, problem: str) -> None:
        self.problems.append(f"{self.where}: {problem}")

    def logged(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.note(f"the console has {message.text}")

    def only_own(self, route: Route) -> None:
        address = route.request.url
        if address.startswith((self.base, "data:", "blob:")):
            route.continue_()
        else:
            self.note(f"it asks for {address}")
            route.abort()

    @property
    def where(self) -> str:
        """The address of the page in the site."""
        return self.page.url.removeprefix(self.base)

    def open(self, name: str) -> None:
        """Opens a page anew, also if only the anchor differs."""
        if self.where.partition("#")[0] == name.partition("#")[0]:
            self.page.goto("about:blank")
        self.page.goto(self.base + name)
        self.page.add_style_tag(content=STILL)

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def run(self, script: str, argument: Any = None) -> Any:
        """The value of an expression or function in the page."""
        return self.page.evaluate(script, argument)

    def noted(self) -> Iterator[str]:
        """What went wrong so far, once."""
        # Events arrive while the page is asked something.
        self.run("0")
        yield from self.problems
        self.problems.clear()
