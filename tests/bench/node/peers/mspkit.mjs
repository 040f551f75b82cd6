// mspkit. MSPKIT_NODE names the folder of the built package.

import { installed } from "../shared/peer.mjs";

const mspkit = installed(process.env.MSPKIT_NODE);
export const version = `mspkit ${mspkit.version}`;

export class Peer {
  #client = new mspkit.NCentral();
  #wiv;

  customers(size) {
    return this.#client.customers.list({ pageSize: size });
  }

  ndjson(size, path) {
    return this.#client.customers.list({ pageSize: size }).writeJsonl(path);
  }

  get(customer) {
    return this.#client.customers.get(customer);
  }

  cases(size) {
    // Made lazily: a script for N-central would not make it.
    this.#wiv ??= new mspkit.Wiv();
    return this.#wiv.cases.search({ maxReturnedItems: size });
  }
}
