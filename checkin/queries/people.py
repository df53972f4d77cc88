"""Whoever stands at the gate without a badge at hand: a few that fit, with as little as tells them apart."""

import msgspec

from checkin.tables import Badge, BadgeKind, BadgeStatus
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from core.search import contains
from exhibitors.rules.directory import normal

MOST = 10
SHORTEST = 2


class Found(msgspec.Struct, frozen=True):
    """``holder`` and ``mobile`` are masked."""

    serial: str
    holder: str
    organisation: str
    kind: BadgeKind
    status: BadgeStatus
    mobile: str
    size: int


def masked(name: str) -> str:
    """The first and the last sign of a Chinese name, the first letters of each part of another: enough for whoever
    asks "are you Ms W. Li?"."""
    if name.isascii():
        return " ".join(f"{part[0]}{'·' * min(3, len(part) - 1)}" for part in name.split())
    bare = name.replace(" ", "")
    return f"{bare[0]}＊" if len(bare) < 3 else f"{bare[0]}{'＊' * min(3, len(bare) - 2)}{bare[-1]}"


async def people(edition: EditionInfo, q: str) -> list[Found]:
    """By part of a name or a firm, in pinyin too, or the last four digits of a phone; at most ten.

    :raises InvalidInput: less than two letters.
    """
    wanted = normal(q[:200])
    if len(wanted) < SHORTEST:
        message = mark("Please type at least two letters.")
        raise InvalidInput(errors=(FieldError("q", "too_short", message),))
    rows = (
        await Badge.select(
            Badge.serial, Badge.holder, Badge.organisation, Badge.kind, Badge.status, Badge.mobile, Badge.size
        )
        .where(
            Badge.edition == edition.id,
            Badge.status.is_in([BadgeStatus.active.value, BadgeStatus.revoked.value]),
            contains(Badge.search, wanted) | (Badge.serial == wanted),
        )
        .order_by(Badge.status)
        .order_by(Badge.id)
        .limit(MOST)
    )
    return [
        Found(
            row["serial"],
            masked(row["holder"]) if row["holder"] else "",
            row["organisation"],
            BadgeKind(row["kind"]),
            BadgeStatus(row["status"]),
            f"****{row['mobile'][-4:]}" if row["mobile"] else "",
            row["size"],
        )
        for row in rows
    ]
