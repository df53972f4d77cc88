"""The trail: what is recorded, how it is sealed, and that whatever is tampered with is named."""

import pytest

from core.accounts.roles import Actor
from core.audit import sealing, services
from core.audit.tables import AuditEntry, AuditSeal
from core.context import request_id
from core.db import transaction

pytestmark = pytest.mark.anyio

LIN = Actor("account", 7, "林一")


async def test_an_entry_says_who_what_before_after_and_in_which_request(opened: None) -> None:
    token = request_id.set("r-1")
    try:
        async with transaction():
            number = await services.record(
                LIN,
                "exhibitor.approved",
                "exhibitor:4711",
                before={"status": "submitted"},
                after={"status": "approved", "booth": None},
                personal={"contact": "王二"},
                note="齐全",
            )
    finally:
        request_id.reset(token)
    row = await AuditEntry.select().where(AuditEntry.id == number).first()
    assert row is not None
    assert (row["actor"], row["name"], row["action"], row["object"]) == (
        "account:7",
        "林一",
        "exhibitor.approved",
        "exhibitor:4711",
    )
    assert (row["before"], row["after"]) == ('{"status":"submitted"}', '{"booth":null,"status":"approved"}')
    assert (row["personal"], row["note"], row["request_id"]) == ('{"contact":"王二"}', "齐全", "r-1")


async def test_nothing_is_recorded_outside_a_transaction(opened: None) -> None:
    with pytest.raises(RuntimeError):
        await services.record(LIN, "thing.done", "thing:1")
    assert await AuditEntry.count() == 0


async def test_an_entry_goes_with_the_transaction_that_failed(opened: None) -> None:
    async def fails() -> None:
        async with transaction():
            await services.record(LIN, "thing.done", "thing:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert await AuditEntry.count() == 0


async def test_seals_follow_each_other(opened: None) -> None:
    for n in range(3):
        async with transaction():
            await services.record(LIN, "thing.done", f"thing:{n}")
    assert await sealing.seal_all() == 3
    seals = await AuditSeal.select().order_by(AuditSeal.position)
    assert [seal["position"] for seal in seals] == [1, 2, 3]
    assert [seal["previous"] for seal in seals] == ["0" * 64, seals[0]["hash"], seals[1]["hash"]]
    assert (await sealing.head()).hash == seals[2]["hash"]
