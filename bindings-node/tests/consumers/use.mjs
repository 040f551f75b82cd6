// The package as an ESM program uses it, and the same classes through `require`.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as mspkit from "mspkit";
import { MspError, NCentral, NCentralSync, NotFoundError } from "mspkit";

const required = createRequire(import.meta.url)("mspkit");
assert.deepEqual(Object.keys(mspkit).sort(), Object.keys(required).sort());
for (const [name, value] of Object.entries(mspkit)) {
  assert.equal(value, required[name], name);
}

const client = new NCentral();
const customers = await client.customers.list({ pageSize: 4 }).collect();
const error = await new required.NCentral().customers.get("9999").catch((error) => error);
assert.ok(error instanceof NotFoundError && error instanceof MspError);
const sync = new NCentralSync();
console.log(`esm ${customers.length} ${sync.serviceOrgs.get("50").soId} ${error.status}`);
