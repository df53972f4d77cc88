"""``yinbo run`` as a process: how it starts, refuses and stops."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.live import environment

YINBO = str(Path(sys.executable).parent / "yinbo")
PATIENCE = 60.0
#: All of a request but for the last byte of its body.
SLOW = (
    b"POST /api/v1/exhibitors HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n"
    b"content-type: application/json\r\n\r\n{"
)


@contextmanager
def started(home: Path, *options: str, **more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server on a free port that is ready, and the port that it printed."""
    with serving(home, *options, **more) as (process, port):
        # The socket listens already, so the first request waits until there is somebody to answer.
        assert ask(port, "/readyz") == 200
        yield process, port


@contextmanager
def serving(home: Path, *options: str, **more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server on a free port, ready or not; what else it prints waits in its ``stdout``."""
    env = {**environment(home, 0), **more}
    del env["YINBO_BASE_URL"]
    with (home / "err").open("w") as err:
        process = subprocess.Popen(
            [YINBO, "run", "--port", "0", *options], env=env, cwd=home, stdout=subprocess.PIPE, stderr=err, text=True
        )
    try:
        assert process.stdout is not None
        port = 0
        for line in process.stdout:
            if found := re.search(r"answers on https?://[^:]+:(\d+)", line):
                port = int(found[1])
                break
        assert port, (home / "err").read_text()
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def ask(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_it_serves_from_an_empty_folder_and_ends_with_0(tmp_path: Path) -> None:
    with started(tmp_path) as (process, port):
        assert ask(port, "/") == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert "Traceback" not in (tmp_path / "err").read_text()


def test_a_request_that_is_being_sent_when_it_stops_is_answered(tmp_path: Path) -> None:
    with started(tmp_path) as (process, port), socket.create_connection(("127.0.0.1", port), PATIENCE) as slow:
        slow.sendall(SLOW)
        assert ask(port, "/healthz") == 200
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1.5)
        assert process.poll() is None
        slow.sendall(b"}")
        answer = slow.recv(65536)
        assert answer.startswith(b"HTTP/1.1 ")
        assert b"connection: close" in answer.lower()
        assert process.wait(PATIENCE) == 0


def test_nobody_who_was_let_in_goes_without_an_answer(tmp_path: Path) -> None:
    """Eight callers keep asking over kept connections; the server is stopped amid 200 requests."""
    answered: list[int] = []
    broken: list[str] = []
    enough = threading.Event()

    def caller(port: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            while True:
                if connection.sock is None:
                    try:
                        connection.connect()
                    except ConnectionRefusedError:
                        return
                try:
                    connection.request("GET", "/healthz")
                    response = connection.getresponse()
                    response.read()
                except (OSError, EOFError) as error:
                    broken.append(repr(error))
                    return
                answered.append(response.status)
                if len(answered) >= 200:
                    enough.set()
        finally:
            connection.close()

    with started(tmp_path) as (process, port):
        callers = [threading.Thread(target=caller, args=(port,)) for _ in range(8)]
        for one in callers:
            one.start()
        assert enough.wait(PATIENCE)
        process.send_signal(signal.SIGTERM)
        for one in callers:
            one.join(PATIENCE)
        assert process.wait(PATIENCE) == 0
    assert set(answered) == {200}
    assert broken == []


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with started(tmp_path) as (process, port), socket.create_connection(("127.0.0.1", port), PATIENCE) as slow:
        slow.sendall(SLOW)
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 143


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [YINBO, "run", "--port", str(port)],
            env=environment(tmp_path, port),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr


@pytest.mark.parametrize("command", [["run"], ["migrate"], ["ledger", "verify"]])
def test_a_wrong_setting_stops_every_command_with_one_line(tmp_path: Path, command: list[str]) -> None:
    env = {**environment(tmp_path, 8179), "YINBO_WORKERS": "many"}
    done = subprocess.run([YINBO, *command], env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "yinbo: YINBO_WORKERS: 'many' is not a whole number; give one from 1 to 64.\n"
    assert done.stdout == ""
    assert os.listdir(tmp_path) == []
