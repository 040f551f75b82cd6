"""What is measured, against which peers, and the maximum ratio of mspkit's time to the peer's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# The sizes for measuring, and the smallest ones for checks.
SIZES = {
    "full": {"many": 10_000, "most": 100_000, "million": 1_000_000, "gets": 500, "at_once": 2_000, "cases": 20_000, "big": 1_000},
    "smoke": {"many": 330, "most": 660, "million": 12_000, "gets": 20, "at_once": 80, "cases": 300, "big": 100},
}


@dataclass(frozen=True)
class Row:
    """Work that mspkit and its peers do alternately. `work` and `options` are filled with the
    sizes."""

    name: str
    language: str
    work: str
    peers: dict[str, float | None]
    ours: str = "mspkit"
    customers: str = "many"
    options: dict[str, Any] = field(default_factory=dict)
    # How many requests asyncio's and Node's peers keep in flight while they read a list.
    in_flight: int = 1
    # Whether a smoke run skips it: another row has the same work.
    smoke: bool = True

    @property
    def key(self) -> str:
        return f"{self.language}: {self.name}"


P50 = "list 50 3 {in_flight}"
P1000 = "list {big} 3 1"
ALL = "list {big} 23 1"
GETS = "gets {gets} {many}"
# Everything as a list of dicts, and into a file.
DICTS = "dicts {big}"
CSV = "csv {big}"
NDJSON = "ndjson {big}"
AT_ONCE = "gets_at_once {at_once} {many} 32"
CASES = "cases {big}"
FRAME = "frame {big}"


def away(milliseconds: int, cap: int) -> dict[str, Any]:
    return {"latency_ms": milliseconds, "caps": {"*": cap}}


def distances(language: str, ours: str, at_20: dict[str, float | None], sequential: list[str], ahead: list[str]) -> list[Row]:
    """A list at a distance; peers that can read ahead keep as many requests in flight as the
    server accepts."""
    rows = []
    for milliseconds, cap in ((20, 5), (20, 50), (50, 5), (50, 50)):
        peers: dict[str, float | None] = dict.fromkeys([*(sequential if cap == 5 else []), *ahead])
        if (milliseconds, cap) == (20, 5):
            peers |= at_20
        name = f"10,000 customers, p50, {milliseconds} ms away, cap {cap}"
        options, smoke = away(milliseconds, cap), milliseconds == 20
        rows.append(Row(name, language, P50, peers, ours, options=options, in_flight=cap, smoke=smoke))
    return rows


BOTH = ("urllib3", "requests")

ROWS = [
    Row(
        "10,000 customers, p50, 3 fields read",
        "python",
        P50,
        {"requests": 0.12, "httpx": 0.33, "aiohttp": 0.42, "npycentral": 0.11, "http_client": None, "urllib3": None},
    ),
    Row(
        "10,000 customers, p1000, 3 fields read",
        "python",
        P1000,
        {"requests": 0.20, "httpx": 0.28, "urllib3": 1.2, "aiohttp": None, "npycentral": None, "http_client": None},
    ),
    Row("10,000 customers, p50, all 23 fields read", "python", "list 50 23 1", {"urllib3": None, "requests": None}),
    Row("10,000 customers, p1000, all 23 fields read", "python", ALL, {"urllib3": 2.0, "requests": None}),
    Row("100,000 customers, p50, 3 fields read", "python", P50, dict.fromkeys(BOTH), customers="most", smoke=False),
    Row("100,000 customers, p1000, 3 fields read", "python", P1000, dict.fromkeys(BOTH), customers="most"),
    Row("100,000 customers, p1000, all 23 fields read", "python", ALL, {"urllib3": None}, customers="most", smoke=False),
    Row("100,000 customers, p1000, into a list of dicts", "python", DICTS, {"requests": 0.5}, customers="most"),
    Row("100,000 customers, p1000, into CSV", "python", CSV, {"requests": 0.35}, customers="most"),
    Row("100,000 customers, p1000, into Polars", "python", FRAME, {"requests": 0.25, "urllib3": 0.5}, customers="most"),
    Row("500 gets", "python", GETS, {"requests": 0.15, "httpx": 0.25, "http_client": 0.65, "urllib3": None, "npycentral": None}),
    Row("asyncio, 2,000 gets, 32 in flight", "python", AT_ONCE, {"aiohttp": 0.3, "httpx_async": 0.05}, "mspkit_async"),
    Row("asyncio, 10,000 customers, p50", "python", P50, {"aiohttp": None, "httpx_async": None}, "mspkit_async"),
    Row("20,000 cases by scroll", "python", CASES, {"requests": None, "httpx": None, "urllib3": None, "aiohttp": None}),
    *distances("python", "mspkit", {"npycentral": 0.24, "requests": 0.24}, ["requests"], ["aiohttp", "httpx_async"]),
    Row("10,000 customers, p50", "node", P50, {"fetch": 0.35, "undici": 1.0, "http": None, "axios": None}),
    Row("10,000 customers, p1000", "node", P1000, {"fetch": 0.8, "undici": 1.0, "http": None, "axios": None}),
    Row("10,000 customers, p1000, all 23 fields read", "node", ALL, {"fetch": None, "undici": None}),
    Row("100,000 customers, p1000", "node", P1000, {"undici": None}, customers="most", smoke=False),
    Row("100,000 customers, p1000, into JSON Lines", "node", NDJSON, {"fetch": 0.5}, customers="most"),
    Row("500 gets", "node", GETS, {"fetch": 0.35, "undici": 1.2, "http": None, "axios": None}),
    Row("2,000 gets, 32 in flight", "node", AT_ONCE, {"fetch": 0.3, "undici": 1.0, "http": None, "axios": None}),
    Row("20,000 cases by scroll", "node", CASES, {"fetch": None, "undici": None}),
    *distances("node", "mspkit", {}, ["fetch"], ["undici"]),
    Row("10,000 customers, p50", "c", P50, {"curl": 0.9}),
    Row("10,000 customers, p1000", "c", P1000, {"curl": None}),
    Row("10,000 customers, p1000, all 23 fields read", "c", ALL, {"curl": None}),
    Row("100,000 customers, p1000", "c", P1000, {"curl": None}, customers="most", smoke=False),
    Row("500 gets", "c", GETS, {"curl": 1.2}),
    Row("20,000 cases by scroll", "c", CASES, {"curl": None}),
    Row("500 gets", "rust", GETS, {"reqwest": 1.15, "hyper": None}),
    Row("2,000 gets, 32 in flight", "rust", AT_ONCE, {"reqwest": None, "hyper": None}),
    Row("10,000 customers, p50", "rust", P50, {"reqwest": None, "hyper": None}),
    Row("10,000 customers, p1000", "rust", P1000, {"reqwest": 0.75, "hyper": None}),
    Row("10,000 customers, p1000, all 23 fields read", "rust", ALL, {"reqwest": None}),
    Row("100,000 customers, p1000", "rust", P1000, {"reqwest": None}, customers="most", smoke=False),
    Row("20,000 cases by scroll", "rust", CASES, {"reqwest": None, "hyper": None}),
]

# What is measured in fresh processes.
PEERS = {
    "python": ["mspkit", "mspkit_async", "http_client", "requests", "httpx", "aiohttp", "urllib3", "npycentral"],
    "node": ["mspkit", "fetch", "http", "undici", "axios"],
    "c": ["mspkit", "curl"],
    "rust": ["mspkit", "reqwest", "hyper"],
}
LANGUAGES = tuple(PEERS)
# The peer whose memory growth is compared with mspkit's.
PLAIN = {"python": "requests", "node": "fetch", "c": "curl", "rust": "reqwest"}
GROWTH_AT_MOST = 10.5
MEMORY_AT_MOST_MB = 16.0
STREAM_AT_MOST_MB = 60.0
IMPORT_AT_MOST = 0.5
IMPORT_AT_MOST_S = 0.030
WHEELS_AT_MOST_MB = 6.0
COMPILE_AT_MOST_S = 1.5
CORE_AT_MOST_US = 8.0
