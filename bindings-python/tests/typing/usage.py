"""Correct code for type checkers. It is checked, not run; `mistakes.py` is what they must
refuse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from typing_extensions import Unpack, assert_type

from mspkit import (
    UNSET,
    APIStatusError,
    AsyncCloudmore,
    AsyncNCentral,
    AsyncPager,
    AsyncWiv,
    Attempt,
    Cloudmore,
    FieldError,
    Headers,
    Id,
    LimitStatus,
    MspError,
    NCentral,
    NotFoundError,
    Page,
    Pager,
    RequestEvent,
    Response,
    ResponseMeta,
    RetryEvent,
    Secret,
    Wiv,
)
from mspkit import wiv as wiv_models
from mspkit.cloudmore import CreatedService, CustomProperty, EstoreService
from mspkit.ncentral import (
    AuthTokens,
    Customer,
    CustomersListParams,
    OrgUnitType,
    ServiceOrg,
    ServiceOrgsCreateCustomerParams,
)
from mspkit.wiv import Case, WorkflowRun


def rows(client: NCentral, row: ServiceOrgsCreateCustomerParams, options: CustomersListParams) -> None:
    assert_type(client.service_orgs.create_customer(50, **row), Customer)
    assert_type(client.customers.list(**options), Pager[Customer])
    create(client, customer_name="N", contact_first_name="A", contact_last_name="B", city=None)


def create(client: NCentral, **row: Unpack[ServiceOrgsCreateCustomerParams]) -> Customer:
    assert_type(client.customers.list().first(), Customer | None)
    assert_type(client.customers.list().complete, bool | None)
    return client.service_orgs.create_customer("50", **row)


def blocking_lists(client: NCentral) -> None:
    pager = client.customers.list(page_size=200, limit=1000, concurrency=2, resume_token=None)
    assert_type(pager, Pager[Customer])
    for customer in pager:
        assert_type(customer, Customer)
        assert_type(customer.customer_id, str)
        assert_type(customer.customer_name, str | None)
        assert_type(customer.generation, int | None)
        assert_type(customer.is_system, bool | None)
    assert_type(iter(pager), Iterator[Customer])
    assert_type(next(pager), Customer)
    assert_type(pager.collect(limit=5), list[Customer])
    for page in client.service_orgs.list_customers("50").pages():
        assert_type(page, Page[Customer])
        assert_type(page.items, list[Customer])
        assert_type(page[0], Customer)
        assert_type(page[1:], list[Customer])
        assert_type(page.total, int | None)
        assert_type(page.resume_token, str)
    assert_type(pager.total, int | None)
    assert_type(pager.resume_token, str)
    assert_type(pager.response_meta, ResponseMeta | None)


def blocking_calls(client: NCentral) -> None:
    org = client.service_orgs.get(50, timeout=5, max_retries=0, extra_headers={"X-Trace": "a"})
    assert_type(org, ServiceOrg)
    # An id from a result is accepted as an argument.
    assert_type(client.service_orgs.get(org.so_id).so_name, str | None)
    assert_type(org.org_unit_type == OrgUnitType.SO, bool)
    made = client.service_orgs.create(
        so_name="Acme", contact_first_name="J", contact_last_name="S", city=None, phone=UNSET
    )
    assert_type(made, ServiceOrg)
    client.service_orgs.create_customer(
        made.so_id,
        customer_name="Client",
        contact_first_name="J",
        contact_last_name="D",
        license_type="Essential",
    )
    tokens = client.auth.authenticate()
    assert_type(tokens, AuthTokens)
    assert_type(tokens.tokens.access.token, Secret)
    assert_type(client.auth.logout(), ResponseMeta)
    assert_type(client.request("GET", "/api/devices", query={"a": [1]}), Response)
    assert_type(client.limits(), list[LimitStatus])
    assert_type(client.with_options(timeout=3), NCentral)
    with client as same:
        assert_type(same, NCentral)


def other_services(cloudmore: Cloudmore, wiv: Wiv) -> None:
    assert_type(cloudmore.estore.list(organization_id="o"), Pager[EstoreService])
    detail = cloudmore.estore.get(organization_id="o", service_id="s", reseller_id="r")
    assert_type(detail.custom_properties, tuple[CustomProperty, ...] | None)
    added = cloudmore.services.create(
        organization_id="o",
        id="s",
        currency_code="EUR",
        custom_properties_data=[{"id": "domain", "value": "acme.example.com"}],
    )
    assert_type(added, CreatedService)
    assert_type(added.id, str)
    update = cloudmore.services.replace(organization_id="o", service_id="s", custom_properties_data=[added])
    assert_type(update, ResponseMeta)
    for customer in wiv.customers.list(fields=["id", "name"]):
        assert_type(customer, wiv_models.Customer)
        assert_type(customer.cost_impact, float | None)
        assert_type(customer.integration_types, tuple[str, ...] | None)
    cases = wiv.cases.search(
        customer_id="org_1",
        date_range={"start": "2025-01-01", "end": "2025-01-31"},
        max_returned_items=100,
        on_lost_page="raise",
    )
    assert_type(cases, Pager[Case])
    assert_type(wiv.workflows.run("w", payload={"a": 1}), WorkflowRun)


async def async_clients(client: AsyncNCentral, cloudmore: AsyncCloudmore, wiv: AsyncWiv) -> None:
    assert_type(await client.customers.get("100"), Customer)
    pager = client.customers.list(page_size=200)
    assert_type(pager, AsyncPager[Customer])
    assert_type(aiter_of(pager), AsyncIterator[Customer])
    async for customer in pager:
        assert_type(customer, Customer)
    async for page in wiv.cases.search_own().pages():
        assert_type(page, Page[Case])
    assert_type(await pager.collect(), list[Customer])
    removed = await cloudmore.services.delete(organization_id="o", service_id="s")
    assert_type(removed, ResponseMeta)
    assert_type(await client.request("POST", "/api/x", body={"a": 1}), Response)
    async with client as same:
        assert_type(same, AsyncNCentral)


def aiter_of(pager: AsyncPager[Customer]) -> AsyncIterator[Customer]:
    return pager.__aiter__()


def models(org: ServiceOrg) -> None:
    assert_type(org.to_dict(), dict[str, Any])
    assert_type(org.extra, dict[str, Any])
    assert_type(org.is_set("city"), bool)
    assert_type(org.response_meta, ResponseMeta | None)
    match org:
        case ServiceOrg(so_id=so_id):
            assert_type(so_id, str)


def errors(client: NCentral) -> None:
    try:
        client.customers.get("1")
    except NotFoundError as error:
        assert_type(error.status, int)
        assert_type(error.field_errors, tuple[FieldError, ...])
        assert_type(error.attempts, tuple[Attempt, ...])
        assert_type(error.headers, Headers)
        assert_type(error.retry_after, float | None)
        status: APIStatusError = error
        assert_type(status.kind, str)
    except MspError as error:
        assert_type(error.resume_token, str | None)


def hooks() -> None:
    def on_request(event: RequestEvent) -> None:
        assert_type(event.attempt, int)

    def on_retry(event: RetryEvent) -> None:
        assert_type(event.wait, float)

    NCentral("https://n.example", jwt="j", on_request=on_request, on_retry=on_retry, app_info="tool")
    Cloudmore(client_auth="body", reseller_id="r")
    Wiv(api_key="k", timeout=30, verify=True)


def ids(given: Id) -> str:
    return str(given)
