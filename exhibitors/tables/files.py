"""What an exhibitor sent along: logo, licence, pictures of products, documents, drawings of its booth."""

from enum import StrEnum

from piccolo.columns import ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.files.tables import StoredFile
from exhibitors.tables.applications import Exhibitor


class FileKind(StrEnum):
    logo = "logo"
    #: 营业执照.
    licence = "licence"
    #: 展品图片.
    product = "product"
    document = "document"
    #: 特装图纸.
    drawing = "drawing"
    #: 搭建商资质与保险.
    contractor = "contractor"


class ExhibitorFile(Table, tablename="exhibitor_file"):
    """Personal: a licence or a document names people; ``note``."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    file = ForeignKey(StoredFile, on_delete=OnDelete.restrict, null=False)
    kind = Varchar(length=20)
    #: Their order, lowest first.
    position = Integer(default=0)
    #: What it shows, in the sender's words.
    note = Varchar(length=200, default="")
    added_at = Timestamptz()
    #: ``Actor.key``.
    added_by = Varchar(length=60)
    removed_at = Timestamptz(default=None, null=True)
