"""JSON that programs disagree on is refused before anything reads it: two members of one name, NaN, numbers that no
column holds, nesting without end, halves of characters. NUL in a text is bad input: PostgreSQL can't store it."""

import json
import re
from typing import Any, NoReturn

from litestar.exceptions import HTTPException

from core.errors import InvalidInput
from core.i18n import mark

_INT64 = 2**63
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class _Refused(ValueError):
    pass


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise _Refused("a member stands twice")
    return out


def _integer(text: str) -> int:
    if len(text) > 20 or not -_INT64 <= (number := int(text)) < _INT64:
        raise _Refused("a number is too large")
    return number


def _fraction(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _Refused("a number is too large")
    return number


def _constant(text: str) -> NoReturn:
    raise _Refused(f"{text} is no JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)


def check_json(raw: bytes) -> None:
    """Raises 400 for what is no sound JSON, 422 for a text with a NUL."""
    if not raw:
        return
    try:
        _decoder.decode(raw.decode())
    except (ValueError, RecursionError):
        raise HTTPException(status_code=400) from None
    if b"\\u0000" in raw and _NUL.search(raw):
        raise InvalidInput(mark("A text holds a character that can't be stored (NUL)."))
