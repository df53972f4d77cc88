"""Applications that were begun and not sent (草稿)."""

from piccolo.columns import ForeignKey, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.accounts.tables import Account
from core.editions.tables import Edition


class ExhibitorDraft(Table, tablename="exhibitor_draft"):
    """Personal: ``form``, ``email``. Whatever somebody has typed, unchecked and without a consent; nobody else reads
    it. Apart from the applications, so that a half-typed credit code keeps nobody out."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.cascade, null=False)
    #: None until somebody has opened the mailed link.
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=True, default=None)
    #: Of the form, as :attr:`exhibitors.tables.Exhibitor.submission`.
    submission = Varchar(length=64)
    #: The firm's, as typed, to know it again by.
    name = Varchar(length=200, default="")
    #: What stands in the form, as JSON.
    form = Text()
    #: To which the link was mailed; and SHA-256 of its token.
    email = Varchar(length=254, default="")
    token_hash = Varchar(length=64, default="")
    started_at = Timestamptz()
    changed_at = Timestamptz()
