// The package as a CommonJS program uses it, and the same classes through `import`.

const assert = require("node:assert/strict");
const { MspError, NCentral, NCentralSync, NotFoundError } = require("mspkit");

async function main() {
  const imported = await import("mspkit");
  const client = new NCentral();
  const customers = await client.customers.list({ pageSize: 4 }).collect();
  const error = await new imported.NCentral().customers.get("9999").catch((error) => error);
  assert.ok(error instanceof NotFoundError && error instanceof MspError);
  const sync = new NCentralSync();
  console.log(`cjs ${customers.length} ${sync.serviceOrgs.get("50").soId} ${error.status}`);
}

main();
