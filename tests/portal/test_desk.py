import httpx
import pytest

from core.accounts.roles import CLI, Role
from exhibitors.services import steps
from exhibitors.tables import Status, Step
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.world import queries_of, send_form, sign_in, token_for

pytestmark = pytest.mark.anyio

PAGES = ("", "/profile", "/products", "/badges", "/messages", "/colleagues", "/details")


async def test_whoever_has_one_desk_comes_straight_to_it(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await its_member(edition, number)
    entered = await send_form(client, "/login", email="exhibitor@example.com", password="纸鹤飞过三江口 paper cranes")
    assert entered.headers["location"] == "/portal"
    assert (await client.get("/portal")).headers["location"] == f"/portal/{number}"
    page = await client.get(f"/portal/{number}")
    assert page.status_code == 200
    assert number in page.text


async def test_every_page_of_a_desk_stands_in_every_state(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.exhibitor)
    for n, status in enumerate(Status):
        number = await a_firm(edition, n + 1, status)
        await its_member(edition, number)
        for path in PAGES:
            page = await client.get(f"/portal/{number}{path}")
            assert page.status_code == 200, (status, path)
    assert (await client.get("/portal")).status_code == 200


async def test_another_firms_desk_is_404_on_every_page(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    mine, theirs = await a_firm(edition, 1), await a_firm(edition, 2)
    await its_member(edition, mine)
    await sign_in(client, Role.exhibitor)
    for path in PAGES:
        assert (await client.get(f"/portal/{theirs}{path}")).status_code == 404, path
        assert (await client.get(f"/portal/000000{path}")).status_code == 404, path
    for path in ("/confirm", "/withdraw", "/profile", "/products", "/badges", "/messages", "/colleagues", "/details"):
        sent = await send_form(client, f"/portal/{theirs}{path}", at=f"/portal/{mine}/messages")
        assert sent.status_code == 404, path


async def test_an_exhibitor_makes_three_badges_and_reads_why_not_a_fourth_too_many(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await its_member(edition, number)
    await sign_in(client, Role.exhibitor)
    for n in range(6):
        made = await send_form(client, f"/portal/{number}/badges", holder=f"示例人员{n}")
        assert made.status_code == 303
    page = await client.get(f"/portal/{number}/badges")
    assert "示例人员5" in page.text
    assert 'name="holder"' not in page.text, "nothing more to fill in"


async def test_a_fault_keeps_what_was_typed(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await its_member(edition, number)
    await sign_in(client, Role.exhibitor)
    shown = await send_form(client, f"/portal/{number}/badges", holder="", title="经理", mobile="12")
    assert shown.status_code == 422
    assert 'value="经理"' in shown.text
    assert 'id="f-mobile-error"' in shown.text
    shown = await send_form(
        client, f"/portal/{number}/profile", contact_name="某人", contact_mobile="x", contact_email="y", intro="很好"
    )
    assert shown.status_code == 422
    assert "很好" in shown.text


async def test_a_booth_is_confirmed_and_an_application_withdrawn_with_care(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await its_member(edition, number)
    await sign_in(client, Role.exhibitor)
    await steps.take(CLI, edition, number, Step.assign)
    await send_form(client, f"/portal/{number}/confirm", at=f"/portal/{number}")
    again = await send_form(client, f"/portal/{number}/confirm", at=f"/portal/{number}/messages")
    assert again.status_code == 303, "twice is said, not broken"
    unsure = await send_form(client, f"/portal/{number}/withdraw", at=f"/portal/{number}")
    assert unsure.status_code == 303
    assert "已确认" in (await client.get(f"/portal/{number}")).text
    await send_form(client, f"/portal/{number}/withdraw", at=f"/portal/{number}", sure="1")
    assert "您的申请已撤回" in (await client.get(f"/portal/{number}")).text


async def test_the_api_gives_badges_within_the_quota_to_organizers_and_to_the_exhibitor(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    organizer = await token_for(Role.organizer)
    path = f"/api/v1/exhibitors/{number}/badges"
    for n in range(6):
        made = await client.post(path, json={"holder": f"示例 {n}", "title": "经理"}, headers=organizer)
        assert made.status_code == 201, made.text
        assert made.json()["kind"] == "exhibitor"
    over = await client.post(path, json={"holder": "示例"}, headers=organizer)
    assert (over.status_code, over.json()["code"]) == (409, "badge_quota")
    listed = (await client.get(path, headers=organizer)).json()
    assert (len(listed["items"]), listed["quota"]) == (6, 6)
    stranger = await token_for(Role.exhibitor)
    assert (await client.get(path, headers=stranger)).status_code == 404


async def test_a_desk_costs_the_same_with_one_message_and_with_three(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await its_member(edition, number)
    await sign_in(client, Role.exhibitor)
    counts = []
    for more in (1, 2):
        for n in range(more):
            await send_form(client, f"/portal/{number}/messages", text=f"留言{n}")
        counts.append(await queries_of(lambda: client.get(f"/portal/{number}/messages")))
    assert counts[0] == counts[1]


async def test_organizers_answer_and_decide_in_their_desk(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await its_member(edition, number)
    await sign_in(client, Role.exhibitor)
    await send_form(client, f"/portal/{number}/messages", text="请问何时布展？")
    await send_form(
        client, f"/portal/{number}/details", name="宁波示例新名", country="US", name_en="New", reason="更名"
    )
    await client.post("/logout", data={"_csrf": ""})
    client.cookies.clear()
    await sign_in(client, Role.organizer)
    assert "来信的参展商" in (await client.get("/admin")).text
    assert number in (await client.get("/admin/messages")).text
    answered = await send_form(client, f"/admin/exhibitors/{number}/messages", text="九月十四日。")
    assert answered.status_code == 303
    assert number not in (await client.get("/admin/messages")).text
    page = (await client.get("/admin/changes")).text
    assert "宁波示例新名" in page
    change = page.split(f"/admin/exhibitors/{number}/changes/")[1].split('"')[0]
    decided = await send_form(
        client, f"/admin/exhibitors/{number}/changes/{change}", at="/admin/changes", decision="accept"
    )
    assert decided.status_code == 303
    assert "没有待审变更" in (await client.get("/admin/changes")).text
