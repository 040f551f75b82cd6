// A peer in a separate process: it does the work that standard input names, one per line, and responds with the time it
// took. `node worker.mjs PEER`. tests/bench/README.md documents the lines. The peer is imported last, so that its
// import is measured.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const FIRST_CUSTOMER = 100;
// How many items are read before memory growth counts.
const SETTLED = 10_000;

// Kilobytes of `VmRSS`, the resident memory now, or `VmHWM`, its maximum.
function memory(what) {
  return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "latin1"))[1]);
}

// What was read: how many items, and a sum that differs if a field is wrong.
class Tally {
  count = 0;
  sum = 0;

  three(customer) {
    this.count += 1;
    this.sum += customer.customerId.length + customer.contactEmail.length + (customer.customerName ? 1 : 0);
  }

  every(customer) {
    let there = 0;
    if (customer.customerId != null) there += 1;
    if (customer.customerName != null) there += 1;
    if (customer.orgUnitType != null) there += 1;
    if (customer.parentId != null) there += 1;
    if (customer.externalId != null) there += 1;
    if (customer.externalId2 != null) there += 1;
    if (customer.phone != null) there += 1;
    if (customer.contactTitle != null) there += 1;
    if (customer.contactFirstName != null) there += 1;
    if (customer.contactLastName != null) there += 1;
    if (customer.contactEmail != null) there += 1;
    if (customer.contactPhone != null) there += 1;
    if (customer.contactPhoneExt != null) there += 1;
    if (customer.contactDepartment != null) there += 1;
    if (customer.street1 != null) there += 1;
    if (customer.street2 != null) there += 1;
    if (customer.city != null) there += 1;
    if (customer.stateProv != null) there += 1;
    if (customer.country != null) there += 1;
    if (customer.county != null) there += 1;
    if (customer.postalCode != null) there += 1;
    if (customer.generation != null) there += 1;
    if (customer.descendantCount != null) there += 1;
    this.count += 1;
    this.sum += there;
  }

  found(id, type) {
    this.count += 1;
    this.sum += id.length + (type ? 1 : 0);
  }
}

function numberOf(at, customers) {
  return String(FIRST_CUSTOMER + (at % customers));
}

// The work by name, for a peer whose lists are read by page.
class Work {
  constructor(peer) {
    this.peer = peer;
  }

  async list(tally, size, fields, inFlight) {
    for await (const page of this.peer.pages(size, inFlight)) {
      if (fields === 3) for (const customer of page) tally.three(customer);
      else for (const customer of page) tally.every(customer);
    }
  }

  async grow(tally, size) {
    let settled = 0;
    for await (const page of this.peer.pages(size, 1)) {
      for (const customer of page) tally.three(customer);
      if (settled === 0 && tally.count >= SETTLED) settled = memory("VmRSS");
    }
    return memory("VmHWM") - settled;
  }

  async ndjson(tally, size) {
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    try {
      const path = join(folder, "customers.jsonl");
      await this.peer.ndjson(size, path);
      // Byte by byte, this would take longer than most peers need to write.
      const written = readFileSync(path);
      for (let at = written.indexOf(10); at !== -1; at = written.indexOf(10, at + 1)) tally.count += 1;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  async gets(tally, calls, customers) {
    for (let at = 0; at < calls; at += 1) tally.three(await this.peer.get(numberOf(at, customers)));
  }

  async gets_at_once(tally, calls, customers, inFlight) {
    let next = 0;
    const one = async () => {
      while (next < calls) {
        const at = next;
        next += 1;
        tally.three(await this.peer.get(numberOf(at, customers)));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, one));
  }

  async cases(tally, size) {
    for await (const page of this.peer.cases(size)) {
      for (const found of page) tally.found(found.case_id, found.case_type);
    }
  }
}

// The same for mspkit, which yields items.
class ItemWork extends Work {
  async list(tally, size, fields) {
    const customers = this.peer.customers(size);
    if (fields === 3) for await (const customer of customers) tally.three(customer);
    else for await (const customer of customers) tally.every(customer);
  }

  async grow(tally, size) {
    let settled = 0;
    for await (const customer of this.peer.customers(size)) {
      tally.three(customer);
      if (tally.count === SETTLED) settled = memory("VmRSS");
    }
    return memory("VmHWM") - settled;
  }

  async cases(tally, size) {
    for await (const found of this.peer.cases(size)) tally.found(found.caseId, found.caseType);
  }
}

const begun = performance.now();
const { Peer, version } = await import(`./peers/${process.argv[2]}.mjs`);
const imported = performance.now();
const peer = new Peer();
const made = performance.now();
console.log(`ready ${(imported - begun) / 1000} ${(made - imported) / 1000} ${version}`);
const work = peer.customers ? new ItemWork(peer) : new Work(peer);
for await (const line of createInterface({ input: process.stdin })) {
  const [what, ...numbers] = line.split(" ");
  const tally = new Tally();
  const start = performance.now();
  try {
    const more = await work[what](tally, ...numbers.map(Number));
    console.log(`ok ${(performance.now() - start) / 1000} ${tally.count} ${tally.sum} ${more ?? 0}`);
  } catch (error) {
    console.log(`error ${error.name} ${String(error.message).replaceAll("\n", " ")}`);
  }
}
process.exit(0);
