import io

import httpx
import pytest
from openpyxl import load_workbook

from checkin.queries import attendance
from checkin.queries.attendance import Asked
from checkin.rules.badges import BadgeIn
from checkin.rules.checkpoints import CheckpointIn
from checkin.rules.scans import ScanIn
from checkin.services import badges, checkpoints
from checkin.services.scans import gate, undo
from checkin.tables import BadgeKind
from core.accounts.roles import CLI, Role
from tests.expo import an_edition
from tests.world import sign_in

pytestmark = pytest.mark.anyio
AT = "/admin/gate/came"


async def test_who_came_is_counted_once_by_area_day_and_kind_and_what_was_taken_back_is_not(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    for code, area in (("N", "HALL"), ("S", "HALL"), ("V", "ROOM")):
        await checkpoints.create(CLI, edition, CheckpointIn(code, f"{code} 门", reentry="free", area=area))
    made = [await badges.issue(CLI, edition, BadgeIn(kind, f"示例 {kind}")) for kind in ("visitor", "visitor", "guest")]
    scans = ((0, "N"), (0, "S"), (1, "N"), (2, "V"))
    for n, (who, where) in enumerate(scans):
        await gate.scan(CLI, "", edition, ScanIn(made[who].code, where, f"scan-{n}"))
    await undo.undo(CLI, edition, "scan-2", "误放")
    assert await attendance.counted(edition, Asked()) == {"guest": 1, "visitor": 1}
    assert await attendance.counted(edition, Asked("HALL")) == {"visitor": 1}
    assert await attendance.counted(edition, Asked(kinds=(BadgeKind.guest,))) == {"guest": 1}
    assert await attendance.counted(edition, Asked(day=edition.days[0].day)) == {}
    assert await attendance.counted(edition, Asked(day=edition.today())) == {"guest": 1, "visitor": 1}
    await sign_in(client, Role.organizer)
    for query in ("", "?area=HALL&kinds=visitor&kinds=guest", "?area=odd&day=odd&kinds=odd"):
        assert (await client.get(AT + query)).status_code == 200
    book = load_workbook(io.BytesIO((await client.get(f"{AT}.xlsx?area=HALL")).content)).active
    assert book is not None
    assert [row[3] for row in list(book.values)[1:]] == ["示例 visitor"]
