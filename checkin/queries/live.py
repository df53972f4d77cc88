"""What is going on at the gates right now."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from checkin.queries.checkpoints import AreaInfo
from checkin.queries.figures import Figures, figures
from checkin.tables import Badge, BadgeStatus, Checkpoint, Presence, ScanDevice
from core import clock
from core.db import engine
from core.editions.queries import EditionInfo
from core.search import contains
from exhibitors.tables import Exhibitor

#: A phone that says nothing for so long is taken to be offline.
QUIET = timedelta(minutes=3)
#: Percent of an area's capacity from which it is shown.
STEPS = (100, 95, 80)
#: Badges of one search.
MOST_BADGES = 300


class AreaNow(msgspec.Struct, frozen=True):
    area: AreaInfo
    inside: int
    #: Came in today, people of groups counted singly.
    admitted: int

    @property
    def percent(self) -> int | None:
        return None if not self.area.capacity else self.inside * 100 // self.area.capacity

    @property
    def step(self) -> int:
        """The highest of :data:`STEPS` that is reached; 0: none."""
        percent = self.percent
        return next((step for step in STEPS if percent is not None and percent >= step), 0)


class DeviceNow(msgspec.Struct, frozen=True):
    id: int
    name: str
    checkpoint: str
    last_seen_at: datetime | None
    #: Scans that it had not sent when it was last heard of.
    queue: int
    battery: int | None
    skew_ms: int
    quiet: bool


class Slot(msgspec.Struct):
    """Some minutes of the day, by the local clock."""

    minute: int
    admitted: int = 0
    left: int = 0
    refused: int = 0


class Live(msgspec.Struct, frozen=True):
    at: datetime
    day: date
    areas: tuple[AreaNow, ...]
    gates: tuple[Figures, ...]
    devices: tuple[DeviceNow, ...]

    @property
    def admitted(self) -> int:
        return sum(gate.admitted for gate in self.gates)

    @property
    def refused(self) -> int:
        return sum(gate.refusals for gate in self.gates)

    @property
    def kinds(self) -> dict[str, int]:
        """Admitted people by kind of badge, at all checkpoints."""
        out: dict[str, int] = {}
        for gate in self.gates:
            for kind, people in gate.kinds.items():
                out[kind] = out.get(kind, 0) + people
        return out

    @property
    def full(self) -> tuple[AreaNow, ...]:
        """Those that need somebody to look, the fullest first."""
        return tuple(sorted((one for one in self.areas if one.step), key=lambda one: -(one.percent or 0)))

    @property
    def quiet(self) -> tuple[DeviceNow, ...]:
        return tuple(one for one in self.devices if one.quiet)


def _areas(gates: list[Figures]) -> tuple[AreaNow, ...]:
    of: dict[int, AreaNow] = {}
    for gate in gates:
        area = gate.checkpoint.area
        before = of.get(area.id)
        of[area.id] = AreaNow(area, gate.inside, gate.admitted + (before.admitted if before else 0))
    return tuple(of.values())


async def devices(edition: EditionInfo) -> tuple[DeviceNow, ...]:
    """Those in force, by name. One query."""
    rows = (
        await ScanDevice.select(
            ScanDevice.id,
            ScanDevice.name,
            ScanDevice.checkpoint.code.as_alias("code"),
            ScanDevice.last_seen_at,
            ScanDevice.queue,
            ScanDevice.battery,
            ScanDevice.clock_skew_ms,
        )
        .where(ScanDevice.edition == edition.id, ScanDevice.revoked_at.is_null())
        .order_by(ScanDevice.name, ScanDevice.id)
    )
    since = clock.now() - QUIET
    return tuple(
        DeviceNow(
            row["id"],
            row["name"],
            row["code"] or "",
            row["last_seen_at"],
            row["queue"],
            row["battery"],
            row["clock_skew_ms"],
            row["last_seen_at"] is None or row["last_seen_at"] < since,
        )
        for row in rows
    )


async def live(edition: EditionInfo, day: date | None = None) -> Live:
    """Of today, unless another day is named; exact at this moment."""
    on = day or edition.today()
    gates = await figures(edition, on)
    return Live(clock.now(), on, _areas(gates), tuple(gates), await devices(edition))


async def slots(edition: EditionInfo, day: date, minutes: int = 5) -> list[Slot]:
    """How many came, left and were refused in each span of the day in which something happened, at all checkpoints;
    folded figures, so up to a second behind."""
    sql = (
        f"SELECT (t.minute / {int(minutes)}) AS slot, t.direction AS direction, t.outcome AS outcome,"  # noqa: S608
        " SUM(t.people) AS people, SUM(t.scans) AS scans FROM scan_tally t JOIN checkpoint c ON c.id = t.checkpoint"
        " WHERE c.edition = {} AND t.day = {} AND t.minute >= 0 GROUP BY 1, 2, 3"
    )
    found: dict[int, Slot] = {}
    for row in await engine().run_querystring(QueryString(sql, edition.id, day)):
        at = int(row["slot"]) * minutes
        slot = found.setdefault(at, Slot(at))
        if row["outcome"] != "admitted":
            slot.refused += int(row["scans"])
        elif row["direction"] == "in":
            slot.admitted += int(row["people"])
        else:
            slot.left += int(row["people"])
    return [found[at] for at in sorted(found)]


# ── has this firm arrived? ──


class Arrival(msgspec.Struct, frozen=True):
    serial: str
    holder: str
    kind: str
    #: First let in anywhere; None: has not come.
    first_at: datetime | None
    #: Is in one of the areas now.
    inside: bool


class FirmArrivals(msgspec.Struct, frozen=True):
    """A firm and its badges in force."""

    name: str
    number: str
    badges: tuple[Arrival, ...]

    @property
    def came(self) -> int:
        return sum(one.first_at is not None for one in self.badges)


async def arrivals(edition: EditionInfo, q: str) -> list[FirmArrivals]:
    """Of firms of which ``q`` is the number or a part of the name. Three queries."""
    named = contains(Exhibitor.name, q) | contains(Exhibitor.name_en, q) | (Exhibitor.number == q)
    firms = (
        await Exhibitor.select(Exhibitor.id, Exhibitor.number, Exhibitor.name)
        .where(Exhibitor.edition == edition.id, named)
        .order_by(Exhibitor.name)
        .limit(50)
    )
    theirs: Any = contains(Badge.organisation, q)
    if firms:
        theirs = theirs | Badge.exhibitor.is_in([row["id"] for row in firms])
    badges = (
        await Badge.select(
            Badge.id, Badge.root, Badge.serial, Badge.holder, Badge.kind, Badge.exhibitor, Badge.organisation
        )
        .where(Badge.edition == edition.id, Badge.status == BadgeStatus.active.value, theirs)
        .order_by(Badge.id)
        .limit(MOST_BADGES)
    )
    roots = [row["root"] or row["id"] for row in badges]
    seen: dict[int, tuple[datetime | None, bool]] = {}
    if roots:
        today = edition.today()
        for row in await Presence.select(Presence.root, Presence.first_at, Presence.day, Presence.inside).where(
            Presence.root.is_in(roots)
        ):
            first, inside = seen.get(row["root"], (None, False))
            moments = [at for at in (first, row["first_at"]) if at is not None]
            here = row["inside"] > 0 and row["day"] == today
            seen[row["root"]] = (min(moments, default=None), inside or here)
    names = {row["id"]: (row["name"], row["number"]) for row in firms}
    found: dict[tuple[str, str], list[Arrival]] = {(row["name"], row["number"]): [] for row in firms}
    for row in badges:
        key = names.get(row["exhibitor"]) or (row["organisation"], "")
        first, inside = seen.get(row["root"] or row["id"], (None, False))
        found.setdefault(key, []).append(Arrival(row["serial"], row["holder"], row["kind"], first, inside))
    return [FirmArrivals(name, number, tuple(lines)) for (name, number), lines in found.items()]


async def has_checkpoints(edition: EditionInfo) -> bool:
    return await Checkpoint.exists().where(Checkpoint.edition == edition.id)
