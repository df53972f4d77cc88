"""What the door raises."""

from core.errors import DomainError


class Busy(DomainError):
    """The database is gone, locked or overloaded; nothing of the transaction stays. Trying again is right."""

    status = 503
    code = "busy"
    message = "The service is very busy right now. Please try again in a moment."
    #: Seconds, for the header ``Retry-After``.
    retry_after = 2


class StorageFull(Busy):
    """The disk is full; nothing of the transaction stays, what is stored can still be read. Workers try again."""

    code = "storage_full"
    message = "There is no room left to store this; nothing was kept. The organizers have to make room first."
    retry_after = 60


class TransactionMisuse(RuntimeError):
    """A mistake in the program, never of a person: see the message."""
