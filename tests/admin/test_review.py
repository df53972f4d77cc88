import re
from datetime import timedelta

import httpx
import pytest

from core import clock, db
from core.accounts.roles import CLI, Role
from core.audit.tables import AuditEntry
from core.db import transaction
from core.mail.tables import MailMessage
from exhibitors.queries import review as queries
from exhibitors.queries.applications import Filter, exhibitor_numbered
from exhibitors.services.steps import take
from exhibitors.tables import Exhibitor, ExhibitorStep, Status, Step
from tests.exhibitors.world import firm
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio
QUEUE = "/admin/exhibitors"


def numbers_in(html: str) -> list[str]:
    return re.findall(r'href="/admin/exhibitors/(\d{6})\?', html)


async def decided_mails() -> int:
    return int(await MailMessage.count().where(MailMessage.template == "decision"))


async def waiting(number: str, hours: int) -> None:
    since = clock.now() - timedelta(hours=hours)
    async with transaction():
        await Exhibitor.update({Exhibitor.submitted_at: since}).where(Exhibitor.number == number)


async def test_who_has_waited_longest_stands_first(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    young, old, middle = [await firm(edition, n) for n in (1, 2, 3)]
    for number, hours in ((young, 1), (old, 9), (middle, 5)):
        await waiting(number, hours)
    approved = await firm(edition, 4, status=Status.approved)
    await sign_in(client, Role.reviewer)
    page = await client.get(QUEUE)
    assert numbers_in(page.text) == [old, middle, young]
    assert numbers_in((await client.get(QUEUE, params={"status": "approved"})).text) == [approved]
    assert set(numbers_in((await client.get(QUEUE, params={"q": "示例"})).text)) == {young, old, middle, approved}
    assert numbers_in((await client.get(QUEUE, params={"status": "nonsense", "category": "FOOD"})).text) == []


async def test_the_queue_goes_on_behind_its_cursor_and_beside_an_application(opened: None) -> None:
    edition = await an_edition()
    numbers = [await firm(edition, n) for n in range(5)]
    for n, number in enumerate(numbers):
        await waiting(number, 10 - n // 2)
    wanted = Filter(status=Status.submitted)
    whole = [line.number for line in await queries.queue(edition, wanted)]
    assert whole == numbers
    first = await queries.queue(edition, wanted, limit=2)
    rest = await queries.queue(edition, wanted, after=(first[-1].submitted_at, first[-1].id))
    assert [line.number for line in first + rest] == whole
    near = await queries.neighbours(edition, wanted, await exhibitor_numbered(edition, numbers[2]))
    assert (near.before, near.after) == (numbers[1], numbers[3])
    await take(CLI, edition, numbers[2], Step.approve)
    near = await queries.neighbours(edition, wanted, await exhibitor_numbered(edition, numbers[2]))
    assert (near.before, near.after) == (numbers[1], numbers[3])
    latest_first = Filter()
    assert [line.number for line in await queries.queue(edition, latest_first)] == numbers[::-1]


async def test_a_queue_of_three_asks_no_more_than_a_queue_of_one(opened: None) -> None:
    edition, wanted = await an_edition(), Filter(status=Status.submitted)
    await firm(edition, 1)
    with db.count_queries() as at_one:
        await queries.queue(edition, wanted)
        await queries.counts(edition, wanted)
    await firm(edition, 2)
    await firm(edition, 3)
    with db.count_queries() as at_three:
        assert len(await queries.queue(edition, wanted)) == 3
        assert await queries.counts(edition, wanted) == {Status.submitted: 3}
    assert len(at_three) == len(at_one) == 4


async def test_a_reviewer_sees_the_mail_decides_and_undoes(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await firm(edition)
    await sign_in(client, Role.reviewer)
    at, to = f"{QUEUE}/{number}", f"{QUEUE}/{number}/decision"
    typed = {"decision": "request_changes", "note": "<b>谢谢</b>", "comments.intro": "请补充"}
    shown = await send_form(client, to, at, act="preview", **typed)
    assert shown.status_code == 200
    assert "需要修改" in shown.text
    assert "&lt;b&gt;谢谢" in shown.text
    assert 'value="请补充"' in shown.text
    assert not await ExhibitorStep.exists()
    sent = await send_form(client, to, at, act="decide", **typed)
    assert sent.status_code == 303
    page = await client.get(sent.headers["location"])
    assert "示例 审核员" in page.text
    assert await decided_mails() == 1
    undone = await send_form(client, f"{at}/undo", at)
    assert undone.status_code == 303
    assert not await decided_mails()
    row = await Exhibitor.select(Exhibitor.status).first()
    assert row == {"status": "submitted"}
    late = await send_form(client, f"{at}/undo", at)
    assert late.status_code == 303
    assert "已无法撤销" in (await client.get(late.headers["location"])).text


async def test_without_a_choice_or_from_another_state_nothing_is_decided(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await firm(edition)
    await sign_in(client, Role.reviewer)
    at, to = f"{QUEUE}/{number}", f"{QUEUE}/{number}/decision"
    for decision, status in (("", 422), ("assign", 422), ("unwaitlist", 409), ("nonsense", 422)):
        answer = await send_form(client, to, at, act="decide", decision=decision, note="还在这里")
        assert answer.status_code == status, decision
        assert "还在这里" in answer.text
    assert not await ExhibitorStep.exists()


async def test_several_are_approved_at_once_and_the_page_says_which(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    numbers = [await firm(edition, n) for n in range(3)]
    await sign_in(client, Role.reviewer)
    form = await client.get(QUEUE)
    token = re.search(r'name="_csrf" value="([^"]+)"', form.text)
    assert token is not None
    await take(CLI, edition, numbers[1], Step.reject)
    data = {"_csrf": token[1], "number": numbers}
    page = await client.post(f"{QUEUE}/approve", data=data)
    assert page.status_code == 200
    went, stayed = page.text.split("未通过的申请")
    assert numbers[0] in went
    assert numbers[2] in went
    assert numbers[1] in stayed
    again = await client.post(f"{QUEUE}/approve", data=data)
    assert again.status_code == 200
    assert await decided_mails() == 2


async def test_the_phone_stays_masked_until_somebody_says_why(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await firm(edition)
    await sign_in(client, Role.reviewer)
    at = f"{QUEUE}/{number}"
    page = await client.get(at)
    assert "138****0001" in page.text
    assert "+8613800130001" not in page.text
    assert "firm1@example.com" not in page.text
    refused = await send_form(client, f"{at}/contact", at, reason="")
    assert refused.status_code == 422
    assert "+8613800130001" not in refused.text
    opened = await send_form(client, f"{at}/contact", at, reason="电话核实")
    assert "+8613800130001" in opened.text
    assert "firm1@example.com" in opened.text
    entry = await AuditEntry.select().where(AuditEntry.action == "exhibitor.contact_opened").first()
    assert entry is not None
    assert entry["note"] == "电话核实"
    assert "+8613800130001" not in (await client.get(at)).text


async def test_what_was_seen_elsewhere_is_pointed_out(client: httpx.AsyncClient) -> None:
    before = await an_edition(slug="2025", current=False)
    await firm(before, 1)
    edition = await an_edition()
    number = await firm(edition, 1, kind="public_body")
    other = await firm(edition, 2, name="示例1号护理")
    await sign_in(client, Role.reviewer)
    page = (await client.get(f"{QUEUE}/{number}")).text
    assert "曾经参展" in page
    assert "名称相同" in page
    assert f'href="/admin/exhibitors/{other}"' in page
    assert "与所选单位性质不符" in page
    assert "尚未提交营业执照" in page


async def test_only_an_organizer_lets_a_wrong_check_digit_pass(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await firm(edition)
    await Exhibitor.update({Exhibitor.credit_code: "91330203MA2XYW1262"}).where(Exhibitor.number == number)
    at = f"{QUEUE}/{number}"
    await sign_in(client, Role.reviewer)
    assert "校验位不符" in (await client.get(at)).text
    assert (await send_form(client, f"{at}/check-digit", at)).status_code == 403
    client.cookies.clear()
    await sign_in(client, Role.organizer)
    assert (await send_form(client, f"{at}/check-digit", at)).status_code == 303
    assert "已核对并放行" in (await client.get(at)).text
    assert await AuditEntry.exists().where(AuditEntry.action == "exhibitor.check_digit_passed")


async def test_the_desk_says_how_many_wait_and_since_when(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.reviewer)
    assert "没有待审核的申请" in (await client.get("/admin")).text
    number = await firm(edition)
    card = (await client.get("/admin")).text
    assert "最早提交于" in card
    assert "attention" not in card
    await waiting(number, 24 * 4)
    assert "attention" in (await client.get("/admin")).text
