"""Spreadsheets as organizers keep them: what is read, what is told, and that nothing is stored by halves."""

import asyncio
import csv
import io
import re
from datetime import date, datetime
from typing import Any

import httpx
import openpyxl
import pytest

from core.accounts.roles import CLI, Role
from core.audit.tables import AuditEntry
from core.db import transaction
from core.editions.queries import EditionInfo
from core.files.rules import Unfit
from core.files.tables import StoredFile
from core.i18n import LOCALES, Locale, translate
from core.jobs.tables import Job
from core.jobs.worker import Pace, worker
from core.mail.tables import MailMessage
from exhibitors.queries.applications import Filter
from exhibitors.rules.columns import FIELDS, OURS
from exhibitors.rules.imports import Report
from exhibitors.rules.sheets import KIND_NAMES, _kind, plain, tables
from exhibitors.services import exports, imports, registration
from exhibitors.tables import Exhibitor, ExhibitorCategory, ExhibitorConsent, ExhibitorImport
from tests import uploads
from tests.exhibitors.test_directory import application
from tests.expo import an_edition
from tests.firms import credit_code
from tests.sheets import HEADINGS, firm, repacked, sent, workbook
from tests.world import csrf_in, sign_in

pytestmark = pytest.mark.anyio

ONE = [HEADINGS, firm(1)]


async def take(edition: EditionInfo, data: bytes, name: str = "名单.xlsx") -> tuple[Report, int]:
    return await imports.take(CLI, edition, sent(data, name), "zh-CN")


def told(report: Report) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.code) for fault in report.faults]


async def names() -> list[str]:
    return [row["name"] for row in await Exhibitor.select(Exhibitor.name).order_by(Exhibitor.id)]


async def test_a_sheet_as_it_is_kept_is_read(opened: None) -> None:
    """Titles above, merged; blanks, full width, numbers as numbers, units, a sum at the end, a counted column."""
    edition = await an_edition()

    def merge(book: Any) -> None:
        book.active.merge_cells("A1:H1")

    top = [
        "序号",
        " 公司名称 ",
        "信用代码（必填）",
        "联系人*",
        "手机号",
        "邮箱",
        "类别",
        "展位数（个）",
        "领域",
        "备注",
    ]
    one = [
        1,
        "示例　一号",
        credit_code(1).lower(),
        "张示例",
        13800138001.0,
        " A@Example.com ",
        "NURS；养老金融",
        "２个",
    ]
    two = [2, "示例二号", f" {credit_code(2)}", "李示例", "138 0013 8002", "b@example.com", "智慧养老", 1.0]
    title, filled, total = ["2026年参展企业登记表"], ["填表日期", date(2026, 9, 1)], ["合计", *[None] * 6, 3]
    rows: list[list[Any]] = [
        title,
        filled,
        [],
        top,
        [*one, "其他", "vip"],
        [*two, "", date(2026, 9, 1)],
        total,
    ]
    report, stored = await take(edition, workbook(rows, merge))
    assert (told(report), stored, report.rows) == ([], 2, 2)
    assert report.unknown == [("Sheet", "J", "备注")]
    first, second = await Exhibitor.select().order_by(Exhibitor.id)
    assert (first["name"], first["credit_code"], first["contact_mobile"]) == (
        "示例 一号",
        credit_code(1),
        "+8613800138001",
    )
    assert (first["contact_email"], first["booth_count"], second["booth_count"]) == ("A@example.com", 2, 1)
    assert (first["status"], first["edition"]) == ("submitted", edition.id)
    codes = [row["code"] for row in await ExhibitorCategory.select().order_by(ExhibitorCategory.id)]
    assert codes == ["NURS", "FINA", "SMRT"]
    consents = await ExhibitorConsent.select()
    assert {(row["by"], row["recorded_by"], row["privacy_version"]) for row in consents} == {("sheet", "cli", "1")}
    assert not await MailMessage.exists()
    trail = [row["action"] for row in await AuditEntry.select(AuditEntry.action)]
    assert (trail.count("exhibitor.submitted"), trail.count("exhibitors.imported")) == (2, 1)


async def test_the_same_file_twice_changes_nothing(opened: None) -> None:
    edition = await an_edition()
    abroad = ["Sample GmbH", "", "Erika Sample", "+49 30 901820", "e@example.com", "护理服务与用品", 1, "德国"]
    data = workbook([[*HEADINGS, "国家"], [*firm(1), ""], abroad])
    assert (await take(edition, data))[1] == 2
    before = await Exhibitor.select().order_by(Exhibitor.id)
    report, stored = await take(edition, data)
    assert (stored, report.fresh, [place.row for place in report.there]) == (0, 0, [2, 3])
    assert await Exhibitor.select().order_by(Exhibitor.id) == before


async def test_one_fault_and_nothing_is_stored_and_each_is_told_by_row_and_column(opened: None) -> None:
    edition = await an_edition()
    rows: list[list[Any]] = [
        ["名单"],
        HEADINGS,
        firm(1),
        firm(2, 手机="1.38E+10"),
        firm(3, 统一社会信用代码="91330203MA2XYW1262"),
        firm(4, 展品类别="不存在的类别", 电子邮箱="nobody"),
        [],
        firm(1),
        firm(5, 标准展位数="", 单位名称=""),
    ]
    report, stored = await take(edition, workbook(rows))
    assert stored == 0
    assert not await Exhibitor.exists()
    assert told(report) == [
        (4, "D", "shortened"),
        (5, "B", "check_digit"),
        (6, "F", "unknown"),
        (6, "E", "email"),
        (8, "B", "twice"),
        (9, "A", "required"),
        (9, "G", "required"),
    ]
    assert report.faults[0].heading == "手机"


async def test_columns_that_are_missing_are_told_once(opened: None) -> None:
    edition = await an_edition()
    report, stored = await take(edition, workbook([HEADINGS[:4], firm(1)[:4], firm(2)[:4]]))
    assert stored == 0
    assert told(report) == [(0, "", "missing")] * 3
    assert [fault.heading for fault in report.faults] == ["Standard booths", "Categories", "Email"]


@pytest.mark.parametrize(
    ("wish", "kind", "count", "area"),
    [
        ("2个标展", "standard", 2, None),
        ("标准展位×3", "standard", 3, None),
        ("光地72平方米", "raw", None, 72),
        ("36㎡光地", "raw", None, 36),
    ],
)
async def test_a_booth_may_be_wished_for_in_words(
    opened: None, wish: str, kind: str, count: int | None, area: int | None
) -> None:
    edition = await an_edition()
    report, stored = await take(edition, workbook([[*HEADINGS[:-1], "展位需求"], [*firm(1)[:-1], wish]]))
    assert (told(report), stored) == ([], 1)
    row = await Exhibitor.select().first()
    assert row is not None
    assert (row["booth_kind"], row["booth_count"], row["booth_area_m2"]) == (kind, count, area)


async def test_headings_of_two_rows_and_several_sheets(opened: None) -> None:
    edition = await an_edition()

    def more(book: Any) -> None:
        second = book.create_sheet("境外")
        second.append(["Company", "Country", "Contact", "Mobile", "E-mail", "Category", "Raw space (m²)"])
        second.append(["Sample Ltd", "Hong Kong", "A Sample", "+852 2123 4567", "h@example.com", "FOOD", "54 m²"])
        book.create_sheet("说明").append(["随便写的"])
        book.create_sheet("隐藏").sheet_state = "hidden"

    top = ["单位名称", "信用代码", "联系人", None, None, "类别", "展位数"]
    fine = [None, None, "姓名", "手机", "邮箱", None, None]
    report, stored = await take(edition, workbook([top, fine, firm(1)], more))
    assert (told(report), stored, report.passed_over) == ([], 2, ["说明"])
    assert {row["country"] for row in await Exhibitor.select(Exhibitor.country)} == {"CN", "HK"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
async def test_csv_in_any_usual_dress(opened: None, encoding: str, delimiter: str) -> None:
    edition = await an_edition()
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([["示例登记表"], HEADINGS, firm(1, 单位名称="示例\n护理,用品"), firm(2, 手机="'+8613800138002")])
    report, stored = await take(edition, out.getvalue().encode(encoding), "名单.csv")
    assert (told(report), stored) == ([], 2)
    assert await names() == ["示例 护理,用品", "示例企业2号"]


async def test_rows_of_csv_are_counted_as_a_spreadsheet_would_show_them(opened: None) -> None:
    edition = await an_edition()
    text = ",".join(HEADINGS) + '\n"示例\n一号",,,,,,\n'
    report, _ = await take(edition, text.encode(), "a.csv")
    assert {fault.row for fault in report.faults} == {2}


HOSTILE = workbook(ONE)
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (uploads.zip_bomb(), "damaged"),
        (repacked(HOSTILE, xl__huge_xml=b"0" * (310 * uploads.MB)), "too_large"),
        (repacked(HOSTILE, xl__sharedStrings_xml=ENTITY), "hostile"),
        (HOSTILE[:-500], "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old_sheet"),
        (uploads.document(), "sheet_needed"),
        (uploads.picture(), "sheet_needed"),
        (b"<html><table><tr><td>x", "sheet_needed"),
        (b"\x80\xff\xfe\xfd" * 10, "encoding"),
        (b"a," * 200 + b"a\n", "too_large"),
        (b"a\n" * 20_001, "too_many_rows"),
        (b'"' + b"a" * 20_000 + b'"\n', "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_hostile_and_broken_files_are_refused(opened: None, data: bytes, code: str) -> None:
    edition = await an_edition()
    with pytest.raises(Unfit) as refused:
        await take(edition, data)
    assert refused.value.code == code
    assert translate("zh-CN", refused.value.message) != refused.value.message


async def test_a_cell_at_the_end_of_the_world_costs_nothing(opened: None) -> None:
    edition = await an_edition()

    def far(book: Any) -> None:
        book.active["XFD1048576"] = "x"

    report, stored = await take(edition, workbook(ONE, far))
    assert (told(report), stored) == ([], 1)


async def test_formulas_are_read_as_what_they_last_came_to_and_never_run(opened: None) -> None:
    edition = await an_edition()
    data = workbook([HEADINGS, firm(1, 单位名称='=HYPERLINK("http://example.com","x")'), firm(2, 联系人="#N/A")])
    report, stored = await take(edition, data)
    assert stored == 0
    assert told(report) == [(2, "A", "required"), (3, "C", "formula")]


@pytest.mark.parametrize("locale", LOCALES)
async def test_an_export_has_real_dates_and_numbers_and_can_be_read_in_again(opened: None, locale: Locale) -> None:
    edition = await an_edition()
    name = '=cmd|"/c calc"!A1'
    wanted = application(1, name=name, name_en="+Sample", intro="-1+1", categories=("SMRT", "GOVT", "INST"))
    async with transaction():
        await registration.store(CLI, edition, wanted)
    data = await exports.export(CLI, edition, Filter(), locale, {})
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.active
    assert sheet is not None
    cells = {heading.value: cell for heading, cell in zip(sheet[1], sheet[2], strict=True)}
    assert list(cells)[:3] == [translate(locale, text) for text in ("Number", "State", "Name of the organisation")]
    first = cells[translate(locale, "Name of the organisation")]
    assert (first.value, first.data_type, first.quotePrefix) == (name, "s", True)
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    moment = cells[translate(locale, "Submitted on")]
    assert isinstance(moment.value, datetime)
    assert moment.is_date
    count = cells[translate(locale, "Standard booths")]
    assert (count.value, count.data_type) == (1, "n")
    again = await an_edition(slug="2027")
    report, stored = await take(again, data)
    assert (told(report), report.unknown, stored) == ([], [], 1)
    mine, theirs = await Exhibitor.select().order_by(Exhibitor.id)
    changing = {"id", "edition", "number", "search", "submitted_at", "changed_at"}
    for key in changing:
        del mine[key], theirs[key]
    assert mine == theirs
    assert [row["action"] for row in await AuditEntry.select()].count("exhibitors.exported") == 1


@pytest.mark.parametrize("locale", LOCALES)
async def test_every_heading_of_ours_is_known_in_both_languages(opened: None, locale: Locale) -> None:
    edition = await an_edition()
    book = openpyxl.load_workbook(io.BytesIO(await exports.template(edition, locale)))
    headings = [cell.value for cell in next(iter(book.worksheets[0].iter_rows()))]
    assert headings == [translate(locale, field.heading) for field in FIELDS]
    every = [translate(locale, field.heading) for field in (*FIELDS, *OURS)]
    assert len({plain(heading) for heading in every}) == len(every)
    report, _ = await take(edition, workbook([every]))
    known = [key for _, _, key in report.sheets[0].columns]
    assert known == [field.key for field in (*FIELDS, *OURS)]
    for kind, text in KIND_NAMES.items():
        assert _kind(translate(locale, text)) == kind.value


def test_no_name_of_a_column_stands_for_two() -> None:
    seen: dict[str, str] = {}
    for field in (*FIELDS, *OURS):
        for name in field.others.split("|"):
            if name:
                assert seen.setdefault(plain(name), field.key) == field.key, name


async def test_two_imports_of_one_file_at_once_store_it_once(opened: None) -> None:
    edition = await an_edition()
    data = workbook([HEADINGS, *(firm(n) for n in range(1, 6))])
    stored = [one[1] for one in await asyncio.gather(*(take(edition, data) for _ in range(3)))]
    assert sorted(stored) == [0, 0, 5]
    assert await Exhibitor.count() == 5


async def done(client: httpx.AsyncClient, url: str) -> str:
    """The page, once it no longer renews itself."""
    async with worker(Pace(idle=0.05), chores=False), asyncio.timeout(30):
        while 'http-equiv="refresh"' in (html := (await client.get(url)).text):
            await asyncio.sleep(0.05)
    return html


async def send(client: httpx.AsyncClient, data: bytes, name: str = "名单.xlsx") -> httpx.Response:
    page = "/admin/exhibitors/import"
    token = csrf_in((await client.get(page)).text)
    return await client.post(page, data={"_csrf": token}, files={"file": (name, data)})


async def test_in_the_desk_a_file_is_looked_at_first_and_then_stored(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    answer = await send(client, workbook([[*HEADINGS, "备注"], [*firm(1), "a"], [*firm(2), "b"]]))
    assert answer.status_code == 303
    url = answer.headers["location"]
    html = await done(client, url)
    assert "2 家新单位" in html
    assert "H 列“备注”：无法识别" in html
    assert not await Exhibitor.exists()
    await client.post(f"{url}/run", data={"_csrf": csrf_in(html)})
    assert "已导入 2 家单位" in await done(client, url)
    assert await Exhibitor.count() == 2
    assert not await StoredFile.exists()
    again = await client.post(f"{url}/run", data={"_csrf": csrf_in(html)})
    assert again.status_code == 303
    assert await Exhibitor.count() == 2
    assert "示例企业" not in "".join(row["payload"] + row["result"] for row in await Job.select())


async def test_in_the_desk_faults_stand_by_row_and_column_and_nothing_can_be_stored(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    url = (await send(client, workbook([HEADINGS, firm(1), firm(2, 手机="不详")]))).headers["location"]
    html = await done(client, url)
    assert re.search(r'class="number">3</td>\s*<td data-label="列">D · 手机</td>', html)
    assert "/run" not in html
    assert not await Exhibitor.exists()
    row = await ExhibitorImport.select().first()
    assert row is not None
    assert "不详" not in row["report"]
    form = {"_csrf": csrf_in((await client.get("/admin/exhibitors/import")).text)}
    await client.post(f"{url}/run", data=form)
    assert not await Exhibitor.exists()


@pytest.mark.parametrize(("data", "said"), [(b"", "这个文件是空的"), (uploads.document(), "请选择表格文件")])
async def test_in_the_desk_what_is_no_spreadsheet_is_refused_at_the_field(
    client: httpx.AsyncClient, data: bytes, said: str
) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    answer = await send(client, data)
    assert answer.status_code == 422
    assert re.search(rf'id="f-file-error">{said}', answer.text)
    assert not await ExhibitorImport.exists()


async def test_the_desk_exports_what_the_queue_shows(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    async with transaction():
        for n, category in ((1, "NURS"), (2, "FOOD")):
            await registration.store(CLI, edition, application(n, categories=(category,)))
    await sign_in(client, Role.organizer)
    answer = await client.get("/admin/exhibitors/export.xlsx?status=submitted&category=FOOD")
    assert answer.headers["content-disposition"] == 'attachment; filename="exhibitors-2026.xlsx"'
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert [row[2] for row in rows[1:]] == ["示例企业2号"]
    assert rows[1][1] == "已提交" or rows[1][1]
    client.cookies.clear()
    await sign_in(client, Role.reviewer)
    assert (await client.get("/admin/exhibitors/export.xlsx")).status_code == 403


def test_nothing_is_found_in_an_empty_book() -> None:
    from core.files.sheetshop import Book

    assert tables(Book()) == ([], [])


SLIPPED = "91330203MA2XYW1262"


async def test_a_wrong_check_digit_is_let_pass_row_by_row_and_the_trail_says_by_whom(client: httpx.AsyncClient) -> None:
    await an_edition()
    organizer = await sign_in(client, Role.organizer)
    other = SLIPPED[:-1] + "3"
    rows = [HEADINGS, firm(1), firm(2, 统一社会信用代码=SLIPPED), firm(3, 统一社会信用代码=other)]
    url = (await send(client, workbook(rows))).headers["location"]
    html = await done(client, url)
    assert SLIPPED in html
    assert "/run" not in html
    form = {"_csrf": csrf_in(html)}
    places = re.findall(r'name="pass" value="([^"]+)"', html)
    assert [place.split(":")[0] for place in places] == ["3", "4"]

    for chosen in ("", "2:" + places[0][2:], "x"):
        assert (await client.post(f"{url}/pass", data={**form, "pass": chosen})).status_code == 303
    assert "/run" not in await done(client, url)

    await client.post(f"{url}/pass", data={**form, "pass": places[0]})
    html = await done(client, url)
    assert "/run" not in html
    assert re.findall(r'name="pass" value="([^"]+)"', html) == places[1:]
    await client.post(f"{url}/pass", data={**form, "pass": places[1]})
    html = await done(client, url)
    assert not await Exhibitor.exists()
    await client.post(f"{url}/run", data={"_csrf": csrf_in(html)})
    assert "已导入 3 家单位" in await done(client, url)
    stored = await Exhibitor.select(Exhibitor.credit_code, Exhibitor.check_digit_overridden).order_by(Exhibitor.name)
    assert [(row["credit_code"], row["check_digit_overridden"]) for row in stored] == [
        (credit_code(1), False),
        (SLIPPED, True),
        (other, True),
    ]
    passed = await AuditEntry.select().where(AuditEntry.action == "exhibitors.check_digits_passed")
    assert [row["actor"] for row in passed] == [f"account:{organizer}"] * 2
    firms = await AuditEntry.select(AuditEntry.after).where(AuditEntry.action == "exhibitor.submitted")
    assert sum("check_digit_overridden" in row["after"] for row in firms) == 2
    late = await client.post(f"{url}/pass", data={**form, "pass": places[0]})
    assert late.status_code == 303
    assert await Exhibitor.count() == 3


async def test_what_was_let_pass_once_is_there_already_when_it_comes_again(opened: None) -> None:
    edition = await an_edition()
    data = workbook([HEADINGS, firm(1, 统一社会信用代码=SLIPPED)])
    assert told((await take(edition, data))[0]) == [(2, "B", "check_digit")]
    report, stored = await imports.take(CLI, edition, sent(data), "zh-CN", rows=[2])
    assert (report.faulty, stored, [slip.code for slip in report.passed]) == (0, 1, [SLIPPED])
    report, stored = await take(edition, data)
    assert (report.faulty, stored, len(report.there)) == (0, 0, 1)


async def test_letting_a_row_pass_lets_no_other_fault_of_it_pass(opened: None) -> None:
    edition = await an_edition()
    data = workbook([HEADINGS, firm(1, 统一社会信用代码=SLIPPED, 手机="不详"), firm(2, 统一社会信用代码="9133")])
    report, stored = await imports.take(CLI, edition, sent(data), "zh-CN", rows=[2, 3])
    assert stored == 0
    assert [(row, column) for row, column, _ in told(report)] == [(2, "D"), (3, "B")]
