"""Numbers in addresses that no row can have."""

import httpx
import pytest

from core.accounts.roles import Role
from tests.world import csrf_in, sign_in

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("number", [2**31, 2**63, 10**40, -(2**63) - 1])
async def test_a_number_that_no_row_can_have_is_not_found(client: httpx.AsyncClient, number: int) -> None:
    await sign_in(client, Role.admin)
    token = csrf_in((await client.get("/account")).text)
    for path in (f"/admin/people/{number}", f"/admin/mail/{number}", f"/admin/mail/{number}/html"):
        assert (await client.get(path)).status_code == 404, path
    for path in (f"/admin/people/{number}/disable", f"/admin/mail/{number}/retry", f"/account/sessions/{number}/end"):
        assert (await client.post(path, data={"_csrf": token})).status_code in (303, 404), path
