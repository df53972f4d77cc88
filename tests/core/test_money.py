"""Money: what people type, what stands on paper in capitals, and what is said of a sum."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from core.money import MOST_FEN, capitals, from_capitals, from_plain, parse
from core.text import Fault

YUAN = 100
YI = 10**8 * YUAN
amounts = st.integers(1, MOST_FEN)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12.5亿", 1_250_000_000_00),
        ("12.5亿元", 1_250_000_000_00),
        ("8000万", 80_000_000_00),
        ("8000 万元", 80_000_000_00),
        ("3千万", 30_000_000_00),
        ("十", None),
        ("1,234,567.89", 1_234_567_89),
        ("1 234 567.89", 1_234_567_89),
        ("１，２３４，５６７．８９", 1_234_567_89),
        ("１２．５億", 1_250_000_000_00),
        (" ￥ 1200 ", 1_200_00),
        ("¥1200元", 1_200_00),
        ("RMB 1200", 1_200_00),
        ("人民币1200元整", 1_200_00),
        ("1200 CNY", 1_200_00),
        ("1亿2000万", 120_000_000_00),
        ("1亿2000万3000元", 120_003_000_00),
        ("12亿0.5万", 1_200_005_000_00),
        ("1.2万亿", 1_200_000_000_000_00),
        ("0.01", 1),
        ("0.123456789亿", 12_345_678_90),
        ("11.2 billion", 11_200_000_000_00),
        ("350 million", 350_000_000_00),
        ("112亿", 11_200_000_000_00),
        ("1120亿", 112_000_000_000_00),
        ("9999999999999.99", MOST_FEN),
        ("壹拾贰亿伍仟万元整", 1_250_000_000_00),
        ("人民币壹佰壹拾贰亿圆整", 11_200_000_000_00),
    ],
)
def test_amounts_are_read_as_people_type_them(typed: str, fen: int | None) -> None:
    if fen is None:
        with pytest.raises(Fault):
            parse(typed)
    else:
        assert parse(typed) == fen


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        (" ￥ ", "required"),
        ("1,23", "grouping"),
        ("1,0000", "grouping"),
        ("1,234 567", "grouping"),
        ("12 5", "grouping"),
        ("0,123", "grouping"),
        ("1e9", "exponent"),
        ("１Ｅ９", "exponent"),
        ("-5", "negative"),
        ("−5", "negative"),
        ("+5", "negative"),
        ("(5)", "negative"),
        ("1.234", "decimals"),
        ("1.00001万", "ok"),
        ("1.0000001万", "decimals"),
        ("12345678901234", "too_large"),
        ("100000亿", "too_large"),
        ("0", "zero"),
        ("0.00亿", "zero"),
        ("12亿5", "units"),
        ("12.5亿5000万", "units"),
        ("5000万12亿", "units"),
        ("12亿50000万", "units"),
        ("1亿2亿", "units"),
        ("5千", "money"),
        ("1.2.3", "money"),
        ("5.", "money"),
        (".5", "money"),
        ("10²", "money"),
        ("½", "money"),
        ("١٢٣", "money"),
        ("0x10", "money"),
        ("NaN", "money"),
        ("Infinity", "money"),
        ("1_000", "money"),
        ("=1+1", "money"),
        ("$100", "money"),
        ("100美元", "money"),
        ("十二亿", "money"),
        ("<script>", "money"),
        ("1" * 100_000, "money"),
        ("壹佰元贰", "capitals"),
    ],
)
def test_what_is_ambiguous_or_hostile_is_refused_with_its_reason(typed: str, code: str) -> None:
    if code == "ok":
        assert parse(typed) == 10_000_10
        return
    with pytest.raises(Fault) as refused:
        parse(typed)
    assert refused.value.code == code


@given(st.text(max_size=40))
def test_no_text_at_all_makes_the_parser_stumble(typed: str) -> None:
    try:
        fen = parse(typed)
    except Fault:
        return
    assert 0 < fen <= MOST_FEN


@given(amounts)
def test_what_is_shown_is_read_back_as_the_same_amount(fen: int) -> None:
    for said in (
        money.plain(fen),
        money.grouped(fen),
        money.in_units("zh-CN", fen),
        money.in_units("en", fen).removeprefix("¥"),
        capitals(fen),
    ):
        assert parse(said) == fen
    assert from_plain(money.plain(fen)) == fen


@pytest.mark.parametrize(("typed", "fen"), [("１１２．５", 112_50), (" 5 ", 5_00), ("0.1", 10), ("007", 7_00)])
def test_a_program_sends_digits_in_whatever_width(typed: str, fen: int) -> None:
    assert from_plain(typed) == fen


@pytest.mark.parametrize("typed", ["12.5亿", "1,000", "1e9", "-1", "1.234", "0", "", "12345678901234", "¥5", "10²"])
def test_a_program_sends_nothing_else(typed: str) -> None:
    with pytest.raises(Fault):
        from_plain(typed)


CAPITALS = [
    (0, "零元整"),
    (5, "伍分"),
    (50, "伍角整"),
    (10_05, "壹拾元零伍分"),
    (1_00, "壹元整"),
    (10_00, "壹拾元整"),
    (100_00, "壹佰元整"),
    (1_409_50, "壹仟肆佰零玖元伍角整"),
    (1_680_32, "壹仟陆佰捌拾元零叁角贰分"),
    (6_007_14, "陆仟零柒元壹角肆分"),
    (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
    (107_000_53, "壹拾万柒仟元零伍角叁分"),
    (325_04, "叁佰贰拾伍元零肆分"),
    (30_005_000_00, "叁仟万伍仟元整"),
    (205_000_000_00, "贰亿零伍佰万元整"),
    (1_250_000_000_00, "壹拾贰亿伍仟万元整"),
    (11_200_000_000_00, "壹佰壹拾贰亿元整"),
    (11_200_500_000_00, "壹佰壹拾贰亿零伍拾万元整"),
    (100_000_005_000_00, "壹仟亿零伍仟元整"),
    (100_000_000_000_00, "壹仟亿元整"),
    (1_000_000_000_000_00, "壹万亿元整"),
    (
        MOST_FEN,
        "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    ),
]


@pytest.mark.parametrize(("fen", "words"), CAPITALS)
def test_capitals_as_the_rule_writes_them(fen: int, words: str) -> None:
    assert capitals(fen) == words
    assert from_capitals(words) == fen


@given(st.integers(0, MOST_FEN))
def test_capitals_go_both_ways(fen: int) -> None:
    words = capitals(fen)
    assert from_capitals(words) == fen
    assert "零零" not in words
    assert words.endswith("整") == (fen % 10 == 0)


@pytest.mark.parametrize(
    "words",
    [
        ("壹拾万零柒仟元伍角叁分", 107_000_53),
        ("壹仟陆佰捌拾元叁角贰分", 1_680_32),
        ("人民币壹佰圆正", 100_00),
        ("伍角", 50),
    ],
)
def test_what_the_rule_leaves_open_is_read_either_way(words: tuple[str, int]) -> None:
    assert from_capitals(words[0]) == words[1]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "拾元整",
        "壹万亿万元整",
        "壹零零元整",
        "元整",
        "整",
        "伍分整",
        "壹仟贰拾叁佰元整",
        "壹壹元整",
        "一百元整",
        "万元整",
    ],
)
def test_what_no_careful_clerk_writes_is_refused(words: str) -> None:
    with pytest.raises(Fault):
        from_capitals(words)


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (112 * YI, "112亿元", "¥11.2 billion"),
        (112 * YI + 1, "超过112亿元", "over ¥11.2 billion"),
        (112 * YI - 1, "超过111亿元", "over ¥11.1 billion"),
        (11_235_000_000_00, "112.35亿元", "¥11.235 billion"),
        (1120 * YI, "1120亿元", "¥112 billion"),
        (YI, "1亿元", "¥100 million"),
        (YI - 1, "超过9999万元", "over ¥99.99 million"),
        (80_000_000_00, "8000万元", "¥80 million"),
        (12_500_00, "1.25万元", "¥12,500"),
        (9_999_99, "9,999.99元", "¥9,999.99"),
        (1, "0.01元", "¥0.01"),
        (0, "0元", "¥0"),
    ],
)
def test_a_sum_is_said_without_overstating_it(fen: int, zh: str, en: str) -> None:
    assert (money.display("zh-CN", fen), money.display("en", fen)) == (zh, en)


def test_near_is_rounded_up_and_about_half_up() -> None:
    fen = 11_150_000_000_00
    assert (money.nearly("zh-CN", fen), money.nearly("en", fen)) == ("近112亿元", "nearly ¥11.2 billion")
    assert (money.about("zh-CN", fen), money.about("zh-CN", fen - 1)) == ("约112亿元", "约111亿元")
    assert money.about("en", 112 * YI) == "¥11.2 billion"
    assert money.nearly("zh-CN", 112 * YI) == "112亿元"


@given(st.integers(1, MOST_FEN - 10**10))
def test_over_is_never_more_and_nearly_never_less(fen: int) -> None:
    def read(said: str) -> int:
        for word in ("超过", "近", "约", "over ", "nearly ", "about ", "¥"):
            said = said.removeprefix(word)
        return parse(said)

    for locale in ("zh-CN", "en"):
        assert read(money.over(locale, fen)) <= fen <= read(money.nearly(locale, fen))
        assert read(money.display(locale, fen)) <= fen
        unit = 10**10 if fen >= 10**10 else 10**6
        assert abs(read(money.about(locale, fen)) - fen) * 2 <= unit


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_parts_by_weight_add_up_and_none_is_a_fen_off(total: int, weights: list[int]) -> None:
    parts = money.by_shares(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


def test_what_is_left_over_goes_to_the_largest_fraction_and_of_equals_to_the_first() -> None:
    assert money.by_shares(100, [1, 1, 1]) == [34, 33, 33]
    assert money.by_shares(10, [15, 45, 40]) == [2, 4, 4]


@given(st.lists(amounts, min_size=1, max_size=12), st.fractions(Fraction(1, 10**4), 10**4))
def test_parts_in_another_currency_add_up_to_the_converted_sum(parts: list[int], rate: Fraction) -> None:
    total, converted = money.converted(parts, rate)
    assert sum(converted) == total
    assert abs(total - sum(parts) * rate) <= Fraction(1, 2)


@given(st.lists(st.integers(0, MOST_FEN), min_size=1, max_size=12))
def test_shares_are_one_together(parts: list[int]) -> None:
    said = [round(share * 10_000) for share in money.shares(parts)]
    assert sum(said) == (10_000 if any(parts) else 0)
