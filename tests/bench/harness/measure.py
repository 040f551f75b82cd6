"""How rows are measured: peer and mspkit alternate, so that the machine's load affects both."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from harness import rows, size
from harness.result import Result
from harness.tools import TARGET, MissingError, Tools, run
from harness.workers import Done, FailedError, Simulator, Worker

# Seconds for the import, and until all calls are done.
Start = tuple[float, float]


class WrongError(Exception):
    """Peers read different things."""


class Bench:
    """A run over all rows, or over those whose name matches."""

    def __init__(self, tools: Tools, smoke: bool, rounds: int, only: str, report: Callable[[Result], None]) -> None:
        self.tools = tools
        self.smoke = smoke
        self.rounds = rounds
        self.only = re.compile(only)
        self.sizes = rows.SIZES["smoke" if smoke else "full"]
        self.report = report
        self.results: list[Result] = []
        self.versions: dict[str, str] = {}
        self.wrong: list[str] = []

    def add(self, *results: Result) -> None:
        for result in results:
            if self.smoke:
                # The sizes are too small for any judgement.
                result.target = None
            self.results.append(result)
            self.report(result)

    def skip(self, row: str, against: str, reason: object, target: float | None = None) -> None:
        self.add(Result(row, against, "", target=target, skipped=str(reason)))

    def wanted(self, key: str) -> bool:
        return self.only.search(key) is not None

    def simulator(self, on: ExitStack, customers: int, options: dict[str, Any] | None = None) -> Simulator:
        caps = {"customers": customers, "cases": self.sizes["cases"], "caps": {"*": 50}}
        simulator = Simulator(self.tools, caps | (options or {}))
        on.callback(simulator.close)
        return simulator

    def worker(self, on: ExitStack, simulator: Simulator, language: str, peer: str) -> Worker:
        worker = Worker(self.tools, simulator, language, peer)
        on.callback(worker.close)
        self.versions[f"{language} {peer}"] = worker.version
        return worker

    def run(self) -> None:
        for row in rows.ROWS:
            if self.wanted(row.key) and (row.smoke or not self.smoke):
                self.guarded(row.key, partial(self.compare, row))
        for language in rows.LANGUAGES:
            for what in (self.growth, self.memory, self.peaks, self.stream, self.first_calls):
                self.guarded(f"{language}: {what.__name__}", partial(what, language))
        self.guarded("python: import", self.imports)
        for key, measure in size.MEASURES.items():
            if self.wanted(key):
                self.guarded(key, partial(self.size, key, measure))
        self.guarded("floor", self.floor)
        if not self.smoke:
            self.guarded("core", self.core)
        self.guarded("instructions", self.instructions)

    def guarded(self, key: str, measure: Callable[[], None]) -> None:
        """A row that cannot be measured is reported, unless it is wrong."""
        try:
            measure()
        except MissingError as reason:
            self.skip(key, "", reason)
        except (FailedError, WrongError) as error:
            self.wrong.append(f"{key}: {error}")
            self.skip(key, "", f"failed: {error}")

    def compare(self, row: rows.Row) -> None:
        """A row: mspkit and each peer, alternating."""
        customers = self.sizes[row.customers]
        line = row.work.format(in_flight=row.in_flight, **self.sizes)
        with ExitStack() as on:
            simulator = self.simulator(on, customers, row.options)
            ours = self.worker(on, simulator, row.language, row.ours)
            theirs: dict[str, Worker] = {}
            for peer, target in row.peers.items():
                try:
                    theirs[peer] = self.worker(on, simulator, row.language, peer)
                except MissingError as reason:
                    self.skip(row.key, peer, reason, target)
            found = {worker.name: self.checked(worker, line) for worker in [ours, *theirs.values()]}
            self.equal(found)
            results = {peer: Result(row.key, peer, "s", target=row.peers[peer]) for peer in theirs}
            for _ in range(self.rounds):
                for peer, worker in theirs.items():
                    took = self.checked(worker, line).seconds
                    results[peer].pairs.append((self.checked(ours, line).seconds, took))
            self.add(*results.values())

    def checked(self, worker: Worker, line: str) -> Done:
        """Work that was done, with a correct count."""
        done = worker.work(line)
        what, first, *_ = line.split()
        right = {"gets": int(first), "gets_at_once": int(first), "cases": self.sizes["cases"]}.get(what)
        if right is not None and done.count != right:
            raise WrongError(f"{worker.name} read {done.count} of {right}")
        return done

    @staticmethod
    def equal(found: dict[str, Done]) -> None:
        """All peers have read the same."""
        if len({(done.count, done.sum) for done in found.values()}) > 1:
            raise WrongError(", ".join(f"{name} read {done.count} with sum {done.sum}" for name, done in found.items()))

    def growth(self, language: str) -> None:
        """How much longer ten times as many items take."""
        key = f"{language}: time for 100,000 customers against that for 10,000"
        if not self.wanted(key) or self.smoke:
            return
        for page in (50, 1000):
            with ExitStack() as on:
                few, many = (self.simulator(on, self.sizes[size]) for size in ("many", "most"))
                workers = [self.worker(on, simulator, language, "mspkit") for simulator in (many, few)]
                line = f"list {page} 3 1"
                for worker in workers:
                    worker.work(line)
                result = Result(f"{key}, p{page}", "10,000", "s", target=rows.GROWTH_AT_MOST)
                for _ in range(self.rounds):
                    most, least = (worker.work(line).seconds for worker in workers)
                    result.pairs.append((most, least))
                self.add(result)

    def memory(self, language: str) -> None:
        """How much memory grows while a million customers are read, after the first 10,000."""
        key = f"{language}: memory growth over 1,000,000 customers"
        if not self.wanted(key):
            return
        with ExitStack() as on:
            simulator = self.simulator(on, self.sizes["million"])

            def grown(peer: str) -> float:
                done = self.worker(on, simulator, language, peer).work("grow 1000")
                if done.count != self.sizes["million"]:
                    raise WrongError(f"{language} {peer} read {done.count} customers")
                return done.more / 1024

            ours = grown("mspkit")
            self.add(Result(key, "", "MB", [(ours, 0.0)], rows.MEMORY_AT_MOST_MB, ratio=False))
            peer = rows.PLAIN[language]
            try:
                # Hardly any growth cannot be compared: less than 1 MB counts as 1 MB.
                self.add(Result(key, peer, "MB", [(ours, max(grown(peer), 1.0))]))
            except MissingError as reason:
                self.skip(key, peer, reason)

    def peaks(self, language: str) -> None:
        """The most memory that a process needs to read 100,000 customers."""
        key = f"{language}: peak memory for 100,000 customers, p1000"
        if not self.wanted(key):
            return
        peaks: dict[str, float] = {}
        with ExitStack() as on:
            simulator = self.simulator(on, self.sizes["most"])
            for peer in rows.PEERS[language]:
                with ExitStack() as alone:
                    try:
                        worker = self.worker(alone, simulator, language, peer)
                    except MissingError as reason:
                        self.skip(key, peer, reason)
                        continue
                    worker.work(f"list {self.sizes['big']} 3 1")
                    peaks[peer] = worker.memory("VmHWM") / 1024
        if "mspkit" in peaks:
            self.add(*(Result(key, peer, "MB", [(peaks["mspkit"], peak)]) for peer, peak in peaks.items() if peer != "mspkit"))

    def stream(self, language: str) -> None:
        """The most memory that a process needs to read 1,000,000 customers as a stream of Arrow."""
        key = f"{language}: peak memory for 1,000,000 customers as a stream of Arrow"
        if language != "python" or not self.wanted(key):
            return
        with ExitStack() as on:
            simulator = self.simulator(on, self.sizes["million"])
            worker = self.worker(on, simulator, language, "mspkit")
            done = worker.work(f"stream {self.sizes['big']}")
            if done.count != self.sizes["million"]:
                raise WrongError(f"{language} read {done.count} customers")
            self.add(Result(key, "", "MB", [(worker.memory("VmHWM") / 1024, 0.0)], rows.STREAM_AT_MOST_MB, ratio=False))

    def starts(self, simulator: Simulator, language: str, peers: list[str], calls: int) -> Iterator[dict[str, Start]]:
        """Round by round, fresh processes: seconds for import, and until all calls are done."""
        line = f"gets {calls} {self.sizes['many']}"
        for _ in range(self.rounds):
            took = {}
            for peer in peers:
                with ExitStack() as alone:
                    worker = self.worker(alone, simulator, language, peer)
                    called = worker.work(line).seconds if calls else 0.0
                    took[peer] = worker.imported, worker.imported + worker.made + called
            yield took

    def first_calls(self, language: str) -> None:
        """Import, client and first call in a fresh process, including the token exchange."""
        key = f"{language}: import, client and first call"
        if not self.wanted(key):
            return
        peers = []
        with ExitStack() as on:
            simulator = self.simulator(on, self.sizes["many"])
            for peer in rows.PEERS[language]:
                try:
                    self.tools.command(language, peer)
                    peers.append(peer)
                except MissingError as reason:
                    self.skip(key, peer, reason)
            if "mspkit" not in peers:
                return
            results = {peer: Result(key, peer, "s") for peer in peers if peer != "mspkit"}
            for took in self.starts(simulator, language, peers, 1):
                for peer, result in results.items():
                    result.pairs.append((took["mspkit"][1], took[peer][1]))
            self.add(*results.values())

    def imports(self) -> None:
        """Import and client of mspkit, also against the import of httpx alone."""
        key = "python: import and client"
        if not self.wanted(key):
            return
        with ExitStack() as on:
            simulator = self.simulator(on, self.sizes["many"])
            result = Result(key, "import of httpx", "s", target=rows.IMPORT_AT_MOST)
            for took in self.starts(simulator, "python", ["httpx", "mspkit"], 0):
                result.pairs.append((took["mspkit"][1], took["httpx"][0]))
            alone = Result(key, "", "s", [(ours, 0.0) for ours, _ in result.pairs], rows.IMPORT_AT_MOST_S, ratio=False)
            self.add(result, alone)

    def size(self, key: str, measure: Callable[[Tools, str], Result]) -> None:
        """A size, or the processor time of a compiler."""
        self.add(measure(self.tools, key))

    def floor(self) -> None:
        """The lower bound: wrk, which decodes nothing."""
        if not self.wanted("floor"):
            return
        command, environment = self.tools.wrk()
        with ExitStack() as on:
            simulator = self.simulator(on, self.sizes["many"])
            worker = self.worker(on, simulator, "rust", "mspkit")
            worker.work("gets 1 1")
            header = f"Authorization: Bearer {token(simulator)}"
            for connections, line in ((1, f"gets {self.sizes['gets']} 1"), (32, f"gets_at_once {self.sizes['at_once']} 1 32")):
                result = Result(f"floor: a get, {connections} in flight", "wrk", "us")
                for _ in range(1 if self.smoke else min(self.rounds, 3)):
                    arguments = ["-t1", f"-c{connections}", "-d1s", "-H", header, f"{simulator.url}/api/customers/100"]
                    output = run(*command, *arguments, variables=environment)
                    if "Non-2xx" in output:
                        raise FailedError("wrk was refused")
                    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])  # type: ignore[index]
                    done = worker.work(line)
                    result.pairs.append((done.seconds / done.count * 1e6, 1e6 / rate))
                self.add(result)

    def core(self) -> None:
        """What the core costs per call besides HTTP, by its own benchmark."""
        key = "core: a call over the in-memory transport"
        if not self.wanted(key):
            return
        run("cargo", "bench", "--quiet", "--locked", "-p", "mspkit", "--bench", "core", "--", "get a customer")
        estimates = TARGET / "criterion" / "call" / "get a customer" / "new" / "estimates.json"
        nanoseconds = json.loads(estimates.read_text())["median"]["point_estimate"]
        self.add(Result(key, "", "us", [(nanoseconds / 1000, 0.0)], rows.CORE_AT_MOST_US, ratio=False))

    def instructions(self) -> None:
        """How many instructions the core spends; the same on a busy machine."""
        works = {"page": "instructions: a page of 1,000 customers cut", "call": "instructions: a get in the core"}
        for work, key in works.items():
            if not self.wanted(key):
                continue
            program = self.tools.rust_program("bench-count")
            if self.smoke:
                run(program, work, "2")
                continue
            few, many = (self.counted(program, work, times) for times in (10, 30))
            self.add(Result(key, "", "thousand", [((many - few) / 20_000, 0.0)], ratio=False))

    @staticmethod
    def counted(program: Any, work: str, times: int) -> int:
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(program), work, str(times)]
        try:
            output = subprocess.run(command, capture_output=True, text=True, check=True).stderr
        except FileNotFoundError:
            raise MissingError("valgrind is not installed") from None
        return int(re.search(r"Collected : (\d+)", output)[1])  # type: ignore[index]


def token(simulator: Simulator) -> str:
    """An access token, for tools that cannot obtain one."""
    from urllib.request import ProxyHandler, Request, build_opener

    headers = {"Authorization": f"Bearer {simulator.credentials['ncentral_jwt']}"}
    request = Request(f"{simulator.url}/api/auth/authenticate", method="POST", headers=headers)
    with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
        found: str = json.load(answer)["tokens"]["access"]["token"]
    return found
