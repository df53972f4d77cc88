from datetime import UTC, date, datetime

from core.i18n import formats


def test_days_have_their_weekday() -> None:
    assert formats.day("zh-CN", date(2026, 9, 15)) == "9月15日 星期二"
    assert formats.day("en", date(2026, 9, 15)) == "Tuesday 15 September"
    assert formats.full_day("zh-CN", date(2026, 9, 15)) == "2026年9月15日 星期二"


def test_a_span_says_what_both_days_share_once() -> None:
    first, last = date(2026, 9, 15), date(2026, 9, 17)
    assert formats.span("zh-CN", first, last) == "2026年9月15日至17日"
    assert formats.span("en", first, last) == "15–17 September 2026"
    assert formats.span("en", first, date(2026, 10, 1)) == "15 September – 1 October 2026"
    assert formats.span("zh-CN", first, date(2027, 1, 2)) == "2026年9月15日至2027年1月2日"
    assert formats.span("en", first, first) == "15 September 2026"


def test_a_moment_is_told_by_the_clock_of_the_expo() -> None:
    when = datetime(2026, 9, 14, 17, 5, tzinfo=UTC)
    assert formats.moment("zh-CN", when, "Asia/Shanghai") == "2026年9月15日 01:05"
    assert formats.moment("en", when, "Asia/Shanghai") == "15 September 2026, 01:05"
    assert formats.clock(when, "Asia/Shanghai") == "01:05"


def test_the_end_of_a_day_is_twenty_four_hours() -> None:
    assert [formats.minutes(m) for m in (0, 545, 1440)] == ["00:00", "09:05", "24:00"]


def test_days_close_by_have_a_name() -> None:
    today = date(2026, 9, 15)
    days = [date(2026, 9, d) for d in (12, 14, 15, 16, 18)]
    assert [formats.relative_day("en", d, today) for d in days] == [
        "3 days ago",
        "yesterday",
        "today",
        "tomorrow",
        "in 3 days",
    ]
    assert formats.relative_day("zh-CN", days[4], today) == "3 天后"


def test_numbers_are_grouped() -> None:
    assert formats.number(11200) == "11,200"
