"""urllib3 with msgspec: one pool, responses decoded into structs."""

from operator import attrgetter

import msgspec
import urllib3
from fields import FIELDS
from tokens import AUTHENTICATE, AUTHORIZED, CASES, URL, WIV_HEADERS, Token


def version():
    return f"urllib3 {urllib3.__version__}, msgspec {msgspec.__version__}"


class Customer(msgspec.Struct, rename="camel"):
    customer_id: str
    customer_name: str
    org_unit_type: str | None = None
    parent_id: str | None = None
    external_id: str | None = None
    external_id2: str | None = None
    phone: str | None = None
    contact_title: str | None = None
    contact_first_name: str | None = None
    contact_last_name: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    contact_phone_ext: str | None = None
    contact_department: str | None = None
    street1: str | None = None
    street2: str | None = None
    city: str | None = None
    state_prov: str | None = None
    country: str | None = None
    county: str | None = None
    postal_code: str | None = None
    generation: int | None = None
    descendant_count: int | None = None


class CustomerPage(msgspec.Struct, rename="camel"):
    data: list[Customer]
    total_pages: int


class Case(msgspec.Struct):
    case_id: str
    case_type: str | None = None
    title: str | None = None
    status: str | None = None
    customer_id: str | None = None
    created_at: str | None = None
    cost_impact: float | None = None


class CasePage(msgspec.Struct):
    data: list[Case]
    next_page_key: dict[str, str] | None = None


class Peer:
    three_of = staticmethod(attrgetter("customer_id", "customer_name", "contact_email"))
    all_of = staticmethod(attrgetter(*FIELDS))
    case_of = staticmethod(attrgetter("case_id", "case_type"))

    def __init__(self):
        self.pool = urllib3.connection_from_url(URL)
        self.token = Token()
        self.customer = msgspec.json.Decoder(Customer)
        self.customer_page = msgspec.json.Decoder(CustomerPage)
        self.case_page = msgspec.json.Decoder(CasePage)

    def call(self, path, query=None):
        answer = self._send(path, query)
        if answer.status == 401:
            self.token.drop()
            answer = self._send(path, query)
        return self._good(answer)

    def _send(self, path, query):
        if not self.token.usable():
            self.token.keep(msgspec.json.decode(self._good(self.pool.request("POST", AUTHENTICATE, headers=AUTHORIZED))))
        return self.pool.request("GET", path, fields=query, headers=self.token.headers)

    @staticmethod
    def _good(answer):
        if answer.status >= 400:
            raise RuntimeError(f"HTTP {answer.status}: {answer.data[:200]!r}")
        return answer.data

    def customers(self, size, in_flight):
        number = pages = 1
        while number <= pages:
            page = self.customer_page.decode(self.call("/api/customers", {"pageNumber": number, "pageSize": size}))
            yield from page.data
            pages = page.total_pages
            number += 1

    def frame(self, size):
        import polars

        rows = [msgspec.structs.astuple(customer) for customer in self.customers(size, 1)]
        return polars.DataFrame(rows, schema=list(Customer.__struct_fields__), orient="row", infer_schema_length=None)

    def get(self, customer):
        return self.customer.decode(self.call(f"/api/customers/{customer}"))

    def cases(self, size):
        headers = {**WIV_HEADERS, "Content-Type": "application/json"}
        body = {"max_returned_items": size}
        while True:
            answer = self.pool.request("POST", CASES, body=msgspec.json.encode(body), headers=headers)
            page = self.case_page.decode(self._good(answer))
            yield from page.data
            if not page.next_page_key:
                return
            body = {"max_returned_items": size, "start_page_key": page.next_page_key}
