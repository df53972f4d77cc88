"""``python -m bench.filling DEALS DRAFTS``: a ledger of so many confirmed deals and drafts, real ones copied inside the
database. Prints the token of a clerk who wrote none of them. The copies' hashes are not their own: nothing here reads
them.
"""

import asyncio
import sys

from core import db
from core.accounts.roles import CLI, Role
from core.accounts.services import tokens
from core.db.migrations import migrate
from deals.queries.deals import run
from tests.deals.world import counting, draft
from tests.expo import an_edition

_DEAL = 'edition, serial, number, status, revision, "content", author, counted, made_at'
_REVISION = (
    'deal, n, at, actor, step, "content", reason, kind, currency, amount, rate, fen, region, signed_on, place, term,'
    " stage, undisclosed, project, meeting, parties, split, people, people_salt, people_digest, previous, hash, entry"
)
_POSTING = "revision, edition, at, field, kind, day, region, side, undisclosed, deals, bare, fen"
_SERIES = "WITH RECURSIVE n (i) AS (SELECT {} UNION ALL SELECT i + 1 FROM n WHERE i < {})"


async def _copied(edition: int, deal: int, first: int, last: int) -> None:
    """Deals with those serials, as the one with this id stands."""
    series = _SERIES.format(first, last)
    for table, columns, swaps, where in (
        ("deal", _DEAL, {"serial": "n.i", "number": "'D-' || n.i"}, f"t.id = {deal}"),
        (
            "deal_revision",
            _REVISION,
            {
                "deal": f"(SELECT d.id FROM deal d WHERE d.edition = {edition} AND d.serial = n.i)",
                "entry": "-n.i",
            },
            f"t.deal = {deal}",
        ),
        (
            "deal_posting",
            _POSTING,
            {
                "revision": "(SELECT r.id FROM deal d JOIN deal_revision r ON r.deal = d.id AND r.n = 2"
                f" WHERE d.edition = {edition} AND d.serial = n.i)"
            },
            f"t.revision IN (SELECT id FROM deal_revision WHERE deal = {deal})",
        ),
    ):
        names = columns.split(", ")
        chosen = ", ".join(swaps.get(name, f"t.{name}") for name in names)
        await run(f"{series} INSERT INTO {table} ({columns}) SELECT {chosen} FROM n, {table} t WHERE {where}")


async def main(confirmed: int, drafts: int) -> None:
    await migrate()
    async with db.lifespan():
        edition = await an_edition(totals_public=True, breakdown_public=True)
        one = await counting(edition, 1, 1_250_000_000_00)
        other = await draft(edition, 2, 500_00)
        for n in range(3, min(confirmed, 7) + 2):
            await counting(edition, n, 100 * n)
        async with db.transaction(seconds=None):
            step, at = 100_000, 1001
            while at < 1001 + confirmed - 7:
                await _copied(edition.id, one.id, at, min(at + step, 1001 + confirmed - 7) - 1)
                at += step
            many = max(confirmed - 7, 0)
            await run(
                f"UPDATE deal_sum SET deals = deals * {many + 1}, fen = fen * {many + 1} WHERE fen = 125000000000"
            )
            if drafts:
                await _copied(edition.id, other.id, 2_000_001, 2_000_000 + drafts)
        print(await tokens.add(CLI, "clerk", Role.signing))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
