import asyncio
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.queries import badges
from checkin.services import badges as checkin
from checkin.services.badges import StaffIn
from core.accounts.queries import person_by_email
from core.accounts.roles import Actor, Role, effective
from core.audit.tables import AuditEntry
from core.errors import InvalidInput, NotFound
from core.mail.tables import MailMessage
from exhibitors.queries import desk as queries
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.applications import ApplicationIn
from exhibitors.rules.desk import (
    ADMITTED,
    AlreadyMember,
    BadgeQuota,
    ChangeWaiting,
    Facts,
    LastMember,
    NotAdmittedYet,
    Todo,
    badge_quota,
    tasks,
)
from exhibitors.rules.steps import WrongStatus
from exhibitors.services import desk
from exhibitors.tables import Status
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.firms import application, credit_code

ORGANIZER = Actor("account", 1, "示例 组织者", effective([Role.organizer]))


@given(st.integers(0, 20_000))
def test_a_badge_belongs_to_each_three_square_metres_begun(area: int) -> None:
    quota = badge_quota(area)
    assert 1 <= quota <= 200
    assert quota * 3 >= min(area, 600)
    assert badge_quota(9) == 3


@given(st.sampled_from(Status), st.booleans(), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.booleans())
def test_what_is_to_be_done_fits_the_state(
    status: Status, intro: bool, products: int, made: int, unread: int, dated: bool
) -> None:
    first = date(2026, 9, 15) if dated else None
    found = tasks(Facts(status=status, has_intro=intro, products=products, badges=made, unread=unread, first_day=first))
    kinds = [task.what for task in found]
    assert len(kinds) == len(set(kinds))
    assert (Todo.badges in kinds) == (status in ADMITTED)
    assert (Todo.mend in kinds) == (status is Status.changes_requested)
    assert (Todo.read in kinds) == (unread > 0)
    assert all(task.until is None or task.until < date(2026, 9, 15) for task in found)


@pytest.mark.anyio
async def test_twenty_badges_at_once_do_not_pass_a_quota_of_six(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    member = await its_member(edition, number)

    async def one(n: int) -> bool:
        try:
            await checkin.issue_for(member, edition, number, StaffIn(f"示例人员{n}"))
        except BadgeQuota:
            return False
        return True

    assert sum(await asyncio.gather(*(one(n) for n in range(20)))) == 6
    made = await badges.badges_of((await exhibitor_numbered(edition, number)).id)
    assert len(made) == 6
    assert {badge.organisation for badge in made} == {"宁波示例护理用品1号有限公司"}


@pytest.mark.anyio
async def test_a_revoked_badge_gives_its_seat_to_another(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    member = await its_member(edition, number)
    for n in range(6):
        last = await checkin.issue_for(member, edition, number, StaffIn(f"示例人员{n}"))
    with pytest.raises(BadgeQuota):
        await checkin.issue_for(member, edition, number, StaffIn("示例 多一人"))
    await checkin.revoke_for(member, edition, number, last.serial)
    with pytest.raises(NotFound):
        await checkin.revoke_for(member, edition, number, last.serial)
    await checkin.issue_for(member, edition, number, StaffIn("示例 接替者", "经理", "13800138000"))


@pytest.mark.anyio
async def test_no_badge_before_the_approval(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition, status=Status.submitted)
    with pytest.raises(NotAdmittedYet):
        await checkin.issue_for(ORGANIZER, edition, number, StaffIn("示例人员"))


@pytest.mark.anyio
async def test_another_firms_desk_is_not_there(opened: None) -> None:
    edition = await an_edition()
    mine, theirs = await a_firm(edition, 1), await a_firm(edition, 2)
    member = await its_member(edition, mine)
    with pytest.raises(NotFound):
        await checkin.issue_for(member, edition, theirs, StaffIn("示例人员"))
    with pytest.raises(NotFound):
        await desk.write(member, edition, theirs, "你好", from_organizers=False)
    with pytest.raises(NotFound):
        await desk.invite(member, edition, theirs, name="x", email="x@example.com", locale="zh-CN")
    program = Actor("token", member.id, "a token with the same number", effective([Role.exhibitor]))
    with pytest.raises(NotFound):
        await queries.opened_by(program, edition, mine)


@pytest.mark.anyio
async def test_who_withdraws_loses_the_badges(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    member = await its_member(edition, number)
    await checkin.issue_for(member, edition, number, StaffIn("示例人员"))
    await checkin.withdraw(member, edition, number)
    one = await exhibitor_numbered(edition, number)
    assert one.status is Status.withdrawn
    assert await badges.badges_of(one.id) == []


@pytest.mark.anyio
async def test_a_colleague_gets_a_link_and_the_desk_keeps_a_member(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    member = await its_member(edition, number)
    await desk.invite(member, edition, number, name="示例 同事", email="Colleague@Example.com", locale="zh-CN")
    colleague = await person_by_email("colleague@example.com")
    assert colleague.roles == (Role.exhibitor,)
    mail = await MailMessage.select().where(MailMessage.template == "colleague").first()
    assert mail is not None
    assert mail["to_address"] == "colleague@example.com"
    assert "/enter/" in mail["text"]
    with pytest.raises(AlreadyMember):
        await desk.invite(member, edition, number, name="", email="colleague@example.com", locale="zh-CN")
    assert member.id is not None
    await desk.remove_member(member, edition, number, member.id)
    with pytest.raises(NotFound):
        await queries.opened_by(member, edition, number)
    other = Actor("account", colleague.id, colleague.name, effective([Role.exhibitor]))
    with pytest.raises(LastMember):
        await desk.remove_member(other, edition, number, colleague.id)


@pytest.mark.anyio
async def test_two_who_remove_each_other_leave_one(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    first = await its_member(edition, number)
    await desk.invite(first, edition, number, name="示例 同事", email="colleague@example.com", locale="zh-CN")
    colleague = await person_by_email("colleague@example.com")
    second = Actor("account", colleague.id, colleague.name, effective([Role.exhibitor]))
    assert first.id is not None

    async def remove(actor: Actor, account: int) -> bool:
        try:
            await desk.remove_member(actor, edition, number, account)
        except (LastMember, NotFound):
            return False
        return True

    assert sum(await asyncio.gather(remove(first, colleague.id), remove(second, first.id))) == 1
    assert len(await queries.members((await exhibitor_numbered(edition, number)).id)) == 1


@pytest.mark.anyio
async def test_a_message_goes_both_ways_and_one_to_the_exhibitor_by_mail(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    member = await its_member(edition, number)
    one = await exhibitor_numbered(edition, number)
    await desk.write(ORGANIZER, edition, number, "请补交营业执照\n谢谢", from_organizers=True)
    assert await queries.unread(one.id, by_organizers=False) == 1
    mail = await MailMessage.select().where(MailMessage.template == "message").first()
    assert mail is not None
    assert "请补交营业执照" in mail["text"]
    await desk.write(member, edition, number, "已补交", from_organizers=False)
    assert await queries.unread_by_organizers(edition) == [(number, one.name)]
    await desk.read_all(ORGANIZER, edition, number, by_organizers=True)
    assert await queries.unread_by_organizers(edition) == []
    assert await queries.unread(one.id, by_organizers=False) == 1, "reading is of one side"
    with pytest.raises(InvalidInput):
        await desk.write(member, edition, number, "  \n ", from_organizers=False)
    trail = await AuditEntry.select(AuditEntry.action).where(AuditEntry.action == "exhibitor.message")
    assert len(trail) == 2


@pytest.mark.anyio
async def test_before_the_approval_the_application_changes_at_once(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition, status=Status.changes_requested)
    member = await its_member(edition, number)
    typed = msgspec.convert(
        application(1, name="宁波示例新名", category="HOME", booth={"kind": "raw", "area_m2": 72}), ApplicationIn
    )
    await desk.amend(member, edition, number, typed)
    one = await exhibitor_numbered(edition, number)
    assert (one.name, one.categories, one.booth.area_m2) == ("宁波示例新名", ("HOME",), 72)
    assert one.status is Status.changes_requested, "saved, and not sent yet"
    with pytest.raises(InvalidInput):
        await desk.amend(member, edition, number, msgspec.structs.replace(typed, name=" "))


@pytest.mark.anyio
async def test_what_was_decided_on_meanwhile_is_not_written_over(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    member = await its_member(edition, number)
    with pytest.raises(WrongStatus):
        await desk.amend(member, edition, number, msgspec.convert(application(1), ApplicationIn))


@pytest.mark.anyio
async def test_after_the_approval_a_change_waits_for_a_reviewer(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    member = await its_member(edition, number)

    async def ask() -> None:
        await desk.ask_change(
            member,
            edition,
            number,
            name="宁波示例新名",
            name_en="New",
            country="CN",
            credit_code=credit_code(7),
            reason="更名",
        )

    await ask()
    with pytest.raises(ChangeWaiting):
        await ask()
    assert (await exhibitor_numbered(edition, number)).name == "宁波示例护理用品1号有限公司"
    [change] = await queries.waiting_changes(edition)
    assert (change.name, change.old_credit_code, change.credit_code) == ("宁波示例新名", credit_code(1), credit_code(7))
    await desk.decide_change(ORGANIZER, edition, number, change.id, accept=True)
    one = await exhibitor_numbered(edition, number)
    assert (one.name, one.credit_code, one.status) == ("宁波示例新名", credit_code(7), Status.approved)
    with pytest.raises(NotFound):
        await desk.decide_change(ORGANIZER, edition, number, change.id, accept=False)
    await ask()
    [again] = await queries.waiting_changes(edition)
    await desk.decide_change(ORGANIZER, edition, number, again.id, accept=False, note="材料不足")
    mails = await MailMessage.select().where(MailMessage.template == "change_decided").order_by(MailMessage.id)
    assert ["材料不足" in mail["text"] for mail in mails] == [False, True]


@pytest.mark.anyio
async def test_a_change_to_the_code_of_another_is_refused_at_the_field(opened: None) -> None:
    edition = await an_edition()
    await a_firm(edition, 2)
    number = await a_firm(edition, 1, Status.submitted)
    member = await its_member(edition, number)
    with pytest.raises(InvalidInput) as refused:
        await desk.amend(
            member, edition, number, msgspec.convert(application(1, credit_code=credit_code(2)), ApplicationIn)
        )
    assert [error.field for error in refused.value.errors] == ["credit_code"]
