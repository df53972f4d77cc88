import asyncio
from datetime import timedelta

import pytest

from checkin.queries import leads as queries
from checkin.queries.badges import BadgeInfo
from checkin.rules.badges import BadgeIn
from checkin.rules.leads import CONSENT_VERSION, LeadIn, Remarks
from checkin.services import badges, leads
from checkin.services.leads import Reading
from checkin.tables import Badge, LeadConsent, LeadEvent
from core import clock
from core.accounts.roles import ANONYMOUS, CLI, Actor, Role, effective
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import InvalidInput, NotFound
from core.privacy import services as privacy
from exhibitors.queries.desk import opened_by
from exhibitors.rules.desk import NotAdmittedYet
from exhibitors.tables import Status
from tests.exhibitors import desks
from tests.expo import an_edition

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("opened")]

STRANGER = Actor("account", 4711, "示例 他人", effective([Role.exhibitor]))


async def a_visitor(edition: EditionInfo, holder: str = "示例 访客") -> BadgeInfo:
    made = await badges.issue(CLI, edition, BadgeIn("visitor", holder, "示例养老院"))
    async with transaction():
        await Badge.update({Badge.mobile: "+8613800138000", Badge.email: "visitor@example.com"}).where(
            Badge.id == made.id
        )
    return made


def yes(badge: BadgeInfo, **more: object) -> LeadIn:
    return LeadIn(code=badge.code, consent=CONSENT_VERSION, **more)  # type: ignore[arg-type]  # each test's own


async def test_without_a_yes_an_exhibitor_is_given_nothing() -> None:
    edition = await an_edition()
    number = await desks.a_firm(edition)
    member, visitor = await desks.its_member(edition, number), await a_visitor(edition)
    exhibitor = await opened_by(member, edition, number)
    for typed in (LeadIn(code=visitor.code), LeadIn(serial=visitor.serial)):
        assert (await leads.take(member, edition, number, typed)).status is Reading.consent_needed
    assert await queries.leads(edition, exhibitor) == []
    assert await queries.leads_of_badge(edition, visitor.id) == []


async def test_a_yes_on_the_spot_is_kept_with_its_wording_time_and_who_asked() -> None:
    edition = await an_edition()
    number = await desks.a_firm(edition)
    member, visitor = await desks.its_member(edition, number), await a_visitor(edition)
    read = await leads.take(member, edition, number, yes(visitor, locale="en", note="想看护理床", rating=4))
    assert read.status is Reading.held
    exhibitor = await opened_by(member, edition, number)
    (one,) = await queries.leads(edition, exhibitor)
    assert (one.holder, one.mobile, one.note, one.rating) == ("示例 访客", "+8613800138000", "想看护理床", 4)
    consent = await LeadConsent.select().first()
    assert consent is not None
    assert (consent["version"], consent["locale"], consent["asked_by"]) == (CONSENT_VERSION, "en", member.key)
    assert consent["exhibitor"] == exhibitor
    (told,) = await queries.leads_of_badge(edition, visitor.id)
    assert told.exhibitor == number
    assert [(one.what, "mobile" in one.fields) for one in told.transfers] == [(LeadEvent.given, True)]


async def test_who_agreed_beforehand_is_not_asked_again_by_anybody() -> None:
    edition = await an_edition()
    first, second = [await desks.a_firm(edition, n) for n in (1, 2)]
    visitor = await a_visitor(edition)
    async with transaction():
        await leads.agree(ANONYMOUS, edition, visitor.id, "zh-CN", at=clock.now())
    for number in (first, second):
        read = await leads.take(CLI, edition, number, LeadIn(code=visitor.code))
        assert read.status is Reading.held
    assert len(await queries.leads_of_badge(edition, visitor.id)) == 2
    assert await queries.consent_of_badge(edition, visitor.id) is not None


async def test_the_same_reading_sent_again_is_one_and_two_at_once_make_one_lead() -> None:
    edition = await an_edition()
    number, visitor = await desks.a_firm(edition), await a_visitor(edition)
    exhibitor = await opened_by(CLI, edition, number)
    twice = [leads.take(CLI, edition, number, yes(visitor, nonce="one")) for _ in range(2)]
    other = leads.take(CLI, edition, number, yes(visitor, nonce="two"))
    answers = await asyncio.gather(*twice, other)
    assert {answer.status for answer in answers} == {Reading.held}
    assert len({answer.lead for answer in answers}) == 1
    (one,) = await queries.leads(edition, exhibitor)
    assert one.times == 2
    (told,) = await queries.leads_of_badge(edition, visitor.id)
    assert len(told.transfers) == 2


async def test_a_withdrawal_empties_the_row_and_only_a_later_yes_fills_it_again() -> None:
    edition = await an_edition()
    number, other, visitor = await desks.a_firm(edition), await desks.a_firm(edition, 2), await a_visitor(edition)
    exhibitor = await opened_by(CLI, edition, number)
    async with transaction():
        await leads.agree(ANONYMOUS, edition, visitor.id, "zh-CN", at=clock.now())
    early = clock.now()
    for firm in (number, other):
        await leads.take(CLI, edition, firm, LeadIn(code=visitor.code, note="下周致电", rating=5, tags=["护理床"]))
    (mine, _) = sorted(await queries.leads_of_badge(edition, visitor.id), key=lambda one: one.exhibitor != number)
    assert await leads.withdraw(ANONYMOUS, edition, visitor.id, mine.lead) == 1
    assert await leads.withdraw(ANONYMOUS, edition, visitor.id, mine.lead) == 0
    (one,) = await queries.leads(edition, exhibitor)
    assert one.withdrawn
    assert (one.holder, one.mobile, one.email, one.note, one.rating, one.tags) == ("", "", "", "", None, ())
    assert await queries.count_leads(edition, exhibitor, queries.Sought("访客")) == 0
    with pytest.raises(NotFound):
        await leads.remark(CLI, edition, number, one.id, Remarks("x", None, ()))
    late = await leads.take(CLI, edition, number, LeadIn(code=visitor.code))
    assert late.status is Reading.consent_needed
    before = await leads.take(CLI, edition, number, yes(visitor, scanned_at=early - timedelta(minutes=1)))
    assert before.status is Reading.consent_needed
    (its,) = await queries.leads(edition, await opened_by(CLI, edition, other))
    assert its.note == "下周致电"
    again = await leads.take(CLI, edition, number, yes(visitor))
    assert again.status is Reading.held
    assert (await queries.lead(edition, exhibitor, one.id)).holder == "示例 访客"


async def test_who_takes_everything_back_is_asked_anew_by_everybody() -> None:
    edition = await an_edition()
    number, other, visitor = await desks.a_firm(edition), await desks.a_firm(edition, 2), await a_visitor(edition)
    async with transaction():
        await leads.agree(ANONYMOUS, edition, visitor.id, "zh-CN", at=clock.now())
    await leads.take(CLI, edition, number, LeadIn(code=visitor.code))
    assert await leads.withdraw(ANONYMOUS, edition, visitor.id) == 1
    assert await queries.consent_of_badge(edition, visitor.id) is None
    for firm in (number, other):
        assert (await leads.take(CLI, edition, firm, LeadIn(code=visitor.code))).status is Reading.consent_needed


async def test_another_exhibitor_sees_and_changes_nothing() -> None:
    edition = await an_edition()
    number, other, visitor = await desks.a_firm(edition), await desks.a_firm(edition, 2), await a_visitor(edition)
    read = await leads.take(CLI, edition, number, yes(visitor))
    assert read.lead is not None
    member = await desks.its_member(edition, other)
    theirs = await opened_by(member, edition, other)
    assert await queries.leads(edition, theirs) == []
    with pytest.raises(NotFound):
        await queries.lead(edition, theirs, read.lead)
    with pytest.raises(NotFound):
        await leads.remark(member, edition, other, read.lead, Remarks("x", 1, ()))
    for actor, desk in ((member, number), (STRANGER, number)):
        with pytest.raises(NotFound):
            await leads.take(actor, edition, desk, yes(visitor))


async def test_what_is_no_visitor_s_badge_in_force_is_said_and_kept_nowhere() -> None:
    edition = await an_edition()
    number, waiting = await desks.a_firm(edition), await desks.a_firm(edition, 2, Status.submitted)
    own = await badges.issue_for(CLI, edition, number, badges.StaffIn("示例 员工"))
    for typed in (LeadIn(code="YB:NOBODY"), LeadIn(serial="123456789")):
        assert (await leads.take(CLI, edition, number, typed)).status is Reading.unknown_badge
    assert (await leads.take(CLI, edition, number, yes(own))).status is Reading.own_badge
    await badges.revoke_for(CLI, edition, number, own.serial)
    assert (await leads.take(CLI, edition, number, yes(own))).status is Reading.unknown_badge
    with pytest.raises(NotAdmittedYet):
        await leads.take(CLI, edition, waiting, LeadIn(serial="1"))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (LeadIn(), "serial"),
        (LeadIn(serial="1", rating=6), "rating"),
        (LeadIn(serial="1", tags=["很长" * 11]), "tags"),
        (LeadIn(serial="1", tags=[str(n) for n in range(11)]), "tags"),
        (LeadIn(serial="1", note="长" * 2001), "note"),
        (LeadIn(serial="1", note="\ud800"), "note"),
        (LeadIn(serial="1", consent="0"), "consent"),
        (LeadIn(serial="1", nonce="a b"), "nonce"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(typed: LeadIn, field: str) -> None:
    edition = await an_edition()
    number = await desks.a_firm(edition)
    with pytest.raises(InvalidInput) as refused:
        await leads.take(CLI, edition, number, typed)
    assert [fault.field for fault in refused.value.errors] == [field]


async def test_an_erased_visitor_is_gone_from_every_lead() -> None:
    edition = await an_edition()
    number, visitor = await desks.a_firm(edition), await a_visitor(edition)
    await leads.take(CLI, edition, number, yes(visitor, note="示例 访客想要样品"))
    erased = await privacy.erase(CLI, await privacy.person("", "13800138000"), "asked for it")
    assert erased.counts["lead"] == 1
    (one,) = await queries.leads(edition, await opened_by(CLI, edition, number))
    assert one.withdrawn
    assert (one.holder, one.note, one.tags) == ("", "", ())
