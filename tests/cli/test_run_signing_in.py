"""``yinbo run`` as a process that people sign in to: the first start, the demo expo, https, a stream at the end."""

import re
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.certificate import self_signed
from tests.cli.test_run import PATIENCE, YINBO, serving, started
from tests.live import environment
from tests.world import PASSWORD, csrf_in

PRINTED_LINK = re.compile(r"once: (http\S+)")
PRINTED_ACCOUNT = re.compile(r"  (\S+@\S+)  (\S+)  (\w+)$")


def yinbo(home: Path, *words: str, given: str = "") -> str:
    done = subprocess.run(
        [YINBO, *words], env=environment(home, 0), cwd=home, capture_output=True, text=True, input=given, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def send_form(client: httpx.Client, path: str, **values: str) -> httpx.Response:
    form = client.get(path)
    return client.post(path, data={"_csrf": csrf_in(form.text), **values})


def sign_in(client: httpx.Client, email: str, password: str) -> httpx.Response:
    answer = send_form(client, "/login", email=email, password=password)
    assert answer.status_code == 303, answer.text
    return answer


def printed(process: subprocess.Popen[str], pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """What the start has printed so far: it prints all at once and then serves."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := pattern.search(line.rstrip("\n")):
            yield found


def test_the_printed_link_makes_the_first_administrator_once(tmp_path: Path) -> None:
    with started(tmp_path) as (process, port):
        link = next(printed(process, PRINTED_LINK))[1]
        assert link.startswith(f"http://127.0.0.1:{port}/setup/")
        path = link.removeprefix(f"http://127.0.0.1:{port}")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            made = send_form(client, path, name="示例 管理员", email="first@example.com", password=PASSWORD)
            assert (made.status_code, made.headers["location"]) == (303, "/admin")
            assert client.get("/admin/people").status_code == 200
            assert client.get(path).status_code == 410
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            sign_in(client, "first@example.com", PASSWORD)
        process.terminate()
        assert process.wait(PATIENCE) == 0
    with started(tmp_path) as (process, port):
        process.terminate()
        assert list(printed(process, PRINTED_LINK)) == []


def test_the_accounts_that_the_demo_prints_can_sign_in(tmp_path: Path) -> None:
    with started(tmp_path, "--demo") as (process, port):
        accounts = []
        for found in printed(process, PRINTED_ACCOUNT):
            accounts.append(found.groups())
            if found[3] == "exhibitor":
                break
        assert len({email for email, _, _ in accounts}) == 7
        for email, password, _ in accounts:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
                sign_in(client, email, password)
                assert client.get("/account").status_code == 200


def test_over_https_cookies_and_headers_are_for_https_alone(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    yinbo(tmp_path, "users", "add", "li@example.com", "--role", "organizer", "--name", "李", "--password-stdin",
          given=PASSWORD + "\n")  # fmt: skip
    trusting = ssl.create_default_context(cafile=str(cert))
    with serving(tmp_path, YINBO_TLS_CERT=str(cert), YINBO_TLS_KEY=str(key)) as (process, port):
        with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=trusting, timeout=PATIENCE) as client:
            assert client.get("/readyz").status_code == 200
            form = client.get("/login")
            assert form.headers["strict-transport-security"] == "max-age=31536000"
            entered = sign_in(client, "li@example.com", PASSWORD)
            assert client.get("/admin/people").status_code == 200
        cookies = [*form.headers.get_list("set-cookie"), *entered.headers.get_list("set-cookie")]
        names = {cookie.partition("=")[0] for cookie in cookies}
        assert names == {"__Host-form", "__Host-session", "__Host-device", "__Host-step"}
        for cookie in cookies:
            said = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert {"secure", "httponly", "path=/"} <= said
            assert not any(part.startswith("domain") for part in said), "a __Host- cookie names none"
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/", timeout=PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert "Traceback" not in (tmp_path / "err").read_text()


def test_an_open_stream_hears_goodbye_and_holds_up_nobody(tmp_path: Path) -> None:
    token = yinbo(tmp_path, "tokens", "add", "screen", "--role", "viewer")
    headers = {"authorization": f"Bearer {token}"}
    with started(tmp_path) as (process, port):
        url = f"http://127.0.0.1:{port}/api/v1/events"
        with httpx.stream("GET", url, headers=headers, timeout=PATIENCE) as answer:
            lines = (line for line in answer.iter_lines() if line.startswith("event: "))
            assert next(lines) == "event: hello"
            told = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert list(lines) == ["event: goodbye"]
            assert process.wait(PATIENCE) == 0
        assert time.monotonic() - told < 5
    assert "Traceback" not in (tmp_path / "err").read_text()
