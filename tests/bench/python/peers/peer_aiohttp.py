"""aiohttp with orjson: one session."""

import asyncio

import aiohttp
import orjson
from dicts import AsyncDicts
from tokens import AUTHENTICATE, AUTHORIZED, CASES, URL, WIV_HEADERS, Token


def version():
    return f"aiohttp {aiohttp.__version__}, orjson {orjson.__version__}"


class Peer(AsyncDicts):
    gather = staticmethod(asyncio.gather)

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.session = self.loop.run_until_complete(self._open())
        self.token = Token()
        self.exchanging = asyncio.Lock()

    async def _open(self):
        return aiohttp.ClientSession(URL)

    def close(self):
        self.loop.run_until_complete(self.session.close())

    async def call(self, path, query=None):
        status, body = await self._send(path, query)
        if status == 401:
            self.token.drop()
            status, body = await self._send(path, query)
        if status >= 400:
            raise RuntimeError(f"HTTP {status}: {body[:200]!r}")
        return orjson.loads(body)

    async def _send(self, path, query):
        if not self.token.usable():
            await self._exchange()
        async with self.session.get(path, params=query, headers=self.token.headers) as answer:
            return answer.status, await answer.read()

    async def _exchange(self):
        async with self.exchanging:
            if not self.token.usable():
                async with self.session.post(AUTHENTICATE, headers=AUTHORIZED) as answer:
                    answer.raise_for_status()
                    self.token.keep(orjson.loads(await answer.read()))

    async def search(self, body):
        headers = {**WIV_HEADERS, "Content-Type": "application/json"}
        async with self.session.post(CASES, data=orjson.dumps(body), headers=headers) as answer:
            answer.raise_for_status()
            return orjson.loads(await answer.read())
