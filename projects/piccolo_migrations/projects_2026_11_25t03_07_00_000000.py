"""One slot a project, one slot a minute of a stage, one a minute of a speaker."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-25T03:07:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what may be once, and how projects and the agenda are read"

INDEXES = {
    "project_number": "UNIQUE INDEX ON project (edition, number)",
    "project_state": "INDEX ON project (edition, state, id)",
    "project_exhibitor": "INDEX ON project (exhibitor)",
    "project_field_once": "UNIQUE INDEX ON project_field (project, code)",
    "project_cooperation_once": "UNIQUE INDEX ON project_cooperation (project, code)",
    "project_trade_once": "UNIQUE INDEX ON project_trade (project, side, code)",
    "pitch_stage_name": "UNIQUE INDEX ON pitch_stage (edition, name)",
    "slot_project": "UNIQUE INDEX ON slot (project)",
    "slot_time": "INDEX ON slot (edition, starts_at)",
    "slot_speaker_of": "INDEX ON slot_speaker (slot)",
    "slot_stage_minute_once": "UNIQUE INDEX ON slot_stage_minute (stage, minute)",
    "slot_stage_minute_of": "INDEX ON slot_stage_minute (slot)",
    "slot_speaker_minute_once": "UNIQUE INDEX ON slot_speaker_minute (speaker, minute)",
    "slot_speaker_minute_of": "INDEX ON slot_speaker_minute (slot)",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="projects", description=DESCRIPTION)

    async def run() -> None:
        for name, what in INDEXES.items():
            await raw(f"CREATE {what.replace(' ON', f' {name} ON', 1)}")

    async def undo() -> None:
        for name in INDEXES:
            await raw(f"DROP INDEX {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
