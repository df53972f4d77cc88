import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import Fault
from exhibitors.rules import applications as rules
from exhibitors.rules import codes

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91330200MA20002460", "52330212MJ8A0B1C85"])
def test_sound_credit_codes(code: str) -> None:
    assert codes.credit_code(code) == code
    assert codes.check_digit_fits(code)


def test_a_letter_that_no_code_has_and_a_wrong_check_digit_are_two_faults() -> None:
    with pytest.raises(Fault) as told:
        codes.credit_code("91350100M000100Y4Z")
    assert told.value.code == "form"
    assert not codes.check_digit_fits(codes.credit_code("91330203MA2XYW1262"))


@given(st.text(ALPHABET, min_size=9, max_size=9), st.integers(0, 999_999))
def test_the_check_character_is_that_of_gb_32100(body: str, region: int) -> None:
    """31 less the weighted sum mod 31, where 31 counts as 0."""
    code = f"91{region:06d}{body}"
    weighted = sum(ALPHABET.index(char) * 3**place for place, char in enumerate(code))
    fitting = [last for last in ALPHABET if codes.check_digit_fits(code + last)]
    assert fitting == [ALPHABET[-weighted % 31]]


def test_countries_are_those_of_iso_3166() -> None:
    assert len(rules.countries("en")) == 249
    assert next(iter(rules.countries("zh-CN"))) == "CN"
    assert rules.countries("zh-CN")["DE"] == "德国"
