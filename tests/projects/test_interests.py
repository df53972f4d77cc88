"""Interest in a project: said with consent, seen by those concerned, taken back."""

import asyncio
from typing import Any

import httpx
import pytest

from checkin import holders
from checkin.queries.badges import BadgeInfo
from checkin.rules.badges import BadgeIn
from checkin.services import badges, changes
from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo
from exhibitors.tables import Status
from projects.queries import interests as queries
from projects.rules.interests import CONSENT_VERSION
from projects.rules.projects import OwnerIn, ProjectIn, ProjectPatch
from projects.services import projects
from projects.tables import Interest, ProjectState
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.world import send_form, sign_in, token_for

pytestmark = pytest.mark.anyio


async def a_project(edition: EditionInfo, firm: str = "") -> str:
    owner = OwnerIn(firm) if firm else "示例养老集团"
    return (await projects.add(CLI, edition, ProjectIn("示例项目", owner, "示例。", "idea"))).number


async def a_visitor(edition: EditionInfo, **typed: Any) -> BadgeInfo:
    whole = {"mobile": "13800138000", "email": "visitor@example.com", **typed}
    return await badges.issue(CLI, edition, BadgeIn("visitor", "示例访客", "示例街道", **whole))


def said(badge: BadgeInfo, **other: str) -> dict[str, str]:
    return {"serial": badge.serial, "digits": "8000", "consent": "1", "question": CONSENT_VERSION, **other}


async def test_a_visitor_leaves_word_by_badge_and_the_owner_and_organizers_see_it(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    firm = await a_firm(edition)
    await its_member(edition, firm)
    number, badge = await a_project(edition, firm), await a_visitor(edition)
    at = f"/projects/{number}"
    for _ in range(2):
        done = await send_form(client, f"{at}/interest", at, **said(badge, message="想了解运营方式。"))
        assert done.status_code == 303, done.text
    [one] = await queries.interests_of((await Interest.select().first())["project"])  # type: ignore[index]
    assert (one.name, one.mobile, one.message) == ("示例访客", "+8613800138000", "想了解运营方式。")
    assert "13800138000" not in (await client.get(at)).text
    mine = f"/badge/{holders.key_of(edition.id, badge.serial, badge.uid)}"
    assert "示例项目" in (await client.get(mine)).text
    await sign_in(client, Role.exhibitor)
    assert "想了解运营方式。" in (await client.get(f"/portal/{firm}/projects/{number}")).text
    client.cookies.clear()
    await sign_in(client, Role.organizer)
    assert "+8613800138000" in (await client.get(f"/admin/projects/{number}")).text
    interest = (await Interest.select().first())["id"]  # type: ignore[index]
    other = await a_visitor(edition, mobile="13900139000")
    theirs = f"/badge/{holders.key_of(edition.id, other.serial, other.uid)}"
    assert (await send_form(client, f"{theirs}/interest", at, interest=str(interest))).status_code == 404
    assert (await send_form(client, f"{mine}/interest", at, interest=str(interest))).status_code == 303
    assert "+8613800138000" not in (await client.get(f"/admin/projects/{number}")).text
    assert (await Interest.select().first())["message"] == ""  # type: ignore[index]


async def test_without_consent_or_with_another_ones_badge_nothing_is_noted(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number, badge = await a_project(edition), await a_visitor(edition)
    silent = await a_visitor(edition, mobile="")
    at = f"/projects/{number}"
    for typed, fields in (
        (said(badge, consent=""), ["consent"]),
        (said(badge, question="1999"), ["consent"]),
        (said(badge, digits="1234"), ["serial"]),
        (said(silent, digits=""), ["serial"]),
        (said(badge, serial="000000000", message="字" * 501), ["serial", "message"]),
        (said(badge, serial="\x00'", digits="８０００x"), ["serial"]),
    ):
        lost = await send_form(client, f"{at}/interest", at, **typed)
        assert lost.status_code == 422, typed
        for name in fields:
            assert f'id="f-{name}-error"' in lost.text, (typed, name)
    await changes.revoke(CLI, edition, badge.serial, "示例")
    assert (await send_form(client, f"{at}/interest", at, **said(badge))).status_code == 422
    assert await Interest.count() == 0
    assert (await send_form(client, "/projects/P000000/interest", at, **said(badge))).status_code == 404


async def test_a_firm_is_interested_in_anothers_project_and_not_in_its_own(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    mine, theirs = await a_firm(edition, 1), await a_firm(edition, 2)
    await its_member(edition, mine)
    own, foreign = await a_project(edition, mine), await a_project(edition, theirs)
    await sign_in(client, Role.exhibitor)
    done = await send_form(client, f"/projects/{foreign}/interest", f"/projects/{foreign}", exhibitor=mine)
    assert done.status_code == 303
    refused = await send_form(client, f"/projects/{own}/interest", f"/projects/{foreign}", exhibitor=mine)
    assert refused.status_code == 422
    spoof = await send_form(client, f"/projects/{foreign}/interest", f"/projects/{foreign}", exhibitor=theirs)
    assert spoof.status_code == 404
    assert await Interest.count() == 1
    waiting = await a_firm(edition, 3, Status.submitted)
    await its_member(edition, waiting)
    early = await send_form(client, f"/projects/{foreign}/interest", f"/projects/{foreign}", exhibitor=waiting)
    assert early.status_code == 422


async def test_programs_say_it_too_once_and_read_only_what_is_theirs(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number, badge = await a_project(edition), await a_visitor(edition)
    at = f"/api/v1/projects/{number}/interests"
    body = {"badge": badge.code, "consent": CONSENT_VERSION}
    answers = await asyncio.gather(*(client.post(at, json=body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert await Interest.count() == 1
    wrongs: list[dict[str, str]] = [{}, {"badge": "YB:x"}, {"badge": badge.serial}]
    wrongs += [{**body, "consent": "1999"}, {**body, "exhibitor": "1"}]
    for wrong in wrongs:
        assert (await client.post(at, json=wrong)).status_code == 422, wrong
    organizer, exhibitor = await token_for(Role.organizer), await token_for(Role.exhibitor)
    [seen] = (await client.get(at, headers=organizer)).json()
    assert (seen["name"], seen["exhibitor"]) == ("示例访客", None)
    assert (await client.get(at, headers=exhibitor)).status_code == 404
    firm = await a_firm(edition)
    assert (await client.post(at, json={"exhibitor": firm}, headers=organizer)).status_code == 201
    assert (await client.post(at, json={"badge": badge.serial}, headers=organizer)).status_code == 201
    assert (await client.post(at, json={"exhibitor": firm})).status_code == 404
    seen_now = (await client.get(at, headers=organizer)).json()
    assert {one["exhibitor"] for one in seen_now} == {firm, None}


async def test_what_was_revoked_made_anew_or_erased_is_shown_as_it_is_now(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number, badge = await a_project(edition), await a_visitor(edition)
    await send_form(client, f"/projects/{number}/interest", f"/projects/{number}", **said(badge, message="示例留言"))
    project = (await Interest.select().first())["project"]  # type: ignore[index]
    signed = await changes.sign_again(edition, badge.serial)
    made = await changes.reissue(CLI, edition, badge.serial, signed, "遗失")
    assert len(await queries.interests_of(project)) == 1
    await changes.revoke(CLI, edition, made.serial, "示例")
    assert await queries.interests_of(project) == []


async def test_a_project_that_is_not_public_takes_no_interest(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number, badge = await a_project(edition), await a_visitor(edition)
    await projects.change(CLI, edition, number, ProjectPatch(status=ProjectState.withdrawn))
    body = {"badge": badge.code, "consent": CONSENT_VERSION}
    assert (await client.post(f"/api/v1/projects/{number}/interests", json=body)).status_code == 404


async def test_the_crew_takes_interest_down_beside_the_stage(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number, badge = await a_project(edition), await a_visitor(edition)
    await sign_in(client, Role.gate)
    at = "/admin/interest"
    whole = {"project": number, "badge": badge.code, "consent": "1"}
    wrong: tuple[tuple[dict[str, str], str], ...] = (
        ({"consent": ""}, "consent"),
        ({"badge": "nonsense"}, "badge"),
        ({"project": "P000000"}, "project"),
    )
    for change, name in wrong:
        answer = await send_form(client, at, **{**whole, **change})
        assert (answer.status_code, f'id="f-{name}-error"' in answer.text) == (422, True), change
    for typed in (badge.code, badge.serial):
        done = await send_form(client, at, **{**whole, "badge": typed})
        assert done.status_code == 200
        assert "已登记：示例访客" in done.text
        assert f'value="{number}" selected' in done.text, "for the next badge"
    assert await Interest.count() == 1
    await changes.revoke(CLI, edition, badge.serial, "示例")
    assert (await send_form(client, at, **whole)).status_code == 422
