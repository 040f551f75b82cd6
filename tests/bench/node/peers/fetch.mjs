// Node's own fetch.

import { URL, Wire } from "../shared/peer.mjs";

export const version = `Node ${process.versions.node} fetch`;

export class Peer extends Wire {
  async send(method, path, headers, body) {
    const answer = await fetch(URL + path, { method, headers, body });
    return { status: answer.status, value: await answer.json() };
  }
}
