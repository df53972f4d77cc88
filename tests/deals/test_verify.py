"""A row that somebody changed in the database by hand is found and named."""

import pytest
from piccolo.querystring import QueryString

from core.audit.sealing import seal_all
from core.db import engine, transaction
from core.editions.tables import Edition
from deals.services import deals
from deals.verify import DealFinding, DealWalk
from tests.conftest import BACKEND
from tests.deals.world import QIAN, YUE, counting, draft, typed
from tests.expo import an_edition

pytestmark = pytest.mark.anyio


async def raw(sql: str) -> None:
    async with transaction():
        await engine().run_querystring(QueryString(sql))


async def by_hand(sql: str) -> None:
    """As whoever owns the database would: without its triggers."""
    if BACKEND == "postgres":
        async with transaction():
            await engine().run_querystring(QueryString("SET LOCAL session_replication_role = replica"))
            await engine().run_querystring(QueryString(sql))
        return
    names = await engine().run_querystring(
        QueryString("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'deal%'")
    )
    for row in names:
        await raw(f"DROP TRIGGER {row['name']}")
    await raw("PRAGMA foreign_keys = OFF")
    await raw(sql)
    for row in names:
        await raw(row["sql"].replace("{", "{{").replace("}", "}}"))


async def findings() -> list[DealFinding]:
    await seal_all()
    return [one async for one in DealWalk().findings()]


async def a_ledger() -> None:
    """Three deals: one amended and confirmed anew, one void, one a draft."""
    edition = await an_edition()
    made = await counting(edition, 1, 100)
    await deals.amend(QIAN, edition, made.number, typed(1, 300, signed_on=made.figures.signed_on), reason="more")
    await deals.confirm(YUE, edition, made.number)
    gone = await counting(edition, 2, 500)
    await deals.void(QIAN, edition, gone.number, reason="called off")
    await draft(edition, 3, 700)


async def test_an_untouched_ledger_verifies(opened: None) -> None:
    await a_ledger()
    walk = DealWalk()
    assert [one async for one in walk.findings()] == []
    assert (walk.report.deals, walk.report.revisions) == (3, 8)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE deal_revision SET fen = 301 WHERE deal = 1 AND n = 3", ("deal_changed", "D-0001", 3)),
        ("UPDATE deal_revision SET actor = 'account:9' WHERE deal = 2 AND n = 2", ("deal_changed", "D-0002", 2)),
        ("UPDATE deal_revision SET people = '{{}}' WHERE deal = 3", ("people_changed", "D-0003", 1)),
        ("DELETE FROM deal_revision WHERE deal = 1 AND n = 3", ("deal_missing", "D-0001", 3)),
        ("DELETE FROM deal_posting WHERE fen = -500", ("posting_changed", "D-0002", 3)),
        ("UPDATE deal_posting SET fen = 99 WHERE fen = 100", ("posting_changed", "D-0001", 2)),
        ("UPDATE deal_posting SET at = at + 1 WHERE fen = 100", ("posting_changed", "D-0001", 2)),
        ("UPDATE deal SET status = 'confirmed' WHERE id = 3", ("deal_standing", "D-0003", None)),
        ("UPDATE deal_sum SET fen = fen + 1 WHERE field = ''", ("sums_differ", "", None)),
    ],
)
async def test_a_change_by_hand_is_named(opened: None, sql: str, found: tuple[str, str, int | None]) -> None:
    await a_ledger()
    await by_hand(sql)
    assert found in [(one.code, one.deal, one.revision) for one in await findings()]


async def test_a_deal_deleted_whole_is_named(opened: None) -> None:
    await a_ledger()
    for table in ("deal_posting", "deal_party"):
        where = "revision IN (SELECT id FROM deal_revision WHERE deal = 3)" if table == "deal_posting" else "deal = 3"
        await by_hand(f"DELETE FROM {table} WHERE {where}")
    await by_hand("DELETE FROM deal_revision WHERE deal = 3")
    await by_hand("DELETE FROM deal WHERE id = 3")
    assert [(one.code, one.deal, one.revision) for one in await findings()] == [("deal_missing", "D-0003", 1)]


async def test_a_row_put_in_by_hand_is_named(opened: None) -> None:
    await a_ledger()
    columns = (
        "deal, n, at, actor, step, content, reason, kind, currency, amount, rate, fen, region, signed_on, place, term,"
        " stage, undisclosed, project, meeting, parties, split, people_digest, previous, hash, entry"
    )
    shifted = columns.replace("deal, n, at", "deal, 2, at + 5").replace("'draft'", "'confirm'")
    await by_hand(f"INSERT INTO deal_revision ({columns}) SELECT {shifted} FROM deal_revision WHERE deal = 3")
    codes = {one.code for one in await findings() if one.deal == "D-0003" and one.revision == 2}
    assert {"deal_changed", "deal_unrecorded"} <= codes


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE deal_revision SET fen = 1",
        "UPDATE deal_revision SET people = '{{}}'",
        "DELETE FROM deal_revision",
        "UPDATE deal_posting SET fen = 1",
        "DELETE FROM deal_posting",
        "UPDATE deal SET number = 'D-9999'",
        "DELETE FROM deal WHERE id = 3",
    ],
)
async def test_the_database_itself_refuses_to_change_what_happened(opened: None, sql: str) -> None:
    await a_ledger()
    with pytest.raises(Exception, match="append-only"):
        await raw(sql)
    assert await findings() == []


async def test_a_demo_expo_may_go_with_its_deals(opened: None) -> None:
    await a_ledger()
    await Edition.update({Edition.is_demo: True}, force=True)
    for table in ("deal_posting", "deal_party", "deal_revision", "deal"):
        await raw(f"DELETE FROM {table}")


async def test_people_can_be_erased_and_the_chain_stays_valid(opened: None) -> None:
    edition = await an_edition()
    await draft(edition, signatories=["示例 甲"], remarks="备注")
    await raw("UPDATE deal_revision SET people = NULL, people_salt = NULL")
    walk = DealWalk()
    assert [one async for one in walk.findings()] == []
    assert walk.report.erased == 1
