"""Who is interested in a project (意向)."""

from piccolo.columns import BigInt, ForeignKey, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from checkin.tables import Badge
from core.editions.tables import Edition
from exhibitors.tables import Exhibitor
from projects.tables.projects import Project


class Interest(Table, tablename="project_interest"):
    """Of a badge's holder or of an exhibitor, who agreed that the project's owner may have the contact. Nothing of it
    is copied: it is read from the badge for as long as the consent stands. Personal: ``message``."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    project = ForeignKey(Project, on_delete=OnDelete.restrict, null=False)
    #: One of the two.
    badge = ForeignKey(Badge, on_delete=OnDelete.restrict, null=True, default=None)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=True, default=None)
    #: The first badge of its chain of reissues, or the exhibitor, negative: unique with the project.
    who = BigInt()
    message = Text(default="")
    #: Of the question that was agreed to.
    version = Varchar(length=20)
    #: ``Actor.key``.
    made_by = Varchar(length=60)
    made_at = Timestamptz()
    withdrawn_at = Timestamptz(default=None, null=True)
