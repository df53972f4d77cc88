import asyncio
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock, db
from core.accounts.roles import CLI
from core.editions import queries, services
from core.editions.rules import Choice, Day, Draft, days_between, faults, moment_of, registration_state
from core.editions.tables import Edition
from core.errors import InvalidInput, NotFound
from tests.expo import DRAFT, an_edition

pytestmark = pytest.mark.anyio


def wrong(**other: object) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in faults(msgspec.structs.replace(DRAFT, **other))]


def test_a_sound_edition_has_no_faults() -> None:
    assert faults(DRAFT) == ()


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "ü", "new", "a b", "x" * 41, "../x"])
def test_a_slug_is_fit_for_an_address(slug: str) -> None:
    assert wrong(slug=slug) == [("slug", "form")]


def test_days_stand_in_order_and_once() -> None:
    first, second = Day(date(2026, 9, 15)), Day(date(2026, 9, 16))
    assert wrong(days=()) == [("days", "required")]
    assert wrong(days=(second, first)) == [("days[1].day", "order")]
    assert wrong(days=(first, first)) == [("days[1].day", "twice")]


@given(st.integers(-10, 1500), st.integers(-10, 1500))
def test_doors_open_before_they_close_within_the_day(opens: int, closes: int) -> None:
    good = 0 <= opens < closes <= 1440
    assert wrong(days=(Day(date(2026, 9, 15), opens, closes),)) == ([] if good else [("days[0].opens", "hours")])


def test_codes_are_well_formed_and_unique_and_other_stays() -> None:
    field = Choice("pension", "养老金融", "Pension finance")
    other = Choice("other", "其他", "Other")
    assert wrong(fields=(field, other)) == []
    assert wrong(fields=(field,)) == [("fields", "other")]
    assert wrong(fields=(field, field, other)) == [("fields[0].code", "twice"), ("fields[1].code", "twice")]
    assert wrong(fields=(Choice("Pension", "养", "P"), other)) == [("fields[0].code", "form")]
    assert wrong(categories=(Choice("inst", "", "x"),)) == [
        ("categories[0].code", "form"),
        ("categories[0].name_zh", "required"),
    ]


def test_registration_closes_after_it_opens() -> None:
    now = clock.now()
    assert wrong(registration_closes=now, registration_opens=now) == [("registration_closes", "order")]
    assert wrong(registration_opens=None) == [("registration_opens", "required")]
    assert wrong(registration_opens=None, registration_closes=None) == []


def test_registration_is_open_from_its_first_instant_until_just_before_its_last() -> None:
    opens, closes = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    states = [registration_state(opens, closes, at) for at in (opens - tick, opens, closes - tick, closes)]
    assert states == ["not_yet", "open", "open", "closed"]
    assert registration_state(None, None, opens) == "not_yet"
    assert registration_state(opens, None, closes) == "open"


def test_the_timezone_exists() -> None:
    assert wrong(timezone="Ningbo") == [("timezone", "timezone")]


def test_minute_1440_is_the_midnight_that_ends_the_day() -> None:
    end = moment_of(date(2026, 9, 15), 1440, "Asia/Shanghai")
    assert end.astimezone(UTC) == datetime(2026, 9, 15, 16, tzinfo=UTC)
    assert moment_of(date(2026, 9, 15), 545, "Asia/Shanghai").isoformat() == "2026-09-15T09:05:00+08:00"


async def test_what_was_written_is_read_again(opened: None) -> None:
    made = await an_edition(name_zh="  银龄　示例博览会 ", totals_public=True)
    assert made.name_zh == "银龄 示例博览会"
    assert (made.days, made.fields, made.totals_public) == (DRAFT.days, DRAFT.fields, True)
    assert len(made.categories) == 17
    assert await queries.current_edition() == made


async def test_without_an_edition_there_is_none(opened: None) -> None:
    assert await queries.current_edition() is None
    with pytest.raises(queries.NoEdition):
        await queries.require_current()


async def test_the_first_edition_is_current_and_a_second_waits(opened: None) -> None:
    first = await an_edition(current=False)
    second = await an_edition(current=False, slug="2027")
    assert (first.is_current, second.is_current) == (True, False)


async def test_a_slug_is_taken_once(opened: None) -> None:
    await an_edition()
    with pytest.raises(services.SlugTaken):
        await an_edition()
    await an_edition(slug="2027")
    with pytest.raises(services.SlugTaken):
        await services.change(CLI, "2027", DRAFT)


async def test_switching_shows_at_once_and_last_year_stays_readable(opened: None) -> None:
    await an_edition()
    await queries.current_edition()
    await an_edition(slug="2027")
    assert (await queries.require_current()).slug == "2027"
    assert (await queries.edition_named("2026")).name_zh == DRAFT.name_zh
    with pytest.raises(NotFound):
        await queries.edition_named("2025")
    with pytest.raises(NotFound):
        await services.make_current(CLI, "2025")


async def test_editions_switched_at_the_same_time_leave_one_current(opened: None) -> None:
    slugs = [f"e{n}" for n in range(6)]
    for slug in slugs:
        await an_edition(slug=slug)
    await asyncio.gather(*(services.make_current(CLI, slug) for slug in slugs * 3))
    assert await Edition.count().where(Edition.is_current.eq(True)) == 1


async def test_a_change_that_is_rolled_back_is_never_seen(opened: None) -> None:
    await an_edition()

    async def change_and_fail() -> None:
        async with db.transaction():
            await services.change(CLI, "2026", msgspec.structs.replace(DRAFT, name_zh="别名"))
            assert (await queries.stored_edition("2026")).name_zh == "别名"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_and_fail()
    assert (await queries.require_current()).name_zh == DRAFT.name_zh


async def test_a_field_left_out_is_retired_and_can_return(opened: None) -> None:
    await an_edition()
    fewer: Draft = msgspec.structs.replace(DRAFT, fields=DRAFT.fields[1:])
    changed = await services.change(CLI, "2026", fewer)
    assert [field.code for field in changed.fields] == [field.code for field in DRAFT.fields[1:]]
    assert {field.code for field in changed.all_fields if field.retired} == {"standardization"}
    again = await services.change(CLI, "2026", DRAFT)
    assert again.fields == DRAFT.fields


async def test_what_is_wrong_is_told_all_at_once(opened: None) -> None:
    with pytest.raises(InvalidInput) as told:
        await an_edition(slug="A B", name_en="", days=days_between(date(2026, 1, 1), date(2026, 3, 1)))
    assert [fault.field for fault in told.value.errors] == ["slug", "name_en", "days"]
    with pytest.raises(InvalidInput) as told:
        await an_edition(name_en="a\x00b")
    assert [(fault.field, fault.code) for fault in told.value.errors] == [("name_en", "unreadable")]
