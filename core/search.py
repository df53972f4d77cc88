"""Parts of texts, found alike on SQLite and PostgreSQL; what is typed is never taken for a pattern."""

from collections.abc import Iterable

from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw


def _escaped(text: str) -> str:
    return text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _named(column: Column) -> str:
    return f'lower("{column._meta.table._meta.tablename}"."{column._meta.db_column_name}")'


def contains(column: Column, text: str) -> WhereRaw:
    """Whatever the case of Latin letters."""
    return WhereRaw(f"{_named(column)} LIKE {{}} ESCAPE '!'", f"%{_escaped(text)}%")


def begins(column: Column, text: str) -> WhereRaw:
    return WhereRaw(f"{_named(column)} LIKE {{}} ESCAPE '!'", f"{_escaped(text)}%")


def among(column: Column, texts: Iterable[str]) -> WhereRaw:
    """One of the texts, whatever the case of Latin letters; of none, nothing."""
    wanted = sorted({text.lower() for text in texts}) or [""]
    return WhereRaw(f"{_named(column)} IN ({', '.join(['{}'] * len(wanted))})", *wanted)
