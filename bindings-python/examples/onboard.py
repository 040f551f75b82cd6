"""Onboards a customer across three services, configured by the environment. Writes only with
`--write`."""

import sys
from os import environ

from mspkit import Cloudmore, MspError, NCentral, Wiv
from report import Report

write, report = "--write" in sys.argv, Report()

with NCentral(on_request=report.watch, on_retry=report.watch) as client:
    count, orgs = 0, client.service_orgs.list(page_size=50)
    for org in orgs:
        count += 1
        report.progress(f"{count} of {orgs.total}: {org.so_name}")
    report.done("list service organizations", f"{count} of {orgs.total}")
    devices = client.devices.list(page_size=200).collect()
    places = list(dict.fromkeys(device.customer_id for device in devices if device.customer_id))
    report.done("list devices", f"{len(devices)} devices at {len(places)} customers")
    issues = [issue for place in places[:10] for issue in client.org_units.list_active_issues(place)]
    such = f", such as {issues[0].service_name}" if issues else ""
    report.done("list active issues", f"{len(issues)} issues at {len(places[:10])} customers{such}")
    if write:
        org = client.service_orgs.create(
            so_name="Acme IT Services", contact_first_name="John", contact_last_name="Smith", country="US"
        )
        report.done("create a service organization", f"soId {org.so_id}")
        create = client.service_orgs.create_customer
        for name in ("Client Corp", "Globex", "Initech"):
            create(org.so_id, customer_name=name, contact_first_name="Jane", contact_last_name="Doe")
        customers = client.service_orgs.list_customers(org.so_id).collect()
        report.done("create customers under it", f"{len(customers)} customers")
        try:
            create(999999, customer_name="Hooli", contact_first_name="Jane", contact_last_name="Doe")
        except MspError as error:
            report.done("create one where it cannot be", f"{error.kind}: {error.message}")
    user, password = environ["PSA_USERNAME"], environ["PSA_PASSWORD"]
    check = client.standard_psa.validate_credential(3, username=user, password=password)
    report.done("check a PSA credential", "valid" if check.is_psa_credentials_valid else "not valid")
    ticket = client.custom_psa.get_ticket(environ["PSA_TICKET_ID"], username=user, password=password)
    report.done("read a PSA ticket", ticket.ticket_title)

with Cloudmore(on_request=report.watch, on_retry=report.watch) as cloudmore:
    of = environ["CLOUDMORE_ORGANIZATION_ID"]
    offered = cloudmore.estore.list(organization_id=of).collect()
    report.done("list the E-Store", f"{len(offered)} services")
    enabled = {service.id for service in cloudmore.services.list(organization_id=of)}
    report.done("list the organization's services", f"{len(enabled)} services")
    missing = [service.id for service in offered if service.id not in enabled]
    if write and missing:
        detail = cloudmore.estore.get(organization_id=of, service_id=missing[0])
        wanted = [prop.property_id for prop in detail.custom_properties or () if prop.mandatory]
        values = [{"id": property_id, "value": "acme.example.com"} for property_id in wanted]
        added = cloudmore.services.create(
            organization_id=of, id=missing[0], currency_code="EUR", custom_properties_data=values
        )
        report.done("enable a service", f"{detail.name} as {added.id}")

with Wiv(on_request=report.watch, on_retry=report.watch) as wiv:
    report.done("list Wiv customers", f"{len(wiv.customers.list(fields=['id', 'name']).collect())} customers")
    for count, case in enumerate(wiv.cases.search(max_returned_items=100), start=1):
        report.progress(f"{count} cases: {case.case_type}")
    report.done("walk all case pages", f"{count} cases")
report.total()
