"""Links that organizers hand over: once, for three days, taken back, told in the trail; a slip says how."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from core.accounts.errors import LinkUsed
from core.accounts.roles import CLI, Role
from core.audit.tables import AuditEntry
from core.errors import NotFound
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.services import links
from exhibitors.tables import ExhibitorLink
from tests.exhibitors.desks import a_firm
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio


def token_in(address: str) -> str:
    return address.rpartition("/")[2]


async def test_a_handed_link_opens_the_desk_once(opened: None) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    address, _ = await links.hand_over(CLI, edition, number)
    done = await asyncio.gather(*(links.confirm(token_in(address)) for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(one, links.Confirmed) for one in done) == 1
    assert all(isinstance(one, links.Confirmed | LinkUsed) for one in done)
    one = await exhibitor_numbered(edition, number)
    assert [link.state for link in await links.handed(one.id)] == ["used"]


async def test_a_new_one_ends_the_one_before_and_one_taken_back_or_run_out_opens_nothing(opened: None) -> None:
    edition = await an_edition()
    number, other = await a_firm(edition), await a_firm(edition, 2)
    first, _ = await links.hand_over(CLI, edition, number)
    second, until = await links.hand_over(CLI, edition, number)
    with pytest.raises(LinkUsed):
        await links.peek(token_in(first))
    assert (await links.peek(token_in(second))).number == number
    one = (await links.handed((await exhibitor_numbered(edition, number)).id))[0]
    assert until == one.expires
    with pytest.raises(NotFound):
        await links.take_back(CLI, edition, other, one.id)
    await links.take_back(CLI, edition, number, one.id)
    with pytest.raises(LinkUsed):
        await links.take_back(CLI, edition, number, one.id)
    with pytest.raises(LinkUsed):
        await links.confirm(token_in(second))
    third, until = await links.hand_over(CLI, edition, number)
    await ExhibitorLink.update({ExhibitorLink.expires_at: until - timedelta(days=4)}, force=True)
    with pytest.raises(LinkUsed):
        await links.confirm(token_in(third))
    with pytest.raises(NotFound):
        await links.hand_over(CLI, edition, "000000000000")


async def test_an_organizer_makes_it_and_it_is_shown_this_once_with_a_slip_in_both_languages(
    client: httpx.AsyncClient, opened: None
) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await sign_in(client, Role.organizer)
    at = f"/admin/exhibitors/{number}/link"
    made = await send_form(client, at)
    assert made.status_code == 200
    address = re.search(r'value="([^"]*/portal/enter/[^"]+)"', made.text)
    assert address is not None
    assert "data:image/svg+xml" in made.text
    assert "手机" in made.text
    assert "camera" in made.text
    again = await client.get(at)
    assert token_in(address[1]) not in again.text
    trail = await AuditEntry.select()
    assert token_in(address[1]) not in str(trail)
    assert "exhibitor.link_handed" in [row["action"] for row in trail]
    link = (await links.handed((await exhibitor_numbered(edition, number)).id))[0]
    assert (await send_form(client, f"{at}/{link.id}", at)).status_code == 303
    assert (await send_form(client, f"{at}/99999999999999", at)).status_code == 404
    assert (await client.get(f"/portal/enter/{token_in(address[1])}")).status_code == 410


async def test_the_way_to_register_is_a_slip_too_and_strangers_make_no_links(
    client: httpx.AsyncClient, opened: None
) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    assert (await client.get(f"/admin/exhibitors/{number}/link")).status_code in (302, 303, 401)
    await sign_in(client, Role.organizer)
    slip = await client.get("/admin/exhibitors/invite")
    assert "/register" in slip.text
    assert "data:image/svg+xml" in slip.text
