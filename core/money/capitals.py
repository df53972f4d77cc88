"""RMB amounts in capitals (大写金额), both ways. The rule is 《支付结算办法》, 附一, and 《会计基础工作规范》§52:

- 元 is followed by 整, 角 too, 分 never;
- one 零 for a run of zeros between digits; ten is 壹拾;
- where the rule leaves a choice (the digit of 万 or of 元 is 0, that of 千 or of 角 is not), no 零 stands before 仟
  and one stands before 角, as its own examples write ¥107,000.53.
"""

import re

from core.i18n import mark
from core.text import Fault

DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
BEGINS_CAPITAL = re.compile(rf"[{DIGITS}拾]")
CAPITALS = ("capitals", mark("This is no amount in capitals. Please compare it, or write digits."))


def _section(n: int) -> str:
    """1 to 9999."""
    out, gap = "", False
    for place in (3, 2, 1, 0):
        digit = n // 10**place % 10
        if digit:
            out += ("零" if gap and out else "") + DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return out


def _words(n: int) -> str:
    """A 零 stands for the zeros between two parts, where the lower one does not fill its first place."""
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if n >= size:
            above, below = divmod(n, size)
            return _words(above) + unit + (("零" if below < size // 10 else "") + _words(below) if below else "")
    return _section(n)


def capitals(fen: int) -> str:
    """``壹拾贰亿伍仟万元整``."""
    if fen < 0:
        raise ValueError("amounts in capitals are not negative")
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    if not fen:
        return "零元整"
    out = f"{_words(yuan)}元" if yuan else ""
    if jiao:
        out += ("零" if yuan and yuan % 10 == 0 else "") + DIGITS[jiao] + "角"
    if rest:
        out += ("零" if yuan and not jiao else "") + DIGITS[rest] + "分"
    return out if rest else out + "整"


_SHAPE = re.compile(
    rf"(?:(?P<yuan>[{DIGITS}拾佰仟万亿]+)元)?零?(?:(?P<jiao>[{DIGITS}])角)?零?(?:(?P<fen>[{DIGITS}])分)?整?"
)


_VARIANTS = str.maketrans("圆圓正億萬貳陸", "元元整亿万贰陆")


def _value(words: str) -> int:
    total = section = digit = 0
    for char in words:
        if char == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif char == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif char in _PLACES[1:]:
            section, digit = section + digit * 10 ** _PLACES.index(char), 0
        else:
            digit = DIGITS.index(char)
    return total + section + digit


def from_capitals(text: str) -> int:
    """In fen. 圆 is taken for 元 and 正 for 整; what no careful clerk writes is refused: a left-out place, units out of
    order, two 零 in a row. Where the rule lets one choose, a 零 may stand or not.

    :raises Fault:
    """
    bare = re.sub(r"\s", "", text).removeprefix("人民币")
    for other, ours in (
        ("圆", "元"),
        ("圓", "元"),
        ("正", "整"),
        ("億", "亿"),
        ("萬", "万"),
        ("貳", "贰"),
        ("陸", "陆"),
    ):
        bare = bare.replace(other, ours)
    found = _SHAPE.fullmatch(bare)
    if not bare or not found or "零零" in bare or len(bare) > 60:
        raise Fault(*CAPITALS)
    jiao, rest = (DIGITS.index(found[part] or "零") for part in ("jiao", "fen"))
    fen = _value(found["yuan"] or "") * 100 + jiao * 10 + rest

    def spoken(words: str) -> str:
        return words.replace("零", "").removesuffix("整")

    if fen >= 10**17 or (rest and bare.endswith("整")) or spoken(capitals(fen)) != spoken(bare):
        raise Fault(*CAPITALS)
    return fen
