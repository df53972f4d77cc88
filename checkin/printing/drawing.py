"""A badge drawn into a cell. Lengths in millimetres until the canvas."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, BinaryIO

import msgspec

from checkin.pictures import QUIET, matrix, runs
from checkin.printing import letters
from checkin.printing.layouts import MM, PAPERS, Layout, Paper
from checkin.printing.looks import LOOKS, Look
from checkin.tables.badges import BadgeKind
from core.i18n import Locale

POINT = 1 / MM
INK = "#14211f"
QUIETER = "#4a5654"


class Sheet(msgspec.Struct, frozen=True):
    """What is the same on all badges of a print."""

    name_zh: str
    name_en: str
    venue_zh: str
    venue_en: str
    first: date
    last: date
    layout: Layout
    locale: Locale

    @property
    def name(self) -> str:
        return self.name_en if self.locale == "en" else self.name_zh

    @property
    def dates(self) -> str:
        return _span(self.first, self.last)


class Face(msgspec.Struct, frozen=True):
    """What stands on one badge; without a holder there is a line to write on."""

    serial: str
    code: str
    kind: BadgeKind
    holder: str
    organisation: str
    title: str
    days: tuple[date, ...]
    size: int


def _span(first: date, last: date) -> str:
    if first == last:
        return first.isoformat()
    return f"{first.isoformat()} – {last.isoformat() if first.year != last.year else last.strftime('%m-%d')}"


def days_text(days: Sequence[date], locale: Locale) -> str:
    """Runs of days as one; empty for every day."""
    parts: list[list[date]] = []
    for day in days:
        if parts and (day - parts[-1][-1]).days == 1:
            parts[-1].append(day)
        else:
            parts.append([day])
    shown = [_span(part[0], part[-1]) for part in parts[:3]]
    return ("; " if locale == "en" else "；").join(shown) + ("…" if len(parts) > 3 else "")


@cache
def _colour(hexadecimal: str) -> Any:
    from reportlab.lib.colors import HexColor

    return HexColor(hexadecimal)


class Pen:
    """Draws on a canvas of reportlab, whose font is set."""

    def __init__(self, canvas: Any) -> None:
        self.canvas = canvas

    def colour(self, hexadecimal: str) -> None:
        self.canvas.setFillColor(_colour(hexadecimal))

    def box(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        self.colour(colour)
        self.canvas.rect(x * MM, y * MM, wide * MM, high * MM, stroke=0, fill=1)

    def line(self, x1: float, y1: float, x2: float, y2: float, thick: float, colour: str) -> None:
        self.canvas.setStrokeColor(_colour(colour))
        self.canvas.setLineWidth(thick * MM)
        self.canvas.line(x1 * MM, y1 * MM, x2 * MM, y2 * MM)

    def shape(self, look: Look, x: float, y: float, size: float, colour: str) -> None:
        self.colour(colour)
        for polygon in look.shape:
            path = self.canvas.beginPath()
            path.moveTo((x + polygon[0][0] * size) * MM, (y + polygon[0][1] * size) * MM)
            for px, py in polygon[1:]:
                path.lineTo((x + px * size) * MM, (y + py * size) * MM)
            path.close()
            self.canvas.drawPath(path, stroke=0, fill=1)

    def text(self, text: str, x: float, y: float, size: float, colour: str = INK, centre: bool = False) -> None:
        """``y``: the base line; ``size`` in points."""
        self.colour(colour)
        self.canvas.setFont(letters.NAME, size)
        if centre:
            x -= letters.width(text) * size * POINT / 2
        self.canvas.drawString(x * MM, y * MM, text)

    def block(
        self,
        text: str,
        x: float,
        top: float,
        wide: float,
        high: float,
        biggest: float,
        smallest: float,
        *,
        colour: str = INK,
        centre: bool = False,
        middle: bool = False,
    ) -> float:
        """Answers where it ends below."""
        fitted = letters.fit(letters.printable(text), wide * MM, high * MM, biggest, smallest)
        leading = fitted.size * letters.LEADING * POINT
        if middle:
            top -= max(0.0, high - leading * len(fitted.lines)) / 2
        for line in fitted.lines:
            top -= leading
            self.text(line, x + wide / 2 if centre else x, top + leading * 0.22, fitted.size, colour, centre)
        return top

    def code(self, code: str, x: float, y: float, module: float) -> float:
        """White ground with the quiet zone; answers the side of it all."""
        modules = matrix(code)
        count = len(modules)
        side = (count + 2 * QUIET) * module
        self.box(x, y, side, side, "#ffffff")
        step = module * MM
        left, top = (x + QUIET * module) * MM, (y + (count + QUIET) * module) * MM
        path = " ".join(f"{cx} {-cy - 1} {n} 1 re" for cx, cy, n in runs(modules))
        # Whole numbers in a scaled space of its own: a tenth of the time of a path object.
        self.canvas._code.append(f"q 0 0 0 rg {step:.5f} 0 0 {step:.5f} {left:.4f} {top:.4f} cm {path} f Q")
        return side


def _words(face: Face, locale: Locale) -> str:
    look = LOOKS[face.kind]
    return f"{look.en}  {look.zh}" if locale == "en" else f"{look.zh}  {look.en}"


def _people(face: Face, locale: Locale) -> str:
    return (f"{face.size} people" if locale == "en" else f"{face.size} 人") if face.kind is BadgeKind.group else ""


def _band(pen: Pen, face: Face, x: float, y: float, wide: float, high: float, locale: Locale) -> None:
    look = LOOKS[face.kind]
    pen.box(x, y, wide, high, look.colour)
    mark = high * 0.6
    pen.shape(look, x + high * 0.4, y + (high - mark) / 2, mark, "#ffffff")
    people = _people(face, locale)
    size = high * MM * 0.55
    room = letters.width(people) * size * POINT + 4 if people else 0.0
    pen.block(
        _words(face, locale),
        x + high * 0.4 + mark + 2,
        y + high,
        wide - high * 0.4 - mark - 4 - room,
        high,
        size,
        5,
        colour="#ffffff",
        middle=True,
    )
    if people:
        pen.text(people, x + wide - room, y + high * 0.5 - size * POINT * 0.36, size, "#ffffff")


def _holder(pen: Pen, face: Face, x: float, top: float, wide: float, high: float, biggest: float, centre: bool) -> None:
    holder = letters.printable(face.holder)
    if holder.replace(letters.MISSING, "").strip():
        pen.block(holder, x, top, wide, high, biggest, 7, centre=centre, middle=True)
    else:
        pen.line(x, top - high * 0.75, x + wide, top - high * 0.75, 0.3, INK)


def _card(pen: Pen, face: Face, paper: Paper, sheet: Sheet, x: float, y: float) -> None:
    """The code at the right, the words beside it."""
    wide, high = paper.cell_width, paper.cell_height
    _band(pen, face, x, y + high - 8.6, wide, 8.6, sheet.locale)
    side = pen.code(face.code, x + wide - 45, y, paper.module)
    left, room = x + 4, wide - side - 5
    top = y + high - 10
    pen.block(sheet.name, left, top, room, 7, 7.5, 5, colour=QUIETER)
    _holder(pen, face, left, top - 7.2, room, 13.5, 30, False)
    below = pen.block(face.title, left, top - 21, room, 4, 8, 5.5) if face.title else top - 21
    pen.block(face.organisation, left, below - 0.4, room, below - 0.4 - (y + 9.4), 8.5, 5)
    days = days_text(face.days, sheet.locale) or sheet.dates
    pen.block(days, left, y + 8.6, room, 3, 6.2, 4.5, colour=QUIETER)
    pen.text(_spoken(face.serial), left, y + 2.6, 7.6, INK)


def _upright(pen: Pen, face: Face, paper: Paper, sheet: Sheet, x: float, y: float) -> None:
    """Band, words, code; all in the middle."""
    wide, high = paper.cell_width, paper.cell_height
    band = high * 0.105
    _band(pen, face, x, y + high - band, wide, band, sheet.locale)
    side = 45 * paper.module
    bottom = y + 7.5
    room, left = wide - 12, x + 6
    top = y + high - band - 2
    top = pen.block(sheet.name, left, top, room, 8.5, 12, 7, colour=QUIETER, centre=True)
    days = days_text(face.days, sheet.locale)
    top = pen.block(days or sheet.dates, left, top, room, 4, 8.5, 6, colour=QUIETER, centre=True)
    free = top - (bottom + side)
    name, rest = free * 0.52, free * 0.48
    _holder(pen, face, left, top - 0.5, room, name - 0.5, 58, True)
    top -= name
    if face.title:
        top = pen.block(face.title, left, top, room, rest * 0.4, 14, 7, centre=True)
    pen.block(face.organisation, left, top, room, top - bottom - side, 16, 6.5, centre=True)
    pen.code(face.code, x + (wide - side) / 2, bottom, paper.module)
    pen.text(_spoken(face.serial), x + wide / 2, y + 3.4, 11, INK, True)


def _spoken(serial: str) -> str:
    """In threes, to be read out."""
    return " ".join(serial[at : at + 3] for at in range(0, len(serial), 3))


def _marks(pen: Pen, paper: Paper, places: Iterable[tuple[float, float]]) -> None:
    """Outside the corners, so that no line is left on what is cut."""
    long, off = 3.0, 0.6
    for x, y in places:
        for cx, way in ((x, -1), (x + paper.cell_width, 1)):
            for cy, up in ((y, -1), (y + paper.cell_height, 1)):
                pen.line(cx + way * off, cy, cx + way * (off + long), cy, 0.08, "#000000")
                pen.line(cx, cy + up * off, cx, cy + up * (off + long), 0.08, "#000000")


def draw(out: BinaryIO, sheet: Sheet, faces: Iterable[Face], progress: Any = None) -> int:
    """Writes a PDF; answers how many badges stand in it. The font is cut down to the characters that were used."""
    from reportlab import rl_config
    from reportlab.pdfgen.canvas import Canvas

    letters.font()
    rl_config.useA85 = 0  # binary streams: smaller, and made faster
    paper = PAPERS[sheet.layout]
    canvas = Canvas(out, pagesize=(paper.width * MM, paper.height * MM), pageCompression=1, invariant=1)
    canvas.setTitle(letters.printable(sheet.name))
    canvas.setCreator("Yinbo")
    pen = Pen(canvas)
    cell = _card if paper.cell_width > paper.cell_height else _upright
    places = list(paper.places())
    done = 0
    for face in faces:
        at = done % paper.cells
        if done and not at:
            canvas.showPage()
        if not at and paper.marks:
            _marks(pen, paper, places)
        cell(pen, face, paper, sheet, *places[at])
        done += 1
        if progress is not None:
            progress(done)
    canvas.showPage()
    canvas.save()
    return done
