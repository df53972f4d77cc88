"""An edition is one expo (届). One is current; those past stay readable."""

from piccolo.columns import (
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Serial,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class Edition(Table, tablename="edition"):
    id: Serial
    slug = Varchar(length=40, unique=True)
    name_zh = Varchar(length=200)
    name_en = Varchar(length=200)
    venue_zh = Varchar(length=200)
    venue_en = Varchar(length=200)
    timezone = Varchar(length=60)
    registration_opens = Timestamptz(default=None, null=True)
    registration_closes = Timestamptz(default=None, null=True)
    #: Of the privacy notice that applicants consent to.
    privacy_version = Varchar(length=20)
    #: Days after the last one until personal data goes: what the notice promises.
    kept_days = Integer(default=180)
    #: Whether anybody may read how much was signed in all, and in how many deals.
    totals_public = Boolean(default=False)
    #: Whether anybody may also read it by field, by kind and by day.
    breakdown_public = Boolean(default=False)
    is_current = Boolean(default=False)
    #: Its people and firms are invented; every page that shows them says so.
    is_demo = Boolean(default=False)
    created_at = Timestamptz()


class EditionDay(Table, tablename="edition_day"):
    """A day (展期) with its opening hours, in minutes after local midnight: 0 to 1440."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    day = Date()
    opens = Integer(default=0)
    closes = Integer(default=1440)


class EditionField(Table, tablename="edition_field"):
    """A field of contract value (领域). Its code stays for good: one no longer wanted is retired."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    code = Varchar(length=40)
    name_zh = Varchar(length=100)
    name_en = Varchar(length=100)
    position = Integer(default=0)
    retired = Boolean(default=False)


class EditionCategory(Table, tablename="edition_category"):
    """A category of exhibits (展品类别). Its code stays for good: one no longer wanted is retired."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    code = Varchar(length=40)
    name_zh = Varchar(length=100)
    name_en = Varchar(length=100)
    position = Integer(default=0)
    retired = Boolean(default=False)
