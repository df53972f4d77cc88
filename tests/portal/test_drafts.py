"""Applications begun and not sent: kept under an account or behind a mailed link, read by their owner alone."""

import re
from datetime import timedelta

import httpx
import pytest

from core import clock
from core.accounts.roles import CLI, Role
from core.accounts.services import people
from core.accounts.tables import Account
from core.mail.tables import MailMessage
from core.privacy import services as privacy
from exhibitors.queries.drafts import count_drafts
from exhibitors.services import drafts
from exhibitors.tables import Exhibitor, ExhibitorDraft, ExhibitorMember
from tests import uploads
from tests.expo import TODAY, an_edition
from tests.portal.test_register import filled
from tests.world import csrf_in, send_form, sign_in

pytestmark = pytest.mark.anyio


async def begun(client: httpx.AsyncClient, **typed: str) -> str:
    """Kept half-typed; answers the form's mark."""
    form = await filled(client, act="keep", **typed)
    del form["consent"]
    answer = await client.post("/register", data=form)
    assert answer.status_code == 303, answer.text
    return form["submission"]


def value_of(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', html)
    return found[1] if found else ""


async def test_what_is_begun_is_found_again_as_it_was_and_sent_later(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.exhibitor)
    mark = await begun(client, credit_code="9133", contact_mobile="", intro="两句\n话", contact_email="x@example.com")
    assert await Exhibitor.count() == 0
    assert "宁波示例护理用品有限公司" in (await client.get("/portal")).text
    assert mark in (await client.get("/register")).text
    again = (await client.get(f"/register?draft={mark}")).text
    assert value_of(again, "credit_code") == "9133"
    assert "两句\n话" in again
    assert 'data-fresh=""' in again, "what the device kept does not take its place"
    assert not re.search(r'name="consent"[^>]* checked', again)

    form = await filled(client, submission=mark, contact_email="x@example.com")
    assert (await client.post("/register", data=form)).status_code == 303
    assert await Exhibitor.count().where(Exhibitor.edition == edition.id) == 1
    assert await ExhibitorDraft.count() == 0
    assert await ExhibitorMember.count() == 0, "another's mailbox opens the desk"


async def test_kept_twice_it_is_one_and_the_latest_counts(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.exhibitor)
    mark = await begun(client, name="甲")
    form = await filled(client, submission=mark, act="keep", name="乙")
    assert (await client.post("/register", data=form)).status_code == 303
    assert [row["name"] for row in await ExhibitorDraft.select(ExhibitorDraft.name)] == ["乙"]


async def test_whoever_applies_with_the_address_of_the_own_account_is_in_the_desk_at_once(
    client: httpx.AsyncClient,
) -> None:
    await an_edition()
    account = await sign_in(client, Role.exhibitor)
    sent = await client.post("/register", data=await filled(client, contact_email="Exhibitor@example.com"))
    assert sent.status_code == 303
    assert [row["account"] for row in await ExhibitorMember.select(ExhibitorMember.account)] == [account]
    number = (await Exhibitor.select(Exhibitor.number))[0]["number"]
    assert (await client.get("/portal")).headers["location"] == f"/portal/{number}"


async def test_a_draft_is_its_owners_alone_and_organizers_see_how_many(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.exhibitor)
    mark = await begun(client)
    client.cookies.clear()
    assert (await client.get(f"/register?draft={mark}")).status_code == 404
    await sign_in(client, Role.organizer)
    assert (await client.get(f"/register?draft={mark}")).status_code == 404
    thrown = await send_form(client, f"/register/drafts/{mark}/discard", at="/register")
    assert thrown.status_code == 404
    form = await filled(client, submission=mark, act="keep")
    assert (await client.post("/register", data=form)).status_code == 404
    page = (await client.get("/admin/exhibitors?status=draft")).text
    assert "1 份申请已开始填写" in page
    assert "宁波示例护理用品有限公司" not in page
    assert await ExhibitorDraft.count() == 1


async def test_a_draft_is_discarded_for_good(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.exhibitor)
    mark = await begun(client)
    assert (await send_form(client, f"/register/drafts/{mark}/discard", at="/portal")).status_code == 303
    assert await ExhibitorDraft.count() == 0
    assert (await client.get(f"/register?draft={mark}")).status_code == 404
    again = await send_form(client, f"/register/drafts/{mark}/discard", at="/register")
    assert again.status_code == 404


async def test_ten_are_enough_and_a_novel_is_refused_with_all_that_was_typed(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.exhibitor)
    for _ in range(drafts.MOST):
        await begun(client)
    form = await filled(client, act="keep", intro="一句话")
    many = await client.post("/register", data=form)
    assert many.status_code == 422
    assert "一句话" in many.text
    long = await client.post("/register", data={**form, "intro": "字" * drafts.LONGEST})
    assert long.status_code == 422
    assert await ExhibitorDraft.count() == drafts.MOST


async def test_somebody_without_an_account_goes_on_by_a_mailed_link(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    form = await filled(client, act="keep", credit_code="", contact_email=" New.Firm@example.com ")
    sent = await client.post("/register", data=form)
    assert sent.status_code == 200
    assert "New.Firm@example.com" in sent.text
    mail = await MailMessage.select().first()
    assert mail is not None
    assert mail["to_address"] == "new.firm@example.com"
    path = re.search(r"/register/drafts/[\w-]+", mail["text"])
    assert path
    assert await count_drafts(edition) == 0
    assert (await client.get(f"/register?draft={form['submission']}")).status_code == 404

    page = await client.get(path[0])
    assert "宁波示例护理用品有限公司" in page.text
    entered = await client.post(path[0], data={"_csrf": csrf_in(page.text)})
    assert entered.headers["location"] == f"/register?draft={form['submission']}"
    assert value_of((await client.get(entered.headers["location"])).text, "contact_name") == "示例联系人"
    assert await count_drafts(edition) == 1
    assert await Account.exists().where(Account.email == "new.firm@example.com")
    assert (await client.get(path[0])).status_code == 410
    client.cookies.clear()
    other = await client.get("/register")
    assert (await client.post(path[0], data={"_csrf": csrf_in(other.text)})).status_code == 410


@pytest.mark.parametrize("email", ["", "no address", "a@b"])
async def test_without_an_address_no_link_can_be_mailed_and_the_field_says_so(
    client: httpx.AsyncClient, email: str
) -> None:
    await an_edition()
    form = await filled(client, act="keep", contact_email=email, intro="一句话")
    sent = await client.post("/register", data=form)
    assert sent.status_code == 422
    assert 'href="#f-contact_email"' in sent.text
    assert "一句话" in sent.text
    assert await MailMessage.count() == 0


async def test_one_address_is_mailed_few_links_a_day_and_nobody_sees_that(client: httpx.AsyncClient) -> None:
    await an_edition()
    for _ in range(drafts.LINKS_A_DAY + 2):
        sent = await client.post("/register", data=await filled(client, act="keep"))
        assert sent.status_code == 200
    assert await MailMessage.count() == drafts.LINKS_A_DAY


async def test_a_link_of_a_disabled_account_or_after_two_weeks_opens_nothing(client: httpx.AsyncClient) -> None:
    await an_edition()
    account = await people.create(CLI, "firm@example.com", "示例", [Role.exhibitor])
    await client.post("/register", data=await filled(client, act="keep"))
    mail = await MailMessage.select(MailMessage.text).first()
    assert mail is not None
    path = re.findall(r"/register/drafts/[\w-]+", mail["text"])[0]
    token = csrf_in((await client.get(path)).text)
    await Account.update({Account.disabled: True}).where(Account.id == account)
    assert (await client.post(path, data={"_csrf": token})).status_code == 410
    await Account.update({Account.disabled: False}).where(Account.id == account)
    await ExhibitorDraft.update(
        {ExhibitorDraft.started_at: clock.now() - drafts.LIFE - timedelta(minutes=1)}, force=True
    )
    assert (await client.post(path, data={"_csrf": token})).status_code == 410
    assert await drafts.sweep() == 1


async def test_drafts_go_when_the_expo_is_over_and_stay_until_then(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.exhibitor)
    await begun(client)
    assert await drafts.sweep() == 0
    past = await an_edition(False, slug="2020", days=(edition.days[0].__class__(TODAY - timedelta(days=5)),))
    await ExhibitorDraft.update({ExhibitorDraft.edition: past.id}, force=True)
    assert await drafts.sweep() == 1


async def test_a_draft_is_told_and_erased_with_its_person(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.exhibitor)
    await begun(client, contact_email="other@example.com")
    found = await privacy.held(await privacy.person("exhibitor@example.com", ""))
    assert "示例联系人" in found["exhibitor_draft"][0]["form"]
    await privacy.erase(CLI, await privacy.person("exhibitor@example.com", ""), "asked for by letter")
    assert await ExhibitorDraft.count() == 0


async def test_a_file_chosen_while_keeping_is_not_kept_with_the_draft(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.exhibitor)
    form = await filled(client, act="keep")
    assert (
        await client.post("/register", data=form, files={"licence": ("a.pdf", uploads.document())})
    ).status_code == 303
    assert "a.pdf" not in (await client.get(f"/register?draft={form['submission']}")).text
