/**
 * A hand-written N-central: it issues tokens, and a test decides all other responses. For what the simulator does not
 * do: responses of any form, and inspecting connections.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export const JWT = "planted.user.token";
const ACCESS = "planted.access.token";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A running server. */
export interface Fake extends AsyncDisposable {
  readonly url: string;
  /** The connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  /** How many requests arrived, without those for tokens. */
  readonly requests: number;
}

/** Responds with JSON. */
export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

/** Starts a server that responds by `handler`. */
export async function startFake(handler: Handler): Promise<Fake> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    if (request.url === "/api/auth/authenticate") {
      const token = (text: string) => ({ token: text, type: "Bearer", expirySeconds: 3600 });
      json(response, { tokens: { access: token(ACCESS), refresh: token("planted.refresh.token") } });
      return;
    }
    requests += 1;
    handler(request, response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A page of a list of customers in N-central's form. */
export function page(items: readonly object[], total: number, number: number, size: number): object {
  return { data: items, totalItems: total, pageNumber: number, pageSize: size, itemCount: items.length };
}

/** Polls until a condition is true; fails after `limit` milliseconds. */
export async function until(what: string, holds: () => boolean, limit = 5000): Promise<number> {
  const begin = performance.now();
  while (!holds()) {
    if (performance.now() - begin > limit) {
      throw new Error(`not within ${limit} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return performance.now() - begin;
}
