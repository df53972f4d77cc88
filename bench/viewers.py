"""``python -m bench.viewers URL AUTHORIZATION MANY``: so many streams of live events, read until it is ended."""

import asyncio
import sys
from urllib.parse import urlsplit

import uvloop


async def _one(host: str, port: int, path: str, authorization: str, opened: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    request = f"GET {path}/events HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: {authorization}\r\n\r\n"
    writer.write(request.encode())
    if b" 200 " not in await reader.readline():
        raise SystemExit(1)
    opened.release()
    while await reader.read(65_536):
        pass


async def main(url: str, authorization: str, many: int) -> None:
    parts = urlsplit(url)
    opened = asyncio.Semaphore(0)
    tasks = [
        asyncio.create_task(_one(parts.hostname or "", parts.port or 0, parts.path, authorization, opened))
        for _ in range(many)
    ]
    for _ in range(many):
        await opened.acquire()
    print("watching", flush=True)
    await asyncio.gather(*tasks)


uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
