"""The printed catalogue: handed in by exhibitors, ordered three ways, kept as it went to the printer."""

import asyncio
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from core.accounts.roles import CLI, Role
from core.db.counting import count_queries
from core.editions.queries import EditionInfo, require_current
from core.errors import InvalidInput, NotFound
from core.mail.tables import MailMessage
from exhibitors.queries import catalogue as queries
from exhibitors.rules.booths import BoothDraft
from exhibitors.rules.catalogue import Entry, EntryDraft, Order, checked_entry, natural, parts
from exhibitors.services import booths, halls
from exhibitors.services import catalogue as services
from exhibitors.tables import BoothKind, Exhibitor, Status
from tests.exhibitors.desks import a_desk, a_firm, its_member
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio


def entry(n: int, name: str, **other: Any) -> Entry:
    values: dict[str, Any] = {
        "exhibitor": n,
        "number": str(n),
        "name": name,
        "name_en": "",
        "intro": "",
        "intro_en": "",
        "website": "",
        "categories": (),
        "hall": "",
        "booths": (),
        "contact": "",
        "phone": "",
        "email": "",
        "sent": True,
    }
    return Entry(**{**values, **other})


def shown(entries: list[Entry], order: Order, *sequence: str) -> list[tuple[str, list[str]]]:
    return [(part.key, [one.name for one in part.entries]) for part in parts(entries, order, "zh-CN", sequence)]


def test_it_is_ordered_by_hall_and_booth_by_category_and_by_pinyin() -> None:
    firms = [
        entry(1, "宁波", hall="2", booths=("B2",), categories=("NURS",)),
        entry(2, "安康", hall="1", booths=("A10",), categories=("HOME", "NURS")),
        entry(3, "北仑", hall="1", booths=("A9",), categories=("NURS",)),
        entry(4, "银发"),
    ]
    assert shown(firms, Order.booth, "2", "1") == [("2", ["宁波"]), ("1", ["北仑", "安康"]), ("", ["银发"])]
    assert shown(firms, Order.category, "NURS", "HOME") == [
        ("NURS", ["北仑", "宁波"]),
        ("HOME", ["安康"]),
        ("", ["银发"]),
    ]
    assert shown(firms, Order.name) == [("A", ["安康"]), ("B", ["北仑"]), ("N", ["宁波"]), ("Y", ["银发"])]


def test_codes_of_booths_are_in_the_order_of_their_numbers() -> None:
    assert sorted(["A10", "A9", "B1", "A-2", "10", "9"], key=natural) == ["9", "10", "A9", "A10", "A-2", "B1"]


def test_nobody_is_printed_who_has_not_agreed() -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_entry("", "示例 联系人", "abc", "not an address", agreed=False)
    assert [fault.field for fault in refused.value.errors] == ["phone", "email", "agreed"]
    assert checked_entry("", "", "", "", agreed=False) == EntryDraft()


async def names(edition: EditionInfo, number: int | None = None) -> list[tuple[str, str]]:
    found = await (queries.entries(edition) if number is None else queries.printed(edition, number))
    return [(one.name, one.contact) for one in found]


async def test_what_was_kept_for_the_printer_stays_whatever_changes_afterwards(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await halls.place(CLI, edition, [BoothDraft("A1", "1", BoothKind.standard, 900)])
    await booths.give(CLI, edition, number, ["A1"])
    await services.send(CLI, edition, number, EntryDraft("We care.", "示例 联系人", "0574-88880000", ""))
    kept = await asyncio.gather(*(services.freeze(CLI, edition, 1) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in kept) == ["NoneType", "PrintedMeanwhile", "PrintedMeanwhile"]
    before = await queries.printed(edition, 1)
    await Exhibitor.update({Exhibitor.name: "改名"}, force=True)
    await services.send(CLI, edition, number, EntryDraft())
    assert await queries.printed(edition, 1) == before
    assert before[0].booths == ("A1",)
    assert before[0].contact == "示例 联系人"
    assert await names(edition) == [("改名", "")]
    with pytest.raises(services.PrintedMeanwhile):
        await services.freeze(CLI, edition, 9)
    with pytest.raises(NotFound):
        await queries.printed(edition, 2)


async def test_who_asked_not_to_be_shown_is_printed_only_if_it_hands_its_entry_in(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await a_firm(edition, 2, Status.submitted)
    await Exhibitor.update({Exhibitor.listed: False}, force=True)
    assert await names(edition) == []
    assert [one.number for one in await queries.missing(edition)] == [number]
    await services.send(CLI, edition, number, EntryDraft())
    assert len(await names(edition)) == 1
    assert await queries.missing(edition) == []


async def test_entries_are_taken_until_the_deadline_and_by_organizers_after_it(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    member = await its_member(edition, number)
    await services.set_until(CLI, edition, edition.today() - timedelta(days=1))
    with pytest.raises(services.CatalogueOver):
        await services.send(member, edition, number, EntryDraft())
    await services.send(CLI, edition, number, EntryDraft())
    await services.set_until(CLI, edition, edition.today())
    await services.send(member, edition, number, EntryDraft("late"))
    other = await a_firm(edition, 2)
    with pytest.raises(NotFound):
        await services.send(member, edition, other, EntryDraft())
    waiting = await a_firm(edition, 3, Status.submitted)
    with pytest.raises(services.NotInTheCatalogue):
        await services.send(CLI, edition, waiting, EntryDraft())


async def test_those_who_are_missing_are_reminded_once_a_day(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await a_firm(edition, 2)
    await services.send(CLI, edition, number, EntryDraft())
    assert await services.remind(CLI, edition) == 1
    for _ in range(2):
        await services.write_to_missing(None, {"edition": edition.slug})  # type: ignore[arg-type]
    mails = await MailMessage.select(MailMessage.template).where(MailMessage.template == "catalogue_missing")
    assert len(mails) == 1


async def test_the_list_asks_as_often_for_one_as_for_three(opened: None) -> None:
    edition = await an_edition()
    await a_firm(edition)
    with count_queries() as one:
        await queries.entries(edition)
    for n in (2, 3):
        await a_firm(edition, n)
    with count_queries() as three:
        await queries.entries(edition)
    assert len(one) == len(three)


async def test_an_exhibitor_hands_its_entry_in_and_nothing_typed_is_lost(
    client: httpx.AsyncClient, opened: None
) -> None:
    number = await a_desk(client)
    at = f"/portal/{number}/catalogue"
    edition = await require_current()
    await services.set_until(CLI, edition, edition.today())
    assert (await client.get(at)).status_code == 200
    bad = await send_form(client, at, intro_en="We care.", contact="示例 联系人", phone="0574-88880000", email="x")
    assert bad.status_code == 422
    assert "We care." in bad.text
    good = {"intro_en": "We care.", "contact": "示例 联系人", "phone": "0574-88880000", "email": "", "agreed": "1"}
    assert (await send_form(client, at, **good)).status_code == 303
    again = (await client.get(at)).text
    assert "0574-88880000" in again
    await services.set_until(CLI, edition, edition.today() - timedelta(days=1))
    late = await send_form(client, at, f"/portal/{number}/messages", **good)
    assert late.status_code == 422
    assert 'name="intro_en"' not in late.text
    assert (await client.get("/portal/000000000000/catalogue")).status_code == 404
    assert (await client.get("/admin/catalogue")).status_code == 403


async def test_organizers_take_it_as_a_page_and_as_a_spreadsheet_without_formulas(
    client: httpx.AsyncClient, opened: None
) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await services.send(CLI, edition, number, EntryDraft("=HYPERLINK(0)", "示例 联系人", "+8657488880000", ""))
    await sign_in(client, Role.organizer)
    assert (await client.get("/admin/catalogue")).status_code == 200
    kept = await send_form(client, "/admin/catalogue/keep", "/admin/catalogue", number="1")
    assert kept.status_code == 303
    assert (await send_form(client, "/admin/catalogue/keep", "/admin/catalogue", number="1")).status_code == 422
    assert (await send_form(client, "/admin/catalogue/keep", "/admin/catalogue", number="x")).status_code == 404
    for order in ("booth", "category", "name", "nonsense"):
        for state in ("", "&print=1"):
            shown = await client.get(f"/admin/catalogue/print?order={order}{state}")
            assert "示例 联系人" in shown.text
            sheet = load_workbook(io.BytesIO((await client.get(f"/admin/catalogue.xlsx?order={order}{state}")).content))
            cells = next(iter(sheet.worksheets[0].iter_rows(min_row=2)))
            assert [cell.value for cell in cells[6:9]] == ["=HYPERLINK(0)", "示例 联系人", "+8657488880000"]
            assert {cell.data_type for cell in cells[6:9]} == {"s"}
    for wrong in ("?print=2", "?print=abc", "?print=99999999999"):
        assert (await client.get(f"/admin/catalogue/print{wrong}")).status_code == 404
    bad = await send_form(client, "/admin/catalogue/terms", "/admin/catalogue", until="soon")
    assert bad.status_code == 422
    assert "soon" in bad.text
    assert (await send_form(client, "/admin/catalogue/remind", "/admin/catalogue")).status_code == 303
