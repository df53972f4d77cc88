"""The timetable as a board: a column for each stage, a day from top to bottom; what stands on it is moved by hand."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.timetable import HOME, slot_with, write
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, NotFound
from core.i18n import Locale, mark
from gateway import timetable as forms
from gateway.access import allow
from gateway.days import day_choices
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, forget_pages, page
from projects.queries import agenda as queries
from projects.queries.agenda import SlotInfo, StageInfo

AT = HOME + "/board"
#: What a hand moves it by, in minutes.
STEP = 5
#: Pixels: left of the first stage, above the first hour, a stage's width, the least that a finger hits.
_LEFT, _TOP, _WIDE, _LEAST = 76, 48, 232, 44


class Placed(msgspec.Struct, frozen=True):
    """A slot, in pixels."""

    slot: SlotInfo
    x: int
    y: int
    height: int


class Board(msgspec.Struct, frozen=True):
    """``scale``: pixels of a minute. ``opens``: the minute of the day at its top. ``hours``: the clock and where."""

    scale: int
    opens: int
    width: int
    height: int
    hours: list[tuple[str, int]]
    columns: list[tuple[StageInfo, int]]
    placed: list[Placed]


def _minute(edition: EditionInfo, slot: SlotInfo) -> int:
    at = slot.starts_at.astimezone(edition.zone)
    return at.hour * 60 + at.minute


def laid(edition: EditionInfo, day: date, slots: Sequence[SlotInfo], stages: Sequence[StageInfo]) -> Board:
    """``slots`` of that day: as long as the expo is open, and longer, until midnight, where something stands outside of
    it. The shortest slot is high enough for a finger."""
    lengths = [int((slot.ends_at - slot.starts_at).total_seconds()) // 60 for slot in slots]
    starts = [_minute(edition, slot) for slot in slots]
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    own = next((one for one in edition.days if one.day == day), edition.days[0])
    opens = min([own.opens, *starts]) // 60 * 60
    closes = min(-(-max([own.closes, *ends]) // 60) * 60, 1440)
    scale = max(2, -(-_LEAST // min(lengths, default=_LEAST)))
    columns = [(stage, _LEFT + n * _WIDE) for n, stage in enumerate(stages)]
    at = {stage.id: x for stage, x in columns}
    placed = [
        Placed(slot, at[slot.stage.id], _TOP + (start - opens) * scale, (min(end, closes) - start) * scale)
        for slot, start, end in zip(slots, starts, ends, strict=True)
    ]
    hours = [(f"{hour // 60:02d}:00", _TOP + (hour - opens) * scale) for hour in range(opens, closes + 1, 60)]
    width, height = _LEFT + _WIDE * max(1, len(stages)), _TOP + (closes - opens) * scale
    return Board(scale, opens, width, height + 8, hours, columns, placed)


def _day(edition: EditionInfo, typed: str) -> date:
    """One of the expo's; else today, or the first."""
    days = [one.day for one in edition.days]
    asked = next((day for day in days if day.isoformat() == typed), None)
    return asked or (edition.today() if edition.today() in days else days[0])


async def _board(
    request: Request[Any, Any, Any], day: date, locale: Locale, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition = await require_current()
    every = await queries.agenda(edition, all_of_them=True)
    of_day = [slot for slot in every if slot.starts_at.astimezone(edition.zone).date() == day]
    stages = await queries.stages(edition)
    return page(
        request,
        "admin/timetable/board.html",
        status_code=422 if errors else 200,
        edition=edition,
        day=day,
        days=day_choices(edition, locale),
        board=laid(edition, day, of_day, stages),
        step=STEP,
        wide=_WIDE,
        errors=errors or {},
    )


@get(AT, opt=allow(Role.organizer))
async def board(request: Request[Any, Any, Any]) -> Response[Any]:
    """``?day=``"""
    edition = await require_current()
    return await _board(request, _day(edition, request.query_params.get("day", "")), locale_of(request))


@post(AT + "/{slot:int}", opt=allow(Role.organizer))
async def move(request: Request[Any, Any, Any], slot: FromPath[int]) -> Response[Any]:
    """To another stage (``stage``: its id) or time (``begins``); day, length and speakers stay."""
    edition, found, form = await require_current(), await slot_with(slot), await form_of(request)
    stands = forms.filled(found, edition)
    stage = next((one for one in await queries.stages(edition) if str(one.id) == form.text("stage", 20)), None)
    if stage is None:
        raise NotFound
    day = _day(edition, stands["day"])
    try:
        await write(request, Form({**stands, "stage": stage.name, "begins": form.text("begins", 20)}), found)
    except NotFound:
        raise
    except DomainError as refused:
        shown = shown_errors(refused, locale_of(request))
        return await _board(request, day, locale_of(request), {"": " ".join(shown.values())})
    forget_pages()
    answer = Redirect(f"{AT}?{urlencode({'day': day.isoformat()})}", status_code=303)
    flash(answer, mark("Moved: %(title)s"), title=found.said(locale_of(request)))
    return answer


ROUTES: list[Any] = [board, move]
