"""Exhibitors (参展商) and their applications (参展申请): one row from the first form to the last day."""

from enum import StrEnum
from typing import Any

from piccolo.columns import Boolean, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.accounts.tables import Account
from core.editions.tables import Edition


class Status(StrEnum):
    """Where an application stands (审核状态); :mod:`exhibitors.rules.steps` says what leads from one to the next."""

    draft = "draft"
    submitted = "submitted"
    changes_requested = "changes_requested"
    waitlisted = "waitlisted"
    approved = "approved"
    booth_assigned = "booth_assigned"
    confirmed = "confirmed"
    rejected = "rejected"
    withdrawn = "withdrawn"


class Step(StrEnum):
    """What may happen to an application."""

    submit = "submit"
    request_changes = "request_changes"
    waitlist = "waitlist"
    unwaitlist = "unwaitlist"
    approve = "approve"
    reject = "reject"
    reopen = "reopen"
    assign = "assign"
    release = "release"
    confirm = "confirm"
    withdraw = "withdraw"
    undo = "undo"


class BoothKind(StrEnum):
    """标准展位 counted in booths of nine square metres, or 光地 in square metres."""

    standard = "standard"
    raw = "raw"


class Kind(StrEnum):
    """What an organisation is to the law (单位性质)."""

    company = "company"
    institution = "institution"
    social_organization = "social_organization"
    public_body = "public_body"


class ConsentBy(StrEnum):
    """How a consent reached us: typed by the person, or told to an organizer who wrote it down."""

    form = "form"
    paper = "paper"
    phone = "phone"
    #: In a spreadsheet that an organizer read in.
    sheet = "sheet"


class Exhibitor(Table, tablename="exhibitor"):
    """Personal: ``contact_name``, ``contact_mobile``, ``contact_email``."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: What people say on the phone. Random, so that nobody counts the others by it.
    number = Varchar(length=12)
    status = Varchar(length=20, default=Status.submitted.value)
    name = Varchar(length=200)
    name_en = Varchar(length=200, default="")
    #: ISO 3166-1, two letters.
    country = Varchar(length=2, default="CN")
    #: 统一社会信用代码; only of mainland China.
    credit_code = Varchar(length=18, default=None, null=True)
    #: An organizer compared the code with the licence and let its wrong check digit pass.
    check_digit_overridden = Boolean(default=False)
    #: Of the register where the organisation has its seat, outside mainland China.
    registration_number = Varchar(length=60, default="")
    kind = Varchar(length=24, default=Kind.company.value)
    intro = Text(default="")
    website = Varchar(length=300, default="")
    contact_name = Varchar(length=100)
    #: E.164.
    contact_mobile = Varchar(length=20)
    contact_email = Varchar(length=254)
    #: What was wished for, not what was given.
    booth_kind = Varchar(length=10)
    booth_count = Integer(default=None, null=True)
    booth_area_m2 = Integer(default=None, null=True)
    #: 楣板: what stands above a standard booth; :func:`exhibitors.rules.applications.lintel_width` limits it.
    lintel_zh = Varchar(length=60, default="")
    lintel_en = Varchar(length=60, default="")
    #: Such as "380 V, 5 kW", in their words.
    power = Varchar(length=200, default="")
    water = Boolean(default=False)
    #: What they bring, in their words.
    exhibits = Text(default="")
    #: Their application to an earlier edition, from which this one began.
    previous: ForeignKey[Any] = ForeignKey("self", on_delete=OnDelete.set_null, null=True, default=None)
    #: The language to write to them in.
    locale = Varchar(length=10)
    #: Names, number and code in the form that a search compares.
    search = Text(default="")
    #: The form that it came by, so that a second click finds the first one's answer. Known to that browser alone.
    submission = Varchar(length=64, default=None, null=True)
    #: False: it asked not to stand in the directory.
    listed = Boolean(default=True)
    submitted_at = Timestamptz()
    changed_at = Timestamptz()


class ExhibitorCategory(Table, tablename="exhibitor_category"):
    """Up to three; position 0 leads."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    code = Varchar(length=40)
    position = Integer(default=0)


class ExhibitorField(Table, tablename="exhibitor_field"):
    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    code = Varchar(length=40)
    position = Integer(default=0)


class ExhibitorConsent(Table, tablename="exhibitor_consent"):
    """Which notice was consented to, in which language and when (PIPL 14, 17). Append-only."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    privacy_version = Varchar(length=20)
    locale = Varchar(length=10)
    given_at = Timestamptz()
    #: :class:`ConsentBy`.
    by = Varchar(length=10, default=ConsentBy.form.value)
    #: ``Actor.key`` of the organizer who wrote it down; empty where the person gave it itself.
    recorded_by = Varchar(length=60, default="")


class ExhibitorStep(Table, tablename="exhibitor_step"):
    """Who did what with an application, and when. Append-only; an undone step stays, followed by its ``undo``."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    step = Varchar(length=20)
    before = Varchar(length=20)
    after = Varchar(length=20)
    #: ``Actor.key`` and how it is called; the name is personal.
    actor = Varchar(length=60)
    actor_name = Varchar(length=100, default="")
    #: For the applicant, in the reviewer's words.
    note = Text(default="")
    at = Timestamptz()


class ExhibitorComment(Table, tablename="exhibitor_comment"):
    """What a reviewer says about one field, with a step. Append-only."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    step = ForeignKey(ExhibitorStep, on_delete=OnDelete.restrict, null=False)
    field = Varchar(length=40)
    comment = Text()


class ExhibitorLink(Table, tablename="exhibitor_link"):
    """A link that opens the exhibitor's desk once: mailed to the contact, or made by an organizer and handed over.
    Personal: ``email``, ``made_name``.

    It belongs to a mailbox and not to an account: an address typed by a stranger gives nobody anything until somebody
    opens the mail and presses the button.
    """

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False)
    email = Varchar(length=254)
    #: SHA-256; the token stands in the mail, or on the slip, alone.
    token_hash = Varchar(length=64)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(default=None, null=True)
    #: ``Actor.key`` of the organizer who handed it over; empty for a mailed one.
    made_by = Varchar(length=60, default="")
    made_name = Varchar(length=100, default="")
    revoked_at = Timestamptz(default=None, null=True)


class ExhibitorMember(Table, tablename="exhibitor_member"):
    """An account that may use an exhibitor's desk (同事账号)."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    added_at = Timestamptz()
    #: ``Actor.key``.
    added_by = Varchar(length=60)
