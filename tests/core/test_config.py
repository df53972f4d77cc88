"""Settings: what they refuse, how they say it, and the secret that is made once."""

import multiprocessing
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import Settings, SettingsError, settings, unknown_names
from core.config.checks import masked

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory without any setting."""
    for name in [name for name in os.environ if name.startswith("YINBO_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    return tmp_path


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    settings.cache_clear()
    settings()


def refusal(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    for name, value in values.items():
        monkeypatch.setenv(f"YINBO_{name}", value)
    settings.cache_clear()
    with pytest.raises(SettingsError) as caught:
        settings()
    return str(caught.value)


WRONG = [
    ("PORT", "80000", "0 to 65535"),
    ("PORT", "abc", "whole number"),
    ("PORT", "８０", "whole number"),
    ("WORKERS", "0", "1 to 64"),
    ("HOST", "http://here", "without scheme"),
    ("DATABASE_URL", "mysql://root:hush@db/x", "sqlite:///"),
    ("DATABASE_URL", "postgresql://root:hush@db", "name of the database"),
    ("DATABASE_URL", "postgresql://root:hush@db:99999/x", "cannot be read"),
    ("DATABASE_URL", "sqlite://", "needs a file"),
    ("DATABASE_URL", "sqlite:///:memory:", "needs a file"),
    ("BASE_URL", "expo.example.org", "https://"),
    ("BASE_URL", "https://expo.example.org/desk", "host of its own"),
    ("BASE_URL", "https://me:hush@expo.example.org", "user or a password"),
    ("SMTP_URL", "http://me:hush@mail", "smtp"),
    ("SMTP_URL", "smtp://me:hush@mail?tls=maybe", "starttls"),
    ("MAIL_FROM", "Expo", "expo@example.org"),
    ("REDIS_URL", "http://:hush@redis", "redis://"),
    ("SECRET_KEY", "hush", "32"),
    ("RATE_LIMITS", "sometimes", "on or off"),
    ("TRUSTED_PROXIES", "10.0.0.0/8, proxy", "'proxy'"),
    ("TIMEZONE", "Asia/Peking2", "tz database"),
    ("TIMEZONE", "../../etc/passwd", "tz database"),
    ("TLS_CERT", "/nowhere/cert.pem", "cannot be read"),
]


@pytest.mark.parametrize(("name", "value", "mend"), WRONG)
def test_a_wrong_setting_is_one_line_with_name_fault_and_mend(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, mend: str
) -> None:
    said = refusal(monkeypatch, **{name: value})
    assert said.startswith(f"YINBO_{name}: ")
    assert mend in said
    assert "\n" not in said
    assert "hush" not in said


def test_several_workers_need_postgresql(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, WORKERS="2").startswith("YINBO_WORKERS: 2 workers cannot share SQLite")
    monkeypatch.setenv("YINBO_DATABASE_URL", "postgres://me@db/expo")
    settings.cache_clear()
    assert settings().workers == 2
    assert settings().database == "postgresql://me@db/expo"


def test_a_certificate_needs_its_key(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "cert.pem").write_text("x")
    assert refusal(monkeypatch, TLS_CERT="cert.pem").startswith("YINBO_TLS_KEY: ")
    monkeypatch.delenv("YINBO_TLS_CERT")
    assert refusal(monkeypatch, TLS_KEY="cert.pem").startswith("YINBO_TLS_CERT: ")


def test_empty_counts_as_unset_and_the_environment_wins_over_the_file(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / ".env").write_text("YINBO_PORT=9001\nYINBO_TIMEZONE=Asia/Tokyo\nOTHER=x\n")
    monkeypatch.setenv("YINBO_PORT", "9002")
    monkeypatch.setenv("YINBO_TRUSTED_PROXIES", "")
    monkeypatch.setenv("YINBO_HOST", "")
    settings.cache_clear()
    own = settings()
    assert (own.port, own.timezone, own.host) == (9002, "Asia/Tokyo", "127.0.0.1")


def test_a_file_that_is_no_text_is_named(place: Path) -> None:
    (place / ".env").write_bytes(b"YINBO_PORT=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^\.env: "):
        settings()


def test_an_unknown_name_is_answered_with_the_nearest(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / ".env").write_text("YINBO_DATABSE_URL=x\n")
    monkeypatch.setenv("YINBO_TEST_POSTGRES_URL", "x")
    assert unknown_names() == ["YINBO_DATABSE_URL is no setting of Yinbo; did you mean YINBO_DATABASE_URL?"]


def test_what_is_secret_is_never_shown(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINBO_DATABASE_URL", "postgresql://me:hush@db/expo?password=hush")
    monkeypatch.setenv("YINBO_SMTP_URL", "smtp://me:hush@mail:587")
    monkeypatch.setenv("YINBO_SECRET_KEY", "hush" * 10)
    settings.cache_clear()
    for text in (repr(settings()), str(settings()), str(settings().shown())):
        assert "hush" not in text
        assert "me:***@db" in text


def test_a_masked_address_keeps_host_and_user() -> None:
    assert masked("redis://:hush@[::1]:6379/0") == "redis://:***@[::1]:6379/0"
    assert masked("postgresql://db/expo") == "postgresql://db/expo"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"HOST": "0.0.0.0", "PORT": "80"}, "http://127.0.0.1:80"),
        ({"HOST": "::1"}, "http://[::1]:8000"),
        ({"BASE_URL": "https://Expo.example.org/"}, "https://expo.example.org"),
    ],
)
def test_links_begin_with_base_url_or_where_it_listens(
    place: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], expected: str
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"YINBO_{name}", value)
    settings.cache_clear()
    assert settings().public_url == expected


def test_every_setting_stands_in_the_manual_and_nothing_else() -> None:
    import re

    manual = (ROOT / "docs" / "settings.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in manual.splitlines() if line.startswith("| `YINBO_")]
    named = {name for row in rows for name in re.findall(r"`(YINBO_\w+)`", row)}
    assert named == {f"YINBO_{name.upper()}" for name in Settings.model_fields}


_ASK = "import sys; sys.stdin.readline(); from core.config import secret_key; print(secret_key('test').hex())"
_COMMAND = [sys.executable, "-c", _ASK]


def test_of_processes_that_start_together_one_makes_the_secret(place: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "YINBO_DATA_DIR": str(place / "kept")}
    several = [
        subprocess.Popen(_COMMAND, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(min(6, 2 * multiprocessing.cpu_count()))
    ]
    for one in several:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    answers = {one.communicate(timeout=60)[0].strip() for one in several}
    assert len(answers) == 1
    assert len(answers.pop()) == 64
    kept = place / "kept" / "secret.key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert [path.name for path in kept.parent.iterdir()] == ["secret.key"]


def test_a_kept_secret_that_was_cut_short_is_refused(place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "secret.key").write_text("short\n")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(_COMMAND, env=env, input="\n", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "backup" in done.stderr
