"""Spreadsheets that organizers read in (导入)."""

from enum import StrEnum

from piccolo.columns import ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition


class ImportState(StrEnum):
    checking = "checking"
    #: Nothing is wrong with it, and something is new.
    ready = "ready"
    #: Nothing of it was taken.
    faulty = "faulty"
    importing = "importing"
    done = "done"
    failed = "failed"


class ExhibitorImport(Table, tablename="exhibitor_import"):
    """``report`` names rows and columns, never what stands in them. The file itself is personal; it is forgotten once
    it was taken, or after a week."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=200)
    sha256 = Varchar(length=64)
    #: A StoredFile; without a foreign key, for it goes before this row does.
    file = Integer(default=None, null=True)
    state = Varchar(length=10)
    #: :class:`exhibitors.rules.imports.Report` as JSON.
    report = Text(default="")
    #: :class:`exhibitors.rules.imports.Place` of rows whose credit code somebody compared with the licence, as JSON.
    passing = Text(default="")
    #: How many were stored.
    stored = Integer(default=0)
    job = Integer(default=None, null=True)
    #: The language of who sent it.
    locale = Varchar(length=10)
    made_by = Varchar(length=60)
    made_at = Timestamptz()
