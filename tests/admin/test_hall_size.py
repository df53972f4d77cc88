"""A hall's size and entrance are changed later; what would stand outside is named."""

import httpx
import pytest

from core.accounts.roles import CLI, Role
from exhibitors.rules.booths import BoothDraft
from exhibitors.services import halls
from exhibitors.tables import Booth, BoothHolding, BoothKind, Exhibitor, Hall
from tests.exhibitors.desks import a_firm
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio
AT = "/admin/booths/halls/1"


async def stored() -> tuple[int, ...]:
    row = (await Hall.select())[0]
    return row["width"], row["height"], row["entrance_x"], row["entrance_y"]


async def test_a_hall_gets_another_size_and_entrance_but_not_smaller_than_its_booths(
    client: httpx.AsyncClient, opened: None
) -> None:
    edition = await an_edition()
    await halls.place(CLI, edition, [BoothDraft(f"A{n}", "1", BoothKind.standard, 900) for n in range(1, 8)])
    before = await stored()
    await sign_in(client, Role.organizer)
    form = {"name_zh": "1号馆", "name_en": "Hall 1", "wall": "east", "along": "12.5"}
    small = await send_form(client, AT, **form, width="13", height="13")
    assert small.status_code == 422
    assert "A7" in small.text
    assert await stored() == before
    beyond = await send_form(client, AT, **{**form, "along": "99"}, width="90", height="60")
    assert beyond.status_code == 422
    assert 'value="99"' in beyond.text
    assert (await send_form(client, AT, **form, width="x", height="0")).status_code == 422
    assert await stored() == before
    assert (await send_form(client, AT, **form, width="９０", height="60")).status_code == 303
    assert await stored() == (900, 600, 900, 125)
    assert 'value="12.5"' in (await client.get(AT)).text
    assert (
        await send_form(client, AT, **{**form, "wall": "north", "along": "0"}, width="90", height="60")
    ).status_code == 303
    assert await stored() == (900, 600, 0, 0)


async def test_a_proposed_merger_is_made_and_given_in_one_step_or_not_at_all(
    client: httpx.AsyncClient, opened: None
) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    await Exhibitor.update({Exhibitor.booth_kind: "raw", Exhibitor.booth_area_m2: 18}, force=True)
    await halls.place(CLI, edition, [BoothDraft(f"A{n}", "1", BoothKind.standard, 900) for n in range(1, 4)])
    await sign_in(client, Role.organizer)
    at = "/admin/booths/suggestion"
    assert 'value="A1+A2"' in (await client.get(at)).text
    codes = f"codes-{number}"
    refused = await send_form(client, at, take=number, **{codes: "A1+A3"})
    assert refused.status_code == 409
    assert await Booth.count() == 3
    assert (await send_form(client, at, take=number, **{codes: "A1＋A2"})).status_code == 303
    held = await BoothHolding.select(BoothHolding.booth.code.as_alias("code"), BoothHolding.booth.kind.as_alias("kind"))
    assert held == [{"code": "A1-A2", "kind": "raw"}]
