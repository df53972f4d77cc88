"""A hall as a drawing: what the templates put into SVG. Colour, pattern and word together tell a booth's state."""

from collections.abc import Callable, Sequence

import msgspec

from core.i18n import Locale, mark, translate
from exhibitors.queries.booths import BoothInfo, HallInfo
from exhibitors.rules.booths import BoothState, square_metres
from exhibitors.tables import BoothKind
from gateway.locale import Size

#: Pixels a decimetre: a booth of three metres is a target large enough to press.
SCALE: dict[Size, float] = {"normal": 1.8, "large": 2.4}
#: Of the letters; two lines of them fit into three metres.
LETTERS: dict[Size, int] = {"normal": 16, "large": 24}
ZOOMS = {"50": 0.5, "100": 1.0, "150": 1.5, "200": 2.0}

STATES = {
    BoothState.free: mark("Free"),
    BoothState.held: mark("Held"),
    BoothState.confirmed: mark("Confirmed"),
    BoothState.blocked: mark("Closed"),
}
#: As short as they stand on the plan.
_WORDS = {
    BoothState.free: mark("free"),
    BoothState.held: mark("held"),
    BoothState.confirmed: mark("taken"),
    BoothState.blocked: mark("shut"),
}
KINDS = {BoothKind.standard: mark("Standard booth"), BoothKind.raw: mark("Raw space")}


def states(locale: Locale) -> dict[str, str]:
    return {state.value: translate(locale, text) for state, text in STATES.items()}


def kinds(locale: Locale) -> dict[str, str]:
    return {kind.value: translate(locale, text) for kind, text in KINDS.items()}


def metres(dm: int) -> str:
    return f"{dm / 10:g}"


def square(area: int) -> str:
    return f"{square_metres(area):g}"


class Shape(msgspec.Struct, frozen=True):
    """A booth in pixels of the drawing."""

    id: str
    code: str
    x: float
    y: float
    width: float
    height: float
    state: str
    lines: tuple[str, ...]
    #: Where the lines stand.
    at: tuple[float, ...]
    label: str
    href: str
    chosen: bool


class Drawing(msgspec.Struct, frozen=True):
    width: float
    height: float
    zoom: float
    letters: int
    label: str
    shapes: tuple[Shape, ...]
    entrance: tuple[float, float]
    #: Points of the way, as SVG writes them.
    way: str = ""


def _fits(text: str, width: float, letters: int) -> str:
    """As much of it as there is room for; letters of Latin script are about half as wide."""
    room, out = width - 6, ""
    for char in text:
        room -= letters if ord(char) > 0x2E7F else letters * 0.58
        if room < 0:
            return f"{out[:-1]}…" if len(out) > 2 else ""
        out += char
    return out


class Look(msgspec.Struct, frozen=True):
    """What a page shows of a booth."""

    state: BoothState
    #: Whose it is, where the reader may know.
    who: str = ""
    href: str = ""


def draw(
    hall: HallInfo,
    locale: Locale,
    size: Size,
    look: Callable[[BoothInfo], Look],
    *,
    chosen: Sequence[str] = (),
    zoom: float = 1.0,
    way: Sequence[tuple[int, int]] = (),
    public: bool = False,
) -> Drawing:
    scale, letters = SCALE[size], LETTERS[size]
    shapes = []
    for booth in hall.booths:
        seen = look(booth)
        x, y = booth.rect.x * scale, booth.rect.y * scale
        width, height = booth.rect.width * scale, booth.rect.height * scale
        # Visitors look for names; who gives booths away looks for states.
        word = translate(locale, _WORDS[seen.state])
        named = [seen.who] if seen.who and width >= letters * 5 else []
        wanted = [booth.code, *named] if public else [booth.code, *named, word]
        lines = [line for line in (_fits(one, width, letters) for one in wanted) if line]
        lines = lines[: max(1, int(height // (letters + 3)))]
        top = y + height / 2 - (len(lines) - 1) * (letters + 3) / 2 + letters * 0.36
        facts = [
            booth.code,
            translate(locale, KINDS[booth.kind]),
            f"{square(booth.area)} m²",
            seen.who if public and seen.who else translate(locale, STATES[seen.state]),
            "" if public else seen.who,
        ]
        shapes.append(
            Shape(
                id=f"b-{booth.code}",
                code=booth.code,
                x=round(x, 1),
                y=round(y, 1),
                width=round(width, 1),
                height=round(height, 1),
                state=seen.state.value,
                lines=tuple(lines),
                at=tuple(round(top + n * (letters + 3), 1) for n in range(len(lines))),
                label=(", " if locale == "en" else "，").join(fact for fact in facts if fact),
                href=seen.href,
                chosen=booth.code in chosen,
            )
        )
    return Drawing(
        width=round(hall.width * scale, 1),
        height=round(hall.height * scale, 1),
        zoom=zoom,
        letters=letters,
        label=translate(locale, mark("Plan of %(hall)s"), hall=hall.called(locale)),
        shapes=tuple(shapes),
        entrance=(round(hall.entrance[0] * scale, 1), round(hall.entrance[1] * scale, 1)),
        way=" ".join(f"{x * scale:.0f},{y * scale:.0f}" for x, y in way),
    )
