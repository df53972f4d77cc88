"""Somebody is interested in a project once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import add_indexes

ID = "2026-11-26T00:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "interest in projects"

INDEXES = {
    "project_interest_once": "UNIQUE INDEX ON project_interest (project, who)",
    "project_interest_who": "INDEX ON project_interest (who)",
    "project_interest_badge": "INDEX ON project_interest (badge)",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="projects", description=DESCRIPTION)
    add_indexes(manager, INDEXES)
    return manager
