"""Parts of texts, found alike on SQLite and PostgreSQL; what is typed is never taken for a pattern."""

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
