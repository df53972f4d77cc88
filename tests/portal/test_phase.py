from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.editions.queries import EditionInfo
from core.editions.rules import Day
from portal.phase import phase_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
THREE_DAYS = tuple(Day(date(2026, 9, day), 540, 1020) for day in (15, 16, 17))
EDITION = EditionInfo(
    id=1,
    slug="2026",
    name_zh="示例展",
    name_en="Example expo",
    venue_zh="示例馆",
    venue_en="Example hall",
    timezone="Asia/Shanghai",
    registration_opens=None,
    registration_closes=None,
    privacy_version="1",
    totals_public=False,
    breakdown_public=False,
    is_current=True,
    is_demo=False,
    days=THREE_DAYS,
    all_fields=(),
    all_categories=(),
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "name", "number"),
    [
        (at(1, 12), "ahead", 14),
        (at(14, 23, 59), "ahead", 1),
        (at(15, 0), "running", 1),
        (at(15, 23), "running", 1),
        (at(17, 16, 59), "running", 3),
        (at(17, 17), "over", 0),
        (at(30, 12), "over", 0),
    ],
)
def test_the_home_page_counts_by_the_expos_own_calendar(now: datetime, name: str, number: int) -> None:
    phase = phase_of(EDITION, now.astimezone(UTC))
    assert (phase.name, phase.number) == (name, number)


def test_a_day_is_open_from_its_first_minute_until_just_before_its_last() -> None:
    states = [phase_of(EDITION, at(15, *time)).days[0].state for time in ((8, 59), (9, 0), (16, 59), (17, 0))]
    assert states == ["before_doors", "open", "open", "over"]


def test_a_day_between_two_days_is_a_pause() -> None:
    split = msgspec.structs.replace(EDITION, days=(THREE_DAYS[0], THREE_DAYS[2]))
    assert phase_of(split, at(16, 12)).name == "pause"
    assert phase_of(split, at(17, 12)).number == 2


@given(st.integers(min_value=-100 * 1440, max_value=100 * 1440))
def test_time_never_runs_backwards(minute: int) -> None:
    order = ("ahead", "running", "over")
    now = at(15, 0) + timedelta(minutes=minute)
    first, later = phase_of(EDITION, now), phase_of(EDITION, now + timedelta(minutes=1))
    assert order.index(first.name) <= order.index(later.name)
