"""What is set for the score of partners, and pairs of whom one has said no."""

from piccolo.columns import ForeignKey, Serial, SmallInt, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables import Exhibitor
from projects.tables.projects import Project


class MatchWeights(Table, tablename="match_weights"):
    """As :class:`projects.rules.matching.Weights`."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False, unique=True)
    fields = SmallInt()
    needs = SmallInt()
    cooperation = SmallInt()
    offers = SmallInt()
    interest = SmallInt()


class NoThanks(Table, tablename="no_thanks"):
    """A firm and a project of whom one of the two has put the other aside (不感兴趣): they are no match any more."""

    id: Serial
    project = ForeignKey(Project, on_delete=OnDelete.cascade, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False)
    #: Whose word it is: ``owner`` or ``partner``; each its own.
    side = Varchar(length=10)
    #: ``Actor.key``.
    made_by = Varchar(length=60)
    made_at = Timestamptz()
