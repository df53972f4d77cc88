"""``yinbo doctor``: what it sees, and that it says what mends it."""

import asyncio
import errno
import os
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from cli.doctor import machine
from cli.doctor.findings import Finding
from core.config import Settings
from tests.certificate import key_file, self_signed
from tests.cli.test_run import PATIENCE, started
from tests.postbox import postbox

YINBO = str(Path(sys.executable).parent / "yinbo")


def examined(home: Path, **more: str) -> tuple[int, list[Finding], str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("YINBO_")}
    env |= {name if name.startswith("SSL_") else f"YINBO_{name}": value for name, value in more.items()}
    done = subprocess.run([YINBO, "doctor", "--json"], env=env, cwd=home, capture_output=True, text=True, check=False)
    return done.returncode, msgspec.json.decode(done.stdout, type=list[Finding]), done.stdout + done.stderr


def prepared(home: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("YINBO_")}
    subprocess.run([YINBO, "migrate"], env=env, cwd=home, check=True, capture_output=True)


def test_an_installation_in_order_has_no_errors(tmp_path: Path) -> None:
    prepared(tmp_path)
    code, found, _ = examined(tmp_path)
    assert code == 0
    assert {one.check for one in found} >= {"settings", "secret", "disk", "clock", "database", "migrations", "mail"}
    assert [one.check for one in found if one.level != "ok"] == ["mail"]


def test_looking_at_an_empty_folder_leaves_it_empty(tmp_path: Path) -> None:
    code, _, _ = examined(tmp_path)
    assert code == 0
    assert list(tmp_path.iterdir()) == []


def test_warnings_leave_exit_code_0_and_name_what_mends_them(tmp_path: Path) -> None:
    code, found, _ = examined(tmp_path, RATE_LIMITS="off", BASE_URL="http://expo.example.org", PROT="1")
    warnings = [one for one in found if one.level == "warning"]
    assert code == 0
    said = " ".join(f"{one.message} {one.mend}" for one in warnings)
    for part in ("rate limits are off", "only to https", "YINBO_TLS_CERT", "did you mean YINBO_PORT"):
        assert part in said


def test_what_does_not_answer_is_an_error_that_shows_no_password(tmp_path: Path) -> None:
    code, found, output = examined(
        tmp_path,
        DATABASE_URL="postgresql://me:hush@127.0.0.1:1/expo",
        SMTP_URL="smtp://me:hush@127.0.0.1:1",
        REDIS_URL="redis://:hush@127.0.0.1:1/0",
    )
    assert code == 1
    assert {one.check for one in found if one.level == "error"} == {"database", "mail", "redis"}
    assert all(one.mend for one in found if one.level != "ok")
    assert "hush" not in output


def test_a_secret_that_others_can_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "secret.key").write_text("x" * 64)
    (tmp_path / "data" / "secret.key").chmod(0o644)
    code, found, _ = examined(tmp_path)
    assert code == 1
    assert [one.mend for one in found if one.check == "secret"] == ["chmod 600 data/secret.key"]


@pytest.mark.parametrize(
    ("number", "mend"),
    [(errno.ENOSPC, "make room: nothing can be stored"), (errno.EACCES, "give this user the right to write there")],
)
def test_a_folder_without_room_wants_room_and_no_rights(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, mend: str
) -> None:
    def refuse(**_more: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert machine.of_disk(Settings(data_dir=tmp_path)).mend == mend


def test_a_certificate_is_held_against_date_name_and_key(tmp_path: Path) -> None:
    tls = {"TLS_CERT": "cert.pem", "TLS_KEY": "key.pem"}

    def levels(**more: str) -> list[str]:
        return [one.level for one in examined(tmp_path, **tls, **more)[1] if one.check == "certificate"]

    self_signed(tmp_path)
    assert levels() == ["ok"]
    assert levels(BASE_URL="https://expo.example.org") == ["ok"]
    assert levels(BASE_URL="https://expo.example.com") == ["ok", "error"]
    self_signed(tmp_path, days=3)
    assert levels() == ["warning"]
    self_signed(tmp_path, days=-1)
    assert levels() == ["error"]
    self_signed(tmp_path)
    key_file(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    assert "error" in levels()


def _mail(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.level, one.message.partition(" ")[2]) for one in found if one.check == "mail"]


@pytest.mark.anyio
async def test_the_mail_server_is_asked_for_what_the_settings_want(tmp_path: Path) -> None:
    async def said(url: str, **more: str) -> list[tuple[str, str]]:
        _, found, output = await asyncio.to_thread(examined, tmp_path, SMTP_URL=url, **more)
        assert "hush" not in output
        return _mail(found)

    cert, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    async with postbox() as box:
        assert await said(f"smtp://127.0.0.1:{box.port}") == [("ok", "takes us in, not encrypted")]
        assert await said(f"smtp://127.0.0.1:{box.port}?tls=starttls") == [("error", "offers no encryption (STARTTLS)")]
        assert await said(f"smtp://me:hush@127.0.0.1:{box.port}?tls=none") == [("error", "takes no sign-in (AUTH)")]
    async with postbox(context=context, login=("me", "hush")) as box:
        right, wrong = (f"smtp://me:{word}@127.0.0.1:{box.port}?tls=starttls" for word in ("hush", "hushed"))
        assert await said(right) == [("error", "no trusted TLS (CERTIFICATE_VERIFY_FAILED)")]
        trusting = {"SSL_CERT_FILE": str(cert)}
        assert await said(right, **trusting) == [("ok", "takes us in, encrypted, signed in")]
        assert await said(wrong, **trusting) == [("error", "refuses user or password")]
        assert box.mails == []


def _worker(home: Path) -> list[tuple[str, str]]:
    return [(one.level, one.message) for one in examined(home)[1] if one.check == "worker"]


def test_it_says_whether_somebody_works_and_what_waits(tmp_path: Path) -> None:
    prepared(tmp_path)
    assert _worker(tmp_path) == [("ok", "none is alive, and nothing waits for one")]
    with closing(sqlite3.connect(tmp_path / "data" / "yinbo.sqlite")) as connection:
        connection.execute(
            "INSERT INTO job (kind, payload, state, progress, total, attempts, run_at, worker, error, result,"
            " created_by, created_at, checkpoint)"
            " VALUES ('a', '{}', 'queued', 0, 0, 0, '2026-01-01 00:00:00+00:00', '', '', '', '',"
            " '2026-01-01 00:00:00+00:00', '')"
        )
        connection.commit()
    assert _worker(tmp_path) == [("warning", "none is alive, and 1 jobs and 0 mails wait since more than 3 minutes")]
    with started(tmp_path, YINBO_DATA_DIR=str(tmp_path / "data")):
        until = time.monotonic() + PATIENCE
        while _worker(tmp_path)[0][1].startswith("none") and time.monotonic() < until:
            pass
        # Nobody has a handler for this kind, so it waits all the same.
        assert _worker(tmp_path) == [("warning", "one is alive, yet 1 jobs and 0 mails wait since more than 3 minutes")]
