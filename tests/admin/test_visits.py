"""Registrations in the desk: found, taken along, cancelled."""

from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook

from checkin.queries import visits as queries
from checkin.rules.badges import BadgeIn
from checkin.rules.visits import VisitIn, checked
from checkin.services import badges, changes, visits
from checkin.tables import Badge
from core.accounts.roles import ANONYMOUS, CLI, Role
from core.editions.queries import EditionInfo
from core.mail.tables import MailMessage
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.world import queries_of, send_form, sign_in

pytestmark = pytest.mark.anyio

AT = "/admin/badges/visits"


async def came_in(edition: EditionInfo, **typed: object) -> str:
    """Its badge's serial."""
    whole = {"holder": "示例访客", "mobile": "13800138000", "consent": True, "notice": edition.privacy_version, **typed}
    draft = checked(VisitIn(**whole), [day.day for day in edition.days], edition.privacy_version, "zh-CN")  # type: ignore[arg-type]
    return (await visits.register(ANONYMOUS, edition, draft, "zh-CN")).serial


async def test_registrations_are_found_counted_and_taken_along(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    assert 'href="/visit"' in (await client.get(AT)).text
    group = await came_in(edition, group=True, size="30", vehicle="示A·12345", arrives="9:30")
    alone = await came_in(edition, holder="另一位示例", mobile="13900139000", helper="family", helper_name="示例 女儿")
    page = (await client.get(AT)).text
    assert "预计到场 31 人" in page
    assert "13800138000" not in page
    for said in (group, alone, "09:30", "示A·12345", "家人代填"):
        assert said in page
    assert alone not in (await client.get(AT, params={"q": group})).text
    sheet = load_workbook(BytesIO((await client.get(AT + ".xlsx")).content)).active
    assert sheet is not None
    rows = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert any("家人 示例 女儿" in row for row in rows), rows
    assert any("+8613800138000" in row for row in rows), rows


async def test_what_is_cancelled_in_the_desk_opens_nothing_also_where_the_badge_was_made_anew(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    serial = await came_in(edition)
    signed = await changes.sign_again(edition, serial)
    await changes.reissue(CLI, edition, serial, signed, "遗失")
    for _ in range(2):
        assert (await send_form(client, f"{AT}/{serial}/cancel", "/admin/badges/new")).status_code == 303
    assert not await Badge.exists().where(Badge.status == "active")
    assert (await queries.counted(edition)).people == 0
    assert "已取消" in (await client.get(AT)).text
    assert (await send_form(client, f"{AT}/000000000/cancel", "/admin/badges/new")).status_code == 404


async def test_the_number_of_queries_does_not_grow_with_the_registrations(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            await came_in(edition)
        counts.append(await queries_of(lambda: client.get(AT)))
    assert counts[0] == counts[1]


async def test_a_staff_badge_with_an_address_is_mailed_and_mailed_again(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await its_member(edition, number)
    await sign_in(client, Role.exhibitor)
    at = f"/portal/{number}/badges"
    before = await MailMessage.count()
    done = await send_form(client, at, at, holder="示例 员工", email="staff@example.com")
    assert done.status_code == 303, done.text
    assert await MailMessage.count() == before + 1
    badge = await Badge.select().where(Badge.holder == "示例 员工").first()
    assert badge is not None
    assert (await send_form(client, f"{at}/{badge['serial']}/mail", at)).status_code == 303
    assert await MailMessage.count() == before + 2
    wrong = await send_form(client, at, at, holder="示例 员工二", email="nobody")
    assert wrong.status_code == 422
    assert 'value="nobody"' in wrong.text
    other = await badges.issue(CLI, edition, BadgeIn("crew", "示例 工作人员", email="crew@example.com"))
    assert (await send_form(client, f"{at}/{other.serial}/mail", at)).status_code == 404
