// undici's pool, with enough connections for the requests in flight.

import { installed, URL, Wire } from "../shared/peer.mjs";

const { Pool } = installed("undici");
export const version = `undici ${installed("undici/package.json").version}`;

export class Peer extends Wire {
  #pool = new Pool(URL, { connections: 64 });

  async send(method, path, headers, body) {
    const answer = await this.#pool.request({ method, path, headers, body });
    return { status: answer.statusCode, value: await answer.body.json() };
  }
}
