"""Personal data: every column is known, what is held is told, and what is erased stands nowhere."""

import re
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from piccolo.columns import Text, Varchar
from piccolo.conf.apps import Finder
from piccolo.table import Table

from checkin.tables import Badge
from core import clock
from core.accounts.roles import CLI, SYSTEM, Actor, Role, effective
from core.accounts.services import links, people, sessions
from core.accounts.tables import Account, AccountSession
from core.audit.tables import AuditEntry
from core.audit.verify import Walk
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import InvalidInput
from core.mail.services import compose, enqueue
from core.mail.tables import MailMessage
from core.privacy import services
from core.privacy.registry import ERASED, ERASED_EMAIL, apps, holdings
from exhibitors.rules.applications import ContactIn
from exhibitors.services import desk
from exhibitors.services import links as desk_links
from exhibitors.tables import Exhibitor, ExhibitorConsent, ExhibitorMessage, ExhibitorStep, Status
from tests.exhibitors.world import firm
from tests.expo import TODAY, an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio

EMAIL, MOBILE, NAME = "zhou.yin@example.com", "+8613900139001", "周示例"
LOOKS = re.compile(
    r"(^|_)(e?mail|mobile|phone|holder|author|address|user_agent|text|name|note|reason|comment|to)(_|$)|_name$|^html$"
)


def tables() -> list[type[Table]]:
    return [table for module in Finder().get_app_modules() for table in module.APP_CONFIG.table_classes]


def test_every_column_that_looks_personal_is_registered_or_excepted_with_a_reason() -> None:
    known = {f"{one.name}.{column}" for one in holdings() for column in (*one.columns, *one.texts)}
    excepted = {name: why for app in apps() for name, why in app.exceptions.items()}
    looking = {
        f"{table._meta.tablename}.{column._meta.name}"
        for table in tables()
        for column in table._meta.columns
        if isinstance(column, Varchar | Text) and LOOKS.search(column._meta.name)
    }
    assert sorted(looking - known - set(excepted)) == []
    assert all(excepted.values())


def test_every_exception_and_holding_names_a_column_that_is_there() -> None:
    there = {f"{table._meta.tablename}.{column._meta.name}" for table in tables() for column in table._meta.columns}
    assert {name for app in apps() for name in app.exceptions} - there == set()
    named = {f"{one.name}.{name}" for one in holdings() for name in (*one.columns, *one.texts, *one.shown)}
    assert named - there == set()


async def everything_about_zhou(edition: EditionInfo) -> tuple[str, int]:
    """A contact with an account, a badge, messages, mail, links and traces in texts of others."""
    number = await firm(edition, 1, Status.approved, contact=ContactIn(NAME, "139 0013 9001", EMAIL.title()))
    row = await Exhibitor.select(Exhibitor.id).where(Exhibitor.number == number).first()
    assert row is not None
    account = await people.create(CLI, EMAIL, NAME, [Role.exhibitor])
    async with transaction():
        await desk.admit(row["id"], account, "cli")
        await desk_links.add(row["id"], EMAIL, "a-token")
    zhou = Actor("account", account, NAME, effective([Role.exhibitor]))
    await desk.write(zhou, edition, number, f"我是{NAME}，电话 13900139001", from_organizers=False)
    await desk.write(CLI, edition, number, f"{NAME}，您好", from_organizers=True)
    await sessions.start(account, user_agent="Firefox", address="10.0.0.0")
    await links.make("reset", account)
    await people.change_profile(zhou, account, name=NAME, locale="zh-CN")
    async with transaction():
        await Badge.insert(
            Badge(
                edition=edition.id,
                serial="ZZZZZ1",
                code="code-1",
                kind="guest",
                holder=NAME,
                mobile=MOBILE,
                issued_at=clock.now(),
            )
        )
        await enqueue(EMAIL, compose("test", "zh-CN", name=NAME), to_name=NAME)
        await enqueue("other@example.com", compose("test", "en", name=f"friend of {EMAIL}"))
        await ExhibitorStep.insert(
            ExhibitorStep(
                exhibitor=row["id"],
                step="approve",
                before="submitted",
                after="approved",
                actor="account:99",
                actor_name="示例 审核员",
                note=f"请{NAME}补充，13900139001",
                at=clock.now(),
            )
        )
    return number, account


async def where_it_stands(*words: str) -> list[str]:
    found = []
    for table in tables():
        names = [c._meta.name for c in table._meta.columns if isinstance(c, Varchar | Text)]
        rows: list[dict[str, Any]] = await table.select()
        for row in rows:
            for name in names:
                if any(word.lower() in str(row[name] or "").lower() for word in words):
                    found.append(f"{table._meta.tablename}.{name}: {row[name]}")
    return found


async def holds() -> list[Any]:
    return [finding async for finding in Walk().findings()]


async def test_after_an_erasure_no_table_holds_the_person_and_the_chain_stands(opened: None) -> None:
    edition = await an_edition()
    number, account = await everything_about_zhou(edition)
    other = await firm(edition, 2)
    assert len(await where_it_stands(EMAIL, MOBILE, "13900139001", NAME)) > 15
    await holds()

    scope = await services.person(EMAIL, "139 0013 9001")
    done = await services.erase(SYSTEM, scope, "asked for by letter")

    assert await where_it_stands(EMAIL, MOBILE, "13900139001", NAME) == []
    assert await holds() == []
    assert done.counts["account"] == done.counts["exhibitor"] == 1
    row = await Account.select(Account.email, Account.disabled).where(Account.id == account).first()
    assert row == {"email": f"erased-{account}@erased.invalid", "disabled": True}
    assert await AccountSession.count() == 0
    kept = await Exhibitor.select(Exhibitor.name, Exhibitor.contact_name, Exhibitor.contact_email).where(
        Exhibitor.number == number
    )
    assert kept == [{"name": "示例1号护理", "contact_name": ERASED, "contact_email": ERASED_EMAIL}]
    assert await ExhibitorConsent.count() == 2
    untouched = await Exhibitor.select(Exhibitor.contact_email).where(Exhibitor.number == other).first()
    assert untouched == {"contact_email": "firm2@example.com"}


async def test_mail_that_waits_for_somebody_erased_is_withdrawn_and_none_is_written_any_more(opened: None) -> None:
    edition = await an_edition()
    await everything_about_zhou(edition)
    await services.erase(SYSTEM, await services.person(EMAIL, ""), "asked for by letter")
    assert await MailMessage.exists().where(MailMessage.to_address == EMAIL) is False
    before = await MailMessage.count()
    async with transaction():
        await enqueue(ERASED_EMAIL, compose("test", "en", name="nobody"))
    assert await MailMessage.count() == before


async def test_the_export_holds_what_is_the_persons_and_says_in_the_trail_that_it_was_made(opened: None) -> None:
    edition = await an_edition()
    await everything_about_zhou(edition)
    await firm(edition, 2)
    found = await services.exported(SYSTEM, await services.person(EMAIL, MOBILE), "asked for at the desk")
    assert [row["contact_email"].lower() for row in found["exhibitor"]] == [EMAIL]
    assert [row["email"] for row in found["account"]] == [EMAIL]
    assert {row["holder"] for row in found["badge"]} == {NAME}
    assert "password_hash" not in found["account"][0]
    entry = await AuditEntry.select(AuditEntry.note).where(AuditEntry.action == "privacy.exported")
    assert entry == [{"note": "asked for at the desk"}]


async def test_a_number_that_somebody_else_typed_shows_nobody_that_one(opened: None) -> None:
    """Who registers with another's number sees in its own export nothing of the other."""
    edition = await an_edition()
    await firm(edition, 1, contact=ContactIn("示例甲", "139 0013 9001", "a@example.com"))
    await firm(edition, 2, contact=ContactIn("示例乙", "139 0013 9001", "b@example.com"))
    account = await people.create(CLI, "a@example.com", "示例甲", [Role.exhibitor])
    found = await services.held(await services.own(account))
    assert [row["contact_email"] for row in found["exhibitor"]] == ["a@example.com"]


@pytest.mark.parametrize("reason", ["", f"asked by {EMAIL}", f"{NAME} wrote"])
async def test_a_reason_is_given_and_names_nobody(opened: None, reason: str) -> None:
    edition = await an_edition()
    await everything_about_zhou(edition)
    scope = await services.person(EMAIL, "")
    with pytest.raises(InvalidInput):
        await services.erase(SYSTEM, scope, reason)
    assert await Account.exists().where(Account.email == EMAIL)


async def an_old_one(slug: str = "2025") -> EditionInfo:
    days = (msgspec.structs.replace((await an_edition(slug="now")).days[0], day=TODAY - timedelta(days=200)),)
    return await an_edition(False, slug=slug, days=days)


async def test_a_purge_takes_the_people_of_an_old_edition_keeps_the_counts_and_does_it_once(opened: None) -> None:
    old = await an_old_one()
    await everything_about_zhou(old)
    counted = await services.count(old)
    assert await where_it_stands(EMAIL) != []
    done = await services.purge(SYSTEM, old)
    assert done.counts == counted.counts
    assert [line for line in await where_it_stands(EMAIL, MOBILE, NAME) if "mail_message" not in line] == []
    assert await Exhibitor.count().where(Exhibitor.edition == old.id) == 1
    assert await ExhibitorMessage.count() == 2
    assert (await services.purge(SYSTEM, old)).counts == {}
    assert await holds() == []


async def test_who_exhibits_again_keeps_account_and_mail_when_the_former_edition_is_purged(opened: None) -> None:
    old = await an_old_one()
    _, account = await everything_about_zhou(old)
    now = await an_edition(False, slug="2026b")
    number = await firm(now, 3, contact=ContactIn(NAME, "139 0013 9001", EMAIL))
    row = await Exhibitor.select(Exhibitor.id).where(Exhibitor.number == number).first()
    assert row is not None
    async with transaction():
        await desk.admit(row["id"], account, "cli")
    await services.purge(SYSTEM, old)
    assert await Account.exists().where(Account.email == EMAIL, Account.disabled.eq(False))
    assert await Exhibitor.exists().where(Exhibitor.number == number, Exhibitor.contact_email == EMAIL)


async def test_what_is_not_due_stays(opened: None) -> None:
    edition = await an_edition()
    await everything_about_zhou(edition)
    with pytest.raises(services.NotDue):
        await services.purge(SYSTEM, edition)
    assert await Account.exists().where(Account.email == EMAIL)


async def test_an_admin_looks_downloads_and_erases_with_a_reason(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await everything_about_zhou(edition)
    await sign_in(client, Role.admin)
    at = "/admin/privacy"
    assert "exhibitor_message" in (await send_form(client, f"{at}/look", at, email=EMAIL)).text
    assert (await send_form(client, f"{at}/look", at)).status_code == 422
    assert (await send_form(client, f"{at}/export", at, email=EMAIL)).status_code == 422
    given = await send_form(client, f"{at}/export", at, email=EMAIL, reason="asked by letter")
    assert given.headers["content-disposition"].startswith("attachment")
    assert NAME in given.text
    unsure = await send_form(client, f"{at}/erase", at, email=EMAIL, reason="asked by letter")
    assert unsure.status_code == 422
    assert (
        await send_form(client, f"{at}/erase", at, email=EMAIL, mobile=MOBILE, reason="asked by letter", sure="1")
    ).status_code == 303
    assert await where_it_stands(EMAIL, MOBILE) == []


async def test_everybody_downloads_what_is_held_under_the_own_address(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.exhibitor)
    given = await send_form(client, "/account/data", "/account")
    assert given.status_code == 200
    assert given.json()["account"][0]["email"] == "exhibitor@example.com"
