"""What plans of meetings are read by; a table bears its name once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import add_indexes

ID = "2026-11-26T07:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "plans of meetings"

INDEXES = {
    "meeting_hours_of": "INDEX ON meeting_hours (edition, day)",
    "meeting_room_once": "UNIQUE INDEX ON meeting_room (edition, prefix)",
    "meeting_away_of": "INDEX ON meeting_away (edition, who)",
    "meeting_plan_of": "INDEX ON meeting_plan (edition)",
    "meeting_plan_one": "UNIQUE INDEX ON meeting_plan (edition) WHERE state = 'making'",
    "meeting_starts": "INDEX ON meeting (edition, starts_at)",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="projects", description=DESCRIPTION)
    add_indexes(manager, INDEXES)
    return manager
