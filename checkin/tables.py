"""Badges (证件)."""

from enum import StrEnum

from piccolo.columns import ForeignKey, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition


class BadgeKind(StrEnum):
    """参展证, 观众证, 嘉宾证, 演讲证, 记者证, 工作证, 团体证."""

    exhibitor = "exhibitor"
    visitor = "visitor"
    guest = "guest"
    speaker = "speaker"
    press = "press"
    crew = "crew"
    group = "group"


class BadgeStatus(StrEnum):
    active = "active"
    revoked = "revoked"


class Badge(Table, tablename="badge"):
    """Personal: ``holder``."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: Printed under the name, so that a person can read it out.
    serial = Varchar(length=12, unique=True)
    #: What its QR code holds: whoever knows it is let in.
    code = Varchar(length=160, unique=True)
    kind = Varchar(length=12)
    status = Varchar(length=10, default=BadgeStatus.active.value)
    holder = Varchar(length=100)
    organisation = Varchar(length=200, default="")
    #: ISO dates with a space between; empty: every day.
    days = Varchar(length=400, default="")
    issued_at = Timestamptz()
