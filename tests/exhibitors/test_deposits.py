"""Deposits of raw booths: asked for by area, recorded, given back or partly kept, never more than is there."""

import asyncio
import io
from datetime import date
from decimal import Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.accounts.roles import CLI, Role
from core.audit.tables import AuditEntry
from core.editions.queries import EditionInfo, require_current
from core.errors import InvalidInput, NotFound
from exhibitors.queries import deposits as queries
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.booths import BoothDraft
from exhibitors.rules.deposits import Sums, Terms
from exhibitors.services import booths, halls
from exhibitors.services import deposits as services
from exhibitors.services.deposits import Entry
from exhibitors.tables import BoothKind, DepositAct, DepositEntry, Per
from tests.exhibitors.desks import a_desk, a_firm
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio
DAY = date(2026, 9, 1)


async def builder(edition: EditionInfo, n: int = 1) -> str:
    """An exhibitor with 36 m² of raw space, for which 100 yuan a square metre are asked."""
    number = await a_firm(edition, n)
    await services.set_terms(CLI, edition, Terms(Per.m2, 10_000, DAY))
    code = f"R{n}"
    await halls.place(CLI, edition, [BoothDraft(code, "1", BoothKind.raw, 3600)])
    await booths.give(CLI, edition, number, [code])
    return number


async def sums(edition: EditionInfo, number: str) -> Sums:
    return await queries.sums_of(edition, (await exhibitor_numbered(edition, number)).id)


async def record(edition: EditionInfo, number: str, act: DepositAct, fen: int, note: str = "", form: str = "") -> None:
    key = form or f"{act}-{fen}-{await DepositEntry.count()}"
    await services.record(CLI, edition, number, Entry(act, fen, DAY, "", note), submission=key)


@given(st.lists(st.integers(1, 10**6), max_size=5), st.integers(0, 10**8))
def test_what_is_asked_for_follows_the_area_or_the_number_of_raw_booths(areas: list[int], fen: int) -> None:
    assert Terms(Per.booth, fen).asked(areas) == fen * len(areas)
    assert Terms(Per.m2, fen).asked(areas) == sum((fen * area + 50) // 100 for area in areas)


async def test_a_deposit_is_paid_partly_kept_and_the_rest_given_back(opened: None) -> None:
    edition = await an_edition()
    number = await builder(edition)
    assert (await sums(edition, number)).open == 360_000
    await record(edition, number, DepositAct.paid, 360_000)
    assert await sums(edition, number) == Sums(360_000, 360_000)
    with pytest.raises(InvalidInput):
        await record(edition, number, DepositAct.kept, 50_000)
    await record(edition, number, DepositAct.kept, 50_000, "地面损坏")
    with pytest.raises(services.MoreThanHeld):
        await record(edition, number, DepositAct.returned, 310_001)
    await record(edition, number, DepositAct.returned, 310_000)
    assert await sums(edition, number) == Sums(360_000, 360_000, 310_000, 50_000)
    assert (await sums(edition, number)).held == 0
    events = [row["action"] for row in await AuditEntry.select(AuditEntry.action).order_by(AuditEntry.id)][-3:]
    assert events == ["deposit.paid", "deposit.kept", "deposit.returned"]


async def test_of_two_who_give_the_same_deposit_back_one_is_heard(opened: None) -> None:
    edition = await an_edition()
    number = await builder(edition)
    await record(edition, number, DepositAct.paid, 360_000)

    async def back(n: int) -> bool:
        try:
            await record(edition, number, DepositAct.returned, 360_000, form=f"back{n}")
        except services.MoreThanHeld:
            return False
        return True

    assert sum(await asyncio.gather(*(back(n) for n in range(6)))) == 1
    assert (await sums(edition, number)).held == 0


async def test_the_same_form_twice_records_once_and_a_slip_is_taken_back_once(opened: None) -> None:
    edition = await an_edition()
    number = await builder(edition)
    await asyncio.gather(*(record(edition, number, DepositAct.paid, 100, form="one") for _ in range(4)))
    assert (await sums(edition, number)).paid == 100
    entry = (await queries.deposit(edition, (await exhibitor_numbered(edition, number)).id)).lines[0].id
    other = await a_firm(edition, 2)
    with pytest.raises(NotFound):
        await services.reverse(CLI, edition, other, entry, note="x")
    done = await asyncio.gather(
        *(services.reverse(CLI, edition, number, entry, note="x") for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["DepositReversed", "DepositReversed", "NoneType"]
    assert (await sums(edition, number)).paid == 0


async def test_a_payment_of_which_something_went_out_is_not_taken_back(opened: None) -> None:
    edition = await an_edition()
    number = await builder(edition)
    await record(edition, number, DepositAct.paid, 360_000)
    await record(edition, number, DepositAct.returned, 1)
    lines = (await queries.deposit(edition, (await exhibitor_numbered(edition, number)).id)).lines
    with pytest.raises(services.DepositUsed):
        await services.reverse(CLI, edition, number, lines[0].id, note="x")
    await services.reverse(CLI, edition, number, lines[1].id, note="x")
    await services.reverse(CLI, edition, number, lines[0].id, note="x")
    assert (await sums(edition, number)).held == 0


async def test_an_organizer_sets_the_amount_records_and_takes_the_list_away(
    client: httpx.AsyncClient, opened: None
) -> None:
    edition = await an_edition()
    number = await builder(edition)
    await sign_in(client, Role.organizer)
    at = "/admin/booths/deposits"
    bad = await send_form(client, at, yuan="many", per="m2", until="someday")
    assert bad.status_code == 422
    assert "someday" in bad.text
    assert (await send_form(client, at, yuan="２００", per="m2", until="2026-09-01")).status_code == 303
    page = f"/admin/exhibitors/{number}/deposit"
    assert "7,200.00" in (await client.get(page)).text
    wrong = await send_form(client, f"{page}/record", page, act="stolen", yuan="1", day="2026-09-01")
    assert wrong.status_code == 422
    kept = {"act": "paid", "yuan": "7,200", "day": "2026-09-01", "reference": "=1+1", "submission": "s1"}
    assert (await send_form(client, f"{page}/record", page, **kept)).status_code == 303
    more = await send_form(client, f"{page}/record", page, act="returned", yuan="7200.01", day="2026-09-02")
    assert more.status_code == 422
    assert "7200.01" in more.text
    why = await send_form(client, f"{page}/reverse", page, entry="999999", why="x")
    assert why.status_code == 404
    listed = await client.get(at)
    assert "7,200.00" in listed.text
    sheet = load_workbook(io.BytesIO((await client.get(f"{at}.xlsx")).content)).worksheets[0]
    row = next(sheet.iter_rows(min_row=2, values_only=True))
    assert row[0] == number
    assert [Decimal(str(cell)) for cell in row[3:]] == [7200, 7200, 0, 0, 0, 7200]


async def test_the_exhibitor_reads_its_deposit_in_the_statement_and_among_its_to_dos(
    client: httpx.AsyncClient, opened: None
) -> None:
    number = await a_desk(client)
    edition = await require_current()
    assert 'id="deposit"' not in (await client.get(f"/portal/{number}/statement")).text
    await services.set_terms(CLI, edition, Terms(Per.booth, 500_000))
    await halls.place(CLI, edition, [BoothDraft("R9", "1", BoothKind.raw, 3600)])
    await booths.give(CLI, edition, number, ["R9"])
    assert "5,000.00" in (await client.get(f"/portal/{number}/statement")).text
    assert "statement#deposit" in (await client.get(f"/portal/{number}")).text
    assert (await client.get("/admin/booths/deposits")).status_code == 403
