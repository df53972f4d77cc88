"""A project's files are found by it, and by the file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import add_indexes

ID = "2026-11-26T08:17:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "files of projects"

INDEXES = {
    "project_file_of": "INDEX ON project_file (project)",
    "project_file_file": "UNIQUE INDEX ON project_file (file)",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="projects", description=DESCRIPTION)
    add_indexes(manager, INDEXES)
    return manager
