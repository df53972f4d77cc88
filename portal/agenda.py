"""The timetable for everybody (日程): a page by day, stage and field, and a calendar."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from litestar import Request, Response, get

from core import clock
from core.config import settings
from core.editions.queries import EditionInfo, current_edition, require_current
from gateway.access import PUBLIC
from gateway.days import by_day
from gateway.locale import locale_of
from gateway.pages import page, public_page
from gateway.timetable import KINDS
from portal.pages import values_of
from projects.feed import calendar
from projects.queries import agenda as queries
from projects.queries.agenda import SlotInfo

Asked = Request[Any, Any, Any]


class Chosen(msgspec.Struct, frozen=True):
    stage: int | None
    field: str


def _chosen(request: Asked, edition: EditionInfo, stages: Sequence[queries.StageInfo]) -> Chosen:
    """What is none of the edition's asks for nothing."""
    stage, field = request.query_params.get("stage", ""), request.query_params.get("field", "")
    known = {str(one.id): one.id for one in stages}
    return Chosen(known.get(stage), field if field in {choice.code for choice in edition.all_fields} else "")


def now_and_next(slots: Sequence[SlotInfo], now: datetime) -> tuple[list[SlotInfo], list[SlotInfo]]:
    """What is on, and on each stage what comes next that day, within twelve hours."""
    on = [slot for slot in slots if slot.starts_at <= now < slot.ends_at]
    following: dict[int, SlotInfo] = {}
    for slot in slots:
        if slot.starts_at > now and (slot.starts_at - now).total_seconds() < 12 * 3600:
            following.setdefault(slot.stage.id, slot)
    return on, list(following.values())


async def _values(request: Asked, edition: EditionInfo) -> dict[str, Any]:
    locale = locale_of(request)
    every, stages = await queries.agenda(edition), await queries.stages(edition)
    chosen = _chosen(request, edition, stages)
    shown = [
        slot
        for slot in every
        if (chosen.stage is None or slot.stage.id == chosen.stage) and (not chosen.field or chosen.field in slot.fields)
    ]
    on, following = now_and_next(every, clock.now())

    def address(**other: str | int | None) -> str:
        kept = {"stage": chosen.stage, "field": chosen.field, **other}
        query = urlencode({name: value for name, value in kept.items() if value})
        return f"/agenda?{query}" if query else "/agenda"

    used = {code for slot in every for code in slot.fields}
    return {
        **values_of(edition),
        "empty_agenda": not every,
        "days": by_day(edition, shown, lambda slot: slot.starts_at),
        "on": on,
        "following": following,
        "chosen": chosen,
        "kinds": KINDS,
        "stages": [(one.id, one.said(locale), address(stage=one.id)) for one in stages] if len(stages) > 1 else [],
        "all_stages": address(stage=None),
        "fields": [
            (choice.code, choice.name(locale), address(field=choice.code))
            for choice in edition.all_fields
            if choice.code in used
        ],
        "all_fields": address(field=None),
        "names": {choice.code: choice.name(locale) for choice in edition.all_fields},
    }


@get("/agenda", opt=PUBLIC)
async def agenda(request: Asked) -> Response[Any]:
    edition = await current_edition()
    if edition is None:
        return page(request, "portal/no_edition.html")

    async def values() -> dict[str, Any]:
        return await _values(request, edition)

    return await public_page(request, "portal/agenda.html", (edition, "agenda"), values)


@get("/agenda.ics", opt=PUBLIC)
async def feed(request: Asked) -> Response[bytes]:
    """What calendars subscribe to, in the language of ``?lang=`` or of the reader."""
    edition = await require_current()
    asked = request.query_params.get("lang", "")
    locale = "en" if asked == "en" else "zh-CN" if asked == "zh-CN" else locale_of(request)
    base = settings().public_url
    made = calendar(
        edition.name(locale),
        urlsplit(base).hostname or "yinbo",
        edition.venue(locale),
        edition.timezone,
        await queries.agenda(edition),
        locale,
        base,
    )
    return Response(
        made,
        media_type="text/calendar",
        headers={"content-disposition": 'inline; filename="agenda.ics"', "cache-control": "public, max-age=60"},
    )


ROUTES: list[Any] = [agenda, feed]
