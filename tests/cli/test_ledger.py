"""``yinbo ledger verify``: what it prints, and its exit code."""

import asyncio
import json
import time

import pytest
from click.testing import CliRunner, Result

from cli import main
from core import db
from core.accounts.roles import SYSTEM
from core.audit import services
from tests.core.test_audit import tamper
from tests.seals import seal_everything


def write(count: int) -> list[int]:
    async def run() -> list[int]:
        async with db.lifespan():
            async with db.transaction():
                made = [await services.record(SYSTEM, "thing.done", f"thing:{n}", after={"n": n}) for n in range(count)]
            await seal_everything()
            return made

    return asyncio.run(run())


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["ledger", "verify", *arguments])


def test_it_says_what_it_checked_and_prints_the_head(database: None) -> None:
    write(3)
    done = verify()
    assert done.exit_code == 0
    first, second = done.stdout.splitlines()
    assert first == "3 entries checked, 0 not sealed yet, 0 with erased data"
    assert second.startswith("head 3:")
    assert verify("--head", second.removeprefix("head ")).exit_code == 0


def test_an_empty_trail_verifies(database: None) -> None:
    assert verify().exit_code == 0


def test_a_changed_entry_is_named_and_fails(database: None) -> None:
    entries = write(3)
    verify()
    asyncio.run(tamper(f"UPDATE audit_entry SET note = 'x' WHERE id = {entries[1]}"))
    done = verify()
    assert done.exit_code == 1
    named = done.stdout.splitlines()[0]
    assert named.startswith(f"position 2, entry {entries[1]}, 20")
    assert named.endswith("thing.done: the entry or its seal was changed")
    assert done.stderr == "The audit trail does not verify: 1 findings.\n"


def test_a_program_reads_one_object(database: None) -> None:
    entries = write(3)
    verify()
    asyncio.run(tamper(f"DELETE FROM audit_entry WHERE id = {entries[0]}"))
    done = verify("--json")
    said = json.loads(done.stdout)
    assert (said["ok"], said["checked"], said["unsealed"], said["erased"]) == (False, 3, 0, 0)
    assert said["findings"] == [
        {"code": "missing", "message": "the entry was deleted", "position": 1, "entry": entries[0]}
    ]


def test_a_head_written_down_elsewhere_shows_another_chain(database: None) -> None:
    write(3)
    done = verify("--head", "2:" + "0" * 64)
    assert done.exit_code == 1
    assert "--head says 2:" in done.stdout or "--head says 0000" in done.stdout


@pytest.mark.parametrize("head", ["x", "1:zz", "-1:" + "0" * 64, "1"])
def test_a_head_that_is_none_is_wrong_usage(database: None, head: str) -> None:
    assert verify("--head", head).exit_code == 2


@pytest.mark.slow
def test_ten_thousand_entries_verify_in_seconds(database: None) -> None:
    write(10_000)
    verify()
    started = time.perf_counter()
    done = verify()
    took = time.perf_counter() - started
    assert done.stdout.startswith("10000 entries checked, 0 not sealed")
    assert took < 10
    print(f"10,000 entries verified in {took:.2f} s")
