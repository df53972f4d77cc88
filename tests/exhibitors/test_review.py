import asyncio
from datetime import timedelta

import pytest

from core import clock
from core.accounts.roles import Actor, Role, effective
from core.audit.tables import AuditEntry
from core.errors import DomainError, InvalidInput, NotFound
from core.mail.tables import MailMessage
from exhibitors.rules.review import Comment
from exhibitors.rules.steps import TooLateToUndo, WrongStatus
from exhibitors.services import review
from exhibitors.services.steps import take
from exhibitors.tables import Exhibitor, ExhibitorComment, ExhibitorStep, Status, Step
from tests.exhibitors.world import firm
from tests.expo import an_edition

pytestmark = pytest.mark.anyio
REVIEWER = Actor("account", 7, "示例 审核员", effective([Role.reviewer]))


async def status_of(number: str) -> str:
    row = await Exhibitor.select(Exhibitor.status).where(Exhibitor.number == number).first()
    assert row is not None
    return str(row["status"])


async def test_a_decision_is_kept_with_its_words_and_mailed_after_ten_minutes(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition)
    comments = [Comment("intro", "请补充产品介绍。"), Comment("name", " ")]
    made = await review.decide(REVIEWER, edition, number, Step.request_changes, note="谢谢！", comments=comments)
    assert made.status == await status_of(number) == "changes_requested"
    step = await ExhibitorStep.select().first()
    assert step is not None
    assert (step["before"], step["after"], step["actor_name"], step["note"]) == (
        "submitted",
        "changes_requested",
        "示例 审核员",
        "谢谢！",
    )
    (kept,) = await ExhibitorComment.select()
    assert (kept["step"], kept["field"], kept["comment"]) == (step["id"], "intro", "请补充产品介绍。")
    mail = await MailMessage.select().first()
    assert mail is not None
    assert mail["to_address"] == "firm1@example.com"
    assert "需要修改" in mail["subject"]
    assert "谢谢！" in mail["text"]
    assert "请补充产品介绍。" in mail["text"]
    assert mail["next_attempt_at"] == made.undo_until
    assert timedelta(minutes=9) < made.undo_until - clock.now() <= timedelta(minutes=10)
    assert await AuditEntry.exists().where(AuditEntry.action == "exhibitor.request_changes")


async def test_the_preview_is_what_is_mailed_and_changes_nothing(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition, locale="en")
    shown = await review.preview(edition, number, Step.approve, note="See you!")
    assert shown.subject == f"Your application {number} is approved"
    assert not await MailMessage.exists()
    assert await status_of(number) == "submitted"
    await review.decide(REVIEWER, edition, number, Step.approve, note="See you!")
    mail = await MailMessage.select().first()
    assert mail is not None
    assert (mail["subject"], mail["text"], mail["html"]) == (shown.subject, shown.text, shown.html)


@pytest.mark.parametrize(
    ("status", "step", "after"),
    [
        (Status.submitted, Step.approve, "approved"),
        (Status.submitted, Step.reject, "rejected"),
        (Status.submitted, Step.waitlist, "waitlisted"),
        (Status.waitlisted, Step.unwaitlist, "submitted"),
        (Status.waitlisted, Step.approve, "approved"),
        (Status.rejected, Step.reopen, "submitted"),
    ],
)
async def test_a_decision_is_undone_with_its_mail(opened: None, status: Status, step: Step, after: str) -> None:
    edition = await an_edition()
    number = await firm(edition, status=status)
    await review.decide(REVIEWER, edition, number, step)
    assert await status_of(number) == after
    with clock.moved(timedelta(minutes=9)):
        assert await review.undo(REVIEWER, edition, number) == status
    assert await status_of(number) == status.value
    assert not await MailMessage.exists()
    steps = await ExhibitorStep.select(ExhibitorStep.step).order_by(ExhibitorStep.id)
    assert [row["step"] for row in steps] == [step.value, "undo"]
    with pytest.raises(TooLateToUndo):
        await review.undo(REVIEWER, edition, number)


async def test_after_ten_minutes_or_another_step_nothing_is_undone(opened: None) -> None:
    edition = await an_edition()
    late, further, mailed = [await firm(edition, n) for n in (1, 2, 3)]
    for number in (late, further, mailed):
        await review.decide(REVIEWER, edition, number, Step.approve)
    await take(REVIEWER, edition, further, Step.assign)
    with pytest.raises(TooLateToUndo):
        await review.undo(REVIEWER, edition, further)
    await MailMessage.update({MailMessage.attempts: 1}).where(MailMessage.to_address == "firm3@example.com")
    with pytest.raises(TooLateToUndo):
        await review.undo(REVIEWER, edition, mailed)
    with clock.moved(timedelta(minutes=10)), pytest.raises(TooLateToUndo):
        await review.undo(REVIEWER, edition, late)
    assert [await status_of(number) for number in (late, further, mailed)] == ["approved", "booth_assigned", "approved"]
    with pytest.raises(NotFound):
        await review.undo(REVIEWER, edition, "000000")


async def test_two_reviewers_deciding_at_once_one_wins_and_one_mail_goes(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition)
    steps = [Step.approve, Step.reject] * 10

    async def one(step: Step) -> str:
        try:
            return (await review.decide(REVIEWER, edition, number, step)).status.value
        except DomainError as refused:
            return refused.code

    said = await asyncio.gather(*map(one, steps))
    assert sorted(said)[-19:] == ["wrong_status"] * 19
    assert await MailMessage.count() == await ExhibitorStep.count() == 1


async def test_twenty_undo_at_once_and_one_is_undone(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition)
    await review.decide(REVIEWER, edition, number, Step.approve)
    said = await asyncio.gather(*(review.undo(REVIEWER, edition, number) for _ in range(20)), return_exceptions=True)
    assert said.count(Status.submitted) == 1
    assert await ExhibitorStep.count() == 2


async def test_many_are_approved_at_once_and_who_stays_behind_is_named(opened: None) -> None:
    edition = await an_edition()
    numbers = [await firm(edition, 1), await firm(edition, 2, status=Status.rejected), await firm(edition, 3), "000000"]
    made = await review.approve_many(REVIEWER, edition, [*numbers, numbers[0]])
    assert [(one.number, bool(one.fault)) for one in made] == [
        (numbers[0], False),
        (numbers[1], True),
        (numbers[2], False),
        ("000000", True),
    ]
    assert made[1].fault == WrongStatus.message
    assert [await status_of(number) for number in numbers[:3]] == ["approved", "rejected", "approved"]
    assert await MailMessage.count() == 2


async def test_words_that_nobody_reads_are_refused_at_their_place(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition)
    comments = [Comment("salary", "?"), Comment("intro", "长" * 501)]
    with pytest.raises(InvalidInput) as told:
        await review.decide(REVIEWER, edition, number, Step.reject, note="长" * 2001, comments=comments)
    assert [(one.field, one.code) for one in told.value.errors] == [
        ("note", "too_long"),
        ("comments.salary", "unknown"),
        ("comments.intro", "too_long"),
    ]
    assert await status_of(number) == "submitted"


async def test_who_opens_a_contact_says_why_and_stands_in_the_trail(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition)
    with pytest.raises(InvalidInput):
        await review.open_contact(REVIEWER, edition, number, " ")
    await review.open_contact(REVIEWER, edition, number, "核实 营业执照")
    entry = await AuditEntry.select().where(AuditEntry.action == "exhibitor.contact_opened").first()
    assert entry is not None
    assert (entry["actor"], entry["object"], entry["note"]) == (
        "account:7",
        f"exhibitor:2026/{number}",
        "核实 营业执照",
    )
