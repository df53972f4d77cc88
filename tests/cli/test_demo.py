import asyncio
import json

import httpx
import pytest
from click.testing import CliRunner, Result

from checkin.queries import live, scan_desk
from checkin.tables import AreaBar, Badge, Lead, Scan
from cli import main
from core import clock, db, money
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, stored_edition
from core.mail.tables import MailMessage
from deals.queries.deals import Filter, count_deals
from deals.queries.totals import totals
from deals.rules.totals import Totals
from deals.tables import DealStatus
from demo import gates, load_demo
from exhibitors.rules.codes import check_digit_fits
from exhibitors.tables import Exhibitor
from tests.expo import an_edition
from tests.world import send_form


def run(*options: str) -> Result:
    return CliRunner().invoke(main, ["demo", *options])


async def _read() -> tuple[EditionInfo, list[str], list[str], int]:
    async with db.lifespan():
        rows = await Exhibitor.select(Exhibitor.credit_code, Exhibitor.name, Exhibitor.status)
        codes = [row["credit_code"] for row in rows]
        assert all("示例" in row["name"] for row in rows)
        states = sorted({row["status"] for row in rows})
        return await stored_edition("demo"), codes, states, await Badge.count()


async def _signed() -> tuple[Totals, int]:
    async with db.lifespan():
        edition = await stored_edition("demo")
        return (await totals(edition)).totals, await count_deals(edition, Filter(status=DealStatus.confirmed))


def test_the_demo_is_on_its_second_day_and_open(database: None) -> None:
    done = run("--json")
    assert done.exit_code == 0, done.output
    accounts = json.loads(done.stdout)
    assert [account["roles"] for account in accounts] == [[role.value] for role in (*Role, Role.signing)]
    assert json.loads(run("--json").stdout) == accounts
    edition, codes, states, badges = asyncio.run(_read())
    assert edition.is_demo
    assert edition.is_current
    assert edition.days[1].day == edition.today()
    assert edition.registration() == "open"
    assert len(codes) >= 160
    assert states == [
        "approved",
        "booth_assigned",
        "changes_requested",
        "confirmed",
        "rejected",
        "submitted",
    ]
    assert badges == 30 + gates.VISITORS + gates.GROUPS + gates.STAFF
    found, confirmed = asyncio.run(_signed())
    # Seven signings of over eleven billion, in four fields.
    assert (found.deals, confirmed, found.fen) == (7, 7, 11_235_966_800_50)
    assert money.display("zh-CN", found.fen) == "超过112亿元"
    assert sum(line.fen for line in found.by_field) == found.fen
    assert sum(line.fen > 0 for line in found.by_field) == 4


async def _at_the_gates() -> tuple[int, int, int, int, int, bool]:
    async with db.lifespan():
        edition = await stored_edition("demo")
        now = await live.live(edition)
        scans = await scan_desk.count(edition, scan_desk.Sought())
        late = await Scan.count().where(Scan.scanned_at > clock.now())
        conflicts = await scan_desk.open_conflicts(edition)
        leads = await Lead.count().where(Lead.edition == edition.id)
        vip = next(one for one in now.areas if one.area.capacity)
        bar = await AreaBar.select(AreaBar.inside).where(AreaBar.area == vip.area.id, AreaBar.day == now.day).first()
        return scans, late, conflicts, leads, len(now.quiet), (bar["inside"] if bar else 0) == vip.inside


def test_the_gates_of_the_demo_have_life_that_lies_before_now_and_goes_with_a_reset(database: None) -> None:
    run()
    first = asyncio.run(_at_the_gates())
    scans, late, conflicts, leads, quiet, exact = first
    assert scans > 1000
    assert (late, conflicts, quiet, exact) == (0, 1, 1, True)
    assert leads > 50
    assert run("--reset").exit_code == 0
    again = asyncio.run(_at_the_gates())
    assert again[1:3] == (0, 1)
    assert abs(again[0] - scans) < 200


def test_no_invented_credit_code_can_be_real_and_each_is_well_formed(database: None) -> None:
    run()
    _, codes, _, _ = asyncio.run(_read())
    assert all(code[2:8] == "990000" and check_digit_fits(code) for code in codes)


def test_a_second_load_changes_nothing_and_a_reset_begins_anew(database: None) -> None:
    run()
    first = asyncio.run(_read())
    assert run().exit_code == 0
    assert asyncio.run(_read()) == first
    assert run("--reset").exit_code == 0
    _, codes, _, _ = asyncio.run(_read())
    assert len(codes) == len(first[1])
    # What went with the demo is not missed in the ledger.
    verified = CliRunner().invoke(main, ["ledger", "verify"])
    assert verified.exit_code == 0, verified.output
    assert "7 deals checked in 14 revisions" in verified.stdout


@pytest.mark.anyio
async def test_every_demo_account_signs_in(client: httpx.AsyncClient) -> None:
    loaded = await load_demo("Asia/Shanghai")
    for account in loaded.accounts:
        client.cookies.clear()
        answer = await send_form(client, "/login", email=account.email, password=account.password)
        assert answer.status_code == 303
    assert "演示数据" in (await client.get("/")).text


@pytest.mark.anyio
async def test_the_demos_exhibitor_sits_at_a_full_desk_also_after_a_reset(client: httpx.AsyncClient) -> None:
    for again in (False, True):
        loaded = await load_demo("Asia/Shanghai", reset=again)
        theirs = next(one for one in loaded.accounts if one.roles == [Role.exhibitor])
        client.cookies.clear()
        await send_form(client, "/login", email=theirs.email, password=theirs.password)
        home = await client.get("/portal", follow_redirects=True)
        assert home.status_code == 200
        number = home.url.path.rpartition("/")[2]
        for page, shown in (
            ("products", "示例助行器"),
            ("messages", "380 V"),
            ("passes", "示例 木工1"),
            ("move", "17:00"),
            ("statement", "示例押金"),
        ):
            assert shown in (await client.get(f"/portal/{number}/{page}")).text, page
    assert {row["template"] for row in await MailMessage.select(MailMessage.template)} == {"new_sign_in"}


def test_a_real_expo_is_left_alone(database: None) -> None:
    async def real() -> None:
        async with db.lifespan():
            await an_edition()

    asyncio.run(real())
    for options in ([], ["--reset"]):
        refused = run(*options)
        assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)
    assert run("--beside").exit_code == 0
    edition, *_ = asyncio.run(_read())
    assert not edition.is_current
