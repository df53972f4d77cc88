"""Each side puts another aside once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import add_indexes

ID = "2026-11-26T07:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "no thanks"

INDEXES = {
    "no_thanks_once": "UNIQUE INDEX ON no_thanks (project, exhibitor, side)",
    "no_thanks_of": "INDEX ON no_thanks (exhibitor)",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="projects", description=DESCRIPTION)
    add_indexes(manager, INDEXES)
    return manager
