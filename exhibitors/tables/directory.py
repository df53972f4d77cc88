"""What the directory (参展商名录) is searched by. All of it follows from other rows; only
:func:`exhibitors.services.directory.refresh` writes here, and a row missing or old is made anew within the hour."""

from piccolo.columns import ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables.applications import Exhibitor


class ExhibitorListing(Table, tablename="exhibitor_listing"):
    """One row for each exhibitor that everybody may see. No personal data."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False)
    edition = ForeignKey(Edition, on_delete=OnDelete.cascade, null=False)
    #: Where it stands among others, for Chinese and for English readers: A to Z or #, and the whole key.
    letter_zh = Varchar(length=1)
    sort_zh = Varchar(length=120)
    letter_en = Varchar(length=1)
    sort_en = Varchar(length=120)
    #: :func:`exhibitors.rules.directory.haystack`.
    haystack = Text(default="")
    #: Of :data:`exhibitors.rules.directory.VERSION`.
    version = Integer(default=0)
    made_at = Timestamptz()


class ExhibitorGram(Table, tablename="exhibitor_gram"):
    """One to three letters that stand side by side in an exhibitor's haystack: SQLite's own trigrams find nothing for
    the two characters that most Chinese words have. Without foreign keys, for it has a hundred rows an exhibitor."""

    id: Serial
    edition = Integer()
    gram = Varchar(length=3)
    exhibitor = Integer()
