"""Shared by peers that get plain dicts: how fields are read, and reading page after page."""

import csv
from itertools import islice
from operator import itemgetter

from fields import WIRE_FIELDS


class Dicts:
    """How fields are read."""

    three_of = staticmethod(itemgetter("customerId", "customerName", "contactEmail"))
    all_of = staticmethod(itemgetter(*WIRE_FIELDS))
    case_of = staticmethod(itemgetter("case_id", "case_type"))


class BlockingDicts(Dicts):
    """A peer defines `call(path, query)` and `search(body)`, which return decoded responses."""

    def customers(self, size, in_flight):
        number = pages = 1
        while number <= pages:
            page = self.call("/api/customers", {"pageNumber": number, "pageSize": size})
            yield from page["data"]
            pages = page["totalPages"]
            number += 1

    def dicts(self, size):
        return self.customers(size, 1)

    def csv(self, size, path):
        with open(path, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 as scripts do it
            writer = csv.DictWriter(file, WIRE_FIELDS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(self.customers(size, 1))

    def get(self, customer):
        return self.call(f"/api/customers/{customer}")

    def cases(self, size):
        body = {"max_returned_items": size}
        while True:
            page = self.search(body)
            yield from page["data"]
            if not (key := page.get("next_page_key")):
                return
            body = {"max_returned_items": size, "start_page_key": key}


class AsyncDicts(Dicts):
    """The same with coroutines. Pages of customers are read ahead, with this many requests in
    flight."""

    async def pages(self, size, in_flight):
        def page(number):
            return self.call("/api/customers", {"pageNumber": number, "pageSize": size})

        first = await page(1)
        yield first["data"]
        numbers = iter(range(2, first["totalPages"] + 1))
        if in_flight == 1:
            for number in numbers:
                yield (await page(number))["data"]
            return
        ahead = [self.loop.create_task(page(number)) for number in islice(numbers, in_flight)]
        while ahead:
            done = await ahead.pop(0)
            if (number := next(numbers, None)) is not None:
                ahead.append(self.loop.create_task(page(number)))
            yield done["data"]

    async def get(self, customer):
        return await self.call(f"/api/customers/{customer}")

    async def cases(self, size):
        body = {"max_returned_items": size}
        while True:
            page = await self.search(body)
            yield page["data"]
            if not (key := page.get("next_page_key")):
                return
            body = {"max_returned_items": size, "start_page_key": key}
