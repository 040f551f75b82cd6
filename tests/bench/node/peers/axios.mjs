// axios, over an agent that keeps connections.

import http from "node:http";
import { installed, URL, Wire } from "../shared/peer.mjs";

const axios = installed("axios");
export const version = `axios ${axios.VERSION}`;

export class Peer extends Wire {
  #axios = axios.create({
    baseURL: URL,
    httpAgent: new http.Agent({ keepAlive: true, maxSockets: 64 }),
    proxy: false,
    validateStatus: () => true,
  });

  async send(method, path, headers, body) {
    const answer = await this.#axios.request({ method, url: path, headers, data: body });
    return { status: answer.status, value: answer.data };
  }
}
