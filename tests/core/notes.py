"""A table of the tests' own, made and dropped around each."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from piccolo.columns import BigInt, Date, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table

from core import db


class Note(Table, tablename="test_note"):
    id: Serial
    code = Varchar(length=40, unique=True)
    amount = BigInt(default=0)
    at = Timestamptz(default=None, null=True)
    day = Date(default=None, null=True)
    text = Text(default=None, null=True)


@asynccontextmanager
async def noted() -> AsyncIterator[None]:
    await Note.alter().drop_table(if_exists=True)
    await Note.create_table()
    try:
        yield
    finally:
        await Note.alter().drop_table()


async def write(code: str) -> None:
    async with db.transaction():
        await Note.insert(Note(code=code))


async def codes() -> list[str]:
    return [row["code"] for row in await Note.select(Note.code).order_by(Note.code)]


_THEN = "INSERT INTO test_note (code, amount) VALUES ({0}, 0) RETURNING id"


def _two_on_sqlite(connection: sqlite3.Connection, first: str, second: str) -> int:
    connection.execute(_THEN.format("?"), (first,)).fetchone()
    made: int = connection.execute(_THEN.format("?"), (second,)).fetchone()["id"]
    return made


async def _two_on_postgres(connection: Any, first: str, second: str) -> int:
    async with connection.transaction():
        await connection.fetchval(_THEN.format("$1"), first)
        made: int = await connection.fetchval(_THEN.format("$1"), second)
        return made


#: Writes two rows, one after the other.
TWO = db.WriteJob(sqlite=_two_on_sqlite, postgres=_two_on_postgres)


def _count_on_sqlite(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("SELECT count(*) AS n FROM test_note").fetchone()["n"]
    return found


async def _count_on_postgres(connection: Any) -> int:
    found: int = await connection.fetchval("SELECT count(*) FROM test_note")
    return found


COUNT = db.ReadJob(sqlite=_count_on_sqlite, postgres=_count_on_postgres)
