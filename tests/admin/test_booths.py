import io

import httpx
import pytest
from openpyxl import Workbook

from core.accounts.roles import CLI, Role
from exhibitors.queries import booths as queries
from exhibitors.services import booths
from exhibitors.tables import Booth, BoothHolding
from tests.expo import an_edition
from tests.halls import a_firm, a_hall
from tests.world import csrf_in, send_form, sign_in

pytestmark = pytest.mark.anyio


async def holders() -> dict[str, str]:
    rows = await BoothHolding.select(BoothHolding.booth.code, BoothHolding.exhibitor.number)
    return {row["booth.code"]: row["exhibitor.number"] for row in rows}


async def test_a_hall_is_drawn_and_stands_on_the_plan(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    assert "还没有展馆" in (await client.get("/admin/booths")).text
    form = {"code": "1", "name_zh": "1号馆", "name_en": "Hall 1", "prefix": "a", "rows": "2", "booths": "3"}
    rest = {"block": "0", "width": "3", "depth": "3", "aisle": "2.5", "kind": "standard"}
    lost = await send_form(client, "/admin/booths/halls/new", **{**form, **rest, "rows": "0", "width": "wide"})
    assert lost.status_code == 422
    assert lost.text.count('class="error"') == 2
    done = await send_form(client, "/admin/booths/halls/new", **form, **rest)
    assert done.status_code == 303, done.text
    page = (await client.get(done.headers["location"])).text
    assert page.count('class="booth free"') == 6 + 1, "and the legend"
    assert 'href="/admin/booths/A101"' in page
    assert "A203" in (await client.get("/admin/booths?view=list")).text
    twice = await send_form(client, "/admin/booths/halls/new", **form, **rest)
    assert twice.status_code == 422
    (hall,) = await queries.plan(edition)
    assert (hall.width, hall.height) == (140, 110)


async def test_a_booth_is_given_moved_swapped_and_taken_back_by_forms_alone(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await a_hall(edition)
    one, other = await a_firm(edition, 0), await a_firm(edition, 1)
    await sign_in(client, Role.organizer)
    page = (await client.get("/admin/booths/A101", params={"q": one})).text
    assert f'value="{one}"' in page
    assert f'value="{other}"' not in page
    at = "/admin/booths/A101"
    assert (await send_form(client, f"{at}/give", at, number=one)).status_code == 303
    assert (await send_form(client, "/admin/booths/A102/give", "/admin/booths/A102", number=other)).status_code == 303
    assert await holders() == {"A101": one, "A102": other}
    lost = await send_form(client, f"{at}/move", at, to="A102")
    assert lost.status_code == 422
    assert other in lost.text
    assert 'value="A102"' in lost.text, "what was typed stays"
    moved = await send_form(client, f"{at}/move", at, to="a103、A104")
    assert moved.headers["location"] == "/admin/booths/A103"
    at = "/admin/booths/A103"
    assert (await send_form(client, f"{at}/swap", at, **{"with": "A102"})).status_code == 303
    assert await holders() == {"A102": one, "A103": other, "A104": other}
    assert (await send_form(client, f"{at}/release", at)).status_code == 303
    assert await holders() == {"A102": one}


async def test_from_the_exhibitor_s_side_a_free_booth_is_looked_for(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await a_hall(edition)
    one, other = await a_firm(edition, 0), await a_firm(edition, 1)
    await booths.give(CLI, edition, other, ["A101"])
    await sign_in(client, Role.organizer)
    at = f"/admin/exhibitors/{one}/booth"
    page = (await client.get(at, params={"q": "a10"})).text
    assert 'name="booth" value="A102"' in page
    assert 'name="booth" value="A101"' not in page
    lost = await send_form(client, at, booth="A101")
    assert lost.status_code == 422
    assert (await send_form(client, at, booth="A102")).status_code == 303
    assert await holders() == {"A101": other, "A102": one}


async def test_a_booth_is_changed_merged_split_closed_and_removed(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await a_hall(edition)
    await sign_in(client, Role.organizer)
    at = "/admin/booths/A101"
    place = {"kind": "standard", "x": "3", "y": "3", "width": "3", "height": "3", "zone": "智慧养老"}
    assert (await send_form(client, f"{at}/change", at, **{**place, "x": "6"})).status_code == 422
    assert (await send_form(client, f"{at}/change", at, **{**place, "width": "-1"})).status_code == 422
    assert (await send_form(client, f"{at}/change", at, **place)).status_code == 303
    assert (await send_form(client, f"{at}/merge", at, others="A103", merged_kind="raw")).status_code == 422
    merged = await send_form(client, f"{at}/merge", at, others="A102", merged_kind="raw", **{"as": "A1-2"})
    assert merged.headers["location"] == "/admin/booths/A1-2"
    assert (await client.get(at)).status_code == 404
    at = "/admin/booths/A1-2"
    assert (await send_form(client, f"{at}/split", at)).status_code == 303
    at = "/admin/booths/A105"
    assert (await send_form(client, f"{at}/block", at)).status_code == 303
    assert (await send_form(client, f"{at}/unblock", at)).status_code == 303
    assert (await send_form(client, f"{at}/remove", at)).status_code == 303
    assert await Booth.count() == 9
    assert (await send_form(client, "/admin/booths/A101/nothing", "/admin/booths/A101")).status_code == 404
    at = "/admin/booths/halls/1"
    assert (await send_form(client, at, name_zh="东馆", name_en="")).status_code == 303
    assert (await send_form(client, at, act="remove")).status_code == 303
    assert await Booth.count() == 0


def a_sheet(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def send_file(client: httpx.AsyncClient, name: str, content: bytes) -> httpx.Response:
    token = csrf_in((await client.get("/admin/booths/sheet")).text)
    return await client.post("/admin/booths/sheet", data={"_csrf": token}, files={"file": (name, content)})


HEADINGS: list[object] = ["展馆", "展位号", "X(m)", "Y(m)", "宽(m)", "深（米）", "类型"]


async def test_a_spreadsheet_is_shown_first_and_kept_as_it_was_shown(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    sheet = a_sheet(
        ["2026 年展位图"],
        HEADINGS,
        ["1", "a101", 0, 0, 3, 3, "标展"],
        ["1", "A102", "３", 0, 2.5, 3, None],
        [],
        ["2", "B1", 0, 0, 6, 6, "光地"],
    )
    shown = await send_file(client, "plan.xlsx", sheet)
    assert shown.status_code == 200, shown.text
    assert "已读取 3 个展位" in shown.text
    assert await Booth.count() == 0
    rows = shown.text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    form = {"_csrf": csrf_in(shown.text), "rows": rows, "act": "keep"}
    assert (await client.post("/admin/booths/sheet", data=form)).status_code == 303
    found = {booth.code: (hall.code, booth.area) for hall in await queries.plan(edition) for booth in hall.booths}
    assert found == {"A101": ("1", 900), "A102": ("1", 750), "B1": ("2", 3600)}
    again = await client.post("/admin/booths/sheet", data=form)
    assert again.status_code == 422


async def test_what_is_wrong_in_a_sheet_is_told_by_row_and_nothing_is_kept(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    sheet = a_sheet(
        HEADINGS,
        ["1", "A1", 0, 0, 3, 3, "tent"],
        ["1", "A2", 0, 0, 3, 3],
        ["1", "A2", 9, 0, 3, 3],
        ["", "A4", 1, 1, 1, 1],
        ["1", "A5", 1, 1, 3, 3],
    )
    shown = await send_file(client, "plan.xlsx", sheet)
    assert shown.status_code == 422
    assert [n for n in range(1, 8) if f'data-label="行">{n}<' in shown.text] == [2, 4, 5, 6]
    for name, content in (("a.xlsx", b"PK\x03\x04 broken"), ("a.csv", b"\xff\xfe\x00"), ("a.csv", b"1,2,3")):
        assert (await send_file(client, name, content)).status_code == 422, content
    gbk = "展馆,展位号,x,y,宽,深\n1,A1,0,0,3,3\n".encode("gbk")
    assert "已读取 1 个展位" in (await send_file(client, "a.csv", gbk)).text


async def test_the_suggestion_is_given_as_a_whole_and_what_was_taken_meanwhile_is_said(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    await a_hall(edition)
    firms = [await a_firm(edition, n) for n in (0, 1, 2)]
    await sign_in(client, Role.organizer)
    page = (await client.get("/admin/booths/suggestion")).text
    assert all(f'name="codes-{number}"' in page for number in firms)
    form = {"_csrf": csrf_in(page), "take": firms, "codes-" + firms[0]: "A101", "codes-" + firms[1]: "A101, A102"}
    done = await client.post("/admin/booths/suggestion", data={**form, "codes-" + firms[2]: "A205"})
    assert done.status_code == 409
    assert firms[0] in done.text
    assert await holders() == {"A101": firms[0], "A205": firms[2]}
    form = {"_csrf": csrf_in(done.text), "take": [firms[1]], "codes-" + firms[1]: "A103"}
    assert (await client.post("/admin/booths/suggestion", data=form)).status_code == 303
    assert "审核通过的都已有展位" in (await client.get("/admin")).text
    assert "没有等待分配" in (await client.get("/admin/booths/suggestion")).text
