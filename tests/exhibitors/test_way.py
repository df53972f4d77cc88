from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from exhibitors.rules.plan import Drawing, Rect, drawn, overlap
from exhibitors.rules.way import Floor, way


def floor_of(drawing: Drawing) -> tuple[Floor, dict[str, Rect]]:
    found, width, height = drawn(drawing)
    return Floor(width, height, (width // 2, height), tuple(rect for _, rect in found)), dict(found)


def test_the_way_is_told_by_aisle_and_hand() -> None:
    floor, booths = floor_of(Drawing("A", 6, 8, block=4))
    near, far, high = (way(floor, booths[code]) for code in ("A601", "A508", "A101"))
    assert near
    assert far
    assert high
    assert (near.aisle, near.across, near.side) == (1, True, "right")
    assert (far.aisle, far.across) == (2, True)
    assert (high.aisle, high.across) == (4, True)
    assert high.metres > far.metres > near.metres


@given(st.builds(Drawing, st.just("A"), st.integers(1, 7), st.integers(1, 12), block=st.integers(0, 5)))
def test_every_booth_of_a_drawn_hall_is_reached_without_walking_through_another(drawing: Drawing) -> None:
    floor, booths = floor_of(drawing)
    for code, booth in list(booths.items())[:12]:
        found = way(floor, booth)
        assert found, code
        assert found.points[0] == floor.entrance
        walked = found.points[1:-1]
        for (ax, ay), (bx, by) in pairwise(walked):
            assert ax == bx or ay == by, "only along and across"
            line = Rect(min(ax, bx), min(ay, by), abs(ax - bx) + 1, abs(ay - by) + 1)
            assert not any(overlap(line, other) for other in floor.booths)
        x, y = found.points[-1]
        assert booth.x <= x <= booth.right
        assert booth.y <= y <= booth.bottom


def test_a_booth_walled_in_by_others_has_no_way() -> None:
    middle = Rect(60, 60, 30, 30)
    ring = [Rect(30, 30, 90, 30), Rect(30, 90, 90, 30), Rect(30, 60, 30, 30), Rect(90, 60, 30, 30)]
    assert way(Floor(200, 200, (100, 200), (middle, *ring)), middle) is None
    assert way(Floor(30, 30, (15, 30), (Rect(0, 0, 30, 30),)), Rect(0, 0, 30, 30)) is None
