"""The gates of the demo expo: two doors of the hall, a room for guests with a limit, some thousand scans of its first
day and of the morning of the second, phones, a conflict, a desk in the hall and leads. All of it is invented, and the
same on every load but for the day."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import msgspec
from piccolo.querystring import QueryString
from piccolo.table import Table

from checkin.queries.badges import BadgeInfo
from checkin.queries.checkpoints import CheckpointInfo
from checkin.rules.badges import BadgeDraft
from checkin.rules.checkpoints import CheckpointIn
from checkin.rules.gate import Admission, replay
from checkin.rules.incidents import IncidentIn
from checkin.rules.leads import FIELDS
from checkin.services import areas, badges, checkpoints, incidents
from checkin.services.scans.record import STATE, state_values
from checkin.tables import (
    Area,
    AreaBar,
    AreaCount,
    BadgeChange,
    BadgeKind,
    Checkpoint,
    DeviceInvite,
    Lead,
    LeadConsent,
    LeadEvent,
    LeadTransfer,
    Presence,
    Scan,
    ScanDevice,
    ScanFold,
    ScanRuling,
    ScanTally,
    ScanUndo,
)
from core import clock
from core.accounts.roles import SYSTEM, Role
from core.accounts.services import tokens
from core.accounts.tables import ApiToken
from core.db import engine
from core.db.migrations import raw
from core.editions.queries import EditionInfo
from exhibitors.tables import Exhibitor, Status

VISITORS = 1000
GROUPS = 6
STAFF = 60
_TAKING_PART = [status.value for status in (Status.approved, Status.booth_assigned, Status.confirmed)]
#: Rows of one insert: SQLite binds at most 32,766 values.
PORTION = 500
FIRMS = ("示例养老服务中心", "示例社区卫生服务站", "示例康复医院", "示例老年大学", "示例街道办事处", "")
PHONES = (
    ("北门 1 号", "NORTH", 0, 88, 0, 0),
    ("北门 2 号", "NORTH", 0, 64, 1200, 1),
    ("南门 1 号", "SOUTH", 14, 12, 425_000, 26),
)


class _Event(msgspec.Struct, frozen=True):
    at: datetime
    badge: BadgeInfo
    gate: CheckpointInfo
    direction: str = "in"
    people: int = 1
    verdict: str = "admitted"
    reason: str = ""


def _draft(kind: BadgeKind, holder: str, organisation: str, size: int = 1) -> BadgeDraft:
    return BadgeDraft(kind, holder, organisation, (), size=size)


async def _badges(edition: EditionInfo) -> list[BadgeInfo]:
    drafts = [_draft(BadgeKind.visitor, f"示例观众{n + 1:03d}", FIRMS[n % len(FIRMS)]) for n in range(VISITORS)] + [
        _draft(BadgeKind.group, f"示例领队{n + 1}", f"示例{n + 1}街道参观团", 18 + 4 * n) for n in range(GROUPS)
    ]
    made = await badges.put(edition, await badges.sign(edition, drafts))
    firms = (
        await Exhibitor.select(Exhibitor.id, Exhibitor.name)
        .where(Exhibitor.edition == edition.id, Exhibitor.status.is_in(_TAKING_PART))
        .order_by(Exhibitor.id)
        .limit(STAFF)
    )
    signed = await badges.sign(
        edition, [_draft(BadgeKind.exhibitor, f"示例展商{n + 1:02d}", row["name"]) for n, row in enumerate(firms)]
    )
    for row, one in zip(firms, signed, strict=True):
        made += await badges.put(edition, [one], exhibitor=row["id"], seat=1)
    return made


async def _gates(edition: EditionInfo) -> dict[str, CheckpointInfo]:
    typed = [
        CheckpointIn("NORTH", "北门", "North gate", reentry="free", exits=True, area="HALL"),
        CheckpointIn("SOUTH", "南门", "South gate", reentry="free", exits=True, area="HALL"),
        CheckpointIn(
            "VIP", "贵宾厅", "Guests' hall", ["guest", "speaker", "press", "crew", "exhibitor"],
            reentry="free", exits=True, capacity=40, hold=True,
        ),
    ]  # fmt: skip
    made = {one.code: await checkpoints.create(SYSTEM, edition, one) for one in typed}
    await areas.name(SYSTEM, edition, "HALL", "主展馆", "Main hall")
    return made


def _visits(edition: EditionInfo, drawn: Random, now: datetime) -> Iterator[tuple[datetime, datetime, float]]:
    """Of each day until now: when the doors opened, until when scans are made up, and the share that comes."""
    for day, share in zip(edition.days, (0.62, 0.5, 0.4), strict=False):
        opens, closes = edition.opens_at(day), edition.closes_at(day)
        if day.day == edition.today():  # loaded before dawn, the demo shows a morning all the same
            opens = max(
                min(opens, now - timedelta(hours=3)), datetime.combine(day.day, datetime.min.time(), edition.zone)
            )
        if opens < now:
            yield opens, min(closes, now), share


def _events(
    edition: EditionInfo, made: list[BadgeInfo], gates: dict[str, CheckpointInfo], now: datetime
) -> list[_Event]:
    drawn = Random("gates")  # noqa: S311  # the same on every load
    doors = [gates["NORTH"], gates["NORTH"], gates["SOUTH"]]
    out: list[_Event] = []
    for opens, until, share in _visits(edition, drawn, now):
        whole = 8 * 3600
        room = 0
        for badge in made:
            staff = badge.kind in (BadgeKind.exhibitor, BadgeKind.crew)
            if drawn.random() > (0.95 if staff else share):
                continue
            came = opens + timedelta(seconds=drawn.triangular(0, whole * 0.8, whole * (0.05 if staff else 0.2)))
            left = came + timedelta(minutes=drawn.uniform(300, 420) if staff else drawn.uniform(60, 240))
            people = badge.size if drawn.random() < 0.7 else max(badge.size - 3, 1)
            door = drawn.choice(doors)
            if came >= until:
                continue
            out.append(_Event(came, badge, door, people=people))
            if drawn.random() < 0.03:
                again = came + timedelta(seconds=drawn.uniform(20, 400))
                out.append(
                    _Event(again, badge, drawn.choice(doors), people=people, verdict="refused", reason="already_inside")
                )
            if badge.kind is BadgeKind.visitor and drawn.random() < 0.02:
                tried = came + timedelta(minutes=drawn.uniform(5, 50))
                out.append(_Event(tried, badge, gates["VIP"], verdict="refused", reason="wrong_area"))
            if badge.kind is BadgeKind.exhibitor and room < 33 and drawn.random() < 0.55:
                room += 1
                out.append(_Event(came + timedelta(minutes=drawn.uniform(10, 40)), badge, gates["VIP"]))
            if drawn.random() < 0.9:
                out.append(_Event(left, badge, door, "out", people))
    return sorted((one for one in out if one.at < now - timedelta(seconds=30)), key=lambda one: one.at)


def _people_of(badges_: list[BadgeInfo]) -> dict[int, int]:
    return {badge.id: badge.size for badge in badges_}


def _scan(
    edition: EditionInfo, n: int, one: _Event, device: tuple[int, str], inside: int, delta: int, **more: Any
) -> Scan:
    return Scan(
        **{
            "edition": edition.id,
            "nonce": f"demo-{edition.id}-{n}",
            "checkpoint": one.gate.id,
            "area": one.gate.area.id,
            "badge": one.badge.id,
            "root": one.badge.id,
            "kind": one.badge.kind.value,
            "direction": one.direction,
            "verdict": one.verdict,
            "reason": one.reason,
            "people": one.people,
            "scanned_at": one.at,
            "arrived_at": one.at,
            "inside": inside,
            "delta": delta,
            "device": device[0],
            "actor": device[1],
            **more,
        }
    )


async def _insert(table: type[Table], rows: list[Any]) -> None:
    for at in range(0, len(rows), PORTION):
        await table.insert(*rows[at : at + PORTION])


async def _devices(edition: EditionInfo, gates: dict[str, CheckpointInfo]) -> dict[str, tuple[int, str]]:
    """By the code of the checkpoint, the last one of each: its number and whom it speaks as."""
    out: dict[str, tuple[int, str]] = {}
    now = clock.now()
    for name, code, queue, battery, skew, silent in PHONES:
        called = f"{name} · demo {edition.id}"
        await tokens.add(SYSTEM, called, Role.gate, checkpoint=code)
        token = await ApiToken.select(ApiToken.id).where(ApiToken.name == called).first()
        assert token is not None
        made = await ScanDevice.insert(
            ScanDevice(
                edition=edition.id,
                name=name,
                token=token["id"],
                checkpoint=gates[code].id,
                enrolled_at=edition.opens_at(edition.days[0]) - timedelta(hours=1),
                last_seen_at=now - timedelta(minutes=silent),
                queue=queue,
                battery=battery,
                clock_skew_ms=skew,
                app_version="1",
            )
        ).returning(ScanDevice.id)
        out[code] = (made[0]["id"], f"token:{token['id']}")
    return {**out, "VIP": out["NORTH"]}


async def _scans(edition: EditionInfo, made: list[BadgeInfo], gates: dict[str, CheckpointInfo]) -> list[_Event]:
    events = _events(edition, made, gates, clock.now())
    devices = await _devices(edition, gates)
    sizes, zone = _people_of(made), edition.zone
    kept: dict[tuple[int, int], list[Admission]] = {}
    rows: list[Scan] = []
    conflict = next(
        (n for n in range(len(events) - 1, -1, -1) if events[n].gate.code == "NORTH" and events[n].direction == "in"),
        -1,
    )
    for n, one in enumerate(events):
        day = one.at.astimezone(zone).date()
        key = (one.gate.area.id, one.badge.id)
        before = replay((a for a in kept.get(key, []) if a.day == day), sizes[one.badge.id]).inside
        after = before
        if one.verdict == "admitted":
            kept.setdefault(key, []).append(Admission(one.direction, one.people, one.at, day))
            after = replay((a for a in kept[key] if a.day == day), sizes[one.badge.id]).inside
        rows.append(_scan(edition, n, one, devices[one.gate.code], after, after - before))
        if n == conflict:  # a phone without a network, seven minutes fast, let the same badge in at the other gate
            later = msgspec.structs.replace(one, at=one.at + timedelta(seconds=25), gate=gates["SOUTH"])
            kept[key].append(Admission("in", one.people, later.at, day))
            rows.append(
                _scan(
                    edition, len(events), later, devices["SOUTH"], after, 0, offline=True, conflict=True,
                    reason="already_inside", device_verdict="admitted", skew_ms=425_000,
                    arrived_at=min(later.at + timedelta(minutes=9), clock.now()),
                )
            )  # fmt: skip
    await _insert(Scan, rows)
    bars: dict[date, int] = {}
    present: list[Presence] = []
    for (area, root), admissions in kept.items():
        state = dict(zip(STATE, state_values(replay(admissions, sizes[root])), strict=True))
        present.append(Presence(area=area, root=root, last_nonce="", version=1, **state))
        if area == gates["VIP"].area.id:
            for day in {one.day for one in admissions}:
                inside = replay((one for one in admissions if one.day == day), sizes[root]).inside
                bars[day] = bars.get(day, 0) + inside
    await _insert(Presence, present)
    await _insert(AreaBar, [AreaBar(area=gates["VIP"].area.id, day=day, inside=n) for day, n in bars.items()])
    return events


async def _desk(edition: EditionInfo) -> None:
    lost = IncidentIn("lost_person", "北门服务台", "约八十岁，灰色外套，听力不好，随身带蓝色布包。", "示例老人", "")
    await incidents.report(SYSTEM, edition, lost)
    await incidents.report(SYSTEM, edition, IncidentIn("wheelchair", "南门", "需要一台轮椅送至 2 号馆"))
    first = await incidents.report(
        SYSTEM, edition, IncidentIn("first_aid", "1 号馆 B 区", "一位观众不适，医护人员已到场")
    )
    await incidents.handle(SYSTEM, edition, first, "休息后自行离场，家人陪同。")
    await incidents.note(SYSTEM, edition, None, "轮椅 3 号轮胎没气，已送修；AED 已检查。")


async def _leads(edition: EditionInfo, made: list[BadgeInfo], events: list[_Event]) -> None:
    """Some firms have read some badges; everybody said yes on the spot."""
    drawn = Random("leads")  # noqa: S311  # the same on every load
    firms = (
        await Exhibitor.select(Exhibitor.id)
        .where(Exhibitor.edition == edition.id, Exhibitor.status.is_in(_TAKING_PART))
        .order_by(Exhibitor.id)
        .limit(8)
    )
    came = [
        one
        for one in events
        if one.badge.kind is BadgeKind.visitor and one.verdict == "admitted" and one.direction == "in"
    ]
    notes = ("想看护理床样品", "下周回电，谈代理", "要一份报价单", "")
    for row in firms:
        for one in drawn.sample(came, min(12, len(came))):
            at = min(one.at + timedelta(minutes=drawn.uniform(5, 60)), clock.now())
            held = await Lead.exists().where(Lead.exhibitor == row["id"], Lead.root == one.badge.id)
            if held:
                continue
            common = {"edition": edition.id, "exhibitor": row["id"], "root": one.badge.id}
            consent = await LeadConsent.insert(
                LeadConsent(**common, version="1", locale="zh-CN", given_at=at, asked_by=SYSTEM.key)
            ).returning(LeadConsent.id)
            lead = await Lead.insert(
                Lead(
                    **common,
                    badge=one.badge.id,
                    first_at=at,
                    last_at=at,
                    rating=drawn.choice((None, 3, 4, 5)),
                    tags=drawn.choice(("", "护理床", "经销商\n待回访")),
                    note=drawn.choice(notes),
                )
            ).returning(Lead.id)
            await LeadTransfer.insert(
                LeadTransfer(
                    **common,
                    lead=lead[0]["id"],
                    what=LeadEvent.given.value,
                    consent=consent[0]["id"],
                    fields=" ".join(FIELDS),
                    at=at,
                    by=SYSTEM.key,
                )
            )


async def load(edition: EditionInfo) -> None:
    gates = await _gates(edition)
    made = await _badges(edition)
    events = await _scans(edition, made, gates)
    await _desk(edition)
    await _leads(edition, made, events)


async def remove(edition: int) -> None:
    """What refers to an edition by its number alone. Scans are for good, but for those of a demo: the trigger that
    keeps them is set aside inside the transaction."""
    areas = [row["id"] for row in await Area.select(Area.id).where(Area.edition == edition)]
    doors = [row["id"] for row in await Checkpoint.select(Checkpoint.id).where(Checkpoint.edition == edition)]
    devices = await ScanDevice.select(ScanDevice.token).where(ScanDevice.edition == edition)
    await DeviceInvite.delete().where(DeviceInvite.edition == edition)
    await ScanDevice.delete().where(ScanDevice.edition == edition)
    if devices:
        await ApiToken.delete().where(ApiToken.id.is_in([row["token"] for row in devices]))
    if doors:
        await ScanTally.delete().where(ScanTally.checkpoint.is_in(doors))
    if areas:
        for table in (Presence, AreaBar, AreaCount):
            await table.delete().where(table.area.is_in(areas))
    for of in (ScanUndo, ScanRuling, ScanFold, BadgeChange):
        await of.delete().where(of.edition == edition)
    async with _unguarded():
        await Scan.delete().where(Scan.edition == edition)


@asynccontextmanager
async def _unguarded() -> AsyncIterator[None]:
    if engine().engine_type != "sqlite":
        await raw("ALTER TABLE scan DISABLE TRIGGER scan_kept")
        yield
        await raw("ALTER TABLE scan ENABLE TRIGGER scan_kept")
        return
    found = await engine().run_querystring(QueryString("SELECT sql FROM sqlite_master WHERE name = 'scan_kept'"))
    await raw("DROP TRIGGER scan_kept")
    yield
    await raw(found[0]["sql"])
