"""Files in the database: several hosts share them, and a backup has them at the same moment as the rows."""

from piccolo.columns import BigInt, Boolean, Bytea, ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class StoredFile(Table, tablename="stored_file"):
    """Personal: ``name``, and whatever stands in the file (a licence names its holder)."""

    id: Serial
    #: Whose rule says who may read it, such as ``exhibitor``.
    purpose = Varchar(length=40)
    #: As the sender called it, cleaned; its ending is that of what it really is.
    name = Varchar(length=200)
    media_type = Varchar(length=60)
    size = BigInt()
    sha256 = Varchar(length=64)
    #: Bytes of the small picture of it (WebP), 0 without one.
    small_size = BigInt(default=0)
    #: Of a picture, in pixels.
    width = Integer(default=None, null=True)
    height = Integer(default=None, null=True)
    #: Of a document.
    pages = Integer(default=None, null=True)
    #: ``Actor.key``.
    made_by = Varchar(length=60)
    made_at = Timestamptz()


class FilePiece(Table, tablename="stored_file_piece"):
    """A quarter of a megabyte at most, so that no row and no answer holds a whole file."""

    id: Serial
    file = ForeignKey(StoredFile, on_delete=OnDelete.cascade, null=False)
    small = Boolean(default=False)
    position = Integer(default=0)
    data = Bytea(default=b"")
