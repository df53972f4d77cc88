import asyncio

import httpx
import pytest

from checkin.queries.prints import runs
from checkin.tables import Badge
from core.accounts.roles import Role
from core.jobs.worker import Pace, worker
from core.mail.tables import MailMessage
from tests.expo import an_edition
from tests.firms import application
from tests.world import queries_of, send_form, sign_in, token_for

pytestmark = pytest.mark.anyio


AT = "/admin/badges"


async def issued(client: httpx.AsyncClient, **typed: str) -> str:
    """Its serial."""
    done = await send_form(client, AT, f"{AT}/new", **{"kind": "crew", "holder": "示例人员", **typed})
    assert done.status_code == 303, done.text
    return done.headers["location"].rpartition("/")[2]


async def test_an_organizer_issues_a_crew_badge_at_the_desk(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    lost = await send_form(client, AT, f"{AT}/new", kind="crew", holder=" ", organisation="示例组委会", mobile="12")
    assert lost.status_code == 422
    assert 'value="示例组委会"' in lost.text
    assert lost.text.count('class="error"') == 2
    serial = await issued(client, mobile="13800138000", email="li@example.com", days="2026-09-15", note="请通知接待")
    badge = await Badge.select().first()
    assert badge is not None
    for path in ("", f"/{serial}"):
        page = (await client.get(AT + path)).text
        assert serial in page
        assert badge["code"] not in page
        assert "13800138000" not in page
        assert "li@example.com" not in page
    assert (badge["days"], badge["note"]) == ("2026-09-15", "请通知接待")
    assert (await client.get(f"{AT}/000000000")).status_code == 404


async def test_a_group_needs_a_size_that_groups_have(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    for size in ("0", "501", "many", "-1", "９９９９９"):
        lost = await send_form(client, AT, f"{AT}/new", kind="group", holder="示例领队", size=size)
        assert (lost.status_code, lost.text.count('class="error"')) == (422, 1), size
    serial = await issued(client, kind="group", holder="示例领队", size="3", members="示例甲\n\n示例乙")
    page = (await client.get(f"{AT}/{serial}")).text
    assert "3 人" in page
    assert "示例乙" in page
    assert (await send_form(client, f"{AT}/{serial}/note", f"{AT}/{serial}", size="1", note="")).status_code == 422
    saved = await send_form(client, f"{AT}/{serial}/note", f"{AT}/{serial}", size="20", note="走东门")
    assert saved.status_code == 303
    assert 'value="走东门"' in (await client.get(f"{AT}/{serial}")).text


async def test_badges_are_found_by_what_is_known(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    one = await issued(client, holder="示例王小明", organisation="示例护理院", mobile="13800138765")
    other = await issued(client, holder="示例李雷", kind="press")
    for query, found in (
        ("q=王小", [one]),
        ("q=wxm", [one]),
        ("q=8765", [one]),
        (f"q={other}", [other]),
        ("kind=press", [other]),
        ("status=active&printed=no", [other, one]),
        ("printed=yes", []),
        ("arrived=no", [other, one]),
        ("kind=none&status=none&printed=maybe", [other, one]),
    ):
        page = (await client.get(f"{AT}?{query}")).text
        assert [serial for serial in (other, one) if f"{AT}/{serial}" in page] == found, query
    await client.get(f"/api/v1/badges/{one}.pdf?layout=card")
    assert f"{AT}/{one}" in (await client.get(f"{AT}?printed=yes")).text
    assert "打印记录" in (await client.get(f"{AT}/{one}")).text


async def test_a_lost_badge_is_made_anew_and_the_new_one_revoked(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    serial = await issued(client)
    at = f"{AT}/{serial}"
    lost = await send_form(client, f"{at}/reissue", at)
    assert lost.status_code == 422
    assert lost.text.count('class="error"') == 1
    done = await send_form(client, f"{at}/reissue", at, **{"reissue-reason": "遗失"})
    new = done.headers["location"].rpartition("/")[2]
    assert done.status_code == 303
    assert new != serial
    old = (await client.get(at)).text
    assert f'href="{AT}/{new}"' in old
    assert "遗失" in old
    assert f"{at}/revoke" not in old
    twice = await send_form(client, f"{at}/reissue", f"{AT}/{new}", **{"reissue-reason": "遗失"})
    assert twice.status_code == 422
    assert (await send_form(client, f"{AT}/{new}/revoke", f"{AT}/{new}")).status_code == 422
    gone = await send_form(client, f"{AT}/{new}/revoke", f"{AT}/{new}", **{"revoke-reason": "离职"})
    assert gone.status_code == 303
    assert [row["status"] for row in await Badge.select().order_by(Badge.id)] == ["replaced", "revoked"]
    assert (await send_form(client, f"{AT}/{new}/dance", f"{AT}/new")).status_code == 404


async def test_a_badge_goes_out_by_mail_where_an_address_is_known(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    without, reached = await issued(client), await issued(client, email="li@example.com")
    assert f"{AT}/{without}/mail" not in (await client.get(f"{AT}/{without}")).text
    assert (await send_form(client, f"{AT}/{without}/mail", f"{AT}/{without}")).status_code == 422
    assert (await send_form(client, f"{AT}/{reached}/mail", f"{AT}/{reached}")).status_code == 303
    mails = await MailMessage.select(MailMessage.to_address).where(MailMessage.template == "badge")
    assert mails == [{"to_address": "li@example.com"}]


async def test_many_are_printed_as_one_document_in_the_background(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    none = await send_form(client, f"{AT}/prints", layout="a6")
    assert none.status_code == 422
    for n in range(3):
        await issued(client, holder=f"示例人员{n}")
    await issued(client, kind="press", holder="示例记者")
    asked = await send_form(client, f"{AT}/prints", layout="a4x8", kind="crew", printed="no")
    assert asked.status_code == 303
    assert (await client.get(f"{AT}/prints/1")).status_code == 404
    async with worker(Pace(idle=0.05), chores=False):
        while (await runs(edition))[0].file is None:
            await asyncio.sleep(0.05)
    run = (await runs(edition))[0]
    page = (await client.get(f"{AT}/prints")).text
    assert f"{AT}/prints/{run.id}" in page
    assert 'http-equiv="refresh"' not in page
    assert run.total == 3
    document = await client.get(f"{AT}/prints/{run.id}")
    assert document.content[:5] == b"%PDF-"
    assert document.headers["cache-control"] == "private, no-store"
    assert "示例记者" in (await client.get(f"{AT}?printed=no")).text
    assert "示例人员1" not in (await client.get(f"{AT}?printed=no")).text


async def test_a_stock_of_blank_badges_is_made_and_told_apart(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    for count in ("0", "1001", "some", ""):
        lost = await send_form(client, f"{AT}/blanks", kind="visitor", count=count)
        assert (lost.status_code, lost.text.count('class="error"')) == (422, 1), count
    made = await send_form(client, f"{AT}/blanks", kind="visitor", count="5")
    assert made.status_code == 303
    listed = (await client.get(made.headers["location"])).text
    assert "5 张证件" in listed
    assert "备有 5 张" in (await client.get(f"{AT}/blanks")).text
    one = await Badge.select(Badge.serial).first()
    assert one is not None
    page = (await client.get(f"{AT}/{one['serial']}")).text
    assert "空白证件" in page
    assert f"{AT}/{one['serial']}/reissue" not in page


async def test_the_list_for_paper_goes_by_pinyin_and_holds_who_may_come_in(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    assert "还没有证件" in (await client.get(f"{AT}/names")).text
    for holder in ("周示例", "Ann Sample", "陈示例", "安示例"):
        gone = await issued(client, holder=holder)
    await send_form(client, f"{AT}/{gone}/revoke", f"{AT}/{gone}", **{"revoke-reason": "离职"})
    await issued(client, kind="press", holder="王记者")
    page = (await client.get(f"{AT}/names")).text
    at = [page.find(holder) for holder in ("Ann Sample", "陈示例", "王记者", "周示例")]
    assert at == sorted(at)
    assert min(at) > 0
    assert "安示例" not in page
    assert "周示例" not in (await client.get(f"{AT}/names?kind=press")).text


@pytest.mark.parametrize("rows", [1, 3])
async def test_the_list_asks_as_much_for_one_as_for_three(client: httpx.AsyncClient, rows: int) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    for n in range(rows):
        await issued(client, holder=f"示例{n}")
    assert await queries_of(lambda: client.get(AT)) <= 4


async def test_badges_over_the_api(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    body = {"kind": "crew", "holder": "示例", "days": ["2026-09-15"]}
    first = await client.post("/api/v1/badges", json=body, headers={**own, "idempotency-key": "a"})
    assert first.status_code == 201, first.text
    again = await client.post("/api/v1/badges", json=body, headers={**own, "idempotency-key": "a"})
    assert again.json() == first.json()
    batch = {"badges": [{"kind": "visitor", "holder": f"示例{n}"} for n in range(3)]}
    made = await client.post("/api/v1/badges/batch", json=batch, headers=own)
    assert [item["holder"] for item in made.json()["items"]] == ["示例0", "示例1", "示例2"]
    listed = (await client.get("/api/v1/badges?limit=3", headers=own)).json()
    assert (listed["total"], len(listed["items"])) == (4, 3)
    rest = (await client.get("/api/v1/badges", params={"limit": 3, "cursor": listed["next"]}, headers=own)).json()
    assert ([item["serial"] for item in rest["items"]], rest["next"]) == ([first.json()["serial"]], None)
    one = await client.get(f"/api/v1/badges/{first.json()['serial']}", headers=own)
    assert one.json() == first.json()
    assert (await client.get("/api/v1/badges/000", headers=own)).status_code == 404
    assert (await client.get("/api/v1/badges", headers=await token_for(Role.gate))).status_code == 403


async def test_reviewers_read_applications_by_api_and_desk(client: httpx.AsyncClient) -> None:
    await an_edition()
    for n in (1, 2):
        await client.post("/api/v1/exhibitors", json=application(n))
    own = await token_for(Role.reviewer)
    listed = (await client.get("/api/v1/exhibitors?limit=1&field=informatization", headers=own)).json()
    assert (listed["total"], listed["items"][0]["contact"]["mobile"]) == (2, "138****8000")
    query = {"limit": 1, "field": "informatization", "cursor": listed["next"]}
    second = (await client.get("/api/v1/exhibitors", params=query, headers=own)).json()
    number = second["items"][0]["number"]
    one = (await client.get(f"/api/v1/exhibitors/{number}", headers=own)).json()
    assert (one["category"], one["contact"]["mobile"]) == ("NURS", "+8613800138000")
    assert (await client.get("/api/v1/exhibitors")).status_code == 401
    await sign_in(client, Role.reviewer)
    page = (await client.get("/admin/exhibitors", params={"q": "1号", "status": "submitted"})).text
    assert f'href="/admin/exhibitors/{number}?' in page
    assert "138****8000" in page
    assert "13800138000" not in (await client.get(f"/admin/exhibitors/{number}")).text
    assert "没有找到" in (await client.get("/admin/exhibitors", params={"q": "nobody"})).text
