// Shared by the peers: where the server is, token handling as a script for N-central needs it, and reading page after
// page.

import { open } from "node:fs/promises";
import { createRequire } from "node:module";

// A package of the folder that NODE_PEERS names.
export const installed = createRequire(`${process.env.NODE_PEERS}/`);

export const { NCENTRAL_URL: URL, NCENTRAL_JWT: JWT, WIV_API_KEY: WIV_KEY } = process.env;
export const AUTHENTICATE = "/api/auth/authenticate";
export const CASES = "/v2/cases/msp/search";
export const AUTHORIZED = { authorization: `Bearer ${JWT}` };
export const WIV_HEADERS = { "x-api-key": WIV_KEY, "content-type": "application/json" };
// How many milliseconds before it expires a token is exchanged for another one.
const EARLY = 60_000;

// A peer defines `send(method, path, headers, body)`, which resolves to `{ status, value }` with the decoded response.
export class Wire {
  #headers;
  #until = 0;
  #exchange;

  // A GET with the access token, which is exchanged before it expires and when it is refused.
  async call(path) {
    if (performance.now() >= this.#until) await this.#authenticate();
    let answer = await this.send("GET", path, this.#headers);
    if (answer.status === 401) {
      this.#until = 0;
      await this.#authenticate();
      answer = await this.send("GET", path, this.#headers);
    }
    return good(answer);
  }

  // One exchange serves all requests that wait for it.
  #authenticate() {
    this.#exchange ??= (async () => {
      try {
        const { access } = good(await this.send("POST", AUTHENTICATE, AUTHORIZED)).tokens;
        this.#headers = { authorization: `Bearer ${access.token}` };
        this.#until = performance.now() + (access.expirySeconds ?? 3600) * 1000 - EARLY;
      } finally {
        this.#exchange = undefined;
      }
    })();
    return this.#exchange;
  }

  // Pages of customers, with this many requests in flight.
  async *pages(size, inFlight) {
    const page = (number) => this.call(`/api/customers?pageNumber=${number}&pageSize=${size}`);
    const first = await page(1);
    yield first.data;
    let next = 2;
    const ahead = [];
    while (next <= first.totalPages && ahead.length < inFlight) ahead.push(page(next++));
    while (ahead.length > 0) {
      const done = await ahead.shift();
      if (next <= first.totalPages && inFlight > 1) ahead.push(page(next++));
      yield done.data;
      if (next <= first.totalPages && inFlight === 1) ahead.push(page(next++));
    }
  }

  async ndjson(size, path) {
    const file = await open(path, "w");
    for await (const page of this.pages(size, 1)) {
      await file.write(page.map((customer) => `${JSON.stringify(customer)}\n`).join(""));
    }
    await file.close();
  }

  get(customer) {
    return this.call(`/api/customers/${customer}`);
  }

  async *cases(size) {
    let key;
    do {
      const body = JSON.stringify({ max_returned_items: size, ...(key && { start_page_key: key }) });
      const page = good(await this.send("POST", CASES, WIV_HEADERS, body));
      yield page.data;
      key = page.next_page_key;
    } while (key);
  }

  caseOf(found) {
    return [found.case_id, found.case_type];
  }
}

function good({ status, value }) {
  if (status >= 400) throw new Error(`HTTP ${status}: ${JSON.stringify(value)}`);
  return value;
}
