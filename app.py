"""Composition root: the only file that imports everything."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

import checkin.services.printing  # its jobs are registered
import checkin.services.upkeep  # noqa: F401  # its periodic work is registered
import core.upkeep  # noqa: F401  # its periodic work is registered
import exhibitors.services.terms  # noqa: F401  # the same
import portal.plan  # noqa: F401  # another view of the directory
from admin import audit as admin_audit
from admin import badges as admin_badges
from admin import booths as admin_booths
from admin import catalogue as admin_catalogue
from admin import ceremony as admin_ceremony
from admin import deals as admin_deals
from admin import deals_beside as admin_deals_beside
from admin import deposits as admin_deposits
from admin import desks as admin_desks
from admin import documents as admin_documents
from admin import drawings as admin_drawings
from admin import editions as admin_editions
from admin import exhibitors as admin_exhibitors
from admin import fees as admin_fees
from admin import funnel as admin_funnel
from admin import gate as admin_gate
from admin import halls as admin_halls
from admin import home as admin_home
from admin import imports as admin_imports
from admin import interest as admin_interest
from admin import jobs as admin_jobs
from admin import links as admin_links
from admin import mail as admin_mail
from admin import meetings as admin_meetings
from admin import moves as admin_moves
from admin import passes as admin_passes
from admin import people as admin_people
from admin import planning as admin_planning
from admin import privacy as admin_privacy
from admin import projects as admin_projects
from admin import register as admin_register
from admin import review as admin_review
from admin import suggestion as admin_suggestion
from admin import timetable as admin_timetable
from admin import timetable_board as admin_timetable_board
from admin import totals as admin_totals
from admin import weights as admin_weights
from api import badges as api_badges
from api import booths as api_booths
from api import checkpoints as api_checkpoints
from api import deals as api_deals
from api import editions as api_editions
from api import events as api_events
from api import exhibitors as api_exhibitors
from api import gate as api_gate
from api import leads as api_leads
from api import meetings as api_meetings
from api import partners as api_partners
from api import projects as api_projects
from api import scans as api_scans
from api import totals as api_totals
from checkin.services import tally
from core import db, events
from core.audit import sealing
from core.db.migrations import readiness
from core.jobs.worker import worker as jobs_worker
from core.mail import sending
from core.waking import rung
from gateway import files, front, limits, observe, preferences, schema, static
from gateway.auth import Authenticate
from gateway.errors import HANDLERS
from gateway.gate import Gate
from portal import account, signin, site, welcome
from portal import agenda as portal_agenda
from portal import badge as portal_badge
from portal import catalogue as portal_catalogue
from portal import desk as portal_desk
from portal import directory as portal_directory
from portal import drawings as portal_drawings
from portal import leads as portal_leads
from portal import moves as portal_moves
from portal import pages as portal_pages
from portal import passes as portal_passes
from portal import projects as portal_projects
from portal import register as portal_register
from portal import scan as portal_scan
from portal import statement as portal_statement
from portal import visit as portal_visit
from portal import wall as portal_wall

log = logging.getLogger("yinbo")

#: Seconds between two looks of those who wait for a database that is not right.
LOOK_AGAIN = 2.0


@asynccontextmanager
async def _at_work() -> AsyncIterator[None]:
    async with sealing.worker(), sending.worker(), jobs_worker(), tally.worker():
        yield


async def _at_work_once_ready(stopping: asyncio.Event) -> None:
    while await readiness():
        if await rung(stopping, LOOK_AGAIN):
            return
    log.info("the database is right now: mail, jobs and seals begin")
    async with _at_work():
        await stopping.wait()


@asynccontextmanager
async def workers() -> AsyncIterator[None]:
    """What is not done in a request; inside ``db.lifespan()``. While the database is not right it waits."""
    if not await readiness():
        async with _at_work():
            yield
        return
    stopping = asyncio.Event()
    task = asyncio.create_task(_at_work_once_ready(stopping), name="workers in waiting")
    try:
        yield
    finally:
        stopping.set()
        await task


def _settle() -> None:
    """What is there by now stays as long as the process: looking through it for garbage again and again held everyone
    up for 60 ms twice a second while a gate was busy."""
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()


@asynccontextmanager
async def _lifespan(_app: Litestar) -> AsyncIterator[None]:
    async with db.lifespan(), observe.lifespan(), limits.lifespan(), workers(), events.lifespan():
        _settle()
        yield


def _every_route_says_who_may(app: Litestar) -> None:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            if not isinstance(handler, HTTPRouteHandler) or handler.http_methods == {"OPTIONS"}:
                continue
            if "allow" not in handler.opt:
                raise RuntimeError(f"{route.path}: this route does not say who may use it")


def create_app() -> Litestar:
    app = Litestar(
        route_handlers=[
            *admin_home.ROUTES,
            *admin_jobs.ROUTES,
            *admin_mail.ROUTES,
            *api_events.ROUTES,
            *observe.ROUTES,
            *portal_directory.ROUTES,
            *portal_desk.ROUTES,
            *portal_pages.ROUTES,
            *portal_wall.ROUTES,
            *portal_agenda.ROUTES,
            *portal_projects.ROUTES,
            *admin_projects.ROUTES,
            *admin_timetable.ROUTES,
            *admin_timetable_board.ROUTES,
            *admin_funnel.ROUTES,
            *admin_weights.ROUTES,
            *admin_interest.ROUTES,
            *admin_meetings.ROUTES,
            *admin_planning.ROUTES,
            *preferences.ROUTES,
            *account.ROUTES,
            *files.ROUTES,
            *admin_people.ROUTES,
            *admin_privacy.ROUTES,
            *signin.ROUTES,
            *site.ROUTES,
            *static.ROUTES,
            *admin_audit.ROUTES,
            *admin_badges.ROUTES,
            *admin_gate.ROUTES,
            *admin_booths.ROUTES,
            *admin_halls.ROUTES,
            *admin_fees.ROUTES,
            *portal_statement.ROUTES,
            *admin_suggestion.ROUTES,
            *admin_documents.ROUTES,
            *admin_deals.ROUTES,
            *admin_deals_beside.ROUTES,
            *admin_totals.ROUTES,
            *admin_ceremony.ROUTES,
            *admin_desks.ROUTES,
            *admin_drawings.ROUTES,
            *admin_moves.ROUTES,
            *admin_passes.ROUTES,
            *admin_catalogue.ROUTES,
            *admin_deposits.ROUTES,
            *admin_links.ROUTES,
            *portal_catalogue.ROUTES,
            *portal_passes.ROUTES,
            *portal_moves.ROUTES,
            *portal_leads.ROUTES,
            *portal_drawings.ROUTES,
            *admin_imports.ROUTES,
            *admin_editions.ROUTES,
            *admin_exhibitors.ROUTES,
            *admin_register.ROUTES,
            *admin_review.ROUTES,
            *api_badges.ROUTES,
            *api_booths.ROUTES,
            *api_deals.ROUTES,
            *api_editions.ROUTES,
            *api_exhibitors.ROUTES,
            *api_totals.ROUTES,
            *api_projects.ROUTES,
            *api_partners.ROUTES,
            *api_meetings.ROUTES,
            *api_leads.ROUTES,
            *api_checkpoints.ROUTES,
            *api_scans.ROUTES,
            *api_gate.ROUTES,
            *portal_register.ROUTES,
            *portal_scan.ROUTES,
            *portal_badge.ROUTES,
            *portal_visit.ROUTES,
            *welcome.ROUTES,
        ],
        middleware=[Authenticate, Gate],
        request_max_body_size=None,
        exception_handlers=HANDLERS,
        lifespan=[_lifespan],
        openapi_config=schema.config(),
        logging_config=None,
    )
    _every_route_says_who_may(app)
    schema.complete(app)
    observe.install(app, front.install)
    return app
