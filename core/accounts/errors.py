"""Refusals of signing in and of managing people."""

from core.errors import DomainError, FieldError
from core.i18n import mark


class WrongCredentials(DomainError):
    """One text for every cause: a stranger learns nothing about who has an account."""

    status = 422
    code = "wrong_credentials"
    message = mark("The address or the password is not right.")


class WrongCode(DomainError):
    status = 422
    code = "wrong_code"
    message = mark("This code is not right, or was used already. Please wait for the next one.")


class TooManyTries(DomainError):
    status = 429
    code = "too_many"
    message = mark("Too many tries. Please wait a little.")

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.retry_after = max(1, seconds)


class LinkUsed(DomainError):
    status = 410
    code = "link_used"
    message = mark("This link was used already or has run out. Please ask for a new one.")


class EmailTaken(DomainError):
    code = "email_taken"
    message = mark("There is an account with this address already.")

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("email", self.code, self.message),))


class NameTaken(DomainError):
    code = "name_taken"
    message = mark("Another token has this name already.")

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("name", self.code, self.message),))


class LastAdmin(DomainError):
    code = "last_admin"
    message = mark("This is the last account that may manage people. Give the role to somebody else first.")


class TooHigh(DomainError):
    status = 403
    code = "too_high"
    message = mark("Only an administrator may give or change this role.")
