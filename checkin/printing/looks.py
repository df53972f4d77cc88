"""How the kinds of badges are told apart: by colour, by word and by shape, so that no one of the three is needed."""

import math

import msgspec

from checkin.tables.badges import BadgeKind

Points = tuple[tuple[float, float], ...]


class Look(msgspec.Struct, frozen=True):
    #: Dark enough for white letters: at least 7:1.
    colour: str
    zh: str
    en: str
    #: Polygons in a square of 1 by 1.
    shape: tuple[Points, ...]


def _regular(corners: int, turn: float = 0.0, radius: float = 0.5, at: tuple[float, float] = (0.5, 0.5)) -> Points:
    return tuple(
        (
            at[0] + radius * math.sin(2 * math.pi * n / corners + turn),
            at[1] + radius * math.cos(2 * math.pi * n / corners + turn),
        )
        for n in range(corners)
    )


def _star() -> Points:
    outer, inner = _regular(5), _regular(5, math.pi / 5, 0.2)
    return tuple(point for pair in zip(outer, inner, strict=True) for point in pair)


LOOKS = {
    BadgeKind.exhibitor: Look("#0b5049", "参展商", "EXHIBITOR", (_regular(4, math.pi / 4, 0.6),)),
    BadgeKind.visitor: Look("#1b4b86", "观众", "VISITOR", (_regular(36),)),
    BadgeKind.guest: Look("#7a1f3d", "嘉宾", "GUEST", (_star(),)),
    BadgeKind.speaker: Look("#5b358c", "演讲嘉宾", "SPEAKER", (((0, 0.05), (1, 0.05), (0.5, 0.95)),)),
    BadgeKind.press: Look("#7a4100", "媒体", "PRESS", (_regular(4),)),
    BadgeKind.crew: Look("#2b2b2b", "工作人员", "CREW", (_regular(6),)),
    BadgeKind.group: Look(
        "#2a5f1e",
        "团体",
        "GROUP",
        (_regular(24, 0, 0.24, (0.5, 0.74)), _regular(24, 0, 0.24, (0.25, 0.26)), _regular(24, 0, 0.24, (0.75, 0.26))),
    ),
}
