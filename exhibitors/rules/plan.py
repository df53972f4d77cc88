"""The geometry of a hall: rectangles in decimetres, their neighbours, open sides, merging, drawing and placing."""

from collections.abc import Iterable, Sequence

import msgspec

#: What people walk on, unless an organizer says otherwise: three metres.
AISLE = 30
CELL = 30
#: How far beyond a side its neighbours are looked for; what stands further off leaves room to walk.
REACH = 5
_SQUARE = 100


class Rect(msgspec.Struct, frozen=True, order=True):
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def area(self) -> int:
        return self.width * self.height


def overlap(one: Rect, other: Rect) -> bool:
    """Touching sides do not."""
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def within(rect: Rect, width: int, height: int) -> bool:
    return rect.x >= 0 and rect.y >= 0 and rect.right <= width and rect.bottom <= height


def _covered(low: int, high: int, spans: Iterable[tuple[int, int]]) -> int:
    """How much of a side the spans cover together."""
    total, reached = 0, low
    for start, end in sorted(spans):
        start, end = max(start, reached), min(end, high)
        if end > start:
            total, reached = total + end - start, end
    return total


def open_sides(rect: Rect, others: Iterable[Rect], width: int, height: int) -> int:
    """How many sides face room to walk: a side is closed where a wall or neighbours stand along half of it."""
    near = [
        other
        for other in others
        if other != rect
        and other.x < rect.right + REACH
        and rect.x - REACH < other.right
        and other.y < rect.bottom + REACH
        and rect.y - REACH < other.bottom
    ]
    strips = (
        (Rect(rect.x, rect.y - REACH, rect.width, REACH), True),
        (Rect(rect.x, rect.bottom, rect.width, REACH), True),
        (Rect(rect.x - REACH, rect.y, REACH, rect.height), False),
        (Rect(rect.right, rect.y, REACH, rect.height), False),
    )
    found = 0
    for strip, lies in strips:
        if not within(strip, width, height):
            continue
        low, high = (rect.x, rect.right) if lies else (rect.y, rect.bottom)
        spans = [(o.x, o.right) if lies else (o.y, o.bottom) for o in near if overlap(strip, o)]
        found += 2 * _covered(low, high, spans) < high - low
    return found


def all_open_sides(rects: Sequence[Rect], width: int, height: int) -> list[int]:
    """Of each, in their order; each is held only against those near it."""
    squares: dict[tuple[int, int], list[Rect]] = {}

    def reached(rect: Rect) -> Iterable[tuple[int, int]]:
        for column in range((rect.x - REACH) // _SQUARE, (rect.right + REACH) // _SQUARE + 1):
            for row in range((rect.y - REACH) // _SQUARE, (rect.bottom + REACH) // _SQUARE + 1):
                yield column, row

    for rect in rects:
        for square in reached(rect):
            squares.setdefault(square, []).append(rect)
    return [
        open_sides(rect, {other for square in reached(rect) for other in squares[square]}, width, height)
        for rect in rects
    ]


def joined(rects: Sequence[Rect]) -> Rect | None:
    """The rectangle that they make together; None where they leave a gap, overlap or make another shape."""
    x, y = min(r.x for r in rects), min(r.y for r in rects)
    whole = Rect(x, y, max(r.right for r in rects) - x, max(r.bottom for r in rects) - y)
    apart = all(not overlap(a, b) for n, a in enumerate(rects) for b in rects[:n])
    return whole if apart and sum(r.area for r in rects) == whole.area else None


def touching(one: Rect, other: Rect) -> bool:
    """Neighbours share a piece of a side; a corner is not enough."""
    beside = (one.right == other.x or other.right == one.x) and one.y < other.bottom and other.y < one.bottom
    above = (one.bottom == other.y or other.bottom == one.y) and one.x < other.right and other.x < one.right
    return beside or above


def size_for(area: int) -> tuple[int, int]:
    """Width and height for an area in dm²: three metres deep up to 27 m², else as square as whole metres allow.
    The rectangle may be larger than the area, never smaller."""
    if area <= 2700:
        return max(10, -(-area // CELL)), CELL
    height = CELL
    while (height + 10) ** 2 <= area:
        height += 10
    return -(-area // height), height


class Placer:
    """Finds places for booths of which only the area is known: in rows with an aisle between, first place first."""

    def __init__(self, taken: Iterable[Rect], width: int) -> None:
        self.taken = list(taken)
        self.width = width
        #: Before these nothing of the size fits.
        self._from: dict[tuple[int, int], tuple[int, int]] = {}

    def place(self, area: int) -> Rect:
        width, height = size_for(area)
        most = max(self.width - width - AISLE, AISLE)
        x, y = self._from.get((width, height), (AISLE, AISLE))
        while True:
            while x <= most:
                found = Rect(x, y, width, height)
                if hit := self._hindrance(found):
                    x = max(x + 1, -(-hit.right // 10) * 10)
                    continue
                self.taken.append(found)
                self._from[width, height] = (x, y)
                return found
            x, y = AISLE, y + CELL

    def _hindrance(self, rect: Rect) -> Rect | None:
        tall = Rect(rect.x, rect.y - AISLE, rect.width, rect.height + 2 * AISLE)
        return next((other for other in self.taken if overlap(tall, other)), None)


class Drawing(msgspec.Struct, frozen=True):
    """A hall as it is drawn in the desk: rows of booths, two back to back, with aisles between and around."""

    prefix: str
    rows: int
    #: Booths in a row.
    booths: int
    width: int = 30
    depth: int = 30
    aisle: int = AISLE
    #: An aisle across after so many booths; 0: none.
    block: int = 0
    first_row: int = 1


def drawn(wanted: Drawing) -> tuple[list[tuple[str, Rect]], int, int]:
    """Codes such as ``A101`` (row 1, booth 01) with their rectangles; and width and height of the hall."""
    columns: list[int] = []
    x = wanted.aisle
    for n in range(wanted.booths):
        if n and wanted.block and n % wanted.block == 0:
            x += wanted.aisle
        columns.append(x)
        x += wanted.width
    found: list[tuple[str, Rect]] = []
    y = wanted.aisle
    for row in range(wanted.rows):
        for n, left in enumerate(columns):
            code = f"{wanted.prefix}{wanted.first_row + row}{n + 1:02d}"
            found.append((code, Rect(left, y, wanted.width, wanted.depth)))
        y += wanted.depth
        if row % 2 == 1 and row + 1 < wanted.rows:
            y += wanted.aisle
    return found, x + wanted.aisle, y + wanted.aisle
