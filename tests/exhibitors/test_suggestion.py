from hypothesis import given
from hypothesis import strategies as st

from exhibitors.rules.plan import Drawing, Rect, drawn, joined
from exhibitors.rules.suggestion import Place, Wish, suggest
from exhibitors.tables import BoothKind

HALL = [Place(code, "1", BoothKind.standard, rect, 900) for code, rect in drawn(Drawing("A", 4, 6))[0]]
RAW = [Place(f"R{n}", "2", BoothKind.raw, Rect(n * 200, 0, 60, 60 + 30 * n), 3600 + 1800 * n) for n in range(4)]

wishes = st.lists(
    st.one_of(
        st.builds(Wish, st.just(""), st.just(BoothKind.standard), st.integers(1, 8)),
        st.builds(Wish, st.just(""), st.just(BoothKind.raw), st.just(1), st.integers(3600, 12_000)),
    ),
    max_size=20,
).map(lambda found: [Wish(str(n), one.kind, one.count, one.area) for n, one in enumerate(found)])


@given(wishes)
def test_nobody_shares_a_booth_nobody_gets_less_than_wished_and_all_stand_together(found: list[Wish]) -> None:
    free = [*HALL, *RAW]
    at = {place.code: place for place in free}
    proposals = suggest(found, free)
    assert [proposal.number for proposal in proposals] == [wish.number for wish in found]
    given_away = [code for proposal in proposals for code in proposal.codes]
    assert len(given_away) == len(set(given_away))
    for wish, proposal in zip(found, proposals, strict=True):
        places = [at[code] for code in proposal.codes]
        assert proposal.merged or all(place.kind is wish.kind for place in places)
        assert proposal.reasons
        if places and wish.kind is BoothKind.standard:
            assert len(places) == wish.count
            assert joined([place.rect for place in places])
        elif proposal.merged:
            assert joined([place.rect for place in places])
            assert sum(place.area for place in places) >= wish.area
        elif places:
            assert len(places) == 1
            assert places[0].area >= wish.area
    assert proposals == suggest(found, free), "the same for the same question"


@given(wishes)
def test_who_was_approved_earlier_is_never_worse_off_for_those_who_come_later(found: list[Wish]) -> None:
    all_of_them = suggest(found, [*HALL, *RAW])
    for n in range(len(found)):
        assert suggest(found[:n], [*HALL, *RAW]) == all_of_them[:n]


def test_a_wish_goes_into_the_zone_of_its_leading_category_and_leaves_corners_to_others() -> None:
    free = [
        Place(place.code, place.hall, place.kind, place.rect, place.area, 2 if place.code.endswith(("01", "06")) else 1,
              "smrt" if place.code.startswith("A3") else "food" if place.code.startswith("A4") else "")
        for place in HALL
    ]  # fmt: skip
    one, other, nowhere = suggest(
        [
            Wish("1", BoothKind.standard, 1, themes=("smrt", "food")),
            Wish("2", BoothKind.standard, 2, themes=("food", "smrt")),
            Wish("3", BoothKind.standard, 1, themes=("hlth",)),
        ],
        free,
    )
    assert (one.codes, other.codes, nowhere.codes) == (("A302",), ("A402", "A403"), ("A102",))


def test_four_booths_may_stand_back_to_back_where_no_row_is_long_enough() -> None:
    free = [place for place in HALL if place.code in ("A101", "A102", "A201", "A202")]
    (found,) = suggest([Wish("1", BoothKind.standard, 4)], free)
    assert set(found.codes) == {"A101", "A102", "A201", "A202"}


def test_who_finds_nothing_reads_why() -> None:
    free = [HALL[0], HALL[2]]
    found = suggest([Wish("1", BoothKind.standard, 2), Wish("2", BoothKind.raw, 1, 3600)], free)
    assert [proposal.codes for proposal in found] == [(), ()]
    assert [proposal.reasons[0].text for proposal in found] == [
        "No %(n)s free booths stand side by side.",
        "No raw space of that size is free, and no free neighbours make one.",
    ]


def test_neighbours_are_proposed_to_be_merged_where_no_raw_space_is_large_enough() -> None:
    row = [place for place in HALL if place.code.startswith(("A1", "A2"))]
    small, large, none = suggest([Wish(str(m2), BoothKind.raw, 1, m2 * 100) for m2 in (18, 36, 99)], row)
    assert (small.merged, len(small.codes)) == (True, 2)
    assert (large.merged, len(large.codes)) == (True, 4)
    assert (none.merged, none.codes) == (False, ())
    assert not set(small.codes) & set(large.codes)
    assert large.reasons[0].values == {"n": "4", "area": "36"}
    (whole,) = suggest([Wish("1", BoothKind.raw, 1, 3600)], [*HALL, *RAW])
    assert (whole.codes, whole.merged) == (("R0",), False)
