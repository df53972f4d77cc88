"""What reviewers read: the queue, what happened to an application, and where else its people were seen."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from piccolo.query.functions.aggregate import Count

from core.editions.queries import EditionInfo
from core.i18n import Locale
from core.privacy.registry import is_erased
from exhibitors.queries.applications import ExhibitorDetail, ExhibitorLine, Filter, lines_of, where_of
from exhibitors.rules.review import Comment, Seen
from exhibitors.tables import (
    Exhibitor,
    ExhibitorComment,
    ExhibitorConsent,
    ExhibitorStep,
    Status,
    Step,
)

#: Where the oldest is the most urgent; elsewhere the latest stands first.
WAITING = frozenset({Status.submitted, Status.changes_requested, Status.waitlisted})

#: ``submitted_at`` and ``id`` of an application: its place in the queue. Who was asked to change something and sends
#: it again comes back to the old place.
Place = tuple[datetime, int]


def _past(place: Place, *, later: bool) -> Any:
    at, key = place
    if later:
        return (Exhibitor.submitted_at > at) | ((Exhibitor.submitted_at == at) & (Exhibitor.id > key))
    return (Exhibitor.submitted_at < at) | ((Exhibitor.submitted_at == at) & (Exhibitor.id < key))


def oldest_first(wanted: Filter) -> bool:
    return wanted.status in WAITING


async def queue(
    edition: EditionInfo, wanted: Filter, *, after: Place | None = None, limit: int = 50
) -> list[ExhibitorLine]:
    """Three queries, however many."""
    rising = oldest_first(wanted)
    where = where_of(edition, wanted)
    if after is not None:
        where &= _past(after, later=rising)
    rows = (
        await Exhibitor.select()
        .where(where)
        .order_by(Exhibitor.submitted_at, ascending=rising)
        .order_by(Exhibitor.id, ascending=rising)
        .limit(limit)
    )
    return await lines_of(rows)


async def counts(edition: EditionInfo, wanted: Filter) -> dict[Status, int]:
    """Of each status, by the other filters. One query."""
    where = where_of(edition, msgspec.structs.replace(wanted, status=None))
    rows = await Exhibitor.select(Exhibitor.status, Count()).where(where).group_by(Exhibitor.status)
    return {Status(row["status"]): int(row["count"]) for row in rows}


class Neighbours(msgspec.Struct, frozen=True):
    """Numbers; None at an end of the queue."""

    before: str | None
    after: str | None


async def neighbours(edition: EditionInfo, wanted: Filter, one: ExhibitorDetail) -> Neighbours:
    """Before and after it in the queue, also when it has just left it."""
    rising = oldest_first(wanted)
    place = (one.submitted_at, one.id)

    async def next_one(*, later: bool) -> str | None:
        row = (
            await Exhibitor.select(Exhibitor.number)
            .where(where_of(edition, wanted) & _past(place, later=later))
            .order_by(Exhibitor.submitted_at, ascending=later)
            .order_by(Exhibitor.id, ascending=later)
            .first()
        )
        return None if row is None else str(row["number"])

    return Neighbours(await next_one(later=not rising), await next_one(later=rising))


class Happened(msgspec.Struct, frozen=True):
    """A line of the history."""

    step: Step
    before: Status
    after: Status
    actor_name: str
    note: str
    at: datetime
    comments: tuple[Comment, ...]


async def history(exhibitor: int) -> list[Happened]:
    """The latest first. Two queries."""
    rows = (
        await ExhibitorStep.select()
        .where(ExhibitorStep.exhibitor == exhibitor)
        .order_by(ExhibitorStep.id, ascending=False)
    )
    said: dict[int, list[Comment]] = {}
    for row in (
        await ExhibitorComment.select().where(ExhibitorComment.exhibitor == exhibitor).order_by(ExhibitorComment.id)
    ):
        said.setdefault(row["step"], []).append(Comment(row["field"], row["comment"]))
    return [
        Happened(
            Step(row["step"]),
            Status(row["before"]),
            Status(row["after"]),
            row["actor_name"],
            row["note"],
            row["at"],
            tuple(said.get(row["id"], ())),
        )
        for row in rows
    ]


class Consent(msgspec.Struct, frozen=True):
    privacy_version: str
    given_at: datetime
    by: str
    recorded_by: str


async def consent(exhibitor: int) -> Consent | None:
    """The latest."""
    row = (
        await ExhibitorConsent.select()
        .where(ExhibitorConsent.exhibitor == exhibitor)
        .order_by(ExhibitorConsent.id, ascending=False)
        .first()
    )
    if row is None:
        return None
    return Consent(row["privacy_version"], row["given_at"], row["by"], row["recorded_by"])


_MOST_SEEN = 20


async def seen_elsewhere(edition: EditionInfo, one: ExhibitorDetail, locale: Locale) -> list[Seen]:
    """Other applications, of this edition and of former ones, with the same phone, address, name or code."""
    same: Any = Exhibitor.name == one.name
    if not is_erased(one.contact.email):  # those erased have nothing in common
        same |= (Exhibitor.contact_mobile == one.contact.mobile) | (Exhibitor.contact_email == one.contact.email)
    if one.credit_code:
        same |= Exhibitor.credit_code == one.credit_code
    rows = (
        await Exhibitor.select(
            Exhibitor.id,
            Exhibitor.number,
            Exhibitor.name,
            Exhibitor.credit_code,
            Exhibitor.contact_mobile,
            Exhibitor.contact_email,
            Exhibitor.edition,
            Exhibitor.edition.name_zh.as_alias("name_zh"),
            Exhibitor.edition.name_en.as_alias("name_en"),
        )
        .where(same, Exhibitor.id != one.id)
        .order_by(Exhibitor.id, ascending=False)
        .limit(_MOST_SEEN)
    )
    found = []
    for row in rows:
        what: list[Literal["mobile", "email", "name", "credit_code"]] = []
        if one.credit_code and row["credit_code"] == one.credit_code:
            what.append("credit_code")
        if row["name"] == one.name:
            what.append("name")
        if row["contact_mobile"] == one.contact.mobile:
            what.append("mobile")
        if row["contact_email"] == one.contact.email:
            what.append("email")
        shown = row["name_en"] if locale == "en" else row["name_zh"]
        found.append(Seen(tuple(what), row["number"], row["name"], shown, row["edition"] == edition.id))
    return found
