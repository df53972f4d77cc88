import httpx
import pytest

from checkin.queries import live as queries
from checkin.rules.badges import BadgeIn
from checkin.rules.checkpoints import CheckpointIn
from checkin.rules.scans import ScanIn
from checkin.services import badges, checkpoints
from checkin.services.scans import gate as scanning
from checkin.tables import Direction
from core.accounts.roles import CLI, Role
from core.db.counting import count_queries
from core.editions.queries import EditionInfo
from exhibitors.queries.applications import exhibitor_numbered
from tests.exhibitors import desks
from tests.expo import an_edition
from tests.world import sign_in

pytestmark = pytest.mark.anyio


async def _scan(edition: EditionInfo, code: str, checkpoint: str, nonce: str, direction: str = "in") -> str:
    typed = ScanIn(code=code, checkpoint=checkpoint, nonce=nonce, direction=Direction(direction))
    return (await scanning.scan(CLI, "", edition, typed)).verdict


async def _busy(edition: EditionInfo, many: int = 5) -> list[str]:
    """Two gates of a hall and a small room; ``many`` visitors in the hall, the first four in the room too."""
    for code in ("N", "S"):
        gate = CheckpointIn(code=code, name=f"{code} 门", area="HALL", exits=True, reentry="free")
        await checkpoints.create(CLI, edition, gate)
    await checkpoints.create(CLI, edition, CheckpointIn(code="VIP", name="贵宾厅", capacity=5, exits=True))
    made = [await badges.issue(CLI, edition, BadgeIn("visitor", f"示例 {n}")) for n in range(many)]
    for n, badge in enumerate(made):
        assert await _scan(edition, badge.code, "NS"[n % 2], f"in-{n}") == "admitted"
    for n, badge in enumerate(made[:4]):
        assert await _scan(edition, badge.code, "VIP", f"vip-{n}") == "admitted"
    assert await _scan(edition, "YB:NOTHING", "N", "bad") == "refused"
    return [badge.code for badge in made]


async def test_inside_arrived_and_refused_are_exact_and_a_filling_room_is_told(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    codes = await _busy(edition)
    await _scan(edition, codes[4], "S", "out", "out")
    now = await queries.live(edition)
    assert {one.area.code.lstrip("@"): (one.inside, one.admitted) for one in now.areas} == {
        "HALL": (4, 5),
        "VIP": (4, 4),
    }
    assert (now.admitted, now.refused, now.kinds) == (9, 1, {"visitor": 9})
    assert [(one.percent, one.step) for one in now.full] == [(80, 80)]
    await sign_in(client, Role.gate)
    for path in ("/admin/gate/live", "/admin/gate/live?part=1", "/admin/gate/screen", "/admin/gate/evacuation"):
        page = await client.get(path)
        assert page.status_code == 200
        assert "贵宾厅" in page.text, path
    assert "示例 1" not in (await client.get("/admin/gate/screen")).text
    assert "今日入场" in (await client.get("/admin")).text


async def test_a_firm_s_badges_are_told_apart_by_who_has_come(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await checkpoints.create(CLI, edition, CheckpointIn(code="N", name="北门"))
    number = await desks.a_firm(edition)
    name = (await exhibitor_numbered(edition, number)).name
    staff = [await badges.issue_for(CLI, edition, number, badges.StaffIn(f"示例 员工{n}")) for n in (1, 2)]
    guest = await badges.issue(CLI, edition, BadgeIn("guest", "示例 嘉宾", "示例医院"))
    await _scan(edition, staff[0].code, "N", "a")
    for asked in (number, name[2:5]):
        (firm,) = await queries.arrivals(edition, asked)
        assert (firm.name, firm.came, len(firm.badges)) == (name, 1, 2)
        assert [one.inside for one in firm.badges] == [True, False]
    (other,) = await queries.arrivals(edition, "示例医院")
    assert [(one.serial, one.first_at) for one in other.badges] == [(guest.serial, None)]
    assert await queries.arrivals(edition, "%") == []
    await sign_in(client, Role.gate)
    page = await client.get(f"/admin/gate/live?q={number}")
    assert "示例 员工1" in page.text
    assert "没有该单位" in (await client.get("/admin/gate/live?q=nobody")).text
    for odd in ("?day=never", "?day=2001-01-01", "?q=" + "x" * 500):
        assert (await client.get("/admin/gate/live" + odd)).status_code == 200


@pytest.mark.usefixtures("client")
async def test_one_look_costs_the_same_with_one_gate_and_with_three() -> None:
    edition = await an_edition()
    counts = []
    for n in range(3):
        await checkpoints.create(CLI, edition, CheckpointIn(code=f"G{n}", name=f"{n} 门"))
        await queries.live(edition)
        with count_queries() as sent:
            assert len((await queries.live(edition)).gates) == n + 1
        counts.append(len(sent))
    assert counts == [2, 2, 2]
