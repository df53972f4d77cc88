"""One open meeting of two, and each minute of a table, a firm and a visitor once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import add_indexes

ID = "2026-11-26T01:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "meetings"

INDEXES = {
    "meeting_number": "UNIQUE INDEX ON meeting (edition, number)",
    "meeting_open": "UNIQUE INDEX ON meeting (project, open)",
    "meeting_exhibitor": "INDEX ON meeting (exhibitor)",
    "meeting_badge": "INDEX ON meeting (badge)",
    "meeting_minute_once": "UNIQUE INDEX ON meeting_minute (key, minute)",
    "meeting_minute_of": "INDEX ON meeting_minute (meeting)",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="projects", description=DESCRIPTION)
    add_indexes(manager, INDEXES)
    return manager
