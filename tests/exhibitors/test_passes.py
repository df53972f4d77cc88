"""Passes for builders and vehicles: applied for, approved or sent back, never more than the booth's quota."""

import asyncio
import io
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core import text
from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo
from core.errors import DomainError, NotFound
from core.mail.tables import MailMessage
from exhibitors.queries import passes as queries
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules import passes as rules
from exhibitors.rules.passes import PassDraft
from exhibitors.services import passes as services
from exhibitors.tables import PassKind, PassState, Status, WorkPass
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio


def worker(name: str = "示例 木工") -> PassDraft:
    return rules.checked_pass(PassKind.worker, name, "13800138000", "木工", "", None)


async def passes(edition: EditionInfo, number: str) -> list[queries.PassLine]:
    return await queries.passes_of((await exhibitor_numbered(edition, number)).id)


def test_plates_are_read_as_people_type_them() -> None:
    for typed, bare in (
        ("浙b·12345", "浙B12345"),
        (" 沪 A D12345 ", "沪AD12345"),
        ("粤Ｚ1234港", "粤Z1234港"),
        ("京A12345D", "京A12345D"),
        ("LK 123", "LK123"),
    ):
        assert rules.plate(typed) == bare
    assert rules.shown_plate("浙B12345") == "浙B·12345"
    for typed in ("浙B1234", "浙I12345", "浙B1234O", "浙", "车牌", "浙B123456789", "<script>"):
        with pytest.raises(text.Fault):
            rules.plate(typed)


@given(st.text(max_size=40))
def test_a_plate_is_a_plate_or_refused_and_stays_what_it_is(typed: str) -> None:
    try:
        bare = rules.plate(typed)
    except text.Fault:
        return
    assert rules.plate(bare) == bare
    assert len(bare) <= 12


async def test_the_quota_is_kept_by_the_database_whoever_asks_at_once(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)  # two standard booths
    await services.set_terms(CLI, edition, 2, 1, None)

    async def ask(n: int) -> bool:
        try:
            await services.ask(CLI, edition, number, worker(f"示例 {n}"))
        except services.PassQuota:
            return False
        return True

    won = sum(await asyncio.gather(*(ask(n) for n in range(12))))
    assert won == 4
    assert len(await passes(edition, number)) == 4
    first = (await passes(edition, number))[0]
    await services.withdraw(CLI, edition, number, first.id)
    assert await ask(99)
    assert not await ask(100)


async def test_passes_need_an_approved_application_and_their_time(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition, status=Status.submitted)
    with pytest.raises(services.NotYetBuilding):
        await services.ask(CLI, edition, number, worker())
    other = await a_firm(edition, 2)
    await services.set_terms(CLI, edition, 4, 2, edition.today() - timedelta(days=1))
    with pytest.raises(services.PassesOver):
        await services.ask(CLI, edition, other, worker())
    await services.set_terms(CLI, edition, 4, 2, edition.today())
    await services.ask(CLI, edition, other, worker())


async def test_an_organizer_decides_on_what_it_has_seen_and_the_exhibitor_hears_by_mail(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await services.name_contractor(CLI, edition, number, "示例搭建", "示例 负责人", "13900139000")
    await services.ask(CLI, edition, number, worker())
    seen = [one.id for one in (await queries.waiting(edition))[0].passes]
    await services.ask(CLI, edition, number, worker("后来的"))
    with pytest.raises(DomainError):
        await services.decide(CLI, edition, number, seen, approve=False)
    decided = await asyncio.gather(
        services.decide(CLI, edition, number, seen, approve=True),
        services.decide(CLI, edition, number, seen, approve=False, answer="缺保险"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in decided) == ["NoneType", "PassesDecided"]
    waiting = (await queries.waiting(edition))[0]
    assert [one.name for one in waiting.passes] == ["后来的"]
    assert waiting.contractor == queries.Builder("示例搭建", "示例 负责人", "+8613900139000")
    mails = await MailMessage.select(MailMessage.subject).where(MailMessage.template == "passes_decided")
    assert len(mails) == 1
    with pytest.raises(services.PassesDecided):
        await services.decide(CLI, edition, number, seen, approve=True)


async def test_nobody_touches_anothers_passes(opened: None) -> None:
    edition = await an_edition()
    mine, theirs = await a_firm(edition, 1), await a_firm(edition, 2)
    member = await its_member(edition, mine)
    await services.ask(CLI, edition, theirs, worker())
    pass_ = (await passes(edition, theirs))[0].id
    for attempt in (
        services.ask(member, edition, theirs, worker()),
        services.withdraw(member, edition, theirs, pass_),
        services.withdraw(member, edition, mine, pass_),
        services.name_contractor(member, edition, theirs, "示例", "示例", "13900139000"),
    ):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(services.PassesDecided):
        await services.decide(CLI, edition, mine, [pass_], approve=True)
    assert (await passes(edition, theirs))[0].state is PassState.submitted


async def test_an_exhibitor_asks_in_its_desk_the_organizer_approves_and_both_print(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await its_member(edition, number)
    await sign_in(client, Role.exhibitor)
    at = f"/portal/{number}/passes"
    wrong = await send_form(client, f"{at}/vehicle", at, plate="浙B12", vehicle_name="示例 司机")
    assert wrong.status_code == 422
    assert 'value="浙B12"' in wrong.text
    assert "示例 司机" in wrong.text
    assert 'aria-invalid="true"' in wrong.text
    for act, values in (
        ("contractor", {"contractor": "示例搭建", "person": "示例", "person_mobile": "13900139000"}),
        ("vehicle", {"plate": "浙B·12345", "vehicle_name": "示例 司机"}),
        ("worker", {"worker_name": "=示例 木工", "trade": "木工"}),
    ):
        assert (await send_form(client, f"{at}/{act}", at, **values)).status_code == 303
    assert "浙B·12345" in (await client.get(at)).text
    assert "浙B·12345" not in (await client.get(f"{at}/print")).text
    assert (await client.post(f"{at}/nonsense", data={})).status_code == 403

    await client.post("/logout", data={"_csrf": ""})
    client.cookies.clear()
    await sign_in(client, Role.organizer)
    queue = await client.get("/admin/passes")
    assert "示例搭建" in queue.text
    seen = [str(row["id"]) for row in await WorkPass.select(WorkPass.id)]
    form = {"_csrf": queue.text.split('name="_csrf" value="')[1].split('"')[0], "pass": seen, "decision": "approve"}
    assert (await client.post(f"/admin/passes/{number}", data=form)).status_code == 303
    assert "浙B·12345" in (await client.get(f"/admin/passes/print?number={number}")).text
    sheet = load_workbook(io.BytesIO((await client.get("/admin/passes.xlsx")).content)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2))
    assert {row[2].value for row in rows} == {"示例 司机", "=示例 木工"}
    assert {row[2].data_type for row in rows} == {"s"}


async def test_a_number_that_is_none_is_said_at_its_field(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    answer = await send_form(
        client, "/admin/passes/terms", "/admin/passes", workers="many", vehicles="9999", until="soon"
    )
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
