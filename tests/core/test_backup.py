"""A backup taken while others write, restored into an empty place and compared table by table."""

import asyncio
import json
import os
import sqlite3
import stat
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from core import db
from core.accounts.roles import SYSTEM
from core.audit import sealing, services
from core.audit.tables import AuditAnchor, AuditEntry
from core.audit.verify import Walk
from core.backup import Refused, backup, restore
from core.backup.archive import MANIFEST
from core.backup.source import postgres_tables, sqlite_path, sqlite_tables
from core.config import settings
from core.db import transaction
from core.editions.tables import Edition, EditionField
from core.files.services import Checked
from core.files.services import keep as keep_file
from tests.conftest import POSTGRES, _empty_postgres
from tests.postgres import answers
from tests.seals import seal_everything

pytestmark = pytest.mark.anyio

#: Of several pieces, with every byte.
FILE = Checked("示例.pdf", "pdf", bytes(range(256)) * 2048, b"\0small\xff", "0" * 64, None, None, 1)


async def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Each table's rows as the database's own driver gives them."""
    if settings().is_sqlite:
        with closing(sqlite3.connect(sqlite_path())) as connection:
            return {
                table.name: sorted(connection.execute(f'SELECT * FROM "{table.name}"').fetchall(), key=repr)
                for table in sqlite_tables(connection)
            }
    connection = await asyncpg.connect(settings().database)
    try:
        return {
            table.name: sorted(
                (tuple(row) for row in await connection.fetch(f'SELECT * FROM "{table.name}"')), key=repr
            )
            for table in await postgres_tables(connection)
        }
    finally:
        await connection.close()


async def wipe() -> None:
    """An empty place: migrated on PostgreSQL, no file at all on SQLite."""
    if settings().is_sqlite:
        for path in sqlite_path().parent.glob("yinbo.sqlite*"):
            path.unlink()
    else:
        await _empty_postgres()
    (settings().data_dir / "ledger-head").unlink(missing_ok=True)


async def fill(fields: int = 3) -> None:
    async with transaction():
        await Edition.insert(Edition(slug="2026", name_zh="健博会", name_en="Expo", timezone="Asia/Shanghai"))
        edition = await Edition.objects().first()
        assert edition is not None
        for n in range(fields):
            await EditionField.insert(EditionField(edition=edition.id, code=f"f{n}", name_zh='引"号\n', name_en="\\"))
            await services.record(
                SYSTEM, "field.added", f"field:{n}", after={"code": f"f{n}"}, personal={"who": "林一"}
            )
        await keep_file(SYSTEM, FILE, "test")
        await AuditAnchor.insert(AuditAnchor(position=0, hash="0" * 64, sent_to="a@b.test"))
    await seal_everything()


async def test_all_comes_back_as_it_was(database: None, tmp_path: Path) -> None:
    upload = settings().data_dir / "uploads" / "logo" / "一.png"
    upload.parent.mkdir(parents=True, exist_ok=True)
    upload.write_bytes(b"\x89PNG")
    async with db.lifespan():
        await fill()
    before, path = await everything(), tmp_path / "all.zip"
    manifest = await backup(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.path for file in manifest.files] == ["uploads/logo/一.png", "ledger-head"]
    assert os.listdir(tmp_path) == [path.name]
    await wipe()
    upload.unlink()
    findings, aside = await restore(path)
    assert (findings, aside) == ([], "")
    assert await everything() == before
    assert upload.read_bytes() == b"\x89PNG"
    async with db.lifespan(), transaction():
        last = max(row[0] for row in before["audit_entry"])
        assert await services.record(SYSTEM, "thing.done", "thing:1") > last


async def test_a_backup_under_load_is_of_one_moment_and_verifies(database: None, tmp_path: Path) -> None:
    """Each transaction writes a field and its entry: none is torn apart."""
    path, stop = tmp_path / "all.zip", asyncio.Event()

    async def write(edition: int, writer: int) -> None:
        n = 0
        while not stop.is_set():
            n += 1
            async with transaction():
                await EditionField.insert(EditionField(edition=edition, code=f"{writer}-{n}"))
                await services.record(SYSTEM, "field.added", f"field:{writer}-{n}")

    async with db.lifespan(), sealing.worker():
        await fill()
        edition = (await Edition.select(Edition.id))[0]["id"]
        writers = [asyncio.create_task(write(edition, n)) for n in range(4)]
        while await EditionField.count() < 60:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(lambda: asyncio.run(backup(path)))
        stop.set()
        await asyncio.gather(*writers)
    await wipe()
    findings, _ = await restore(path)
    assert findings == []
    async with db.lifespan():
        fields = {row["code"] for row in await EditionField.select(EditionField.code)}
        entries = {row["object"].removeprefix("field:") for row in await AuditEntry.select(AuditEntry.object)}
    assert len(fields) >= 60
    assert {field.removeprefix("f") for field in fields} == entries


async def test_data_that_are_there_are_not_overwritten_unasked(database: None, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    async with db.lifespan():
        await fill(1)
    await backup(path)
    async with db.lifespan(), transaction():
        await services.record(SYSTEM, "thing.done", "thing:1")
    before = await everything()
    with pytest.raises(Refused, match="--force"):
        await restore(path)
    assert await everything() == before
    (settings().data_dir / "ledger-head").unlink(missing_ok=True)
    findings, aside = await restore(path, force=True)
    assert findings == []
    assert aside.startswith("before_restore_")
    assert len((await everything())["audit_entry"]) == 1
    if settings().is_sqlite:
        for kept in sqlite_path().parent.glob("before_restore_*"):
            kept.unlink()


async def rewritten(path: Path, name: str, data: bytes) -> Path:
    """The same file with one member changed."""
    out = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(out, "w") as written:
        for member in read.namelist():
            written.writestr(member, data if member == name else read.read(member))
    return out


async def test_a_damaged_or_newer_backup_is_refused_and_nothing_changes(database: None, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    async with db.lifespan():
        await fill(1)
    await backup(path)
    await wipe()
    with pytest.raises(Refused, match=r"audit_entry\.jsonl does not fit its checksum"):
        await restore(await rewritten(path, "tables/audit_entry.jsonl", b"[]\n"))
    with zipfile.ZipFile(path) as read:
        manifest = json.loads(read.read(MANIFEST))
    manifest["migrations"]["audit"].append("2099-01-01T00:00:00:000000")
    with pytest.raises(Refused, match="newer version"):
        await restore(await rewritten(path, MANIFEST, json.dumps(manifest).encode()))
    manifest["migrations"]["audit"].pop()
    manifest["files"] = [{"path": "../x", "size": 0, "sha256": manifest["files"][0]["sha256"]}]
    with pytest.raises(Refused):
        await restore(await rewritten(path, MANIFEST, json.dumps(manifest).encode()))
    (tmp_path / "text.zip").write_text("nothing")
    with pytest.raises(Refused, match="no backup"):
        await restore(tmp_path / "text.zip")
    cut = path.read_bytes()[: path.stat().st_size // 2]
    (tmp_path / "cut.zip").write_bytes(cut)
    with pytest.raises(Refused):
        await restore(tmp_path / "cut.zip")
    if settings().is_sqlite:
        assert not sqlite_path().exists()
    else:
        assert all(not rows for rows in (await everything()).values())


async def test_a_restore_that_fails_midway_leaves_what_was_there(database: None, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    async with db.lifespan():
        await fill(1)
    await backup(path)
    before = await everything()
    with zipfile.ZipFile(path) as read:
        manifest = json.loads(read.read(MANIFEST))
    for table in manifest["tables"]:
        if table["name"] == "edition":
            table["rows"] = 7
    with pytest.raises(Refused, match="the backup says 7"):
        await restore(await rewritten(path, MANIFEST, json.dumps(manifest).encode()), force=True)
    assert await everything() == before


async def test_a_backup_of_sqlite_restores_into_postgresql_and_back(database: None, tmp_path: Path) -> None:
    if not settings().is_sqlite:
        pytest.skip("starts from SQLite")
    if not await answers():
        pytest.skip("no PostgreSQL answers")
    async with db.lifespan():
        await fill()
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    await backup(first, with_secrets=True)
    name = f"yinbo_restore_{os.getpid()}"
    owner = await asyncpg.connect(POSTGRES)
    try:
        await owner.execute(f"CREATE DATABASE {name}")

        def yinbo(*arguments: str) -> str:
            done = subprocess.run(
                [sys.executable, "-c", "from cli import main; main()", *arguments],
                env={
                    **os.environ,
                    "YINBO_DATABASE_URL": POSTGRES.rpartition("/")[0] + "/" + name,
                    "YINBO_DATA_DIR": str(tmp_path / "data"),
                    "YINBO_SECRET_KEY": "",
                },
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        assert await asyncio.to_thread(yinbo, "restore", str(first)) == "Restored; the audit trail verifies.\n"
        assert "3 entries checked" in await asyncio.to_thread(yinbo, "ledger", "verify")
        await asyncio.to_thread(yinbo, "backup", str(second))
    finally:
        await owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await owner.close()
    before = await everything()
    await wipe()
    assert (await restore(second))[0] == []
    assert await everything() == before
    async with db.lifespan():
        assert [finding async for finding in Walk().findings()] == []
