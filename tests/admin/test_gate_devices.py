import re

import httpx
import pytest

from checkin.queries import devices as queries
from checkin.rules.checkpoints import CheckpointIn
from checkin.services import checkpoints, devices
from core.accounts.roles import CLI, Role
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio
AT = "/admin/gate/devices"


async def test_a_slip_enrols_one_phone_which_is_renamed_sent_and_revoked(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await checkpoints.create(CLI, edition, CheckpointIn(code="N", name="北门"))
    await sign_in(client, Role.organizer)
    assert (await send_form(client, AT, name=" ")).status_code == 422
    slip = await send_form(client, AT, name="北门 1 号")
    assert slip.status_code == 200
    assert slip.headers["cache-control"] == "no-store"
    assert "<svg" in slip.text
    code = re.search(r'class="typed">([0-9A-Z]{4}-[0-9A-Z]{4})<', slip.text)
    assert code is not None
    assert "北门 1 号" in (await client.get(AT)).text
    made = await devices.enrol(code[1], "", "a phone")
    assert (await send_form(client, f"{AT}/{made.device}/rename", AT, name="")).status_code == 422
    assert (await send_form(client, f"{AT}/{made.device}/rename", AT, name="北门 9 号")).status_code == 303
    assert (await send_form(client, f"{AT}/{made.device}/send", AT, checkpoint="X")).status_code == 422
    assert (await send_form(client, f"{AT}/{made.device}/send", AT, checkpoint="N")).status_code == 303
    (one,) = await queries.devices(edition)
    assert (one.name, one.checkpoint) == ("北门 9 号", "N")
    assert (await send_form(client, f"{AT}/{made.device}/explode", AT)).status_code == 404
    assert (await send_form(client, f"{AT}/{made.device}/revoke", AT)).status_code == 303
    (one,) = await queries.devices(edition)
    assert one.revoked_at is not None
    for act in ("rename", "send", "revoke"):
        assert (await send_form(client, f"{AT}/{made.device}/{act}", AT, name="x")).status_code == 404


async def test_a_slip_is_withdrawn_before_it_is_used(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    await send_form(client, AT, name="南门 1 号")
    (one,) = await queries.open_invites(edition)
    assert (await send_form(client, f"{AT}/invites/{one.id}/withdraw", AT)).status_code == 303
    assert await queries.open_invites(edition) == []
    assert (await send_form(client, f"{AT}/invites/{one.id}/withdraw", AT)).status_code == 404
