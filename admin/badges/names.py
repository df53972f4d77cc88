"""The list on paper for when everything else fails: who has a valid badge, by pinyin, with a box to tick."""

import asyncio
from itertools import groupby
from typing import Any

import msgspec
from litestar import Request, Response, get

from admin.badges import asked
from admin.badges.asked import HOME
from admin.gate import names as words
from checkin.queries.badges import BadgeInfo, badges, count_badges
from checkin.tables import BadgeStatus
from core import clock
from core.accounts.roles import Role
from core.editions.queries import require_current
from exhibitors.rules.directory import Texts, place_zh
from gateway.access import allow
from gateway.locale import locale_of
from gateway.pages import page

#: Names on one list; more are printed by kind.
MOST = 3000


def _by_letter(found: list[BadgeInfo]) -> list[tuple[str, list[BadgeInfo]]]:
    placed = [(place_zh(Texts(one.holder, "")), one) for one in found]
    placed.sort(key=lambda pair: (pair[0].sort, pair[1].id))
    return [(letter, [one for _, one in group]) for letter, group in groupby(placed, key=lambda pair: pair[0].letter)]


@get(HOME + "/names", opt=allow(Role.organizer))
async def names(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    only = msgspec.structs.replace(asked.filter_of(request.query_params), status=BadgeStatus.active)
    found = await badges(edition, only, limit=MOST)
    return page(
        request,
        "admin/badges/names.html",
        edition=edition,
        letters=await asyncio.to_thread(_by_letter, found),
        total=await count_badges(edition, only),
        most=MOST,
        now=clock.now(),
        kind=only.kind,
        kinds=words.kinds(locale),
    )


ROUTES: list[Any] = [names]
