"""The desk of signing clerks."""

import re
from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook

from core.accounts.roles import CLI, Role
from core.accounts.services import people
from core.editions.queries import require_current
from core.files.sheets import XLSX
from deals.queries import deals as queries
from deals.queries.deals import Filter
from deals.queries.totals import totals
from deals.tables import DealStatus
from exhibitors.tables import Status
from tests.conftest import serving
from tests.deals.world import QIAN, YUE, counting, draft
from tests.exhibitors.world import firm
from tests.expo import TODAY, an_edition
from tests.sheets import workbook
from tests.uploads import picture
from tests.world import PASSWORD, csrf_in, queries_of, send_form, sign_in

pytestmark = pytest.mark.anyio

NEW = "/admin/deals/new"


async def second_clerk(client: httpx.AsyncClient) -> None:
    await people.create(CLI, "other@example.com", "示例 复核员", [Role.signing], password=PASSWORD)
    client.cookies.clear()
    answer = await send_form(client, "/login", email="other@example.com", password=PASSWORD)
    assert answer.status_code == 303


def form(**other: str) -> dict[str, str]:
    return {
        "party-0": "示例投资",
        "party-1": "示例养老",
        "amount": "12.5亿",
        "split-informatization": "余",
        "kind": "contract",
        "signed_on": TODAY.isoformat(),
        "act": "save",
        **other,
    }


async def written(client: httpx.AsyncClient, **other: str) -> str:
    answer = await send_form(client, NEW, **form(**other))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_a_clerk_writes_it_down_and_another_confirms_it(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.signing)
    where = await written(client)
    page = (await client.get(where)).text
    assert "壹拾贰亿伍仟万元整" in page
    assert "这是您登记的，须由他人复核" in page
    await second_clerk(client)
    assert "待您复核" in (await client.get("/admin/deals")).text
    done = await send_form(client, f"{where}/confirm", at=where, revision="1")
    assert done.status_code == 303
    assert (await totals(edition)).totals.fen == 1_250_000_000_00


async def test_without_a_script_the_page_reads_back_before_it_stores(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.signing)
    answer = await send_form(
        client, NEW, **form(act="look", **{"split-informatization": "30%", "split-other": "70%", "amount": "0.01"})
    )
    assert answer.status_code == 200
    assert "壹分" in answer.text
    assert 'value="save"' in answer.text
    assert await queries.count_deals(edition, Filter()) == 0


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.signing)
    for other, field in (
        ({"amount": "1,23"}, "amount"),
        ({"amount": "12亿5"}, "amount"),
        ({"split-informatization": "12.4亿"}, "amount"),
        ({"split-informatization": "x"}, "split-informatization"),
        ({"party-1": ""}, "party-0"),
        ({"party-1": "示例 投资"}, "party-1"),
        ({"signed_on": "yesterday"}, "signed_on"),
        ({"stage": "first"}, "stage"),
    ):
        answer = await send_form(client, NEW, **form(remarks="要留下的备注", **other))
        assert answer.status_code == 422, other
        assert f'id="f-{field}-error"' in answer.text, other
        assert "要留下的备注" in answer.text
    assert await queries.count_deals(edition, Filter()) == 0


async def test_a_form_sent_twice_makes_one_deal(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.signing)
    page = (await client.get(NEW)).text
    found = re.search(r'name="submission" value="([^"]+)"', page)
    assert found
    values = {"_csrf": csrf_in(page), "submission": found[1], **form()}
    first, second = [await client.post(NEW, data=values) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert await queries.count_deals(edition, Filter()) == 1


async def test_exhibitors_are_found_by_typing_and_taken_by_number(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await firm(edition, 1, Status.approved)
    await sign_in(client, Role.signing)
    found = (await client.get("/admin/deals/exhibitors?q=1号护")).json()
    assert found == [{"value": f"示例1号护理（{number}）", "name_en": ""}]
    where = await written(client, **{"party-0": f"示例1号护理（{number}）", "party-1": number and "示例银行"})
    one = await queries.standing(edition, where.rpartition("/")[2])
    assert [party.exhibitor for party in one.figures.parties] == [number, ""]


async def test_an_amount_is_read_back_while_it_is_typed(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.signing)
    token = csrf_in((await client.get(NEW)).text)

    async def look(**typed: str) -> dict[str, object]:
        answer = await client.post("/admin/deals/look", data={"_csrf": token, **typed})
        assert answer.status_code == 200
        found: dict[str, object] = answer.json()
        return found

    assert await look(amount="12.5亿", **{"split-other": "12亿"}) == {
        "number": "1,250,000,000.00",
        "units": "12.5亿元",
        "capitals": "壹拾贰亿伍仟万元整",
        "error": "",
        "sum": "还有 50,000,000.00 元未分配。",
        "fits": False,
    }
    assert (await look(amount="1.00", **{"split-other": "33.3%", "split-long_term_care": "66.7%"}))["fits"]
    assert (await look(amount="1,23"))["error"]
    assert await look(amount="") == {
        "number": "", "units": "", "capitals": "", "error": "", "sum": "", "fits": False,
    }  # fmt: skip


async def test_an_amendment_shows_what_it_changes(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    made = await counting(edition, fen=100_00)
    await sign_in(client, Role.signing)
    where = f"/admin/deals/{made.number}"
    typed = form(revision="2", amount="300", reason="附件漏计")
    answer = await send_form(client, f"{where}/amend", **typed)
    assert answer.status_code == 303, answer.text
    page = (await client.get(where)).text
    assert "现在计入" in page
    assert "300.00 CNY" in page
    assert "附件漏计" in page
    again = await send_form(client, f"{where}/amend", **typed)
    assert again.status_code == 422
    assert "刚被他人修改" in again.text


async def test_void_needs_a_reason(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    made = await counting(edition)
    await sign_in(client, Role.signing)
    where = f"/admin/deals/{made.number}"
    answer = await send_form(client, f"{where}/void", at=where, reason="")
    assert answer.status_code == 422
    assert 'id="f-reason-error"' in answer.text
    assert (await send_form(client, f"{where}/void", at=where, reason="重复签约")).status_code == 303
    assert (await queries.standing(edition, made.number)).status is DealStatus.void
    assert (await totals(edition)).totals.deals == 0


async def test_two_that_are_one_are_ruled_on_and_count_once(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await counting(edition, 1, 100)
    await counting(edition, 1, 101)
    await draft(edition, 2, 700)
    await draft(edition, 2, 701)
    await sign_in(client, Role.signing)
    page = "/admin/deals/duplicates"
    ids = re.findall(r'action="/admin/deals/duplicates/(\d+)"', (await client.get(page)).text)
    assert len(ids) == 2
    assert (await send_form(client, f"{page}/{ids[0]}", at=page, keep="D-0002")).status_code == 303
    assert (await send_form(client, f"{page}/{ids[1]}", at=page, keep="")).status_code == 303
    assert (await totals(edition)).totals.fen == 101
    states = [(one.number, one.status.value) for one in await queries.deals(edition, Filter())]
    assert states == [("D-0004", "draft"), ("D-0003", "draft"), ("D-0002", "confirmed"), ("D-0001", "void")]
    assert "没有待认定的" in (await client.get(page)).text


async def test_evidence_is_kept_hashed_and_for_clerks_alone(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    made = await draft(edition)
    await sign_in(client, Role.signing)
    where = f"/admin/deals/{made.number}"
    token = csrf_in((await client.get(where)).text)
    answer = await client.post(
        f"{where}/evidence", data={"_csrf": token}, files={"file": ("签字页.png", picture("PNG"), "image/png")}
    )
    assert answer.status_code == 303, answer.text
    [kept] = await queries.evidence(made.id)
    assert kept.sha256 == kept.file.sha256
    assert kept.sha256 in (await client.get(where)).text
    assert (await client.get(kept.file.url)).status_code == 200
    async with serving() as other:
        await sign_in(other, Role.admin)
        assert (await other.get(kept.file.url)).status_code == 404


async def test_the_spreadsheet_has_every_deal_to_the_fen(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await counting(edition, 1, 999_999_999_999_999)
    await draft(edition, 2, None, allocations=[])
    await sign_in(client, Role.signing)
    answer = await client.get("/admin/deals/export.xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.values)
    assert [row[0] for row in rows] == ["编号", "D-0002", "D-0001"]
    assert "9999999999999.99" in rows[2]


async def test_what_was_exported_can_be_read_in_all_of_it_or_none(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await firm(edition, 1, Status.approved)
    await sign_in(client, Role.signing)
    page = "/admin/deals/import"

    async def send(*rows: list[object]) -> httpx.Response:
        token = csrf_in((await client.get(page)).text)
        return await client.post(page, data={"_csrf": token}, files={"file": ("a.xlsx", workbook(list(rows)), XLSX)})

    heading: list[object] = ["签约方", "类型", "签约日期", "金额", "养老服务信息化", "医养结合", "签约人"]
    day = TODAY.isoformat()
    sound: list[object] = [
        f"示例1号护理（{number}） / 示例银行",
        "框架协议",
        day,
        "1亿",
        "30%",
        "70%",
        "示例 甲 / 示例 乙",
    ]
    wrong: list[object] = ["示例一 / 示例二", "握手", day, "1,23", "余", "", ""]
    short: list[object] = ["示例一 / 示例二", "合同", day, "100", "99.99", "", ""]
    refused = await send(["某某名单"], heading, sound, wrong, short)
    assert refused.status_code == 422
    told = re.findall(r'data-label="行">(\d+)<.*?data-label="列">([^<]+)<', refused.text)
    assert told == [("4", "金额"), ("4", "类型"), ("5", "金额")]
    assert await queries.count_deals(edition, Filter()) == 0
    assert (await send(heading, sound)).status_code == 303
    one = await queries.standing(edition, "D-0001")
    assert (one.figures.fen, one.figures.parties[0].exhibitor, one.status.value) == (100_000_000_00, number, "draft")
    assert [part.fen for part in one.figures.split] == [30_000_000_00, 70_000_000_00]
    assert one.people.signatories == ("示例 甲", "示例 乙")
    answer = await client.get("/admin/deals/export.xlsx")
    token = csrf_in((await client.get(page)).text)
    again = await client.post(page, data={"_csrf": token}, files={"file": ("a.xlsx", answer.content, XLSX)})
    assert again.status_code == 303, again.text
    assert (await queries.standing(edition, "D-0002")).figures.split == one.figures.split


async def test_viewers_see_totals_and_no_single_deal(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await counting(edition, 1, 11_235_000_000_00, region="慈溪市")
    await counting(edition, 2, 999, undisclosed=True, region="秘密区")
    await sign_in(client, Role.viewer)
    page = (await client.get("/admin/totals")).text
    assert "112.35亿元" in page
    assert "慈溪市" in page
    assert "另有 1 项不公开的签约" in page
    assert "秘密区" not in page
    assert (await client.get("/admin/deals")).status_code == 403


async def test_the_press_sheet_names_public_parties_and_proves_its_state(client: httpx.AsyncClient) -> None:
    from deals.rules.figures import PartyIn

    edition = await an_edition()
    made = await counting(edition, 1, 500, parties=["示例甲", PartyIn(name="示例乙", public=False)])
    await counting(edition, 2, 999, undisclosed=True)
    await sign_in(client, Role.viewer)
    page = (await client.get("/admin/totals/sheet")).text
    assert "示例甲" in page
    assert "示例乙" not in page
    assert "示例投资2号" not in page
    state = re.search(r"[0-9a-f]{64}", page)
    assert state
    at = (await queries.revisions(edition, made.number))[1].at.isoformat().replace("+", "%2B")
    await counting(edition, 3, 5)
    assert state[0] not in (await client.get("/admin/totals/sheet")).text
    before = (await client.get(f"/admin/totals/sheet?as_of={at}")).text
    assert "5.00" in before
    client.cookies.set("lang", "en")
    assert "deal signed" in (await client.get(f"/admin/totals/sheet?as_of={at}")).text


async def test_pages_take_as_many_queries_for_three_deals_as_for_one(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await draft(edition, 1)
    await sign_in(client, Role.signing)
    counts = []
    for _ in range(2):
        counts.append(await queries_of(lambda: client.get("/admin/deals")))
        await draft(edition, 2)
        await draft(edition, 3)
    assert counts[0] == counts[1]
    assert (await require_current()).id == edition.id
    assert QIAN.key != YUE.key
