"""From the form to the desk, by the link in the mail."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from core import clock
from core.accounts import queries as accounts
from core.accounts.roles import Role
from core.accounts.tables import Account, AccountSession
from core.jobs.services import OPEN
from core.jobs.tables import Job
from core.mail.tables import MailMessage
from exhibitors.tables import Exhibitor, ExhibitorLink, ExhibitorMember
from tests.expo import an_edition
from tests.portal.test_register import filled
from tests.world import csrf_in, person, send_form

pytestmark = pytest.mark.anyio


async def registered(client: httpx.AsyncClient, **other: str) -> str:
    """Sends the form; answers the path of the link in the mail."""
    sent = await client.post("/register", data=await filled(client, **other))
    assert sent.status_code == 303
    return await link_in_mail("registered")


async def jobs_ended() -> None:
    async with asyncio.timeout(30):
        while await Job.exists().where(Job.state.is_in(list(OPEN))):
            await asyncio.sleep(0.02)


async def link_in_mail(template: str) -> str:
    mail = (
        await MailMessage.select()
        .where(MailMessage.template == template)
        .order_by(MailMessage.id, ascending=False)
        .first()
    )
    assert mail is not None
    found = re.search(r"/portal/enter/[\w-]+", mail["text"])
    assert found is not None
    assert found[0] in mail["html"]
    return found[0]


async def test_the_link_of_the_mail_opens_the_desk_by_its_button(client: httpx.AsyncClient) -> None:
    await an_edition()
    link = await registered(client)
    client.cookies.clear()
    for _ in range(3):  # mail scanners open links, too
        page = await client.get(link)
        assert page.status_code == 200
        assert "宁波示例护理用品有限公司" in page.text
    assert not await Account.exists()
    entered = await client.post(link, data={"_csrf": csrf_in(page.text)})
    assert (entered.status_code, entered.headers["location"]) == (303, "/portal")
    who = await accounts.person_by_email("firm@example.com")
    assert (who.name, who.roles, who.has_password) == ("示例联系人", (Role.exhibitor,), False)
    member = await ExhibitorMember.select().first()
    assert member is not None
    assert member["account"] == who.id
    assert await AccountSession.exists().where(AccountSession.account == who.id)
    assert (await client.get("/account")).status_code == 200
    assert (await client.get(link)).status_code == 410


async def test_a_strangers_form_gives_an_account_nothing_until_its_owner_presses_the_button(
    client: httpx.AsyncClient,
) -> None:
    await an_edition()
    reviewer = await person(Role.reviewer)
    link = await registered(client, contact_email="Reviewer@Example.com")
    assert not await ExhibitorMember.exists()
    assert (await accounts.person(reviewer)).roles == (Role.reviewer,)
    page = await client.get(link)
    entered = await client.post(link, data={"_csrf": csrf_in(page.text)})
    assert entered.headers["location"] == "/login?next=/portal"
    assert not await AccountSession.exists()
    assert (await accounts.person(reviewer)).roles == (Role.exhibitor, Role.reviewer)
    assert await ExhibitorMember.exists().where(ExhibitorMember.account == reviewer)


async def test_a_link_ends_after_two_weeks_and_another_is_mailed(client: httpx.AsyncClient) -> None:
    await an_edition()
    link = await registered(client)
    number = (await Exhibitor.select(Exhibitor.number).first() or {})["number"]
    with clock.moved(timedelta(days=15)):
        gone = await client.get(link)
        assert gone.status_code == 410
        shown = [
            await send_form(client, "/portal/link", "/portal/link", number=number, email=email)
            for email in ("FIRM@example.com", "other@example.com")
        ]
        assert [page.status_code for page in shown] == [200, 200]
        texts = [re.sub(r'value="[^"]*"|action="[^"]*"', "", page.text) for page in shown]
        assert texts[0] == texts[1]
        await jobs_ended()
        assert await ExhibitorLink.count() == 2
        fresh = await link_in_mail("desk_link")
        page = await client.get(fresh)
        assert (await client.post(fresh, data={"_csrf": csrf_in(page.text)})).status_code == 303


async def test_nobody_is_flooded_with_links(client: httpx.AsyncClient) -> None:
    await an_edition()
    await registered(client)
    number = (await Exhibitor.select(Exhibitor.number).first() or {})["number"]
    for _ in range(6):
        await send_form(client, "/portal/link", "/portal/link", number=number, email="firm@example.com")
    await jobs_ended()
    assert await ExhibitorLink.count() == 3


async def test_a_second_form_for_the_same_code_leads_to_signing_in_or_asking(client: httpx.AsyncClient) -> None:
    await an_edition()
    await registered(client)
    again = await client.post(
        "/register", data=await filled(client, contact_name="示例同事", contact_email="colleague@example.com")
    )
    assert again.status_code == 422
    assert "/login?next=/portal" in again.text
    assert "firm@example.com" not in again.text
    form = await filled(client)
    asked = {"_csrf": form["_csrf"], "contact_name": "示例同事", "contact_email": "colleague@example.com"}
    known = await client.post("/register/access", data={**asked, "credit_code": form["credit_code"]})
    unknown = await client.post("/register/access", data={**asked, "credit_code": "91350100M000100Y43"})
    nonsense = await client.post("/register/access", data={**asked, "contact_email": "\x00"})
    assert known.text == unknown.text == nonsense.text
    mail = await MailMessage.select().where(MailMessage.template == "access_asked").first()
    assert mail is not None
    assert mail["to_address"] == "firm@example.com"
    assert "colleague@example.com" in mail["text"]
    for _ in range(5):
        await client.post("/register/access", data={**asked, "credit_code": form["credit_code"]})
    assert await MailMessage.count().where(MailMessage.template == "access_asked") == 3
