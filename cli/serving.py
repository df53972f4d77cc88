"""The server: what uvicorn does not do by itself when it is told to stop.

Stopping is: no new connections; streams are told goodbye; connections that wait for their next request get a moment
and an answer with ``Connection: close``; requests in flight finish, ten seconds at most; then the app's lifespan
closes what it opened, the database's writer last. A second signal ends it at once.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from cli.connections import Connection

#: Seconds that requests in flight may take when the server stops.
FINISH_WITHIN = 10
#: Seconds in which kept connections may still ask once.
LAST_CALL = 0.5
#: What a shell calls a process that was ended by SIGTERM; nothing else tells a forced stop from a clean one.
FORCED = 143
#: Connections, streams and files that a process may hold, where the system lets it.
MOST_OPEN = 65_536


class Server(uvicorn.Server):
    #: A worker of several leaves Ctrl+C, which reaches the whole group, to its parent.
    is_worker = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.is_worker and sig == signal.SIGINT:
            return
        if self.should_exit:
            sys.stderr.write("yinbo: stopped at once\n")
            sys.stderr.flush()
            os._exit(FORCED)
        self.should_exit = True

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        from gateway.observe import configure_logging

        configure_logging()
        hold_many()
        super().run(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        from core import events
        from gateway.observe import draining

        await self._shut_the_door(sockets or [])
        draining()
        events.say_goodbye()
        until = time.monotonic() + LAST_CALL
        while self.server_state.connections and time.monotonic() < until:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)

    async def _shut_the_door(self, sockets: list[socket.socket]) -> None:
        """Stops listening, and takes in whom the kernel had connected by then: they would be reset."""
        loop = asyncio.get_running_loop()
        held = [listening.dup() for listening in sockets]
        for server in self.servers:
            server.close()
        for listening in held:
            listening.setblocking(False)
            waiting = []
            with contextlib.suppress(OSError):
                while True:
                    waiting.append(listening.accept()[0])
            listening.close()
            for caller in waiting:
                with contextlib.suppress(OSError):
                    await loop.connect_accepted_socket(self._protocol, caller, ssl=self.config.ssl)

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made


class _Worker(Process):
    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = Server(config=self.config)
            self._server.is_worker = True
        return self._server  # type: ignore[return-value]  # it is the one just made


class Workers(Multiprocess):
    def init_processes(self) -> None:
        for _ in range(self.processes_num):
            process = _Worker(self.config, self.sockets)
            process.start()
            self.processes.append(process)

    def keep_subprocess_alive(self) -> None:
        before = list(self.processes)
        super().keep_subprocess_alive()
        for index, process in enumerate(self.processes):
            if process not in before and not isinstance(process, _Worker):
                process.__class__ = _Worker
                self.processes[index] = process

    def terminate_all(self) -> None:
        # The workers' doors are one with this one: while it stands open, callers wait where nobody comes.
        for listening in self.sockets:
            listening.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Until they have ended; a second signal ends them at once."""
        self.signal_queue.clear()
        while any(process.process.is_alive() for process in self.processes):
            if self.signal_queue:
                for process in self.processes:
                    process.process.kill()
            time.sleep(0.05)
        super().join_all()


def hold_many() -> None:
    """The usual soft limit of 1,024 is less than a hall full of phones."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = MOST_OPEN if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def bind(host: str, port: int) -> socket.socket:
    """:raises OSError: the port is taken or the address is not of this machine."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(2048)
        bound.set_inheritable(True)
    except OSError:
        bound.close()
        raise
    return bound


def configuration(workers: int, **tls: Any) -> uvicorn.Config:
    return uvicorn.Config(
        "app:create_app",
        factory=True,
        http=Connection,
        workers=workers,
        log_config=None,
        access_log=False,
        # Forwarded headers are gateway.front's business.
        proxy_headers=False,
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=FINISH_WITHIN,
        timeout_keep_alive=30,
        backlog=2048,
        **tls,
    )


def serve(bound: socket.socket, workers: int, **tls: Any) -> int:
    """Until it is told to stop; answers the exit code."""
    config = configuration(workers, **tls)
    if workers > 1:
        Workers(config, [bound]).run()
        return 0
    server = Server(config)
    server.run([bound])
    return 0 if server.started else 1
