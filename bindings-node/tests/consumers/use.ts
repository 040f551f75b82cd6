// The package as a TypeScript program uses it: compiled in both module systems and for a bundler.

import {
  MspError,
  NCentral,
  type NCentralOptions,
  NCentralSync,
  NotFoundError,
  type Page,
  type ResponseMeta,
} from "mspkit";
import type { Customer, CustomersListParams } from "mspkit/ncentral";

const options: NCentralOptions = { timeout: 30_000 };
const filter: CustomersListParams = { pageSize: 4 };

async function main(): Promise<void> {
  const client = new NCentral(options);
  const customers: Customer[] = [];
  for await (const customer of client.customers.list(filter, { signal: AbortSignal.timeout(30_000) })) {
    customers.push(customer);
  }
  const pages: Page<Customer>[] = [];
  for await (const page of client.customers.list(filter).pages()) {
    pages.push(page);
  }
  const { data, response } = await client.serviceOrgs.get("50").withResponse();
  const meta: ResponseMeta = response;
  const name: string | null | undefined = data.soName;
  let status: number | undefined;
  try {
    await client.customers.get("9999");
  } catch (error) {
    if (error instanceof NotFoundError) {
      const kind: "NotFound" = error.kind;
      status = kind === "NotFound" ? error.status : undefined;
    } else if (error instanceof MspError) {
      status = error.status;
    }
  }
  const sync = new NCentralSync(options);
  const first: Customer | undefined = sync.customers.list({ limit: 1 }).collect()[0];

  // @ts-expect-error: there is no such parameter
  client.customers.list({ pageSice: 4 });
  // @ts-expect-error: an id is text or a number
  client.customers.get({}).catch(() => {});
  // @ts-expect-error: blocking calls take no signal
  const never = () => sync.customers.get("1", { signal: AbortSignal.abort() });
  // @ts-expect-error: models are read-only
  const change = () => (data.soName = "x");

  console.log(`ts ${customers.length} ${data.soId} ${status}`);
  if (pages.length < 2 || meta.status !== 200 || name === "" || first === undefined || !never || !change) {
    process.exitCode = 1;
  }
}

main();
