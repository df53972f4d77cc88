"""What the database itself keeps of scans."""

from typing import Any

import pytest
from piccolo.querystring import QueryString

from checkin.tables import BadgeChange, Presence, Scan, ScanFold
from core import clock
from core.db import engine, transaction
from tests.conftest import BACKEND

pytestmark = pytest.mark.anyio


def scan(nonce: str, **other: Any) -> Scan:
    now = clock.now()
    return Scan(
        edition=1,
        nonce=nonce,
        checkpoint=1,
        area=1,
        direction="in",
        verdict="refused",
        reason="unknown_code",
        scanned_at=now,
        arrived_at=now,
        actor="token:1",
        **other,
    )


async def stored(*rows: Any) -> None:
    async with transaction():
        for row in rows:
            await type(row).insert(row)


async def test_a_nonce_names_one_scan_and_a_badge_has_one_presence_an_area(opened: None) -> None:
    await stored(scan("a"), Presence(area=1, root=1))
    for twice in (scan("a"), Presence(area=1, root=1)):
        with pytest.raises(Exception, match=r"(?i)unique"):
            await stored(twice)


async def test_a_scan_is_never_changed_or_taken_away_but_for_a_note_that_names_somebody(opened: None) -> None:
    await stored(scan("a", note="示例 先生"))
    for statement in (
        Scan.update({Scan.verdict: "admitted"}, force=True),
        Scan.update({Scan.people: 2}, force=True),
        Scan.delete(force=True),
    ):
        with pytest.raises(Exception, match="append-only"):
            await statement
    await Scan.update({Scan.note: ""}, force=True)
    assert await Scan.select(Scan.note, Scan.verdict) == [{"note": "", "verdict": "refused"}]


async def test_the_database_numbers_commits_itself_whatever_a_restore_brings(opened: None) -> None:
    change: dict[str, Any] = {"edition": 1, "badge": 1, "at": clock.now()}
    async with transaction():
        await Scan.insert(scan("a", xid=7))
        await BadgeChange.insert(BadgeChange(**change), BadgeChange(**change, xid=99))
        await ScanFold.insert(ScanFold(edition=1, xid=7, scan=7, stale=False))
    found = {row["xid"] for table in (Scan, BadgeChange) for row in await table.select(table.xid)}
    assert len(found) == 1
    if BACKEND == "sqlite":
        assert found == {0}
    else:
        [row] = await engine().run_querystring(QueryString("SELECT xmin::text::bigint AS xid FROM scan"))
        assert found == {row["xid"]}
    assert await ScanFold.select(ScanFold.stale) == [{"stale": True}]
