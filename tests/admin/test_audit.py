from datetime import timedelta

import httpx
import pytest

from core import clock, db
from core.accounts.roles import Actor, Role
from core.audit import mailing, queries, services
from core.audit.queries import Filter
from core.audit.tables import AuditAnchor
from core.mail.tables import MailMessage
from tests.seals import seal_everything
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio

SOMEBODY = Actor("account", 900, "=cmd()")


async def write(count: int) -> None:
    for n in range(count):
        async with db.transaction():
            await services.record(
                SOMEBODY, "booth.moved", f"booth:A-{n}", before={"at": n}, after={"at": n + 1}, personal={"note": "纸"}
            )


async def test_the_trail_is_read_newest_first_and_filtered(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    await write(3)
    shown = await client.get("/admin/audit", params={"action": "booth."})
    assert shown.status_code == 200
    at = [shown.text.index(f"booth:A-{n}") for n in range(3)]
    assert at == sorted(at, reverse=True)
    shown = await client.get("/admin/audit", params={"object": "booth:A-1", "who": "account:900"})
    assert "booth:A-1" in shown.text
    assert "booth:A-2" not in shown.text
    assert "没有符合条件的记录" in (await client.get("/admin/audit", params={"who": "100%"})).text
    assert (await client.get("/admin/audit", params={"since": "not a day", "until": "9999-12-31"})).status_code == 200


async def test_an_entry_shows_before_and_after_and_its_seal(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    await write(1)
    found = (await queries.entries(Filter(action="booth."), before=None, limit=1))[0]
    shown = await client.get(f"/admin/audit/{found.id}")
    assert shown.status_code == 200
    assert "booth.moved" in shown.text
    assert "纸" in shown.text
    assert (await client.get("/admin/audit/999999")).status_code == 404


async def test_a_sheet_holds_no_formulas(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    await write(1)
    sheet = await client.get("/admin/audit.csv", params={"action": "booth."})
    assert sheet.content.startswith(b"\xef\xbb\xbf")
    assert ",'=cmd()," in sheet.text


async def test_a_list_costs_the_same_at_one_row_and_at_three(opened: None) -> None:
    counts: list[int] = []
    for _ in range(2):
        await write(1 if not counts else 2)
        with db.count_queries() as seen:
            await queries.entries(Filter(action="booth."), before=None, limit=50)
        counts.append(len(seen))
    assert counts == [1, 1]


async def test_only_an_administrator_checks_the_chain_and_it_holds(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.admin)
    await seal_everything()
    shown = await send_form(client, "/admin/audit/verify", at="/admin/audit")
    assert shown.status_code == 200
    assert "核验通过" in shown.text


async def test_the_head_goes_out_once_a_day_and_only_when_it_moved(opened: None) -> None:
    await mailing.set_address(SOMEBODY, "auditor@example.com")
    await write(1)
    await seal_everything()
    await mailing.daily()
    await mailing.daily()
    assert await MailMessage.count() == 1
    mail = await MailMessage.select().first()
    anchor = await AuditAnchor.select().first()
    assert mail is not None
    assert anchor is not None
    assert f"--head {anchor['position']}:{anchor['hash']}" in mail["text"]
    assert f"ledger-head-{clock.now():%Y-%m-%d}" == mail["key"]
    await write(1)
    await seal_everything()
    await mailing.daily()
    assert (await MailMessage.count(), await AuditAnchor.count()) == (1, 1), "it moved again, and went out today"
    with clock.moved(timedelta(days=1)):
        await mailing.daily()
        await mailing.daily()
    assert (await MailMessage.count(), await AuditAnchor.count()) == (2, 2)


async def test_a_wrong_address_is_said_at_the_field(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.admin)
    shown = await send_form(client, "/admin/audit/head", at="/admin/audit", head_to="nobody at nowhere")
    assert shown.status_code == 422
    assert "nobody at nowhere" in shown.text
