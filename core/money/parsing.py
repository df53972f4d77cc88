"""Amounts as people type them. What could mean two things is refused with the reason, never guessed."""

import re
from fractions import Fraction

from core.i18n import mark
from core.money.capitals import BEGINS_CAPITAL, from_capitals
from core.text import Fault

#: 9,999,999,999,999.99 yuan: thirteen digits before the point.
MOST_FEN = 10**15 - 1

REQUIRED = ("required", mark("Please write an amount."))
NEGATIVE = ("negative", mark("An amount has no sign: please write it without + or -."))
EXPONENT = ("exponent", mark("Please write all digits of the amount, not a power of ten such as 1e9."))
DECIMALS = ("decimals", mark("This is a fraction of a fen. Yuan have two decimal places at most."))
GROUPING = (
    "grouping",
    mark("The separators are not where thousands begin. Please write 1,234,567.89 or no separators at all."),
)
UNITS = ("units", mark("This could mean two amounts. Please write it with one unit, such as 12.5亿 or 8000万."))
TOO_LARGE = ("too_large", mark("This is more than thirteen digits. Please check the number of zeros."))
ZERO = ("zero", mark("The amount must be more than nothing."))
FORM = ("money", mark("Please write an amount such as 12.5亿, 8000万 or 1,234,567.89."))

#: Full width to ASCII, sign by sign. Not NFKC: it would make 10² a hundred and two.
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {
    0x3000: " ", 0xA0: " ", 0x2009: " ", 0x202F: " ", 0x3002: ".", 0x2212: "-", 0xFFE5: "¥", 0xA5: "¥",
}  # fmt: skip
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_BEFORE = re.compile(r"^(?:人民币|rmb|cny|¥)[\s:]*", re.IGNORECASE)
_AFTER = re.compile(r"\s*(?:人民币|rmb|cny|yuan)$", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2})?")

_ONE = {
    "元": 1, "十万": 10**5, "百万": 10**6, "千万": 10**7, "万": 10**4, "亿": 10**8, "十亿": 10**9, "百亿": 10**10,
    "千亿": 10**11, "万亿": 10**12, "million": 10**6, "billion": 10**9,
}  # fmt: skip
#: Those that may follow one another.
_FALLING = {"亿": 10**8, "万": 10**4, "元": 1}
_NUMBER = r"[0-9][0-9, ]*(?:\.[0-9]*)?"
_WHOLE = re.compile(rf"({_NUMBER})\s*((?:万亿|[十百千]?[万亿])?元?|million|billion)", re.IGNORECASE)
_PARTS = re.compile(rf"({_NUMBER})\s*([亿万元])\s*")


def _bare(typed: str) -> str:
    text = _INVISIBLE.sub("", typed.translate(_NARROW)).strip()
    text = text.replace("億", "亿").replace("萬", "万").replace("圆", "元").replace("圓", "元")
    return re.sub(r"(?<=元)[整正]$", "", _AFTER.sub("", _BEFORE.sub("", text)).strip())


def from_plain(typed: str) -> int:
    """What a program sends: digits, and two decimal places at most. Full width and spaces around are made one way;
    more than nothing.

    :raises Fault: for anything else.
    """
    text = _INVISIBLE.sub("", typed.translate(_NARROW)).strip()
    if not _PLAIN.fullmatch(text):
        raise Fault(*_reason(text))
    return _bounded(Fraction(text) * 100)


def parse(typed: str) -> int:
    """What a person types, in fen, more than nothing: ``12.5亿``, ``8000万``, ``1亿2000万``, ``1,234,567.89``,
    ``￥１２００``, ``11.2 billion``, ``壹拾贰亿伍仟万元整``.

    :raises Fault: with what is wrong.
    """
    if len(typed) > 200:
        raise Fault(*FORM)
    text = _bare(typed)
    if not text:
        raise Fault(*REQUIRED)
    if BEGINS_CAPITAL.match(text):
        return _bounded(Fraction(from_capitals(text)))
    if whole := _WHOLE.fullmatch(text):
        unit = whole[2].lower().removesuffix("元") or "元"
        return _bounded(_number(whole[1]) * _ONE[unit] * 100)
    if re.fullmatch(rf"(?:{_PARTS.pattern})+", text):
        return _bounded(_falling(_PARTS.findall(text)) * 100)
    raise Fault(*_reason(text))


def _number(text: str) -> Fraction:
    text = text.strip()
    whole, point, decimals = text.partition(".")
    if point and not decimals:
        raise Fault(*FORM)
    if re.search(r"[, ]", whole):
        separator = re.search(r"[, ]", whole)
        assert separator
        if not re.fullmatch(rf"[0-9]{{1,3}}({separator[0]}[0-9]{{3}})+", whole) or whole.startswith("0"):
            raise Fault(*GROUPING)
        whole = whole.replace(separator[0], "")
    if len(whole.lstrip("0")) > 13:
        raise Fault(*TOO_LARGE)
    return Fraction(f"{whole}.{decimals or '0'}")


def _falling(parts: list[tuple[str, str]]) -> Fraction:
    """``1亿2000万``: units fall, each part is smaller than one of the unit before, and only the last has decimals."""
    total, above = Fraction(0), 10**13
    for at, (number, unit) in enumerate(parts):
        value, size = _number(number), _FALLING[unit]
        if size >= above or value * size >= above or (at + 1 < len(parts) and value.denominator != 1):
            raise Fault(*UNITS)
        total += value * size
        above = size
    return total


def _bounded(fen: Fraction) -> int:
    if fen.denominator != 1:
        raise Fault(*DECIMALS)
    if fen > MOST_FEN:
        raise Fault(*TOO_LARGE)
    if fen <= 0:
        raise Fault(*ZERO)
    return int(fen)


def _reason(text: str) -> tuple[str, str]:
    """Why this is none; the digits that it would have are not repeated, so that nothing hostile is."""
    if not text:
        return REQUIRED
    if re.match(r"[-+]", text) or re.fullmatch(r"\(.*\)", text):
        return NEGATIVE
    if re.fullmatch(r"[0-9.,]+\s*e\s*[-+]?[0-9]+", text, re.IGNORECASE):
        return EXPONENT
    if re.fullmatch(r"[0-9]+\.[0-9]{3,}", text):
        return DECIMALS
    if re.fullmatch(r"[0-9]{14,}(\.[0-9]*)?", text):
        return TOO_LARGE
    if re.fullmatch(r"[0-9][0-9, ]*(\.[0-9]+)?", text):
        return GROUPING
    if re.search(r"[亿万]", text) and re.fullmatch(r"[0-9,. 十百千万亿元]+", text):
        return UNITS
    return FORM
