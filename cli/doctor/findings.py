from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """``level``: a warning leaves exit code 0, an error makes it 1. ``mend`` is empty when nothing is to do."""

    level: Literal["ok", "warning", "error"]
    check: str
    message: str
    mend: str = ""


def ok(check: str, message: str) -> Finding:
    return Finding("ok", check, message)


def warning(check: str, message: str, mend: str) -> Finding:
    return Finding("warning", check, message, mend)


def error(check: str, message: str, mend: str) -> Finding:
    return Finding("error", check, message, mend)
