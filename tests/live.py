"""A real server process with a data folder and a port of its own, for tests in a browser and for screenshots."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
PATIENCE = 30.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, port: int) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "YINBO_DATA_DIR": str(home),
        "YINBO_BASE_URL": f"http://127.0.0.1:{port}",
        "YINBO_RATE_LIMITS": "off",
        "YINBO_SECRET_KEY": "live-secret-" * 4,
    }


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}:\n{log.read_text()}")
        try:
            if httpx.get(url + "/", timeout=5).status_code < 500:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"the server did not answer within {PATIENCE:.0f} s:\n{log.read_text()}")


@contextmanager
def running(home: Path, *, seed: str = "tests.browser.seed") -> Iterator[str]:
    """Seeds the folder by running the module, serves it and gives the address. Ends the process by its id."""
    port = _free_port()
    env = environment(home, port)
    if seed:
        subprocess.run([sys.executable, "-m", seed], env=env, cwd=home, check=True, capture_output=True)
    url = f"http://127.0.0.1:{port}"
    log = home / "server.log"
    with log.open("wb") as out:
        command = [str(Path(sys.executable).parent / "yinbo"), "run", "--port", str(port)]
        server = subprocess.Popen(command, env=env, cwd=home, stdout=out, stderr=out)
        try:
            _wait(url, server, log)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
