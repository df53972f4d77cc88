import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import text

ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)


@given(ANY)
def test_a_line_normalized_twice_is_the_same_and_stands_on_one_line(typed: str) -> None:
    once = text.line(typed)
    assert text.line(once) == once
    assert once == once.strip()
    assert not any(char in once for char in "\n\r\u200b\u202e\ufeff\u3000")


@given(ANY)
def test_paragraphs_and_codes_normalized_twice_are_the_same(typed: str) -> None:
    assert text.paragraphs(text.paragraphs(typed)) == text.paragraphs(typed)
    assert text.code(text.code(typed)) == text.code(typed)


def test_full_width_letters_are_narrowed_and_chinese_punctuation_stays() -> None:
    assert text.line(" ＡＢＣ１２３　宁波（示例），有限公司 ") == "ABC123 宁波（示例），有限公司"
    assert text.code(" ａ-１ b ") == "A-1B"


def test_what_is_invisible_vanishes() -> None:
    assert text.line("示\u200b例\u202e公\ufeff司\u00ad") == "示例公司"


@pytest.mark.parametrize("typed", ["a\x00b", "\ud800"])
def test_what_no_database_stores_is_refused(typed: str) -> None:
    with pytest.raises(text.Fault) as told:
        text.line(typed)
    assert told.value.code == "unreadable"


def test_paragraphs_keep_their_lines() -> None:
    assert text.paragraphs(" a \r\n\r\n\r\n\r\n b\u2028c\n") == "a\n\nb\nc"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "0086", "86 ", "＋８６-"]))
def test_every_mainland_mobile_is_accepted_however_it_is_written(number: str, prefix: str) -> None:
    for typed in (number, f"{number[:3]} {number[3:7]} {number[7:]}", f"{number[:3]}-{number[3:7]}-{number[7:]}"):
        assert text.phone(prefix + typed) == f"+86{number}"


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("0574-8718 0000", "CN", "+8657487180000"),
        ("010 8888 8888", "CN", "+861088888888"),
        ("(0574) 87180000", "CN", "+8657487180000"),
        ("030 901820", "DE", "+4930901820"),
        ("+852 2123 4567", "CN", "+85221234567"),
        ("0085221234567", "CN", "+85221234567"),
    ],
)
def test_landlines_and_other_regions_are_accepted(typed: str, country: str, stored: str) -> None:
    assert text.phone(typed, country) == stored


@pytest.mark.parametrize("typed", ["", "12800138000", "1380013800", "138001380001", "phone", "+86 12345678901", "١٣٨"])
def test_what_nobody_can_call_is_refused(typed: str) -> None:
    with pytest.raises(text.Fault):
        text.phone(typed)


def test_lists_show_masked_phones() -> None:
    assert text.mask_phone("+8613800001234") == "138****1234"
    assert text.mask_phone("+4930901820") == "+49****20"


@pytest.mark.parametrize("typed", ["", "a", "a@", "@b.c", "a b@", "a@b..com", "a@b.com\nBcc: c@d.com", "a@localhost"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(text.Fault):
        text.email(typed)


def test_addresses_for_tests_and_in_any_script_are_accepted() -> None:
    assert text.email(" Name＠Example.COM ") == "Name@example.com"
    assert text.email("a@demo.invalid") == "a@demo.invalid"


@pytest.mark.parametrize(
    "typed", ["javascript:alert(1)", "http://", "ftp://example.com", "https://user@example.com", "localhost", "a b.com"]
)
def test_what_leads_nowhere_is_refused(typed: str) -> None:
    with pytest.raises(text.Fault):
        text.website(typed)


def test_a_website_gets_its_scheme() -> None:
    assert text.website("www.Example.com") == "https://www.example.com"
    assert text.website("HTTP://example.com:8080/a?b=c#d") == "http://example.com:8080/a?b=c#d"


@given(ANY)
def test_nothing_that_is_typed_breaks_the_readers(typed: str) -> None:
    for reader in (text.phone, text.email, text.website, text.integer):
        try:
            reader(typed)
        except text.Fault:
            continue
