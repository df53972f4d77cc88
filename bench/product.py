"""Two ways through the product's door, with no more of the product around them than the bare routes have."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, post
from piccolo.columns import BigInt, Serial, Text
from piccolo.table import Table

from bench.bare import Note
from core import db


class BenchNote(Table, tablename="bench_note"):
    id: Serial
    code = Text()
    amount = BigInt()


_INSERT = "INSERT INTO bench_note (code, amount) VALUES ({}, {}) RETURNING id"


def _on_sqlite(connection: sqlite3.Connection, note: Note) -> int:
    made: int = connection.execute(_INSERT.format("?", "?"), (note.code, note.amount)).fetchone()["id"]
    return made


async def _on_postgres(connection: Any, note: Note) -> int:
    made: int = await connection.fetchval(_INSERT.format("$1", "$2"), note.code, note.amount)
    return made


INSERT = db.WriteJob(sqlite=_on_sqlite, postgres=_on_postgres)


@post("/door")
async def door(data: Note) -> dict[str, int]:
    async with db.transaction():
        rows = await BenchNote.insert(BenchNote(code=data.code, amount=data.amount))
    return {"id": rows[0]["id"]}


@post("/job")
async def job(data: Note) -> dict[str, int]:
    return {"id": await db.run_job(INSERT, data)}


@asynccontextmanager
async def lifespan(_app: Litestar) -> AsyncIterator[None]:
    async with db.lifespan():
        await BenchNote.create_table(if_not_exists=True)
        yield


def create_app() -> Litestar:
    return Litestar([door, job], lifespan=[lifespan], openapi_config=None)
