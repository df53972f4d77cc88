"""What stands in the exhibitor's own desk besides its application.

Personal: ``exhibitor_message.author_name`` and ``text``.
"""

from piccolo.columns import Boolean, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.files.tables import StoredFile
from exhibitors.tables.applications import Exhibitor


class ExhibitorProduct(Table, tablename="exhibitor_product"):
    """What is shown at the booth (展品), for the directory and the catalogue."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=100)
    name_en = Varchar(length=100, default="")
    text = Text(default="")
    picture = ForeignKey(StoredFile, on_delete=OnDelete.restrict, null=True, default=None)
    #: What the picture shows, for who does not see it.
    alt = Varchar(length=200, default="")
    position = Integer(default=0)
    removed_at = Timestamptz(default=None, null=True)


class ExhibitorMessage(Table, tablename="exhibitor_message"):
    """Between the organizers and one exhibitor. Append-only but for when it was read."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    #: Else from the exhibitor to the organizers.
    from_organizers = Boolean(default=True)
    #: ``Actor.key``.
    author = Varchar(length=60)
    author_name = Varchar(length=100, default="")
    text = Text()
    at = Timestamptz()
    #: By anybody of the other side.
    read_at = Timestamptz(default=None, null=True)


class ExhibitorChange(Table, tablename="exhibitor_change"):
    """A change of what was reviewed, wished for after the approval: it waits for a reviewer (变更申请)."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=200)
    name_en = Varchar(length=200, default="")
    country = Varchar(length=2)
    credit_code = Varchar(length=18, default=None, null=True)
    reason = Text(default="")
    asked_by = Varchar(length=60)
    asked_at = Timestamptz()
    #: 1 while it waits, else None: the unique index lets one exhibitor have one.
    waiting = Integer(default=None, null=True)
    accepted = Boolean(default=None, null=True)
    decided_by = Varchar(length=60, default="")
    decided_at = Timestamptz(default=None, null=True)
    note = Text(default="")
