"""The server that the programs beside it call.

It returns what it received, in each form that a document can describe.

server.py        prints its address, and serves until its standard input ends
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LIMITS = [{"kind": f"k{number}", "most": number, "share": 0.5} for number in range(5)]
FILE = bytes(range(256))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        path, _, query = self.path.partition("?")
        given = dict(pair.partition("=")[::2] for pair in query.split("&"))
        if self.headers.get("X-API-Key") != "key":
            self.send(401, b'{"error":"no key"}')
            return
        match (self.command, path):
            case ("PUT", "/vocabulary/limits"):
                listed = isinstance(json.loads(body), list)
                self.send(200, json.dumps({"success": listed}).encode())
                return
            case ("PUT", "/vocabulary/refused"):
                self.send(200, b'{"success": false}')
                return
            case ("GET", "/vocabulary/only"):
                self.send(200, json.dumps({"data": LIMITS[:1]}).encode())
                return
            case ("GET", "/vocabulary/one"):
                self.send(200, json.dumps(LIMITS[1]).encode())
                return
            case ("GET", "/vocabulary/pages"):
                size, page = int(given.get("per_page", 2)), int(given.get("page", 1))
                rows = LIMITS[(page - 1) * size : page * size]
                self.send(200, json.dumps({"data": rows}).encode())
                return
            case ("GET", "/vocabulary/wide"):
                self.send(200, json.dumps({f"field{at:03}": at for at in range(70)}).encode())
                return
            case ("GET", "/vocabulary/file"):
                self.send(200, FILE, "application/octet-stream")
                return
            case ("POST", "/vocabulary/touch"):
                self.send(200, b"")
                return
        trace = self.headers.get("X-Trace")
        echo = {"method": self.command, "path": path, "query": query, "trace": trace, "body": body}
        self.send(200, json.dumps(echo).encode())

    def send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the programs say what is wrong."""


for method in ("GET", "POST", "PUT", "DELETE"):
    setattr(Handler, f"do_{method}", Handler.answer)
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
sys.stdin.read()
