"""Text of any script and length into a box: one embedded font that has the rare characters of Chinese names."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec

import web

FONT = Path(web.__file__).parent / "fonts" / "NotoSansSC.ttf"
NAME = "Noto"
#: Shown where the font has no such character.
MISSING = "□"
#: Height of a line, by its size.
LEADING = 1.25

_CHINESE = r"[\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
_PIECES = re.compile(rf"{_CHINESE}|[^\S]+|(?:(?!{_CHINESE})\S)+")


@cache
def font() -> Any:
    """Registered with reportlab once; some twenty megabytes from then on."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    made = TTFont(NAME, str(FONT))
    registerFont(made)
    return made


@lru_cache(maxsize=8192)
def _advance(char: str) -> float:
    face = font().face
    return float(face.charWidths.get(ord(char), face.defaultWidth)) / 1000


def width(text: str) -> float:
    """At size 1."""
    return sum(_advance(char) for char in text)


def printable(text: str) -> str:
    """Composed, without what is invisible; what the font has not becomes a box, so that it is missed."""
    known = font().face.charToGlyph
    out = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if category in ("Mn", "Me", "Sk") and ord(char) not in known:
            continue
        if category[0] == "C" and char not in "\t\n ":
            continue
        out.append(char if ord(char) in known else " " if char.isspace() else MISSING)
    return " ".join("".join(out).split())


def missing(text: str) -> str:
    """The characters that can't be printed, each once."""
    known = font().face.charToGlyph
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        dict.fromkeys(
            char
            for char in composed
            if ord(char) not in known and unicodedata.category(char)[0] not in "CM" and not char.isspace()
        )
    )


class Fitted(msgspec.Struct, frozen=True):
    size: float
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LEADING


def wrap(text: str, most: float) -> tuple[list[str], bool]:
    """Lines not wider than ``most`` at size 1, and whether a word had to be broken."""
    lines: list[str] = []
    broken = False
    line, so_far = "", 0.0
    for piece in _PIECES.findall(text):
        wide = width(piece)
        if so_far + wide <= most:
            line, so_far = line + piece, so_far + wide
            continue
        if line.strip():
            lines.append(line.strip())
            line, so_far = "", 0.0
        if piece.isspace():
            continue
        if wide <= most:
            line, so_far = piece, wide
            continue
        broken = True
        for char in piece:
            one = _advance(char)
            if so_far + one > most and line:
                lines.append(line)
                line, so_far = "", 0.0
            line, so_far = line + char, so_far + one
    if line.strip():
        lines.append(line.strip())
    return lines, broken


def fit(text: str, wide: float, high: float, biggest: float, smallest: float) -> Fitted:
    """The biggest size at which the text fits into the box, in as few lines as that takes; words are broken, and at
    last the text is cut off, only where nothing else helps."""
    if not text:
        return Fitted(biggest, ())
    size = biggest
    while size > smallest:
        lines, broken = wrap(text, wide / size)
        if len(lines) * size * LEADING <= high and (not broken or size <= biggest * 0.5):
            return Fitted(size, tuple(lines))
        size = max(smallest, size * 0.94)
    lines, _ = wrap(text, wide / smallest)
    room = max(1, int(high / (smallest * LEADING)))
    if len(lines) > room:
        last = lines[room - 1]
        while last and width(last + "…") > wide / smallest:
            last = last[:-1]
        lines = [*lines[: room - 1], last + "…"]
    return Fitted(smallest, tuple(lines))
