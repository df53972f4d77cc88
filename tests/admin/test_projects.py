"""Projects in the desks of their owner and of the organizers: handed in, looked at, published, taken along."""

from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook

from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo
from core.mail.tables import MailMessage
from projects.queries import projects as queries
from projects.queries.projects import Filter
from projects.rules.projects import OwnerIn, ProjectIn
from projects.services import projects
from projects.tables import ProjectState
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.world import queries_of, send_form, sign_in

pytestmark = pytest.mark.anyio

AT = "/admin/projects"
TYPED = {"title": "示例康养社区", "summary": "三百张床位。", "stage": "building", "investment": "12亿"}


async def handed_in(edition: EditionInfo, number: str = "", title: str = "示例项目") -> str:
    owner = OwnerIn(number) if number else "示例养老集团"
    return (await projects.add(CLI, edition, ProjectIn(title, owner, "示例。", "idea"))).number


class Seats:
    """Two people at one browser."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.jars: dict[Role, dict[str, str]] = {}

    async def take(self, role: Role) -> None:
        self.client.cookies.clear()
        if role in self.jars:
            self.client.cookies.update(self.jars[role])
            return
        await sign_in(self.client, role)
        self.jars[role] = dict(self.client.cookies)


async def test_from_the_owners_desk_by_a_request_for_changes_to_the_public(client: httpx.AsyncClient) -> None:
    edition, seats = await an_edition(), Seats(client)
    firm = await a_firm(edition)
    await its_member(edition, firm)
    await seats.take(Role.exhibitor)
    own = f"/portal/{firm}/projects"
    wrong = {**TYPED, "title": " ", "investment": "很多", "fields": "nonsense", "contact.mobile": "12"}
    lost = await send_form(client, f"{own}/new", f"{own}/new", **wrong)
    assert lost.status_code == 422
    assert lost.text.count('class="error"') == 4
    for typed in ("很多", "三百张床位。", 'value="12"'):
        assert typed in lost.text
    done = await send_form(client, f"{own}/new", f"{own}/new", **TYPED, fields="long_term_care")
    assert done.status_code == 303, done.text
    [one] = await queries.projects(CLI, edition, Filter())
    assert (one.state, one.investment, one.exhibitor) == (ProjectState.submitted, 120_000_000_000, firm)
    page = (await client.get(f"{own}/{one.number}")).text
    assert "1,200,000,000.00" in page

    await seats.take(Role.organizer)
    assert one.number in (await client.get(AT, params={"state": "submitted"})).text
    here = f"{AT}/{one.number}"
    silent = await send_form(client, f"{here}/decision", here, state="changes_requested", answer=" ")
    assert silent.status_code == 422
    before = await MailMessage.count()
    asked = await send_form(client, f"{here}/decision", here, state="changes_requested", answer="请写明运营方式。")
    assert asked.status_code == 303
    assert await MailMessage.count() == before + 1
    assert (await client.get(f"/projects/{one.number}")).status_code == 404

    await seats.take(Role.exhibitor)
    assert "请写明运营方式。" in (await client.get(f"{own}/{one.number}")).text
    mended = await send_form(client, f"{own}/{one.number}", f"{own}/{one.number}", **TYPED, region="示例区")
    assert mended.status_code == 303
    assert (await queries.project_numbered(CLI, edition, one.number)).state == ProjectState.submitted

    await seats.take(Role.organizer)
    assert (await send_form(client, f"{here}/decision", here, state="published", answer="")).status_code == 303
    assert "示例康养社区" in (await client.get(f"/projects/{one.number}")).text
    late = await send_form(client, f"{here}/decision", here, state="rejected", answer="太晚")
    assert late.status_code == 422
    assert (await send_form(client, f"{here}/decision", here, state="nonsense")).status_code == 404

    await seats.take(Role.exhibitor)
    assert (await send_form(client, f"{own}/{one.number}/withdraw", f"{own}/{one.number}")).status_code == 303
    assert (await client.get(f"/projects/{one.number}")).status_code == 404
    assert (await send_form(client, f"{own}/{one.number}/again", f"{own}/{one.number}")).status_code == 303


async def test_a_firm_sees_no_other_firms_projects(client: httpx.AsyncClient) -> None:
    edition, seats = await an_edition(), Seats(client)
    mine, theirs = await a_firm(edition, 1), await a_firm(edition, 2)
    await its_member(edition, mine)
    foreign, outside = await handed_in(edition, theirs), await handed_in(edition)
    await seats.take(Role.exhibitor)
    own = f"/portal/{mine}/projects"
    for project in (foreign, outside, "P000000", "'"):
        assert (await client.get(f"{own}/{project}")).status_code == 404
        assert (await send_form(client, f"{own}/{project}", f"{own}/new", **TYPED)).status_code == 404
        assert (await send_form(client, f"{own}/{project}/withdraw", f"{own}/new")).status_code == 404
    assert foreign not in (await client.get(own)).text
    await seats.take(Role.organizer)
    assert (await client.get(f"{own}/{foreign}")).status_code == 404, "not in this firm's desk"


async def test_an_organizer_writes_a_project_down_and_mends_it(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    assert 'href="/admin/projects/new"' in (await client.get(AT)).text
    nobodys = await send_form(client, f"{AT}/new", f"{AT}/new", **TYPED)
    assert nobodys.status_code == 422
    unknown = await send_form(client, f"{AT}/new", f"{AT}/new", **TYPED, exhibitor="999999")
    assert unknown.status_code == 422
    assert 'id="f-exhibitor-error"' in unknown.text
    done = await send_form(client, f"{AT}/new", f"{AT}/new", **TYPED, owner="示例养老集团")
    here = done.headers["location"]
    assert done.status_code == 303
    saved = await send_form(client, here, here, **{**TYPED, "title": "示例康养新城"}, owner="示例养老集团")
    assert saved.status_code == 303
    assert "示例康养新城" in (await client.get(here)).text
    refused = await send_form(client, here, here, **{**TYPED, "summary": ""}, owner="示例养老集团")
    assert refused.status_code == 422
    assert 'id="f-summary-error"' in refused.text
    sheet = load_workbook(BytesIO((await client.get(AT + ".xlsx")).content)).active
    assert sheet is not None
    assert ["1200000000.00" in [str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)].count(
        True
    ) == 1
    assert (await queries.count_projects(CLI, edition, Filter(ProjectState.published))) == 1


async def test_the_number_of_queries_does_not_grow_with_the_projects(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    counts = []
    for more in (1, 2):
        for n in range(more):
            await handed_in(edition, title=f"示例项目{n}")
        counts.append(await queries_of(lambda: client.get(AT)))
    assert counts[0] == counts[1]
