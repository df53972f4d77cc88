"""Personal data: every column is known, what is held is told, and what is erased stands nowhere."""

import asyncio
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
from core.editions import rules as editions
from core.editions import services as edition_services
from core.editions.queries import EditionInfo
from core.errors import InvalidInput
from core.i18n import Locale
from core.jobs.tables import Job
from core.jobs.worker import Pace, worker
from core.mail.services import compose, enqueue
from core.mail.tables import MailMessage
from core.privacy import services
from core.privacy.registry import ERASED, ERASED_EMAIL, apps, holdings
from exhibitors.rules.applications import ContactIn
from exhibitors.services import desk
from exhibitors.services import links as desk_links
from exhibitors.tables import Exhibitor, ExhibitorConsent, ExhibitorMessage, ExhibitorStep, Status
from gateway.personal_data import sections
from tests.exhibitors.world import firm
from tests.expo import DRAFT, TODAY, an_edition
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
    given = await send_form(client, f"{at}/export", at, **{"email": EMAIL, "reason": "asked by letter", "as": "json"})
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
    given = await send_form(client, "/account/data", "/account", **{"as": "json"})
    assert given.status_code == 200
    assert given.json()["account"][0]["email"] == "exhibitor@example.com"


async def test_a_purge_takes_mentions_of_who_goes_out_of_mails_to_others_and_leaves_their_own(opened: None) -> None:
    old = await an_old_one()
    await everything_about_zhou(old)
    async with transaction():
        await enqueue(
            "other@example.com", compose("test", "zh-CN", name=f"{NAME}，{EMAIL.title()}，139 0013 9001 13900139001")
        )
        await enqueue(
            "third@example.com", compose("test", "zh-CN", name="王示例 x13900139001x a13900139001@example.com")
        )
    counted = await services.count(old)
    done = await services.purge(SYSTEM, old)
    assert done.counts == counted.counts
    assert await where_it_stands(EMAIL, NAME, MOBILE) == []
    kept = await MailMessage.select(MailMessage.text).where(MailMessage.to_address == "third@example.com").first()
    assert kept is not None
    assert "王示例" in kept["text"]
    assert "a13900139001@example.com" in kept["text"], "a longer address is somebody else's"


async def test_each_edition_is_due_after_its_own_days_and_the_notice_says_how_many(client: httpx.AsyncClient) -> None:
    edition = await an_edition(kept_days=90)
    assert services.due(edition) == edition.last_day + timedelta(days=91)
    for language, said in (("zh-CN", "最后一天起 90 天"), ("en", "90 days after the expo")):
        client.cookies.set("lang", language)
        assert said in (await client.get("/privacy")).text


@pytest.mark.parametrize(("typed", "fits"), [("30", True), ("180", True), ("29", False), ("181", False), ("", False)])
async def test_an_edition_keeps_personal_data_for_thirty_to_a_hundred_and_eighty_days(typed: str, fits: bool) -> None:
    draft = msgspec.structs.replace(DRAFT, kept_days=int(typed or 0))
    assert ("kept_days" in {fault.field for fault in editions.faults(draft)}) is not fits


async def test_longer_than_promised_needs_a_new_version_of_the_notice(opened: None) -> None:
    await an_edition(kept_days=90)
    longer = msgspec.structs.replace(DRAFT, kept_days=120)
    with pytest.raises(InvalidInput) as refused:
        await edition_services.change(CLI, "2026", longer)
    assert [fault.field for fault in refused.value.errors] == ["kept_days"]
    await edition_services.change(CLI, "2026", msgspec.structs.replace(longer, privacy_version="2"))
    await edition_services.change(CLI, "2026", msgspec.structs.replace(longer, kept_days=60, privacy_version="2"))


async def work() -> None:
    """Every job that waits."""
    async with worker(Pace(idle=0.01)):
        while await Job.exists().where(Job.state.is_in(["queued", "running"])):
            await asyncio.sleep(0.01)


async def test_in_the_desk_an_edition_is_counted_and_purged_by_whoever_types_the_count(
    client: httpx.AsyncClient,
) -> None:
    old = await an_old_one()
    await everything_about_zhou(old)
    await sign_in(client, Role.admin)
    at = "/admin/privacy"
    act = f"{at}/editions/{old.slug}"
    assert f"{act}/purge" not in (await client.get(at)).text
    await send_form(client, f"{act}/purge", at, counted="")
    await send_form(client, f"{act}/count", at)
    await work()
    counted = await services.counted_last(old)
    assert counted is not None
    assert counted.total > 10
    page = (await client.get(at)).text
    assert f"{act}/purge" in page
    assert "mail_message" in page
    await send_form(client, f"{act}/purge", at, counted=str(counted.total + 1))
    await work()
    assert await where_it_stands(EMAIL) != []
    await send_form(client, f"{act}/purge", at, counted=str(counted.total))
    await work()
    assert await where_it_stands(EMAIL, MOBILE, NAME) == []
    entries = await AuditEntry.select(AuditEntry.action, AuditEntry.actor).where(
        AuditEntry.action.is_in(["privacy.purge_begun", "privacy.purged"])
    )
    assert len(entries) == 2
    assert {row["actor"].partition(":")[0] for row in entries} == {"account"}
    assert (await send_form(client, f"{at}/editions/nothing/count", at)).status_code == 404
    assert (await send_form(client, f"{act}/other", at)).status_code == 404


async def test_an_edition_that_is_not_due_is_counted_and_not_purged(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await everything_about_zhou(edition)
    await sign_in(client, Role.admin)
    at = "/admin/privacy"
    await send_form(client, f"{at}/editions/{edition.slug}/count", at)
    await work()
    counted = await services.counted_last(edition)
    assert counted is not None
    assert "/purge" not in (await client.get(at)).text
    await send_form(client, f"{at}/editions/{edition.slug}/purge", at, counted=str(counted.total))
    await work()
    assert await where_it_stands(EMAIL) != []


async def test_what_is_held_can_be_read_as_a_page_by_the_person_and_by_who_answers_it(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    await everything_about_zhou(edition)
    await sign_in(client, Role.admin)
    at = "/admin/privacy"
    page = await send_form(
        client, f"{at}/export", at, **{"email": EMAIL, "mobile": MOBILE, "reason": "asked by letter", "as": "page"}
    )
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-store"
    for said in (NAME, "证件姓名", "联系人", "您好"):
        assert said in page.text
    own = await send_form(client, "/account/data", "/account", **{"as": "page"})
    assert "admin@example.com" in own.text
    assert NAME not in own.text


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
async def test_every_table_that_can_be_held_is_called_by_a_word(locale: Locale) -> None:
    given = {one.name: [{"note": "x"}] for one in holdings() if one.columns or one.shown}
    titles = [section.title for section in sections(given, locale)]
    assert all("_" not in title for title in titles)
