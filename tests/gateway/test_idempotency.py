"""A call that is sent twice under one Idempotency-Key is done once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from litestar import Request, Response, post
from litestar.params import FromPath, JSONBody

from core import clock, db
from core.accounts.roles import CLI
from core.audit import services as audit
from core.audit.tables import AuditEntry
from core.idempotency.services import KEPT_FOR, purge
from core.idempotency.tables import KeptAnswer
from gateway.access import PUBLIC
from gateway.idempotency import once_only
from tests.gateway.small import Firm, small

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

FIRM = {"name": "Haishu Care", "contact": {"mobile": "13800001234"}}
URL = "/api/v1/things/7"


@post("/api/v1/things/{number:int}", opt=PUBLIC)
async def add(request: Request[Any, Any, Any], data: JSONBody[Firm], number: FromPath[int]) -> Response[Any]:
    async def work() -> dict[str, Any]:
        await audit.record(CLI, "thing.added", f"thing:{number}")
        if data.name == "broken":
            raise RuntimeError("after the write")
        await asyncio.sleep(0)
        return {"entries": await AuditEntry.count(), "secret": "one-time-token"}

    return await once_only(request, work)


async def test_the_same_key_and_body_answer_as_the_first_time() -> None:
    async with small(add) as client:
        first = await client.post(URL, json=FIRM, headers={"idempotency-key": "k-1"})
        again = await client.post(URL, json=FIRM, headers={"idempotency-key": "k-1"})
        assert (first.status_code, first.json()["entries"]) == (201, 1)
        assert (again.status_code, again.content) == (201, first.content)
        assert await AuditEntry.count() == 1


async def test_without_a_key_each_call_counts() -> None:
    async with small(add) as client:
        answers = [(await client.post(URL, json=FIRM)).json()["entries"] for _ in range(2)]
        assert answers == [1, 2]


async def test_another_body_under_the_same_key_is_refused() -> None:
    async with small(add) as client:
        await client.post(URL, json=FIRM, headers={"idempotency-key": "k-1"})
        other = await client.post(URL, json=FIRM | {"name": "Other"}, headers={"idempotency-key": "k-1"})
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")
        assert await AuditEntry.count() == 1


async def test_the_same_key_at_another_path_is_another_call() -> None:
    async with small(add) as client:
        for path in (URL, "/api/v1/things/8"):
            assert (await client.post(path, json=FIRM, headers={"idempotency-key": "k-1"})).status_code == 201
        assert await AuditEntry.count() == 2


async def test_ten_at_once_are_done_once_and_all_get_the_one_answer() -> None:
    async with small(add) as client:
        calls = [client.post(URL, json=FIRM, headers={"idempotency-key": "k-1"}) for _ in range(10)]
        answers = await asyncio.gather(*calls)
        done = {answer.content for answer in answers if answer.status_code == 201}
        waiting = [answer for answer in answers if answer.status_code != 201]
        assert len(done) == 1
        assert all((a.json()["code"], a.headers["retry-after"]) == ("in_progress", "1") for a in waiting)
        assert await AuditEntry.count() == 1


async def test_a_failure_keeps_nothing_and_leaves_the_key_free() -> None:
    async with small(add) as client:
        failed = await client.post(URL, json=FIRM | {"name": "broken"}, headers={"idempotency-key": "k-1"})
        assert failed.status_code == 500
        assert (await AuditEntry.count(), await KeptAnswer.count()) == (0, 0)
        assert (await client.post(URL, json=FIRM, headers={"idempotency-key": "k-1"})).status_code == 201


async def test_neither_key_nor_answer_can_be_read_in_the_database() -> None:
    async with small(add) as client:
        await client.post(URL, json=FIRM, headers={"idempotency-key": "k-readable"})
        row = await KeptAnswer.select().first()
        assert row is not None
        stored = repr(row).encode() + bytes(row["answer"])
        assert b"k-readable" not in stored
        assert b"one-time-token" not in stored
        assert b"13800001234" not in stored


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "\xe9"])
async def test_a_key_that_is_none_is_refused(key: str) -> None:
    async with small(add) as client:
        answer = await client.post(URL, json=FIRM, headers=[(b"idempotency-key", key.encode("latin-1"))])
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


async def test_old_answers_are_forgotten_and_young_ones_kept() -> None:
    async with small(add) as client:
        for key in ("old", "young"):
            await client.post(URL, json=FIRM, headers={"idempotency-key": key})
        async with db.transaction():
            old = await KeptAnswer.select(KeptAnswer.id).order_by(KeptAnswer.id).first()
            assert old is not None
            past = clock.now() - KEPT_FOR - timedelta(minutes=1)
            await KeptAnswer.update({KeptAnswer.created_at: past}).where(KeptAnswer.id == old["id"])
        await purge()
        assert await KeptAnswer.count() == 1
