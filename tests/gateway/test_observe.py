"""What operators see: ids, one line a request, counts, and nothing personal."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import httpx
import pytest

from core import db
from core.accounts.roles import CLI
from core.audit import services
from core.jobs import enqueue_job
from core.mail.services import compose, enqueue
from gateway.observe import layer, logs, metrics
from tests.conftest import serving

pytestmark = pytest.mark.anyio


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What goes to the log, as JSON."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure_logging(as_json=True)
    yield out
    root.handlers[:] = before
    root.setLevel(level)
    logs.write_request = None


async def test_a_request_is_one_line_without_anything_personal(client: httpx.AsyncClient, written: io.StringIO) -> None:
    answer = await client.get("/exhibitors?q=13800138000&token=hush", headers={"user-agent": "phone"})
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert len(lines) == 1
    line = lines[0]
    assert line["route"] == "/exhibitors"
    assert line["status"] == answer.status_code == 200
    assert line["request_id"] == answer.headers["x-request-id"]
    assert set(line) == {"method", "route", "status", "ms", "request_id", "actor", "event", "at", "level"}
    assert "13800138000" not in written.getvalue()


async def test_the_path_of_an_unknown_address_stays_out_of_logs_and_metrics(
    client: httpx.AsyncClient, written: io.StringIO
) -> None:
    await client.get("/nobody@example.org")
    told = (await client.get("/metrics")).text
    assert "nobody" not in written.getvalue() + told
    assert 'route="unmatched",status="404"' in told


async def test_head_requests_are_counted_under_their_route(client: httpx.AsyncClient, written: io.StringIO) -> None:
    await client.head("/help")
    assert json.loads(written.getvalue())["route"] == "/help"


async def test_a_request_id_is_believed_from_a_trusted_proxy_only(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.config import settings

    given = {"x-request-id": "edge-12345678"}
    async with serving() as client:
        assert (await client.get("/healthz", headers=given)).headers["x-request-id"] != "edge-12345678"
    monkeypatch.setenv("YINBO_TRUSTED_PROXIES", "127.0.0.1")
    settings.cache_clear()
    try:
        async with serving() as client:
            assert (await client.get("/healthz", headers=given)).headers["x-request-id"] == "edge-12345678"
            odd = await client.get("/healthz", headers={"x-request-id": "a b\t"})
            assert odd.headers["x-request-id"] != "a b"
    finally:
        monkeypatch.undo()
        settings.cache_clear()


async def test_metrics_are_for_this_machine_and_not_for_who_comes_through_a_proxy(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    for name in ("x-forwarded-for", "forwarded", "via", "x-real-ip"):
        assert (await client.get("/metrics", headers={name: "10.1.2.3"})).status_code == 401


async def test_metrics_tell_what_waits_and_ask_the_database_every_few_seconds_only(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "_asked", float("-inf"))
    async with db.transaction():
        await enqueue("li@example.com", compose("password_changed", "zh-CN", name="示例 李"))
        await enqueue_job("nobody's", {})
        await services.record(CLI, "thing.done", "thing:1")
    told = (await client.get("/metrics")).text.splitlines()
    for line in (
        'yinbo_mails{state="kept"} 1.0',
        'yinbo_mails{state="failed"} 0.0',
        'yinbo_jobs{state="queued"} 1.0',
        "yinbo_event_streams 0.0",
    ):
        assert line in told
    assert any(line.startswith("yinbo_ledger_unsealed ") for line in told)
    with db.count_queries() as seen:
        assert (await client.get("/metrics")).status_code == 200
    assert seen == []


async def test_health_and_readiness_are_said_in_plain_text(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).text == "ok\n"
    assert (await client.get("/readyz")).text == "ready\n"


async def test_a_database_that_is_not_right_is_503_everywhere_but_for_health(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from piccolo.apps.migrations.tables import Migration

    from core.db import engine, transaction
    from core.db.migrations import forget_readiness, migrate

    gone = await Migration.select().order_by(Migration._meta.primary_key, ascending=False).first()
    assert gone is not None
    async with transaction():
        await Migration.delete().where(Migration._meta.primary_key == gone["id"])
    forget_readiness()
    try:
        async with layer.lifespan():
            assert engine() is not None
            page = await client.get("/")
            assert page.status_code == 503
            assert "yinbo migrate" in page.text
            assert (await client.get("/api/v1/edition")).json()["code"] == "not_ready"
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/readyz")).status_code == 503
            async with transaction():
                await Migration.insert(Migration(name=gone["name"], app_name=gone["app_name"]))
            monkeypatch.setattr(layer, "_AGAIN", 0.0)
            assert (await client.get("/")).status_code == 200
            assert await migrate() == ()
    finally:
        forget_readiness()


def test_the_text_of_an_error_loses_what_may_be_personal() -> None:
    try:
        try:
            raise ValueError(
                "Key (email)=(li.hua@{}.org) for {}\n{}: li.hua".format("example", 138 * 10**8, "D" + "ETAIL")
            )
        except ValueError as inner:
            raise RuntimeError("could not store") from inner
    except RuntimeError as error:
        told = logs.told(error)
    assert "example.org" not in told
    assert "13800000000" not in told
    assert "DETAIL" not in told
    assert "could not store" in told
    assert "test_observe.py" in told
