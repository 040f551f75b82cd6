"""httpx with asyncio: one client, with enough connections for the requests in flight."""

import asyncio

import httpx
from dicts import AsyncDicts
from tokens import AUTHENTICATE, AUTHORIZED, CASES, URL, WIV_HEADERS, Token


def version():
    return f"httpx {httpx.__version__}"


class Peer(AsyncDicts):
    gather = staticmethod(asyncio.gather)

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        self.client = httpx.AsyncClient(base_url=URL, limits=limits)
        self.token = Token()
        self.exchanging = asyncio.Lock()

    async def call(self, path, query=None):
        answer = await self._send(path, query)
        if answer.status_code == 401:
            self.token.drop()
            answer = await self._send(path, query)
        answer.raise_for_status()
        return answer.json()

    async def _send(self, path, query):
        if not self.token.usable():
            await self._exchange()
        return await self.client.get(path, params=query, headers=self.token.headers)

    async def _exchange(self):
        async with self.exchanging:
            if not self.token.usable():
                answer = await self.client.post(AUTHENTICATE, headers=AUTHORIZED)
                answer.raise_for_status()
                self.token.keep(answer.json())

    async def search(self, body):
        answer = await self.client.post(CASES, json=body, headers=WIV_HEADERS)
        answer.raise_for_status()
        return answer.json()
