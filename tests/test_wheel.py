"""What ``pip install`` gives: a wheel that serves from an empty folder, with its styles and migrations."""

import os
import re
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UV = str(Path(sys.executable).parent / "uv")


def _run(*command: str, cwd: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _get(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_wheel_serves_from_an_empty_folder(tmp_path: Path) -> None:
    _run(UV, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", str(tmp_path / "dist"))
    wheel = next((tmp_path / "dist").glob("*.whl"))
    python = str(tmp_path / "venv" / "bin" / "python")
    _run(UV, "venv", "-q", "--python", sys.executable, str(tmp_path / "venv"))
    _run(UV, "pip", "sync", "-q", "--python", python, "--require-hashes", str(ROOT / "requirements.lock"))
    _run(UV, "pip", "install", "-q", "--python", python, "--no-deps", str(wheel))
    empty = tmp_path / "empty"
    empty.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("YINBO_", "PYTHON"))}
    yinbo = str(tmp_path / "venv" / "bin" / "yinbo")
    with (tmp_path / "err").open("w") as err:
        server = subprocess.Popen(
            [yinbo, "run", "--port", "0", "--demo"], env=env, cwd=empty, stdout=subprocess.PIPE, stderr=err, text=True
        )
    try:
        assert server.stdout is not None
        port = next(
            (int(found[1]) for line in server.stdout if (found := re.search(r"answers on http://[^:]+:(\d+)", line))), 0
        )
        assert port, (tmp_path / "err").read_text()
        status, page = _get(port, "/")
        assert status == 200
        style = re.search(r'href="(/static/[^"]+\.css)"', page)
        assert style
        assert _get(port, style[1])[0] == 200
    finally:
        server.terminate()
        assert server.wait(30) == 0
        assert server.stdout is not None
        server.stdout.close()
