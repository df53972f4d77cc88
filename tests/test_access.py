"""Role × route: one row for each route, in the order of the alphabet, saying who may.

A route without a row fails, and so does a row without a route; the roles here must be those that the route declares.
"""

import re

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from app import create_app
from core.accounts.roles import Role, effective
from tests.world import sign_in, token_for

#: method, path, and who: "public", "signed_in", or roles with a space between.
ROUTES = """
GET / public
GET /account signed_in
POST /account signed_in
POST /account/data signed_in
POST /account/password signed_in
POST /account/recovery-codes signed_in
GET /account/second-factor signed_in
POST /account/second-factor signed_in
POST /account/second-factor/remove signed_in
POST /account/sessions/end-others signed_in
POST /account/sessions/{session:int}/end signed_in
GET /admin gate organizer reviewer signing viewer
GET /admin/audit organizer
GET /admin/audit.csv organizer
POST /admin/audit/head admin
POST /admin/audit/head/mail admin
POST /admin/audit/verify admin
GET /admin/audit/{key:int} organizer
GET /admin/badges organizer
POST /admin/badges organizer
GET /admin/badges/blanks organizer
POST /admin/badges/blanks organizer
GET /admin/badges/keys admin
POST /admin/badges/keys admin
POST /admin/badges/keys/{number:int}/strike-off admin
GET /admin/badges/names organizer
GET /admin/badges/new organizer
GET /admin/badges/prints organizer
POST /admin/badges/prints organizer
GET /admin/badges/prints/{run:int} organizer
GET /admin/badges/visits organizer
GET /admin/badges/visits.xlsx organizer
POST /admin/badges/visits/{serial:str}/cancel organizer
GET /admin/badges/{serial:str} organizer
POST /admin/badges/{serial:str}/{act:str} organizer
GET /admin/booths organizer
GET /admin/booths/deposits organizer
POST /admin/booths/deposits organizer
GET /admin/booths/deposits.xlsx organizer
GET /admin/booths/fees organizer
POST /admin/booths/fees organizer
GET /admin/booths/halls/new organizer
POST /admin/booths/halls/new organizer
GET /admin/booths/halls/{code:str} organizer
POST /admin/booths/halls/{code:str} organizer
GET /admin/booths/sheet organizer
POST /admin/booths/sheet organizer
GET /admin/booths/suggestion organizer
POST /admin/booths/suggestion organizer
GET /admin/booths/{code:str} organizer
POST /admin/booths/{code:str}/{act:str} organizer
GET /admin/catalogue organizer
GET /admin/catalogue.xlsx organizer
GET /admin/catalogue/print organizer
POST /admin/catalogue/{act:str} organizer
GET /admin/ceremony organizer signing
POST /admin/ceremony/queue organizer signing
POST /admin/ceremony/step organizer signing
GET /admin/changes reviewer
GET /admin/deals signing
GET /admin/deals/duplicates signing
POST /admin/deals/duplicates/{suspicion:int} signing
GET /admin/deals/exhibitors signing
GET /admin/deals/export.xlsx signing
GET /admin/deals/import signing
POST /admin/deals/import signing
POST /admin/deals/look signing
GET /admin/deals/new signing
POST /admin/deals/new signing
GET /admin/deals/{number:str} signing
GET /admin/deals/{number:str}/amend signing
POST /admin/deals/{number:str}/amend signing
POST /admin/deals/{number:str}/confirm signing
POST /admin/deals/{number:str}/evidence signing
POST /admin/deals/{number:str}/void signing
GET /admin/drawings reviewer
POST /admin/drawings/{submission:int} reviewer
GET /admin/editions organizer
GET /admin/editions/new organizer
POST /admin/editions/new organizer
GET /admin/editions/{slug:str} organizer
POST /admin/editions/{slug:str} organizer
GET /admin/editions/{slug:str}/current organizer
POST /admin/editions/{slug:str}/current organizer
GET /admin/exhibitors reviewer
POST /admin/exhibitors/approve reviewer
GET /admin/exhibitors/export.xlsx organizer
GET /admin/exhibitors/import organizer
POST /admin/exhibitors/import organizer
GET /admin/exhibitors/import/{number:int} organizer
POST /admin/exhibitors/import/{number:int}/pass organizer
POST /admin/exhibitors/import/{number:int}/run organizer
GET /admin/exhibitors/invite organizer
GET /admin/exhibitors/new organizer
POST /admin/exhibitors/new organizer
GET /admin/exhibitors/template.xlsx organizer
GET /admin/exhibitors/{number:str} reviewer
GET /admin/exhibitors/{number:str}/booth organizer
POST /admin/exhibitors/{number:str}/booth organizer
POST /admin/exhibitors/{number:str}/changes/{change:int} reviewer
POST /admin/exhibitors/{number:str}/check-digit organizer
POST /admin/exhibitors/{number:str}/contact reviewer
POST /admin/exhibitors/{number:str}/decision reviewer
GET /admin/exhibitors/{number:str}/deposit organizer
POST /admin/exhibitors/{number:str}/deposit/{act:str} organizer
GET /admin/exhibitors/{number:str}/files reviewer
POST /admin/exhibitors/{number:str}/files organizer
POST /admin/exhibitors/{number:str}/files/{line:int}/remove organizer
GET /admin/exhibitors/{number:str}/link organizer
POST /admin/exhibitors/{number:str}/link organizer
POST /admin/exhibitors/{number:str}/link/{link:int} organizer
GET /admin/exhibitors/{number:str}/messages organizer
POST /admin/exhibitors/{number:str}/messages organizer
POST /admin/exhibitors/{number:str}/messages/read organizer
GET /admin/exhibitors/{number:str}/statement organizer
POST /admin/exhibitors/{number:str}/statement/{act:str} organizer
POST /admin/exhibitors/{number:str}/undo reviewer
GET /admin/gate organizer
GET /admin/gate/areas/{code:str} organizer
POST /admin/gate/areas/{code:str} organizer
GET /admin/gate/came organizer
GET /admin/gate/came.xlsx organizer
GET /admin/gate/checkpoints/new organizer
POST /admin/gate/checkpoints/new organizer
GET /admin/gate/checkpoints/{code:str} organizer
POST /admin/gate/checkpoints/{code:str} organizer
POST /admin/gate/checkpoints/{code:str}/{act:str} organizer
GET /admin/gate/conflicts organizer
GET /admin/gate/conflicts.xlsx organizer
POST /admin/gate/conflicts/{scan:int} organizer
GET /admin/gate/devices organizer
POST /admin/gate/devices organizer
POST /admin/gate/devices/invites/{number:int}/withdraw organizer
POST /admin/gate/devices/{device:int}/{act:str} organizer
GET /admin/gate/evacuation gate
GET /admin/gate/incidents gate
POST /admin/gate/incidents gate
POST /admin/gate/incidents/notes gate
GET /admin/gate/incidents/{number:int} gate
POST /admin/gate/incidents/{number:int}/{act:str} gate
GET /admin/gate/live gate
GET /admin/gate/scans organizer
GET /admin/gate/scans.xlsx organizer
GET /admin/gate/scans/{number:int} organizer
POST /admin/gate/scans/{number:int}/undo organizer
GET /admin/gate/screen gate
GET /admin/interest gate organizer
POST /admin/interest gate organizer
GET /admin/jobs organizer
POST /admin/jobs/{number:int}/{act:str} organizer
GET /admin/mail organizer
POST /admin/mail/all/{act:str} organizer
POST /admin/mail/refused/{number:int}/clear organizer
GET /admin/mail/{number:int} organizer
GET /admin/mail/{number:int}/html organizer
POST /admin/mail/{number:int}/open organizer
POST /admin/mail/{number:int}/retry organizer
GET /admin/meetings organizer
POST /admin/meetings organizer
GET /admin/meetings.xlsx organizer
GET /admin/meetings/arrivals gate organizer
POST /admin/meetings/arrivals gate organizer
GET /admin/meetings/plan organizer
POST /admin/meetings/plan organizer
POST /admin/meetings/plan/settings organizer
POST /admin/meetings/plan/{plan:int}/{act:str} organizer
GET /admin/meetings/tables organizer
GET /admin/meetings/{number:str} organizer
POST /admin/meetings/{number:str}/{act:str} organizer
GET /admin/messages organizer
GET /admin/move organizer
POST /admin/move organizer
GET /admin/move.csv organizer
POST /admin/move/{window:int}/{act:str} organizer
GET /admin/passes organizer
GET /admin/passes.xlsx organizer
GET /admin/passes/print organizer
POST /admin/passes/{number:str} organizer
GET /admin/people organizer
POST /admin/people organizer
GET /admin/people/{account:int} organizer
POST /admin/people/{account:int}/{act:str} organizer
GET /admin/privacy admin
POST /admin/privacy/editions/{slug:str}/{act:str} admin
POST /admin/privacy/{act:str} admin
GET /admin/projects organizer
GET /admin/projects.xlsx organizer
GET /admin/projects/funnel organizer
GET /admin/projects/funnel.xlsx organizer
GET /admin/projects/new organizer
POST /admin/projects/new organizer
GET /admin/projects/weights organizer
POST /admin/projects/weights organizer
GET /admin/projects/{number:str} organizer
POST /admin/projects/{number:str} organizer
POST /admin/projects/{number:str}/decision organizer
POST /admin/projects/{number:str}/files organizer
POST /admin/projects/{number:str}/files/{line:int}/{act:str} organizer
GET /admin/security admin
POST /admin/security admin
GET /admin/timetable organizer
GET /admin/timetable/board organizer
POST /admin/timetable/board/{slot:int} organizer
GET /admin/timetable/new organizer
POST /admin/timetable/new organizer
POST /admin/timetable/stages/{stage:int} organizer
GET /admin/timetable/stages/{stage:int}/screen viewer
GET /admin/timetable/{slot:int} organizer
POST /admin/timetable/{slot:int} organizer
POST /admin/timetable/{slot:int}/{act:str} organizer
GET /admin/tokens organizer
POST /admin/tokens organizer
POST /admin/tokens/revoke organizer
GET /admin/totals viewer
GET /admin/totals/sheet viewer
GET /agenda public
GET /agenda.ics public
GET /api/v1/agenda public
POST /api/v1/agenda organizer
DELETE /api/v1/agenda/{slot:int} organizer
PUT /api/v1/agenda/{slot:int} organizer
GET /api/v1/badges organizer
POST /api/v1/badges organizer
POST /api/v1/badges/batch organizer
POST /api/v1/badges/bind gate
POST /api/v1/badges/blanks organizer
GET /api/v1/badges/{serial:str} exhibitor organizer
POST /api/v1/badges/{serial:str}/bind gate
POST /api/v1/badges/{serial:str}/reissue organizer
POST /api/v1/badges/{serial:str}/revoke organizer
GET /api/v1/booths organizer
POST /api/v1/booths organizer
GET /api/v1/checkpoints gate
POST /api/v1/checkpoints organizer
PATCH /api/v1/checkpoints/{code:str} organizer
GET /api/v1/checkpoints/{code:str}/stats gate
GET /api/v1/deals signing
POST /api/v1/deals signing
GET /api/v1/deals/{number:str} signing
PATCH /api/v1/deals/{number:str} signing
POST /api/v1/deals/{number:str}/confirm signing
GET /api/v1/deals/{number:str}/revisions signing
POST /api/v1/deals/{number:str}/void signing
GET /api/v1/edition public
GET /api/v1/events public
GET /api/v1/exhibitors reviewer
POST /api/v1/exhibitors public
GET /api/v1/exhibitors/{number:str} reviewer
GET /api/v1/exhibitors/{number:str}/badges exhibitor organizer
POST /api/v1/exhibitors/{number:str}/badges exhibitor organizer
DELETE /api/v1/exhibitors/{number:str}/booth organizer
PUT /api/v1/exhibitors/{number:str}/booth organizer
POST /api/v1/exhibitors/{number:str}/decision reviewer
GET /api/v1/exhibitors/{number:str}/leads exhibitor organizer
POST /api/v1/exhibitors/{number:str}/leads exhibitor organizer
POST /api/v1/gate/admit gate
POST /api/v1/gate/enrol public
POST /api/v1/gate/heartbeat gate
POST /api/v1/gate/leave gate
GET /api/v1/gate/search gate
GET /api/v1/gate/session gate
GET /api/v1/gate/snapshot gate
POST /api/v1/gate/walk-in gate
POST /api/v1/gate/wiped public
GET /api/v1/meetings exhibitor organizer
POST /api/v1/meetings exhibitor organizer
GET /api/v1/meetings/{number:str} exhibitor organizer
POST /api/v1/meetings/{number:str}/accept exhibitor organizer
POST /api/v1/meetings/{number:str}/cancel exhibitor organizer
POST /api/v1/meetings/{number:str}/decline exhibitor organizer
POST /api/v1/meetings/{number:str}/outcome exhibitor organizer
PUT /api/v1/meetings/{number:str}/time organizer
GET /api/v1/projects exhibitor organizer
POST /api/v1/projects exhibitor organizer
GET /api/v1/projects/{number:str} exhibitor organizer
PATCH /api/v1/projects/{number:str} exhibitor organizer
GET /api/v1/projects/{number:str}/interests exhibitor organizer
POST /api/v1/projects/{number:str}/interests public
GET /api/v1/projects/{number:str}/matches exhibitor organizer
DELETE /api/v1/projects/{number:str}/slot organizer
PUT /api/v1/projects/{number:str}/slot organizer
POST /api/v1/registration-check public
GET /api/v1/scans organizer
POST /api/v1/scans gate
POST /api/v1/scans/batch gate
POST /api/v1/scans/{nonce:str}/undo gate
GET /api/v1/totals public
GET /badge/{key:str} public
POST /badge/{key:str}/away public
GET /badge/{key:str}/badge.pdf public
POST /badge/{key:str}/cancel public
GET /badge/{key:str}/code.png public
POST /badge/{key:str}/interest public
GET /badge/{key:str}/meetings.ics public
POST /badge/{key:str}/meetings/{meeting:str}/{act:str} public
POST /badge/{key:str}/withdraw public
GET /editions/{slug:str} public
GET /enter/{token:str} public
POST /enter/{token:str} public
GET /exhibitors public
GET /exhibitors/{number:str} public
GET /favicon.ico public
GET /files/{file:int}/{name:str} public
GET /healthz public
GET /help public
GET /invite/{token:str} public
POST /invite/{token:str} public
GET /login public
POST /login public
GET /login/code public
POST /login/code public
POST /login/link public
POST /logout signed_in
GET /manifest.webmanifest public
GET /metrics public
GET /portal public
GET /portal/enter/{token:str} public
POST /portal/enter/{token:str} public
GET /portal/leads-worker.js public
GET /portal/link public
POST /portal/link public
GET /portal/{number:str} signed_in
GET /portal/{number:str}/badges signed_in
POST /portal/{number:str}/badges signed_in
POST /portal/{number:str}/badges/{serial:str}/mail signed_in
POST /portal/{number:str}/badges/{serial:str}/revoke signed_in
GET /portal/{number:str}/catalogue signed_in
POST /portal/{number:str}/catalogue signed_in
GET /portal/{number:str}/colleagues signed_in
POST /portal/{number:str}/colleagues signed_in
POST /portal/{number:str}/colleagues/{account:int}/remove signed_in
POST /portal/{number:str}/confirm signed_in
GET /portal/{number:str}/details signed_in
POST /portal/{number:str}/details signed_in
GET /portal/{number:str}/drawings signed_in
POST /portal/{number:str}/drawings signed_in
GET /portal/{number:str}/files signed_in
POST /portal/{number:str}/files signed_in
POST /portal/{number:str}/files/{line:int}/remove signed_in
GET /portal/{number:str}/leads signed_in
POST /portal/{number:str}/leads signed_in
GET /portal/{number:str}/leads.xlsx signed_in
GET /portal/{number:str}/leads/scan signed_in
GET /portal/{number:str}/leads/{lead:int} signed_in
POST /portal/{number:str}/leads/{lead:int} signed_in
POST /portal/{number:str}/matches signed_in
GET /portal/{number:str}/meetings signed_in
POST /portal/{number:str}/meetings signed_in
GET /portal/{number:str}/meetings.ics signed_in
POST /portal/{number:str}/meetings/away signed_in
POST /portal/{number:str}/meetings/{meeting:str}/{act:str} signed_in
GET /portal/{number:str}/messages signed_in
POST /portal/{number:str}/messages signed_in
POST /portal/{number:str}/messages/read signed_in
GET /portal/{number:str}/move signed_in
POST /portal/{number:str}/move signed_in
GET /portal/{number:str}/passes signed_in
GET /portal/{number:str}/passes/print signed_in
POST /portal/{number:str}/passes/{act:str} signed_in
GET /portal/{number:str}/products signed_in
POST /portal/{number:str}/products signed_in
GET /portal/{number:str}/products/{product:int} signed_in
POST /portal/{number:str}/products/{product:int} signed_in
POST /portal/{number:str}/products/{product:int}/move signed_in
POST /portal/{number:str}/products/{product:int}/remove signed_in
GET /portal/{number:str}/profile signed_in
POST /portal/{number:str}/profile signed_in
GET /portal/{number:str}/projects signed_in
GET /portal/{number:str}/projects/new signed_in
POST /portal/{number:str}/projects/new signed_in
GET /portal/{number:str}/projects/{project:str} signed_in
POST /portal/{number:str}/projects/{project:str} signed_in
POST /portal/{number:str}/projects/{project:str}/files signed_in
POST /portal/{number:str}/projects/{project:str}/files/{line:int}/remove signed_in
POST /portal/{number:str}/projects/{project:str}/{act:str} signed_in
GET /portal/{number:str}/statement signed_in
POST /portal/{number:str}/statement signed_in
POST /portal/{number:str}/withdraw signed_in
GET /preferences public
GET /privacy public
GET /projects public
GET /projects/{number:str} public
POST /projects/{number:str}/interest public
GET /readyz public
GET /register public
POST /register public
POST /register/access public
POST /register/drafts/{submission:str}/discard signed_in
GET /register/drafts/{token:str} public
POST /register/drafts/{token:str} public
GET /register/{submission:str} public
GET /reset public
POST /reset public
GET /reset/{token:str} public
POST /reset/{token:str} public
GET /robots.txt public
GET /scan public
GET /scan/manifest.webmanifest public
GET /scan/sw.js public
GET /schema public
GET /schema/openapi.json public
GET /schema/{path:str} public
GET /setup/{token:str} public
POST /setup/{token:str} public
GET /static/{name:path} public
GET /visit public
POST /visit public
GET /wall public
"""


def _rows() -> dict[tuple[str, str], str]:
    out: dict[tuple[str, str], str] = {}
    for line in ROUTES.strip().splitlines():
        method, path, who = line.split(maxsplit=2)
        assert (method, path) not in out, f"{method} {path} stands twice"
        out[method, path] = who
    return out


ROWS = _rows()


def _declared() -> dict[tuple[str, str], str]:
    out: dict[tuple[str, str], str] = {}
    for route in create_app().routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            assert isinstance(handler, HTTPRouteHandler), f"{route.path} is no HTTP route"
            for method in handler.http_methods - {"OPTIONS"}:
                allowed = handler.opt["allow"]
                out[method, route.path] = allowed if isinstance(allowed, str) else " ".join(sorted(allowed))
    return out


def test_every_route_stands_here_as_it_is_declared() -> None:
    assert _declared() == ROWS


def test_rows_are_sorted_so_that_they_merge_easily() -> None:
    lines = ROUTES.strip().splitlines()
    assert lines == sorted(lines, key=lambda line: line.split()[1::-1])


#: Streams that do not end: who may see what in them is tested beside them.
STREAMS = {"/api/v1/events"}
CALLS = [(method, path, who) for (method, path), who in ROWS.items() if path not in STREAMS]


def _may(who: str, role: Role) -> bool:
    return who in ("public", "signed_in") or not effective([role]).isdisjoint(map(Role, who.split()))


async def _wrong(
    client: httpx.AsyncClient, role: Role, headers: dict[str, str], calls: list[tuple[str, str, str]]
) -> list[str]:
    wrong = []
    for method, path, who in calls:
        answer = await client.request(
            method, re.sub(r"{\w+:\w+}", "1", path), headers={"accept": "application/json"} | headers
        )
        code = answer.json().get("code") if "problem" in answer.headers.get("content-type", "") else ""
        refused = answer.status_code == 401 or code == "forbidden"
        if refused == _may(who, role):
            wrong.append(f"{role} {method} {path}: {answer.status_code} {code}")
    return wrong


@pytest.mark.anyio
@pytest.mark.parametrize("role", Role)
async def test_a_program_may_what_its_role_may(client: httpx.AsyncClient, role: Role) -> None:
    calls = [call for call in CALLS if call[1].startswith("/api/")]
    assert await _wrong(client, role, await token_for(role), calls) == []


@pytest.mark.anyio
@pytest.mark.parametrize("role", Role)
async def test_a_person_sees_the_pages_of_the_role(client: httpx.AsyncClient, role: Role) -> None:
    await sign_in(client, role)
    calls = [call for call in CALLS if call[0] == "GET" and not call[1].startswith("/api/")]
    assert await _wrong(client, role, {}, calls) == []


@pytest.mark.anyio
async def test_who_has_not_signed_in_gets_nothing_but_what_is_public(client: httpx.AsyncClient) -> None:
    for method, path, who in CALLS:
        answer = await client.request(method, re.sub(r"{\w+:\w+}", "1", path))
        to_login = answer.status_code == 303 and answer.headers["location"].startswith("/login?next=")
        refused = answer.status_code == 401 or to_login
        if who == "public":
            assert not refused, f"{method} {path}"
        elif method == "GET" or path.startswith("/api/"):
            assert refused, f"{method} {path}: {answer.status_code}"
        else:
            assert answer.status_code in (401, 403), f"{method} {path}: {answer.status_code}"
