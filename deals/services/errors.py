"""Why the ledger refuses."""

from core.errors import DomainError
from core.i18n import mark


class SamePerson(DomainError):
    code = "same_person"
    message = mark("Somebody else must confirm this: you wrote it.")


class WrongStatus(DomainError):
    code = "wrong_status"
    message = mark("This step is not possible in the deal's present state.")


class ChangedMeanwhile(DomainError):
    code = "changed_meanwhile"
    message = mark("Somebody changed this deal in the meantime. Please look at it again.")


class LedgerFull(DomainError):
    code = "ledger_full"
    message = mark("The sums of this expo would grow beyond what can be stored.")


class RuledAlready(DomainError):
    code = "ruled_already"
    message = mark("Somebody has ruled on this already.")
