"""Code that type checkers must refuse, with a mistake on each marked line. It is checked, not
run."""

from __future__ import annotations

from mspkit import AsyncNCentral, Cloudmore, NCentral, Wiv
from mspkit.ncentral import ServiceOrgsCreateCustomerParams


def blocking(client: NCentral, cloudmore: Cloudmore, wiv: Wiv) -> None:
    client.customers.get()  # mistake: the id is missing
    client.customers.get(1.5)  # mistake: no id is a fraction
    client.customers.get("1", 5)  # mistake: options are given by name
    client.customers.list(page_size="10")  # mistake: not a number
    client.customers.list(page_sice=10)  # mistake: misspelt
    client.customers.list(limit=None, timeout="5")  # mistake: not a number of seconds
    client.service_orgs.create(so_name="Acme")  # mistake: the contact is missing
    _ = client.service_orgs.get("50").so_nam  # mistake: misspelt
    client.service_orgs.get("50").so_name = "b"  # mistake: models are read-only
    cloudmore.services.get("o", "s")  # mistake: everything is given by name
    cloudmore.services.create(organization_id="o", id="s")  # mistake: the currency is missing
    client.customers.list(on_incomplete="shout")  # mistake: no such choice
    wiv.cases.search(on_lost_page="ignore")  # mistake: no such choice
    wiv.workflows.run("w", payload=[1])  # mistake: not an object
    NCentral(jwt=5)  # mistake: not text
    NCentral(api_key="k")  # mistake: an option of another service
    Cloudmore("https://c.example")  # mistake: options are given by name
    client.custom_psa.get_ticket("1", username="u")  # mistake: the password is missing
    for customer in client.customers.list():
        len(customer.customer_name)  # mistake: it may be absent


def rows(client: NCentral, row: ServiceOrgsCreateCustomerParams) -> None:
    client.service_orgs.create(50, **row)  # mistake: the row of another operation
    row["city"] = 5  # mistake: not text
    row["cty"] = "Bergen"  # mistake: misspelt


async def asynchronous(client: AsyncNCentral) -> None:
    _ = (await client.customers.get("1")).nothing  # mistake: no such field
    _ = client.customers.get("1").customer_id  # mistake: not awaited
    for _ in client.customers.list():  # mistake: not `async for`
        pass
    with client:  # mistake: not `async with`
        pass
