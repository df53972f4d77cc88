"""Who said beforehand that they would come (观众预登记)."""

from piccolo.columns import ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from checkin.tables.badges import Badge
from core.editions.tables import Edition


class Visit(Table, tablename="visit"):
    """A visitor's or a group's registration; the person itself stands in the badge. Personal: ``helper_name``,
    ``vehicle``."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    badge = ForeignKey(Badge, on_delete=OnDelete.restrict, null=False, unique=True)
    #: Of the form that was sent: sent again it is the same registration.
    form = Varchar(length=40, unique=True, null=True, default=None)
    #: Of the privacy notice, and when it was agreed to.
    notice = Varchar(length=20)
    agreed_at = Timestamptz()
    #: Exhibitors that scan the badge may have name, firm, mobile and e-mail: agreed to for itself, or not (None).
    leads_agreed_at = Timestamptz(default=None, null=True)
    #: Who filled it in for somebody: family, staff or empty.
    helper = Varchar(length=6, default="")
    helper_name = Varchar(length=100, default="")
    #: A group's coach, and when it comes on its first day, in minutes after local midnight.
    vehicle = Varchar(length=100, default="")
    arrives = Integer(default=None, null=True)
    #: web or desk.
    source = Varchar(length=4)
    made_by = Varchar(length=60)
    made_at = Timestamptz()
    cancelled_at = Timestamptz(default=None, null=True)
