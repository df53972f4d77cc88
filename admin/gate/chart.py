"""A day at the gates as a drawing made on the server: bars up for who came, down for who was refused."""

from collections.abc import Sequence

import msgspec

from checkin.queries.live import Slot

WIDTH, HEIGHT, LEFT, BASE = 960, 240, 44, 180
#: Minutes of a bar.
SPAN = 5


class Bar(msgspec.Struct, frozen=True):
    x: float
    y: float
    width: float
    height: float


class Tick(msgspec.Struct, frozen=True):
    at: float
    text: str


class Chart(msgspec.Struct, frozen=True):
    width: int
    height: int
    left: int
    base: int
    came: tuple[Bar, ...]
    refused: tuple[Bar, ...]
    hours: tuple[Tick, ...]
    #: Lines of equal numbers.
    levels: tuple[Tick, ...]


def _step(most: int) -> int:
    """A round number of which two to five reach the most."""
    step = 1
    while most / step > 5:
        step *= 2 if str(step)[0] in "15" else 5
        if str(step)[0] not in "125":
            step = 10 ** len(str(step - 1))
    return step


def drawn(slots: Sequence[Slot], opens: int, closes: int) -> Chart | None:
    """``opens`` and ``closes``: minutes of the day that are shown at least. None: nothing happened yet."""
    if not slots:
        return None
    first = min(opens, slots[0].minute) // 60 * 60
    last = max(closes, slots[-1].minute + SPAN)
    most = max(max(slot.admitted for slot in slots), 1)
    per_minute = (WIDTH - LEFT) / max(last - first, 60)
    wide = max(per_minute * SPAN - 1, 1.0)

    def x(minute: int) -> float:
        return round(LEFT + (minute - first) * per_minute, 1)

    def tall(number: int, room: int) -> float:
        return round(min(number / most, 1) * room, 1)

    room = BASE - 16
    came = [Bar(x(s.minute), BASE - tall(s.admitted, room), wide, tall(s.admitted, room)) for s in slots if s.admitted]
    refused = [Bar(x(s.minute), BASE + 1, wide, max(tall(s.refused, 30), 2)) for s in slots if s.refused]
    step = _step(most)
    levels = [Tick(BASE - tall(n, room), str(n)) for n in range(step, most + 1, step)]
    every = 60 if last - first <= 14 * 60 else 180
    hours = [Tick(x(minute), f"{minute // 60:02}:00") for minute in range(first, last + 1, every)]
    return Chart(WIDTH, HEIGHT, LEFT, BASE, tuple(came), tuple(refused), tuple(hours), tuple(levels))
