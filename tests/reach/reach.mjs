// Lists what the clients of a built package have, for reach.py: `node reach.mjs PACKAGE [CLASSES,OPTIONS] [CHANGE …]`.
// Changes damage the package in memory: `without=Sync:wiv.cases.search` removes a method, `with=…` adds one.

import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, given, ...changes] = process.argv.slice(2);
const [classes, options] = JSON.parse(given);
// The package finds itself by its own name, as a program that depends on it does.
const mspkit = createRequire(join(folder, "package.json"))("mspkit");

const clients = (suffix) =>
  Object.entries(classes).map(([service, name]) => [service, new mspkit[`${name}${suffix}`](options[service])]);

for (const change of changes) {
  const [, what, suffix, service, group, method] = /^(with|without)=(Sync)?:(\w+)\.(\w+)\.(\w+)$/.exec(change);
  const { [service]: client } = Object.fromEntries(clients(suffix ?? ""));
  const methods = Object.getPrototypeOf(client[group]);
  if (what === "without") delete methods[method];
  else methods[method] = () => undefined;
}

// A group is an object of the client with methods of its own; it is made when it is first used.
function* listed(service, client) {
  for (const group of Object.keys(Object.getPrototypeOf(client))) {
    const methods = Object.getPrototypeOf(client[group]);
    for (const method of Object.getOwnPropertyNames(methods)) {
      if (method !== "constructor" && typeof client[group][method] === "function") yield `${service}.${group}.${method}`;
    }
  }
}

const lists = {};
for (const [suffix, name] of [
  ["", "Node.js"],
  ["Sync", "Node.js, blocking"],
]) {
  lists[name] = clients(suffix).flatMap(([service, client]) => {
    const found = [...listed(service, client)];
    client.close();
    return found;
  });
}
console.log(JSON.stringify(lists));
