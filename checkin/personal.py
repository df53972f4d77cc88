"""Personal columns of check-in. Badges and scans stay, so that what was scanned still adds up."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from checkin.tables import (
    Badge,
    DeviceInvite,
    Incident,
    IncidentNote,
    Lead,
    PrintRun,
    Scan,
    ScanDevice,
    ScanRuling,
    ScanUndo,
    Visit,
)
from core.privacy.registry import ERASED, Holding, Scope
from core.search import among


def _badges(scope: Scope) -> Sequence[Any]:
    found: list[Any] = []
    if scope.emails:
        found.append(among(Badge.email, scope.emails))
    if scope.mobiles:
        found.append(Badge.mobile.is_in(sorted(scope.mobiles)))
    if scope.exhibitors and scope.whole:
        found.append(Badge.exhibitor.is_in(sorted(scope.exhibitors)))
    elif scope.exhibitors and scope.names:
        names = sorted(scope.names)
        theirs = Badge.holder.is_in(names) | Badge.mobile.is_in(names)
        found.append(Badge.exhibitor.is_in(sorted(scope.exhibitors)) & theirs)
    if scope.edition is not None:
        found.append((Badge.edition == scope.edition) & Badge.exhibitor.is_null())
    return found


async def widen(scope: Scope) -> None:
    """What the trail says of the badges, and the name of whoever gave the number."""
    for condition in _badges(scope):
        rows = await Badge.select(Badge.serial, Badge.holder, Badge.mobile, Badge.email).where(condition)
        scope.objects |= {f"badge:{row['serial']}" for row in rows}
        if not scope.whole:
            theirs = [r for r in rows if r["mobile"] in scope.mobiles or r["email"].lower() in scope.emails]
            scope.names |= {row["holder"] for row in theirs}


async def portions(edition: int) -> AsyncIterator[Scope]:
    """Visitors, guests, crews: who belongs to no exhibitor."""
    yield Scope(edition=edition, whole=True)


def _over(table: Any) -> Any:
    """Rows of an edition that is over."""

    def find(scope: Scope) -> Sequence[Any]:
        return [] if scope.edition is None else [table.edition == scope.edition]

    return find


def _noted(scope: Scope) -> Sequence[Any]:
    """Of the many scans those that say something."""
    return [] if scope.edition is None else [(Scan.edition == scope.edition) & (Scan.note != "")]


def _leads(scope: Scope) -> Sequence[Any]:
    """Of these badges, and of exhibitors or an edition that are over."""
    found = [Lead.badge.is_in(Badge.select(Badge.id).where(one)) for one in _badges(scope)]
    if scope.exhibitors and scope.whole:
        found.append(Lead.exhibitor.is_in(sorted(scope.exhibitors)))
    if scope.edition is not None:
        found.append(Lead.edition == scope.edition)
    return found


def _incidents(scope: Scope) -> Sequence[Any]:
    found: list[Any] = list(_over(Incident)(scope))
    if scope.mobiles:
        found.append(Incident.mobile.is_in(sorted(scope.mobiles)))
    return found


def _incident_notes(scope: Scope) -> Sequence[Any]:
    found: list[Any] = list(_over(IncidentNote)(scope))
    if scope.mobiles:
        theirs = Incident.select(Incident.id).where(Incident.mobile.is_in(sorted(scope.mobiles)))
        found.append(IncidentNote.incident.is_in(theirs))
    return found


def _visits(scope: Scope) -> Sequence[Any]:
    """Of badges that are the person's; of an edition that is over all."""
    return [Visit.badge.is_in(Badge.select(Badge.id).where(condition)) for condition in _badges(scope)]


_OF_A_BADGE = ("holder", "title", "mobile", "email", "note", "reason", "search", "members")

HOLDINGS = [
    # Before the badges and the incidents that lead to them.
    Holding(Lead, {"note": "", "tags": ""}, _leads, texts=("note", "tags"), shown=("exhibitor", "first_at", "last_at")),
    Holding(IncidentNote, {"text": ERASED, "author_name": ""}, _incident_notes, shown=("at",)),
    Holding(
        Incident,
        {"person": ERASED, "mobile": "", "what": ERASED},
        _incidents,
        near=_incidents,
        texts=("what", "place"),
        shown=("kind", "happened_at"),
    ),
    # Before the badges by which it is found.
    Holding(
        Visit,
        {"helper_name": "", "vehicle": ""},
        _visits,
        near=_visits,
        shown=("made_at", "agreed_at", "leads_agreed_at", "helper"),
    ),
    Holding(PrintRun, {}, lambda _scope: (), texts=("wanted",)),
    Holding(
        Badge,
        {name: ERASED if name == "holder" else "" for name in _OF_A_BADGE},
        _badges,
        near=_badges,
        texts=("organisation",),
        shown=("serial", "kind", "organisation", "issued_at"),
    ),
    Holding(Scan, {"note": ""}, _noted, texts=("note",), shown=("scanned_at",)),
    Holding(ScanUndo, {"reason": ""}, _over(ScanUndo), texts=("reason",), shown=("at",)),
    Holding(ScanRuling, {"note": ""}, _over(ScanRuling), texts=("note",), shown=("at",)),
    Holding(ScanDevice, {"user_agent": ""}, _over(ScanDevice), texts=("name",), shown=("name", "enrolled_at")),
    Holding(DeviceInvite, {}, lambda _scope: (), texts=("name",)),
]
EXCEPTIONS = {
    "incident_note.author": "``Actor.key``: a number",
    "area.name_zh": "an area's",
    "area.name_en": "an area's",
    "checkpoint.name_zh": "a checkpoint's",
    "checkpoint.name_en": "a checkpoint's",
    "scan.reason": "one of the rules' words",
    "scan.device_reason": "one of the rules' words",
}
