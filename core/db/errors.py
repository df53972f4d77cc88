"""What the door raises."""

from core.errors import DomainError


class Busy(DomainError):
    """The database is gone, locked or overloaded; nothing of the transaction stays. Trying again is right."""

    status = 503
    code = "busy"
    message = "The service is very busy right now. Please try again in a moment."
    #: Seconds, for the header ``Retry-After``.
    retry_after = 2


class TransactionMisuse(RuntimeError):
    """A mistake in the program, never of a person: see the message."""
