import io
import re
from datetime import timedelta

import httpx
import pytest
from openpyxl import load_workbook

from checkin.queries import scan_desk
from checkin.queries.badges import BadgeInfo
from checkin.queries.scan_desk import Sought
from checkin.rules.badges import BadgeIn
from checkin.rules.checkpoints import CheckpointIn
from checkin.rules.scans import BatchIn, OfflineScanIn, ScanIn
from checkin.services import badges, checkpoints
from checkin.services.scans import gate as scanning
from checkin.tables import Ruling, Verdict
from core import clock
from core.accounts.roles import CLI, Role
from core.db.counting import count_queries
from core.editions.queries import EditionInfo
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio
AT = "/admin/gate/conflicts"


async def _conflict(edition: EditionInfo, n: int = 1) -> BadgeInfo:
    """Let in at one gate with a network, and at the other by a phone without, whose clock was seven minutes fast."""
    if n == 1:
        for code in ("N", "S"):
            await checkpoints.create(CLI, edition, CheckpointIn(code=code, name=f"{code} 门", area="HALL"))
    badge = await badges.issue(CLI, edition, BadgeIn("visitor", f"示例 访客{n}", "示例公司"))
    await scanning.scan(CLI, "", edition, ScanIn(code=badge.code, checkpoint="N", nonce=f"first-{n}"))
    wrong = clock.now() + timedelta(minutes=7)
    later = OfflineScanIn(badge.code, "S", f"later-{n}", wrong, device_verdict=Verdict.admitted)
    (answer,) = await scanning.batch(CLI, "", edition, BatchIn(wrong, [later]))
    assert answer.conflict
    return badge


async def test_both_records_stand_side_by_side_with_their_clocks(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    badge = await _conflict(edition)
    (one,) = await scan_desk.conflicts(edition)
    assert one.first is not None
    assert (one.first.checkpoint, one.later.checkpoint, one.later.serial) == ("N", "S", badge.serial)
    assert round(one.later.skew_ms / 60_000) == 7
    await sign_in(client, Role.organizer)
    page = (await client.get(AT)).text
    assert "N 门" in page
    assert re.search("快 (6:59|7:00)", page)
    assert "检票冲突" in (await client.get("/admin")).text


async def test_an_organizer_rules_and_the_later_ruling_counts(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await _conflict(edition)
    await sign_in(client, Role.organizer)
    (one,) = await scan_desk.conflicts(edition)
    at = f"{AT}/{one.later.id}"
    lost = await send_form(client, at, AT, ruling="", note="家属代领")
    assert lost.status_code == 422
    assert "家属代领" in lost.text
    assert (await send_form(client, at, AT, ruling="other", note="")).status_code == 422
    assert (await send_form(client, at, AT, ruling="badge_passed_on", note="家属代领")).status_code == 303
    assert await scan_desk.open_conflicts(edition) == 0
    assert "检票冲突</span>" not in (await client.get("/admin")).text
    assert (await send_form(client, at, f"{AT}?ruled=1", ruling="both_right")).status_code == 303
    (again,) = await scan_desk.conflicts(edition, ruled=True)
    assert (again.later.ruling, again.later.ruling_note) == (Ruling.both_right, "")
    assert (await send_form(client, f"{AT}/{one.later.id - 1}", f"{AT}?ruled=1", ruling="other")).status_code in (
        404,
        422,
    )
    assert (await send_form(client, f"{AT}/99999", f"{AT}?ruled=1", ruling="both_right")).status_code == 404
    book = load_workbook(io.BytesIO((await client.get(f"{AT}.xlsx")).content)).active
    assert book is not None
    assert len(list(book.values)) == 3


async def test_scans_are_found_and_taken_back_with_a_reason(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    badge = await _conflict(edition)
    await _conflict(edition, 2)
    await scanning.scan(CLI, "", edition, ScanIn(code="YB:NOTHING", checkpoint="N", nonce="odd"))
    await sign_in(client, Role.organizer)
    at = "/admin/gate/scans"
    for query, many in (
        ("", 5),
        ("verdict=refused", 1),
        ("reason=unknown_code", 1),
        ("checkpoint=S", 2),
        (f"q={badge.serial}", 2),
        ("q=访客2", 2),
        (f"day={edition.today()}", 5),
        ("day=2001-01-01", 0),
        ("device=1", 0),
        ("verdict=odd&reason=odd&day=odd&device=odd", 5),
    ):
        page = await client.get(f"{at}?{query}")
        assert page.status_code == 200
        assert page.text.count('href="/admin/gate/scans/') == many, query
    assert len(await scan_desk.scans(edition, Sought(), before=3)) == 2
    (one,) = (await scan_desk.conflicts(edition))[1:]
    path = f"{at}/{one.later.id}"
    assert (await send_form(client, f"{path}/undo", path, reason=" ")).status_code == 422
    assert (await send_form(client, f"{path}/undo", path, reason="重复放行")).status_code == 303
    assert "重复放行" in (await client.get(path)).text
    assert (await client.get(f"{at}/99999")).status_code == 404
    book = load_workbook(io.BytesIO((await client.get(f"{at}.xlsx?checkpoint=S")).content)).active
    assert book is not None
    assert len(list(book.values)) == 3


@pytest.mark.usefixtures("client")
async def test_a_list_of_conflicts_costs_the_same_with_one_and_with_three() -> None:
    edition = await an_edition()
    counts = []
    for n in (1, 2, 3):
        await _conflict(edition, n)
        with count_queries() as sent:
            assert len(await scan_desk.conflicts(edition)) == n
        counts.append(len(sent))
    assert counts == [2, 2, 2]
