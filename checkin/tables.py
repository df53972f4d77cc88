"""Badges (证件)."""

from enum import StrEnum

from piccolo.columns import ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables import Exhibitor


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
    """Personal: ``holder``, ``title``, ``mobile``."""

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
    #: What the holder is there (职务).
    title = Varchar(length=100, default="")
    #: E.164.
    mobile = Varchar(length=20, default="")
    #: Whose staff the holder is.
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=True, default=None)
    #: 1 to the exhibitor's quota, None once revoked: the unique index keeps two at once from passing the quota.
    seat = Integer(default=None, null=True)
    #: ISO dates with a space between; empty: every day.
    days = Varchar(length=400, default="")
    issued_at = Timestamptz()
