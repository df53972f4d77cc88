"""A project's files: its owner's and the organizers', for everybody by an organizer's word alone."""

import re

import httpx
import pytest

from core.accounts.roles import CLI, Role
from core.files.tables import StoredFile
from exhibitors.tables import Exhibitor
from projects.queries import projects as queries
from projects.queries.files import files_of
from projects.rules.projects import OwnerIn, ProjectIn, ProjectPatch
from projects.services import files, projects
from projects.tables import ProjectState
from tests import uploads
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.world import csrf_in, send_form, sign_in

pytestmark = pytest.mark.anyio

SLIDES = ("slides.pdf", uploads.document(3))


async def sent(client: httpx.AsyncClient, page: str, file: tuple[str, bytes] | None = SLIDES) -> httpx.Response:
    form = {"_csrf": csrf_in((await client.get(page)).text), "note": "示例推介材料"}
    return await client.post(f"{page}/files", data=form, files={"file": file} if file else None)


async def test_a_file_is_for_everybody_once_an_organizer_shows_it_and_its_project_is_published(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    own, other = await a_firm(edition, 1), await a_firm(edition, 2)
    await its_member(edition, own)
    number = (await projects.add(CLI, edition, ProjectIn("示例项目", OwnerIn(own), "示例。", "idea"))).number
    theirs = (await projects.add(CLI, edition, ProjectIn("示例项目", OwnerIn(other), "示例。", "idea"))).number
    await sign_in(client, Role.exhibitor)
    mine = f"/portal/{own}/projects/{number}"
    assert (await sent(client, mine, None)).status_code == 422
    wrong = await sent(client, mine, ("slides.pdf", b"MZ nothing"))
    assert (wrong.status_code, 'id="f-file-error"' in wrong.text) == (422, True)
    assert (await sent(client, mine)).status_code == 303
    [line] = await files_of((await queries.published_one(edition, number)).id)
    assert (line.note, line.shown) == ("示例推介材料", False)
    assert (await client.get(line.file.url)).status_code == 200, "its owner reads it"
    assert (await send_form(client, f"/portal/{own}/projects/{theirs}/files", mine)).status_code == 404
    for act in ("show", "remove"):
        refused = await send_form(client, f"/admin/projects/{number}/files/{line.id}/{act}", mine)
        assert refused.status_code == 403
    client.cookies.clear()
    assert (await client.get(line.file.url)).status_code == 404
    assert "示例推介材料" not in (await client.get(f"/projects/{number}")).text

    await sign_in(client, Role.organizer)
    at = f"/admin/projects/{number}"
    assert (await client.get(line.file.url)).status_code == 200
    assert (await send_form(client, f"{at}/files/{line.id}/show", at)).status_code == 303
    assert (await send_form(client, f"/admin/projects/{theirs}/files/{line.id}/show", at)).status_code == 404
    assert (await send_form(client, f"{at}/files/{line.id}/nonsense", at)).status_code == 404
    assert (await sent(client, at)).status_code == 303
    client.cookies.clear()
    page = (await client.get(f"/projects/{number}")).text
    assert len(re.findall(r'<ul class="files">', page)) == 1
    assert (await client.get(line.file.url)).status_code == 200
    await projects.change(CLI, edition, number, ProjectPatch(status=ProjectState.withdrawn))
    assert (await client.get(line.file.url)).status_code == 404, "with its project it goes"

    await sign_in(client, Role.exhibitor)
    gone = f"/portal/{own}/projects/{number}/files/{line.id}/remove"
    assert (await send_form(client, gone, mine)).status_code == 303
    assert (await send_form(client, gone, mine)).status_code == 404
    assert await StoredFile.count() == 1


async def test_there_are_not_more_than_ten(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = (await projects.add(CLI, edition, ProjectIn("示例项目", "示例集团", "示例。", "idea"))).number
    await sign_in(client, Role.organizer)
    at = f"/admin/projects/{number}"
    for _ in range(files.MOST):
        assert (await sent(client, at)).status_code == 303
    full = await sent(client, at)
    assert (full.status_code, 'id="f-file-error"' in full.text) == (422, True)
    assert await StoredFile.count() >= files.MOST
    assert await Exhibitor.count() == 0
