"""Helpers for migrations."""

from piccolo.querystring import QueryString

from core.db.door import engine


async def raw(sql: str) -> None:
    """One statement, inside the migration's transaction. Only what SQLite, PostgreSQL and CockroachDB share."""
    await engine().run_querystring(QueryString(sql))


async def migrate() -> None:
    """Brings the database forward to what this version of the program needs."""
    from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
    from piccolo.conf.apps import Finder

    for app in Finder().get_sorted_app_names():
        await ForwardsMigrationManager(app_name=app, migration_id="all").run()
