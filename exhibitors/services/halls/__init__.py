"""Writes of halls and their booths: drawn, placed, changed, merged, split, blocked."""

from exhibitors.services.halls.ground import (
    BoothExists,
    BoothsOutside,
    HallDraft,
    HallExists,
    HallNotEmpty,
    HallUnknown,
    NotMerged,
    NotNeighbours,
    Overlaps,
    Placed,
)
from exhibitors.services.halls.placing import add_booths, bring, place
from exhibitors.services.halls.single import block, change_booth, checked_rect, merge, remove, split
from exhibitors.services.halls.whole import add_hall, change_hall, remove_hall

__all__ = [
    "BoothExists",
    "BoothsOutside",
    "HallDraft",
    "HallExists",
    "HallNotEmpty",
    "HallUnknown",
    "NotMerged",
    "NotNeighbours",
    "Overlaps",
    "Placed",
    "add_booths",
    "add_hall",
    "block",
    "bring",
    "change_booth",
    "change_hall",
    "checked_rect",
    "merge",
    "place",
    "remove",
    "remove_hall",
    "split",
]
