//! The script itself, as an MSP's engineer would write it.

use std::collections::BTreeSet;

use mspkit::cloudmore::CreateService;
use mspkit::ncentral::{
    CreateCustomer, CreateServiceOrg, GetCustomPsaTicket, ListActiveIssues, ListDevices,
    ListServiceOrgCustomers, ListServiceOrgs, ValidatePsaCredential,
};
use mspkit::wiv::{ListCustomers, SearchCases};
use mspkit::{Cloudmore, Error, Id, NCentral, Wiv};

use crate::report::Report;
use crate::servers::{Psa, Servers};

pub(crate) async fn onboard(servers: &Servers, report: &Report) -> Result<(), Error> {
    if let Some(client) = &servers.ncentral {
        organizations(client, report, servers.write).await?;
        devices(client, report).await?;
        match &servers.psa {
            Some(psa) => tickets(client, psa, report).await?,
            None => report.skipped(
                "PSA credential and ticket",
                "PSA_USERNAME, PSA_PASSWORD and PSA_TICKET_ID are not set",
            ),
        }
    } else {
        report.skipped("N-central", "NCENTRAL_URL is not set");
    }
    match (&servers.cloudmore, &servers.organization_id) {
        (Some(client), Some(organization)) => services(client, organization, report, servers.write).await?,
        (Some(_), None) => report.skipped("Cloudmore", "CLOUDMORE_ORGANIZATION_ID is not set"),
        (None, _) => report.skipped("Cloudmore", "CLOUDMORE_USERNAME is not set"),
    }
    match &servers.wiv {
        Some(client) => cases(client, report).await?,
        None => report.skipped("Wiv", "WIV_API_KEY is not set"),
    }
    Ok(())
}

async fn organizations(client: &NCentral, report: &Report, write: bool) -> Result<(), Error> {
    let mut step = report.step("list service organizations");
    let mut pages = client.service_orgs().list(ListServiceOrgs::new().page_size(50)).pages();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        count += page?.items.len();
    }
    step.done(format!("{count} of {}", pages.total().unwrap_or_default()));
    if !write {
        report.skipped("create a service organization and customers", "only with --write");
        return Ok(());
    }

    step = report.step("create a service organization");
    let acme = CreateServiceOrg::new("Acme IT Services", "John", "Smith").city("Springfield").country("US");
    let org = client.service_orgs().create(acme).await?;
    let so_id = org.so_id()?;
    step.done(format!("soId {so_id}"));

    step = report.step("create customers under it");
    for name in ["Client Corp", "Globex", "Initech"] {
        let customer = CreateCustomer::new(name, "Jane", "Doe").license_type("Professional");
        client.service_orgs().create_customer(so_id, customer).await?;
    }
    let customers =
        client.service_orgs().list_customers(so_id, ListServiceOrgCustomers::default()).collect().await?;
    step.done(format!("{} customers", customers.len()));

    step = report.step("create one where it cannot be");
    match client.service_orgs().create_customer("999999", CreateCustomer::new("Hooli", "Jane", "Doe")).await {
        Ok(customer) => step.done(format!("unexpectedly made {:?}", customer.customer_id)),
        Err(error) => step.done(format!("{:?}: {}", error.kind(), error.message())),
    }
    Ok(())
}

async fn devices(client: &NCentral, report: &Report) -> Result<(), Error> {
    let mut step = report.step("list devices");
    let devices = client.devices().list(ListDevices::new().page_size(200)).collect().await?;
    let count = devices.len();
    let places: BTreeSet<Id> = devices.into_iter().filter_map(|device| device.customer_id).collect();
    step.done(format!("{count} devices at {} customers", places.len()));

    step = report.step("list active issues");
    let asked = places.len().min(10);
    let mut issues = Vec::new();
    for place in places.iter().take(asked) {
        let list = client.org_units().list_active_issues(place.as_str(), ListActiveIssues::default());
        issues.extend(list.collect().await?);
    }
    let such = issues.first().and_then(|issue| issue.service_name.as_deref());
    let such = such.map_or_else(String::new, |name| format!(", such as {name}"));
    step.done(format!("{} issues at {asked} customers{such}", issues.len()));
    Ok(())
}

async fn tickets(client: &NCentral, psa: &Psa, report: &Report) -> Result<(), Error> {
    let mut step = report.step("check a PSA credential");
    let credential = ValidatePsaCredential::new(&psa.username, &psa.password);
    let check = client.standard_psa().validate_credential("3", credential).await?;
    step.done(if check.is_psa_credentials_valid == Some(true) { "valid" } else { "not valid" });

    step = report.step("read a PSA ticket");
    let credential = GetCustomPsaTicket::new(&psa.username, &psa.password);
    let ticket = client.custom_psa().get_ticket(&psa.ticket_id, credential).await?;
    step.done(ticket.ticket_title.unwrap_or_default());
    Ok(())
}

async fn services(client: &Cloudmore, organization: &str, report: &Report, write: bool) -> Result<(), Error> {
    let mut step = report.step("list the E-Store");
    let offered = client.estore().list(organization).collect().await?;
    step.done(format!("{} services", offered.len()));

    step = report.step("list the organization's services");
    let enabled = client.services().list(organization).collect().await?;
    step.done(format!("{} services", enabled.len()));
    let missing = offered.into_iter().find(|offer| enabled.iter().all(|service| service.id != offer.id));
    match missing.and_then(|offer| offer.id) {
        Some(id) if write => {
            step = report.step("enable a service");
            // The service lists its required properties; adding it may create a tenant elsewhere, so it is sent once.
            let detail = client.estore().get(organization, &id).await?;
            let wanted = detail.custom_properties.unwrap_or_default();
            let values: Vec<_> = wanted
                .iter()
                .filter(|property| property.mandatory == Some(true))
                .map(|property| serde_json::json!({"id": property.property_id, "value": "acme.example.com"}))
                .collect();
            let added = client
                .services()
                .create(organization, CreateService::new(&id, "EUR").custom_properties_data(values))
                .await?;
            step.done(format!("{} as {}", detail.name.unwrap_or_default(), added.id()?));
        }
        Some(_) => report.skipped("enable a service", "only with --write"),
        None => report.skipped("enable a service", "all of them are enabled"),
    }
    Ok(())
}

async fn cases(client: &Wiv, report: &Report) -> Result<(), Error> {
    let mut step = report.step("list Wiv customers");
    let customers = client.customers().list(ListCustomers::new().fields(["id", "name"])).collect().await?;
    step.done(format!("{} customers", customers.len()));

    step = report.step("walk all case pages");
    let mut cases = client.cases().search(SearchCases::new().max_returned_items(100)).items();
    let mut count = 0;
    while let Some(case) = cases.next().await {
        case?;
        count += 1;
    }
    step.done(format!("{count} cases"));
    Ok(())
}
