"""The desk in the hall (现场服务台): lost persons, wheelchairs, first aid, and what one shift tells the next."""

from enum import StrEnum

from piccolo.columns import BigSerial, ForeignKey, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition


class IncidentKind(StrEnum):
    """走失, 寻到, 轮椅, 急救, 失物, 其他."""

    lost_person = "lost_person"
    found_person = "found_person"
    wheelchair = "wheelchair"
    first_aid = "first_aid"
    lost_property = "lost_property"
    other = "other"


class Incident(Table, tablename="incident"):
    """Personal: ``person``, ``mobile``, ``what``."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    kind = Varchar(length=20)
    place = Varchar(length=120)
    happened_at = Timestamptz()
    what = Text()
    #: Whom it is about.
    person = Varchar(length=100, default="")
    #: Whom to call, E.164.
    mobile = Varchar(length=20, default="")
    opened_at = Timestamptz()
    #: ``Actor.key``.
    opened_by = Varchar(length=60)
    #: None: open.
    handled_at = Timestamptz(default=None, null=True)
    handled_by = Varchar(length=60, default="")


class IncidentNote(Table, tablename="incident_note"):
    """Append-only. Without an incident it is for the next shift. Personal: ``text``, ``author_name``."""

    id = BigSerial(primary_key=True)
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    incident = ForeignKey(Incident, on_delete=OnDelete.restrict, null=True, default=None)
    text = Text()
    at = Timestamptz()
    #: ``Actor.key``.
    author = Varchar(length=60)
    author_name = Varchar(length=100, default="")
