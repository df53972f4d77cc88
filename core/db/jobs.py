"""Prepared work for the hot paths, written once for each database, without the way through the query builder."""

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class WriteJob(Generic[P, R]):
    """Two functions that do the same.

    ``sqlite`` runs on the writer's own thread, inside the commit shared with all that has queued up: it must be
    short and touch nothing but the connection. ``postgres`` has an asyncpg connection in autocommit: one statement
    is its own transaction; more open one themselves.
    """

    sqlite: Callable[Concatenate[sqlite3.Connection, P], R]
    postgres: Callable[Concatenate[Any, P], Awaitable[R]]


@dataclass(frozen=True)
class ReadJob(Generic[P, R]):
    """The same for a read: ``sqlite`` runs on a reader's thread with a connection that cannot write.

    ``point`` marks a look-up of a row or two by a unique index: on SQLite it is done where it is asked for, since
    the way to another thread and back takes many times as long.
    """

    sqlite: Callable[Concatenate[sqlite3.Connection, P], R]
    postgres: Callable[Concatenate[Any, P], Awaitable[R]]
    point: bool = False
