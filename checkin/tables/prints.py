"""What was printed (打印记录)."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from core.files.tables import StoredFile


class PrintRun(Table, tablename="print_run"):
    """Many badges as one document, made by a job."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    job = BigInt(default=None, null=True)
    layout = Varchar(length=10)
    locale = Varchar(length=10)
    #: Which badges, as JSON.
    wanted = Text()
    total = Integer(default=0)
    #: None before it is made, and once it is thrown away.
    file = ForeignKey(StoredFile, on_delete=OnDelete.set_null, null=True, default=None)
    #: ``Actor.key``.
    made_by = Varchar(length=60)
    made_at = Timestamptz()
    done_at = Timestamptz(default=None, null=True)


class BadgePrint(Table, tablename="badge_print"):
    """Append-only: a badge was put on paper, or given out to be."""

    id = BigSerial(primary_key=True)
    edition = Integer()
    badge = Integer(index=True)
    #: The badge's when it was printed: a new code is not printed yet.
    uid = BigInt(default=None, null=True)
    run = Integer(default=None, null=True)
    layout = Varchar(length=10)
    #: ``Actor.key``.
    actor = Varchar(length=60)
    at = Timestamptz()
