"""Drawings of raw booths: handed in, looked at once, and what was decided on stays what it was."""

import asyncio

import httpx
import pytest

from core import db
from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo
from core.errors import InvalidInput, NotFound
from core.files.services import Checked
from core.mail.tables import MailMessage
from exhibitors.queries import drawings as queries
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.queries.files import files_of
from exhibitors.rules.applications import BoothIn
from exhibitors.rules.desk import Facts, Todo, tasks
from exhibitors.services import drawings, files
from exhibitors.services.drawings import DecidedAlready, NoDrawing, NotYetAdmitted
from exhibitors.tables import DrawingState, DrawingSubmission, FileKind, Status
from tests.exhibitors.desks import its_member
from tests.exhibitors.world import firm
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio

PLAN = Checked("平面图.pdf", "pdf", b"%PDF- plan", b"first page", "cd" * 32, None, None, 2)


async def builder(edition: EditionInfo, n: int = 1, status: Status = Status.approved) -> str:
    """A firm on raw space with one drawing."""
    number = await firm(edition, n, status, booth=BoothIn("raw", None, 54))
    await files.attach(CLI, edition, number, FileKind.drawing, PLAN)
    return number


async def id_of(edition: EditionInfo, number: str) -> int:
    return (await exhibitor_numbered(edition, number)).id


async def test_drawings_are_handed_in_sent_back_and_approved(opened: None) -> None:
    edition = await an_edition()
    number = await builder(edition)
    await drawings.submit(CLI, edition, number, "两层结构")
    first = (await queries.waiting(edition))[0]
    assert (first.number, first.note, [file.name for file in first.files]) == (number, "两层结构", ["平面图.pdf"])
    with pytest.raises(InvalidInput):
        await drawings.decide(CLI, edition, first.id, approve=False, answer=" ")
    await drawings.decide(CLI, edition, first.id, approve=False, answer="请补充结构图")
    assert await queries.waiting(edition) == []
    await drawings.submit(CLI, edition, number)
    second = (await queries.waiting(edition))[0]
    await drawings.decide(CLI, edition, second.id, approve=True)
    exhibitor = await id_of(edition, number)
    assert await queries.state_of(exhibitor) is DrawingState.approved
    assert [(one.state, one.current) for one in await queries.drawings_of(exhibitor)] == [
        (DrawingState.approved, True),
        (DrawingState.changes, False),
    ]
    subjects = [row["subject"] for row in await MailMessage.select(MailMessage.subject).order_by(MailMessage.id)]
    assert [subject.split("：")[0] for subject in subjects] == ["特装图纸需要修改", "特装图纸已通过"]


async def test_what_was_decided_on_stays_what_it_was(opened: None) -> None:
    edition = await an_edition()
    number = await builder(edition)
    exhibitor = await id_of(edition, number)
    await drawings.submit(CLI, edition, number)
    later = Checked("立面图.pdf", "pdf", b"%PDF- more", b"first page", "ef" * 32, None, None, 1)
    await files.attach(CLI, edition, number, FileKind.drawing, later)
    await files.remove(CLI, edition, number, (await files_of(exhibitor, FileKind.drawing))[0].id)
    assert [file.name for file in (await queries.waiting(edition))[0].files] == ["平面图.pdf"]
    await drawings.submit(CLI, edition, number)
    assert [file.name for file in (await queries.waiting(edition))[0].files] == ["立面图.pdf"]


async def test_nothing_is_handed_in_without_a_drawing_or_before_the_approval(opened: None) -> None:
    edition = await an_edition()
    bare = await firm(edition, 1, Status.approved, booth=BoothIn("raw", None, 54))
    with pytest.raises(NoDrawing):
        await drawings.submit(CLI, edition, bare)
    with pytest.raises(NotYetAdmitted):
        await drawings.submit(CLI, edition, await builder(edition, 2, Status.submitted))
    with pytest.raises(NotFound):
        await drawings.submit(CLI, edition, "none")
    assert await DrawingSubmission.count() == 0


async def test_of_two_reviewers_at_once_one_is_heard(opened: None) -> None:
    edition = await an_edition()
    number = await builder(edition)
    for n in range(10):
        await drawings.submit(CLI, edition, number)
        waiting = (await queries.waiting(edition))[0]
        done = await asyncio.gather(
            drawings.decide(CLI, edition, waiting.id, approve=True),
            drawings.decide(CLI, edition, waiting.id, approve=False, answer="改"),
            return_exceptions=True,
        )
        assert [type(one) for one in done].count(DecidedAlready) == 1, done
        assert await MailMessage.count() == n + 1


async def test_handed_in_several_times_at_once_one_is_current(opened: None) -> None:
    edition = await an_edition()
    number = await builder(edition)
    await asyncio.gather(*(drawings.submit(CLI, edition, number) for _ in range(8)))
    assert len(await queries.waiting(edition)) == await queries.count_waiting(edition) == 1
    assert await DrawingSubmission.count() == 8


async def test_the_queue_asks_no_more_for_three_than_for_one(opened: None) -> None:
    edition = await an_edition()
    await drawings.submit(CLI, edition, await builder(edition, 1))
    with db.count_queries() as at_one:
        await queries.waiting(edition)
    for n in (2, 3):
        await drawings.submit(CLI, edition, await builder(edition, n))
    with db.count_queries() as at_three:
        assert len(await queries.waiting(edition)) == 3
    assert len(at_one) == len(at_three)


def test_who_builds_is_told_to_hand_in_drawings_until_they_are() -> None:
    def todo(builds: bool, state: DrawingState | None) -> list[bool]:
        facts = Facts(
            status=Status.approved,
            has_intro=True,
            products=1,
            badges=1,
            unread=0,
            first_day=None,
            builds=builds,
            drawings=state,
        )
        return [task.done for task in tasks(facts) if task.what is Todo.drawings]

    assert todo(False, None) == []
    assert [todo(True, state) for state in (None, *DrawingState)] == [[False], [True], [True], [False]]


async def test_in_the_desk_and_the_queue(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number, other = await builder(edition), await builder(edition, 2)
    await its_member(edition, number)
    await sign_in(client, Role.exhibitor)
    assert "提交特装图纸" in (await client.get(f"/portal/{number}")).text
    path = f"/portal/{number}/drawings"
    sent = await send_form(client, path, note="请尽快")
    assert sent.status_code == 303
    assert "已提交" in (await client.get(path)).text
    assert (await client.get(f"/portal/{other}/drawings")).status_code == 404
    assert (await send_form(client, f"/portal/{other}/drawings", at=path)).status_code == 404
    client.cookies.clear()
    await sign_in(client, Role.reviewer)
    one = (await queries.waiting(edition))[0].id
    refused = await send_form(client, f"/admin/drawings/{one}", at="/admin/drawings", decision="changes")
    assert refused.status_code == 422
    assert f'id="f-answer-{one}-error"' in refused.text
    done = await send_form(client, f"/admin/drawings/{one}", at="/admin/drawings", decision="approve")
    assert done.status_code == 303
    assert "图纸已通过" in (await client.get("/admin/drawings")).text
    again = await send_form(client, f"/admin/drawings/{one}", at="/account", decision="approve")
    assert again.status_code == 422
    assert "已有人审核" in again.text
