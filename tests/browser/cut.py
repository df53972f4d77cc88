"""A line that can be cut: forwards to the server, hangs without a word, or is not there."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Way = Literal["through", "hangs", "gone"]


class Line:
    """``way`` may be set from any thread; what is under way feels it too."""

    def __init__(self, port: int) -> None:
        self.to = port
        self.port = 0
        self.way: Way = "through"
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        #: Batches of scans that have begun to pass.
        self.batches = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.way == "gone":
                return
            there, back = await asyncio.open_connection("127.0.0.1", self.to)
            self._open.add(back)
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            with contextlib.suppress(OSError):
                writer.close()

    async def _carry(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(65_536):
                while self.way == "hangs":
                    await asyncio.sleep(0.02)
                if self.way == "gone":
                    break
                to.write(piece)
                self.batches += piece.count(b"POST /api/v1/scans/batch")
                await to.drain()
        with contextlib.suppress(OSError):
            to.close()

    def cut(self, way: Way) -> None:
        self.way = way

        def drop() -> None:
            if way == "gone":
                for writer in list(self._open):
                    writer.transport.abort()

        self._loop.call_soon_threadsafe(drop)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)

        async def begin() -> None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = self._server.sockets[0].getsockname()[1]
            ready.set()

        self._loop.create_task(begin())
        self._loop.run_forever()

    def start(self) -> threading.Thread:
        ready = threading.Event()
        thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        thread.start()
        ready.wait(10)
        return thread

    def stop(self, thread: threading.Thread) -> None:
        async def end() -> None:
            self.way = "gone"
            if self._server is not None:
                self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
            me = asyncio.current_task()
            if others := [task for task in asyncio.all_tasks() if task is not me]:
                await asyncio.wait(others, timeout=5)
            self._loop.stop()

        self._loop.call_soon_threadsafe(lambda: self._loop.create_task(end()))
        thread.join(10)
        self._loop.close()


@contextmanager
def line(port: int) -> Iterator[Line]:
    made = Line(port)
    thread = made.start()
    try:
        yield made
    finally:
        made.stop(thread)
