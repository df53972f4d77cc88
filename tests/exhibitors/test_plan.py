from hypothesis import given
from hypothesis import strategies as st

from exhibitors.rules.plan import (
    Drawing,
    Placer,
    Rect,
    all_open_sides,
    drawn,
    joined,
    open_sides,
    overlap,
    size_for,
    touching,
    within,
)


def test_a_booth_in_the_middle_of_a_row_is_open_to_its_aisle_only_and_the_last_one_is_a_corner() -> None:
    found, width, height = drawn(Drawing("A", 2, 3))
    rects = dict(found)
    sides = {code: open_sides(rect, rects.values(), width, height) for code, rect in found}
    assert sides == {"A101": 2, "A102": 1, "A103": 2, "A201": 2, "A202": 1, "A203": 2}


def test_walls_close_a_side_and_an_island_is_open_on_four() -> None:
    corner, island = Rect(0, 0, 30, 30), Rect(60, 60, 60, 60)
    assert open_sides(corner, [corner, island], 200, 200) == 2
    assert open_sides(island, [corner, island], 200, 200) == 4
    assert open_sides(Rect(0, 0, 30, 30), [], 30, 30) == 0


def test_a_neighbour_along_less_than_half_a_side_leaves_it_open() -> None:
    large, small = Rect(50, 50, 90, 60), Rect(50, 20, 30, 30)
    assert open_sides(large, [large, small], 300, 300) == 4
    assert open_sides(small, [large, small], 300, 300) == 3


@given(st.lists(st.builds(Rect, *[st.integers(0, 400)] * 2, *[st.integers(10, 150)] * 2), max_size=25))
def test_all_at_once_are_as_one_by_one(rects: list[Rect]) -> None:
    assert all_open_sides(rects, 600, 600) == [open_sides(rect, rects, 600, 600) for rect in rects]


def test_only_what_makes_a_rectangle_is_joined() -> None:
    row = [Rect(0, 0, 30, 30), Rect(30, 0, 30, 30), Rect(60, 0, 30, 30)]
    assert joined(row) == Rect(0, 0, 90, 30)
    assert joined([row[0], row[2]]) is None
    assert joined([*row, Rect(0, 30, 30, 30)]) is None
    assert joined([Rect(0, 0, 30, 30), Rect(0, 0, 30, 30)]) is None


def test_neighbours_share_a_side_not_a_corner() -> None:
    assert touching(Rect(0, 0, 30, 30), Rect(30, 0, 30, 30))
    assert not touching(Rect(0, 0, 30, 30), Rect(30, 30, 30, 30))


@given(st.lists(st.integers(100, 20_000), min_size=1, max_size=40))
def test_what_is_placed_never_overlaps_and_has_the_area_wished_for(areas: list[int]) -> None:
    placer = Placer([Rect(30, 30, 300, 60)], 720)
    found = [placer.place(area) for area in areas]
    everything = [Rect(30, 30, 300, 60), *found]
    assert not any(overlap(a, b) for n, a in enumerate(everything) for b in everything[:n])
    assert all(rect.area >= area for rect, area in zip(found, areas, strict=True))


def test_sizes_are_the_usual_ones() -> None:
    assert [size_for(area) for area in (900, 1800, 3600, 5400)] == [(30, 30), (60, 30), (60, 60), (78, 70)]


@given(st.builds(Drawing, st.just("A"), st.integers(1, 9), st.integers(1, 40), block=st.integers(0, 10)))
def test_a_drawn_hall_holds_its_booths_apart_and_each_is_open_somewhere(drawing: Drawing) -> None:
    found, width, height = drawn(drawing)
    rects = [rect for _, rect in found]
    assert len({code for code, _ in found}) == len(found) == drawing.rows * drawing.booths
    assert all(within(rect, width, height) for rect in rects)
    assert not any(overlap(a, b) for n, a in enumerate(rects[:60]) for b in rects[:n])
    assert all(open_sides(rect, rects, width, height) >= 1 for rect in rects[:60])
