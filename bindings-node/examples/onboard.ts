/** Onboards a customer across three services, configured by the environment. Writes only with `--write`. */

import { Cloudmore, type MspError, NCentral, Wiv } from "mspkit";
import { Report } from "./report.js";

async function onboard(write: boolean, report: Report, env: Record<string, string>): Promise<void> {
  await using client = new NCentral();
  const orgs = client.serviceOrgs.list({ pageSize: 50 });
  let count = 0;
  for await (const org of orgs) {
    report.progress(`${++count} of ${orgs.total}: ${org.soName}`);
  }
  report.done("list service organizations", `${count} of ${orgs.total}`);
  const devices = await client.devices.list({ pageSize: 200 }).collect();
  const places = [...new Set(devices.flatMap((device) => device.customerId ?? []))];
  report.done("list devices", `${devices.length} devices at ${places.length} customers`);
  const asked = places.slice(0, 10);
  const issues = await Promise.all(asked.map((place) => client.orgUnits.listActiveIssues(place).collect()));
  const [first] = issues.flat();
  const such = first ? `, such as ${first.serviceName}` : "";
  report.done("list active issues", `${issues.flat().length} issues at ${asked.length} customers${such}`);
  if (write) {
    const contact = { contactFirstName: "Jane", contactLastName: "Doe" };
    const org = await client.serviceOrgs.create({ soName: "Acme IT Services", country: "US", ...contact });
    report.done("create a service organization", `soId ${org.soId}`);
    for (const customerName of ["Client Corp", "Globex", "Initech"]) {
      await client.serviceOrgs.createCustomer(org.soId, { customerName, ...contact });
    }
    const customers = await client.serviceOrgs.listCustomers(org.soId).collect();
    report.done("create customers under it", `${customers.length} customers`);
    const hooli = client.serviceOrgs.createCustomer(999999, { customerName: "Hooli", ...contact });
    const shown = (error: MspError) => `${error.kind}: ${error.summary}`;
    report.done("create one where it cannot be", await hooli.then(() => "it was created", shown));
  }
  const { PSA_USERNAME: username = "", PSA_PASSWORD: password = "", PSA_TICKET_ID: ticketId = "" } = env;
  const check = await client.standardPsa.validateCredential(3, { username, password });
  report.done("check a PSA credential", check.isPsaCredentialsValid ? "valid" : "not valid");
  const ticket = await client.customPsa.getTicket(ticketId, { username, password });
  report.done("read a PSA ticket", `${ticket.ticketTitle}`);

  await using cloudmore = new Cloudmore();
  const { CLOUDMORE_ORGANIZATION_ID: organizationId = "" } = env;
  const offered = await cloudmore.estore.list({ organizationId }).collect();
  report.done("list the E-Store", `${offered.length} services`);
  const enabled = await cloudmore.services.list({ organizationId }).collect();
  report.done("list the organization's services", `${enabled.length} services`);
  const missing = offered.find((service) => enabled.every(({ id }) => id !== service.id));
  if (write && missing) {
    const { name, customProperties } = await cloudmore.estore.get({ organizationId, serviceId: missing.id });
    const wanted = customProperties?.filter((property) => property.mandatory) ?? [];
    const data = wanted.flatMap(({ propertyId: id }) => (id ? [{ id, value: "acme.example.com" }] : []));
    const service = { organizationId, id: missing.id, currencyCode: "EUR", customPropertiesData: data };
    report.done("enable a service", `${name} as ${(await cloudmore.services.create(service)).id}`);
  }

  await using wiv = new Wiv();
  const customers = await wiv.customers.list({ fields: ["id", "name"] }).collect();
  report.done("list Wiv customers", `${customers.length} customers`);
  let cases = 0;
  for await (const { caseType } of wiv.cases.search({ maxReturnedItems: 100 })) {
    report.progress(`${++cases} cases: ${caseType}`);
  }
  report.done("walk all case pages", `${cases} cases`);
  report.total();
}

onboard(process.argv.includes("--write"), new Report(), process.env as Record<string, string>);
