"""One file with everything: taken while serving, restored into SQLite or PostgreSQL alike. See docs/backup.md."""

from core.backup.archive import Manifest, Refused
from core.backup.restore import restore
from core.backup.source import backup

__all__ = ["Manifest", "Refused", "backup", "restore"]
