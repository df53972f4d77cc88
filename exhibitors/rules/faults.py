"""Reading what was typed, fault by fault."""

from collections.abc import Callable

from core import text
from core.errors import FieldError
from core.i18n import mark

REQUIRED = mark("Please fill this in.")
LONG = mark("This is too long.")


class Faults:
    """Collects what is wrong, so that all of it is told at once."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def add(self, field: str, code: str, message: str) -> None:
        self.errors.append(FieldError(field, code, message))

    def read(
        self, field: str, typed: str | None, how: Callable[[str], str], *, required: bool = False, longest: int = 200
    ) -> str:
        try:
            # Normalizing takes time: what is far too long is not even looked at.
            if len(typed or "") > longest * 4:
                raise text.Fault("too_long", LONG)
            bare = text.line(typed or "")
            if not bare:
                if required:
                    raise text.Fault("required", REQUIRED)
                return ""
            found = how(typed or "")
            if len(found) > longest:
                raise text.Fault("too_long", LONG)
            return found
        except text.Fault as fault:
            self.add(field, fault.code, fault.message)
            return ""

    def count(self, field: str, typed: int | str | None, least: int, most: int, small: str) -> int | None:
        if typed is None or typed == "":
            self.add(field, "required", REQUIRED)
            return None
        try:
            found = text.integer(typed)
        except text.Fault as fault:
            self.add(field, fault.code, fault.message)
            return None
        if found < least:
            self.add(field, "too_small", small)
        elif found > most:
            self.add(field, "too_large", mark("This is more than the hall holds."))
        return found
