import asyncio
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock, db
from core.accounts.roles import CLI
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.mail.tables import MailMessage
from core.text import Fault
from exhibitors.queries import fees as queries
from exhibitors.queries.fees import Invoice, Terms
from exhibitors.rules.fees import Price, fee, fen, price_for, yuan
from exhibitors.services import booths, fees, terms
from exhibitors.services.fees import AlreadyReversed, Payment
from exhibitors.tables import BoothHolding, BoothKind, BoothPayment, Exhibitor, Origin, Per
from tests.expo import an_edition
from tests.halls import a_firm, a_hall

PRICES = (
    Price("", "standard", 0, "", Per.booth, 880_000),
    Price("", "standard", 2, "", Per.booth, 968_000),
    Price("", "standard", 0, "elsewhere", Per.booth, 1_500_000),
    Price("smrt", "standard", 0, "", Per.booth, 1_000_000),
    Price("", "raw", 0, "", Per.m2, 80_001),
)


@pytest.mark.parametrize(
    ("zone", "kind", "sides", "origin", "expected"),
    [
        ("", BoothKind.standard, 1, Origin.mainland, 880_000),
        ("other", BoothKind.standard, 1, Origin.mainland, 880_000),
        ("", BoothKind.standard, 3, Origin.mainland, 968_000),
        ("", BoothKind.standard, 1, Origin.elsewhere, 1_500_000),
        ("", BoothKind.standard, 2, Origin.elsewhere, 968_000),
        ("smrt", BoothKind.standard, 4, Origin.elsewhere, 1_000_000),
        ("smrt", BoothKind.raw, 4, Origin.mainland, 80_001),
    ],
)
def test_of_the_lines_that_fit_the_narrowest_counts(
    zone: str, kind: BoothKind, sides: int, origin: Origin, expected: int
) -> None:
    found = price_for(PRICES, zone=zone, kind=kind, open_sides=sides, origin=origin)
    assert found is not None
    assert found.fen == expected
    assert price_for((), zone=zone, kind=kind, open_sides=sides, origin=origin) is None


@given(st.integers(1, 10**15), st.integers(1, 2_000_000))
def test_an_area_is_charged_to_the_fen_and_rounded_once(price: int, area: int) -> None:
    exact = (Decimal(price) * area / 100).quantize(Decimal(1), ROUND_HALF_UP)
    assert fee(Price("", "", 0, "", Per.m2, price), area) == int(exact)
    assert fee(Price("", "", 0, "", Per.booth, price), area) == price


@given(st.integers(1, 10**15 - 1))
def test_what_is_written_is_read_again_to_the_fen(amount: int) -> None:
    assert fen(yuan(amount)) == amount


def test_amounts_are_read_as_people_type_them() -> None:
    assert [fen(typed) for typed in ("8800", "８，８００．５", "¥ 8,800.05 元")] == [880_000, 880_050, 880_005]
    for wrong in ("", "0", "-5", "1e3", "1.005", "abc", "99999999999999"):
        with pytest.raises(Fault):
            fen(wrong)
    assert yuan(-880_005) == "-8,800.05"


async def charging(**other: object) -> tuple[EditionInfo, str]:
    edition = await an_edition()
    await a_hall(edition)
    await fees.set_terms(CLI, edition, Terms(charges=True, prices=PRICES, **other))  # type: ignore[arg-type]
    return edition, await a_firm(edition)


@pytest.mark.anyio
async def test_a_booth_costs_what_the_table_said_when_it_was_given(opened: None) -> None:
    edition, number = await charging()
    await booths.give(CLI, edition, number, ["A101", "A102"])
    one = await queries.statement(edition, number)
    assert [(line.code, line.fee) for line in one.charges] == [("A101", 968_000), ("A102", 880_000)]
    dearer = Terms(charges=True, prices=(Price("", "", 0, "", Per.m2, 100_000),))
    assert await fees.set_terms(CLI, edition, dearer) == 2
    assert (await queries.statement(edition, number)).owed == 1_800_000
    await booths.confirm(CLI, edition, number)
    assert await fees.set_terms(CLI, edition, Terms(charges=True, prices=PRICES)) == 0
    assert (await queries.statement(edition, number)).owed == 1_800_000, "what is agreed stays"


@pytest.mark.anyio
async def test_payments_are_recorded_once_and_taken_back_by_an_entry_of_their_own(opened: None) -> None:
    edition, number = await charging()
    await booths.give(CLI, edition, number, ["A102"])
    paid = Payment(880_000, date(2026, 9, 1), "20260901-77")
    for _ in range(2):
        await fees.record_payment(CLI, edition, number, paid, submission="one form")
    one = await queries.statement(edition, number)
    assert (one.paid, one.outstanding, len(one.payments)) == (880_000, 0, 1)
    identity = one.payments[0].id
    done = await asyncio.gather(
        *(fees.reverse_payment(CLI, edition, number, identity, note="slip") for _ in range(5)), return_exceptions=True
    )
    assert [type(one) for one in done].count(AlreadyReversed) == 4
    one = await queries.statement(edition, number)
    assert (one.paid, one.outstanding) == (0, 880_000)
    assert [(line.fen, line.reversed) for line in one.payments] == [(880_000, True), (-880_000, False)]
    with pytest.raises(NotFound):
        await fees.reverse_payment(CLI, edition, number, one.payments[1].id, note="a reversal of a reversal")
    with pytest.raises(NotFound):
        await fees.reverse_payment(CLI, edition, await a_firm(edition, 1), identity, note="another's")
    assert await BoothPayment.count() == 2


@pytest.mark.anyio
async def test_invoice_details_are_kept_and_changed(opened: None) -> None:
    edition, number = await charging()
    await fees.save_invoice(CLI, edition, number, Invoice("示例公司", "91990000MA00000010"))
    await fees.save_invoice(CLI, edition, number, Invoice("示例有限公司", "91990000MA00000010", bank="示例银行"))
    one = await queries.statement(edition, number)
    assert one.invoice == Invoice("示例有限公司", "91990000MA00000010", bank="示例银行")


async def subjects() -> list[str]:
    return [row["template"] for row in await MailMessage.select(MailMessage.template).order_by(MailMessage.id)]


async def status_of(number: str) -> str:
    row = await Exhibitor.select(Exhibitor.status).where(Exhibitor.number == number).first()
    assert row is not None
    return str(row["status"])


@pytest.mark.anyio
async def test_a_held_booth_falls_free_when_its_term_ends_with_a_warning_before(opened: None) -> None:
    edition, number = await charging(hold_days=7, warn_days=2)
    await booths.give(CLI, edition, number, ["A101"])
    await terms.look()
    assert await subjects() == ["booth_assigned"]
    with clock.moved(timedelta(days=5, hours=1)):
        await terms.look()
        await terms.look()
    assert await subjects() == ["booth_assigned", "booth_warning"]
    with clock.moved(timedelta(days=7, minutes=1)):
        await terms.look()
        await terms.look()
    assert await subjects() == ["booth_assigned", "booth_warning", "booth_ended"]
    assert (await status_of(number), await BoothHolding.count()) == ("approved", 0)


@pytest.mark.anyio
async def test_who_says_yes_in_time_keeps_it(opened: None) -> None:
    edition, number = await charging(hold_days=7)
    await booths.give(CLI, edition, number, ["A101"])
    await booths.confirm(CLI, edition, number)
    with clock.moved(timedelta(days=100)):
        await terms.look()
    assert await status_of(number) == "confirmed"
    assert await subjects() == ["booth_assigned"]


@pytest.mark.anyio
async def test_where_payment_is_asked_for_only_the_last_fen_keeps_it(opened: None) -> None:
    edition, number = await charging(hold_days=7, until_paid=True)
    other = await a_firm(edition, 1)
    for firm, booth in ((number, "A102"), (other, "A103")):
        await booths.give(CLI, edition, firm, [booth])
        await booths.confirm(CLI, edition, firm)
    await fees.record_payment(CLI, edition, number, Payment(880_000, date(2026, 9, 1), "a"), submission="1")
    await fees.record_payment(CLI, edition, other, Payment(879_999, date(2026, 9, 1), "b"), submission="2")
    with clock.moved(timedelta(days=8)):
        await terms.look()
    assert (await status_of(number), await status_of(other)) == ("confirmed", "approved")


@pytest.mark.anyio
async def test_a_yes_in_the_moment_in_which_the_term_ends_is_heard_or_refused_but_never_lost(opened: None) -> None:
    edition, number = await charging(hold_days=1)
    for _ in range(10):
        await booths.give(CLI, edition, number, ["A101"], quietly=True)
        with clock.moved(timedelta(days=2)):
            yes, _ended = await asyncio.gather(
                booths.confirm(CLI, edition, number), terms.free(edition), return_exceptions=True
            )
        held = await BoothHolding.count()
        if isinstance(yes, BaseException):
            assert (await status_of(number), held) == ("approved", 0)
        else:
            assert (await status_of(number), held) == ("confirmed", 1)
            await booths.release(CLI, edition, number, quietly=True)


@pytest.mark.anyio
async def test_a_list_of_accounts_asks_no_more_for_three_than_for_one(opened: None) -> None:
    edition, number = await charging()
    await booths.give(CLI, edition, number, ["A101"])
    with db.count_queries() as at_one:
        await queries.accounts(edition)
    for n in (1, 2):
        await booths.give(CLI, edition, await a_firm(edition, n), [f"A20{n}"])
    with db.count_queries() as at_three:
        found = await queries.accounts(edition)
    assert [one.outstanding for one in found] == [968_000, 968_000, 880_000]
    assert len(at_one) == len(at_three) == 3
