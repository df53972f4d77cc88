"""Files of a project: slides of its pitch, drawings, figures."""

from piccolo.columns import Boolean, ForeignKey, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.files.tables import StoredFile
from projects.tables.projects import Project


class ProjectFile(Table, tablename="project_file"):
    """Personal: it may name people; ``note``."""

    id: Serial
    project = ForeignKey(Project, on_delete=OnDelete.restrict, null=False)
    file = ForeignKey(StoredFile, on_delete=OnDelete.restrict, null=False)
    #: What it shows, in the sender's words.
    note = Varchar(length=200, default="")
    #: To everybody, once the project is published: by an organizer's word.
    shown = Boolean(default=False)
    added_at = Timestamptz()
    #: ``Actor.key``.
    added_by = Varchar(length=60)
