"""Jobs in the desk."""

import httpx
import pytest

from core.accounts.roles import Role
from core.db import transaction
from core.jobs import enqueue_job
from core.jobs.tables import Job
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio


async def written(**values: object) -> int:
    async with transaction():
        number = await enqueue_job("nobody.runs.this", {})
        if values:
            await Job.update({getattr(Job, name): value for name, value in values.items()}).where(Job.id == number)
    return number


async def state_of(number: int) -> str:
    row = await Job.select(Job.state).where(Job.id == number).first()
    assert row
    return str(row["state"])


async def test_jobs_show_their_progress_and_their_error(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    assert "nobody.runs.this" not in (await client.get("/admin/jobs")).text
    await written(state="running", progress=30, total=1200)
    await written(state="failed", error="ValueError: <the sheet> is empty")
    listed = (await client.get("/admin/jobs")).text
    assert '<progress value="30" max="1200"' in listed
    assert "30 / 1,200" in listed
    assert "ValueError: &lt;the sheet&gt; is empty" in listed
    assert "max=" not in (await client.get("/admin/jobs?state=failed")).text
    assert "/admin/jobs?state=failed" in (await client.get("/admin")).text


async def test_a_job_is_cancelled_and_tried_again_from_the_desk(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    number = await written()
    assert (await send_form(client, f"/admin/jobs/{number}/cancel", at="/admin/jobs")).status_code == 303
    assert await state_of(number) == "cancelled"
    assert (await send_form(client, f"/admin/jobs/{number}/retry", at="/admin/jobs")).status_code == 303
    assert await state_of(number) == "queued"
    assert (await send_form(client, f"/admin/jobs/{number}/nonsense", at="/admin/jobs")).status_code == 404


async def test_a_job_that_has_ended_meanwhile_says_so(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    number, other = await written(), await written()
    async with transaction():
        await Job.update({Job.state: "done"}).where(Job.id == number)
    assert (await send_form(client, f"/admin/jobs/{number}/cancel", at="/admin/jobs")).status_code == 303
    assert "flash bad" in (await client.get("/admin/jobs")).text
    assert (await state_of(number), await state_of(other)) == ("done", "queued")
