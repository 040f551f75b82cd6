// Node's own http.request, over an agent that keeps connections.

import http from "node:http";
import { URL, Wire } from "../shared/peer.mjs";

export const version = `Node ${process.versions.node} http`;

export class Peer extends Wire {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

  send(method, path, headers, body) {
    return new Promise((resolve, reject) => {
      const request = http.request(URL + path, { method, headers, agent: this.#agent }, (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          try {
            resolve({ status: answer.statusCode, value: JSON.parse(Buffer.concat(chunks).toString()) });
          } catch (error) {
            reject(error);
          }
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  }
}
