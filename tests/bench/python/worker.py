"""A peer in a separate process: it does the work that standard input names, one per line, and
responds with the time it took.

`worker.py PEER`. tests/bench/README.md documents the lines. Little is imported here, so that the
peer's import is measured.
"""

import sys
from tempfile import NamedTemporaryFile
from time import perf_counter

FIRST_CUSTOMER = 100
# How many items are read before memory growth counts.
SETTLED = 10_000


def memory(what):
    """Kilobytes of `VmRSS`, the resident memory now, or `VmHWM`, its maximum."""
    with open("/proc/self/status") as status:  # noqa: PTH123 pathlib would be imported for it
        return next(int(line.split()[1]) for line in status if line.startswith(what))


class Tally:
    """What was read: how many items, and a sum that differs if a field is wrong."""

    def __init__(self, peer):
        self.peer = peer
        self.count = self.total = 0

    def three(self, items):
        """Reads three fields of each customer."""
        count, total, three_of = self.count, self.total, self.peer.three_of
        for item in items:
            number, name, email = three_of(item)
            count += 1
            total += len(number) + len(email)
            if name:
                total += 1
        self.count, self.total = count, total

    async def three_async(self, items):
        """The same for single items."""
        count, total, three_of = self.count, self.total, self.peer.three_of
        async for item in items:
            number, name, email = three_of(item)
            count += 1
            total += len(number) + len(email)
            if name:
                total += 1
        self.count, self.total = count, total

    def every(self, items):
        """Reads all fields of each customer."""
        count, total, all_of = self.count, self.total, self.peer.all_of
        for item in items:
            values = all_of(item)
            count += 1
            total += len(values) - values.count(None)
        self.count, self.total = count, total

    def frame(self, frame):
        """Counts what a table has."""
        self.count += frame.height
        self.total += frame.height * frame.width - sum(column.null_count() for column in frame)

    def cases(self, items):
        """Reads two fields of each case; the vendor documents no others."""
        count, total, case_of = self.count, self.total, self.peer.case_of
        for item in items:
            number, kind = case_of(item)
            count += 1
            total += len(number)
            if kind:
                total += 1
        self.count, self.total = count, total


def numbers(calls, customers):
    """The customers to get, one after another, starting over at the end."""
    return [str(FIRST_CUSTOMER + at % customers) for at in range(calls)]


class Work:
    """The work by name, for a blocking peer."""

    def __init__(self, peer):
        self.peer = peer

    def list(self, tally, size, fields, in_flight):
        read = tally.three if fields == 3 else tally.every
        read(self.peer.customers(size, in_flight))

    def grow(self, tally, size):
        settled = None

        def watched():
            nonlocal settled
            for at, item in enumerate(self.peer.customers(size, 1), 1):
                yield item
                if at == SETTLED:
                    settled = memory("VmRSS")

        tally.three(watched())
        return memory("VmHWM") - (settled or 0)

    def dicts(self, tally, size):
        rows = list(self.peer.dicts(size))
        tally.count, tally.total = len(rows), sum(map(len, rows))

    def csv(self, tally, size):
        with NamedTemporaryFile(suffix=".csv") as file:
            self.peer.csv(size, file.name)
            with open(file.name, "rb") as written:  # noqa: PTH123 pathlib would be imported for it
                tally.count = written.read().count(b"\n") - 1

    def gets(self, tally, calls, customers):
        tally.three(map(self.peer.get, numbers(calls, customers)))

    def frame(self, tally, size):
        tally.frame(self.peer.frame(size))

    def stream(self, tally, size):
        for batch in self.peer.batches(size):
            tally.count += len(batch)

    def cases(self, tally, size):
        tally.cases(self.peer.cases(size))


class AsyncWork:
    """The same, for an asyncio peer: it runs on one loop, and yields lists by page."""

    def __init__(self, peer):
        self.peer = peer

    def _wait(self, work):
        return self.peer.loop.run_until_complete(work)

    def list(self, tally, size, fields, in_flight):
        read = tally.three if fields == 3 else tally.every
        if hasattr(self.peer, "items"):
            self._wait(tally.three_async(self.peer.items(size)))
            return

        async def work():
            async for page in self.peer.pages(size, in_flight):
                read(page)

        self._wait(work())

    def gets(self, tally, calls, customers):
        self.gets_at_once(tally, calls, customers, 1)

    def gets_at_once(self, tally, calls, customers, in_flight):
        left = iter(numbers(calls, customers))

        async def one():
            for number in left:
                tally.three((await self.peer.get(number),))

        async def work():
            await self.peer.gather(*(one() for _ in range(in_flight)))

        self._wait(work())

    def cases(self, tally, size):
        async def work():
            async for page in self.peer.cases(size):
                tally.cases(page)

        self._wait(work())


def main():
    here, name = sys.path[0], sys.argv[1]
    sys.path[:0] = [f"{here}/peers", f"{here}/shared"]
    begun = perf_counter()
    module = __import__(f"peer_{name}")
    imported = perf_counter()
    peer = module.Peer()
    ready = perf_counter()
    print("ready", imported - begun, ready - imported, module.version(), flush=True)
    work = (AsyncWork if hasattr(peer, "loop") else Work)(peer)
    for line in sys.stdin:
        what, *arguments = line.split()
        tally = Tally(peer)
        begun = perf_counter()
        try:
            more = getattr(work, what)(tally, *map(int, arguments))
        except Exception as error:
            print("error", type(error).__name__, *str(error).split(), flush=True)
        else:
            print("ok", perf_counter() - begun, tally.count, tally.total, more or 0, flush=True)
    if close := getattr(peer, "close", None):
        close()


main()
