"""What a service raises when it refuses; the gateway turns it into problem+json or a page.

Messages are English source texts that the catalogues translate at the edge; mark them with
:func:`core.i18n.mark`.
"""

from collections.abc import Mapping

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """``field`` is the dotted path of what was typed (``contact.mobile``); ``code`` is stable."""

    field: str
    code: str
    message: str


class DomainError(Exception):
    """A refusal with an HTTP status and a stable code. Subclasses stand beside the service that raises them."""

    status = 409
    code = "conflict"
    message = "This is not possible right now."
    #: Seconds after which another try makes sense.
    retry_after: int | None = None

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        errors: tuple[FieldError, ...] = (),
        retry_after: int | None = None,
        values: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message or type(self).message
        self.code = code or type(self).code
        self.errors = errors
        #: For the placeholders of the message.
        self.values = values or {}
        self.retry_after = type(self).retry_after if retry_after is None else retry_after
        super().__init__(self.message)


class InvalidInput(DomainError):
    status = 422
    code = "invalid"
    message = "Please check the marked fields."


class NotFound(DomainError):
    status = 404
    code = "not_found"
    message = "There is nothing here."


class Forbidden(DomainError):
    status = 403
    code = "forbidden"
    message = "Your account may not do this."


class NotSignedIn(DomainError):
    status = 401
    code = "not_signed_in"
    message = "Please sign in."
