"""Projects (项目) that look for partners, places or money."""

from enum import StrEnum

from piccolo.columns import BigInt, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables import Exhibitor


class ProjectState(StrEnum):
    """Where a project stands on its way to the public."""

    submitted = "submitted"
    changes_requested = "changes_requested"
    published = "published"
    rejected = "rejected"
    withdrawn = "withdrawn"


class Phase(StrEnum):
    """How far it is: 构想, 在建, 运营, 扩张."""

    idea = "idea"
    building = "building"
    operating = "operating"
    expanding = "expanding"


class Cooperation(StrEnum):
    """What it looks for (合作方式): 投资, 运营, 技术, 采购, 用地, 加盟."""

    investment = "investment"
    operation = "operation"
    technology = "technology"
    procurement = "procurement"
    land = "land"
    franchise = "franchise"


class TradeSide(StrEnum):
    needs = "needs"
    offers = "offers"


class Project(Table, tablename="project"):
    """Personal: ``contact_name``, ``contact_mobile``, ``contact_email``."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: What people say: ``P`` and six digits, random.
    number = Varchar(length=12)
    state = Varchar(length=20, default=ProjectState.submitted.value)
    title = Varchar(length=200)
    title_en = Varchar(length=200, default="")
    summary = Text()
    summary_en = Text(default="")
    #: Whose it is: an exhibitor of this edition, or an organisation that exhibits nothing.
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=True, default=None)
    owner = Varchar(length=200, default="")
    region = Varchar(length=60, default="")
    #: :class:`Phase`.
    phase = Varchar(length=12)
    #: In fen: the whole investment, and what is still looked for.
    investment = BigInt(default=None, null=True)
    funding_sought = BigInt(default=None, null=True)
    contact_name = Varchar(length=100, default="")
    #: E.164.
    contact_mobile = Varchar(length=20, default="")
    contact_email = Varchar(length=254, default="")
    #: For its owner, in the reviewer's words.
    answer = Text(default="")
    search = Text(default="")
    #: ``Actor.key``.
    made_by = Varchar(length=60)
    made_at = Timestamptz()
    changed_at = Timestamptz()
    published_at = Timestamptz(default=None, null=True)


class ProjectField(Table, tablename="project_field"):
    """A field of contract value; position 0 leads."""

    id: Serial
    project = ForeignKey(Project, on_delete=OnDelete.restrict, null=False)
    code = Varchar(length=40)
    position = Integer(default=0)


class ProjectCooperation(Table, tablename="project_cooperation"):
    id: Serial
    project = ForeignKey(Project, on_delete=OnDelete.restrict, null=False)
    code = Varchar(length=20)
    position = Integer(default=0)


class ProjectTrade(Table, tablename="project_trade"):
    """What it needs or offers, in the categories of the edition."""

    id: Serial
    project = ForeignKey(Project, on_delete=OnDelete.restrict, null=False)
    #: :class:`TradeSide`.
    side = Varchar(length=6)
    code = Varchar(length=40)
    position = Integer(default=0)
