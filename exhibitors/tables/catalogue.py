"""The printed catalogue (会刊): what exhibitors hand in for it, and what was given to the printer."""

from piccolo.columns import Date, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables.applications import Exhibitor


class CatalogueTerms(Table, tablename="catalogue_terms"):
    """Until when entries are taken: one row an edition, or none for the usual day."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    until = Date(default=None, null=True)


class CatalogueEntry(Table, tablename="catalogue_entry"):
    """An exhibitor's yes to what is printed, and what it wants printed beside its public page. The contact is typed
    for this purpose alone and printed as it stands; left empty, none is. Personal: ``contact``, ``phone``, ``email``.
    """

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    intro_en = Text(default="")
    contact = Varchar(length=100, default="")
    phone = Varchar(length=60, default="")
    email = Varchar(length=254, default="")
    sent_by = Varchar(length=60)
    sent_at = Timestamptz()


class CataloguePrint(Table, tablename="catalogue_print"):
    """A state of the catalogue as it went to the printer. Never changed. Personal: ``made_name``."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: 1, 2, … in an edition.
    number = Integer()
    made_by = Varchar(length=60)
    made_name = Varchar(length=100, default="")
    made_at = Timestamptz()


class CatalogueLine(Table, tablename="catalogue_line"):
    """An entry in a printed state, in words of its own: later changes of the exhibitor don't reach it. Personal:
    ``contact``, ``phone``, ``email``, which erasure takes out of here, too."""

    id: Serial
    print = ForeignKey(CataloguePrint, on_delete=OnDelete.restrict, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=200)
    name_en = Varchar(length=200, default="")
    intro = Text(default="")
    intro_en = Text(default="")
    website = Varchar(length=300, default="")
    #: Codes, the leading one first, with spaces between.
    categories = Text(default="")
    hall = Varchar(length=20, default="")
    #: Codes with spaces between.
    booths = Text(default="")
    contact = Varchar(length=100, default="")
    phone = Varchar(length=60, default="")
    email = Varchar(length=254, default="")
