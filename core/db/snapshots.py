"""Several reads that are of one moment, written once for both databases."""

import sqlite3
from collections.abc import Callable, Generator
from typing import Any, ParamSpec, TypeVar

from piccolo.querystring import QueryString

from core.db.jobs import ReadJob

P = ParamSpec("P")
R = TypeVar("R")

#: Yields queries, is sent the rows of each, returns what it made of them.
Reading = Generator[QueryString, list[Any], R]


def in_one_snapshot(reading: Callable[P, Reading[R]]) -> ReadJob[P, R]:
    """What is committed between two of its queries is in none of them. Inside a transaction it sees what that sees."""

    def sqlite(connection: sqlite3.Connection, /, *args: P.args, **kwargs: P.kwargs) -> R:
        own = not connection.in_transaction
        if own:
            connection.execute("BEGIN")
        try:
            steps = reading(*args, **kwargs)
            query = next(steps)
            while True:
                sql, values = query.compile_string(engine_type="sqlite")
                query = steps.send(connection.execute(sql, values).fetchall())
        except StopIteration as ended:
            made: R = ended.value
            return made
        finally:
            if own:
                connection.execute("ROLLBACK")

    async def read(connection: Any, steps: Reading[R]) -> R:
        try:
            query = next(steps)
            while True:
                sql, values = query.compile_string(engine_type="postgres")
                query = steps.send(await connection.fetch(sql, *values))
        except StopIteration as ended:
            made: R = ended.value
            return made

    async def postgres(connection: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        steps = reading(*args, **kwargs)
        if connection.is_in_transaction():
            return await read(connection, steps)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await read(connection, steps)

    return ReadJob(sqlite, postgres)
