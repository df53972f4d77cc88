"""What is wrong with a body, field by field and in our own codes.

msgspec stops at the first fault and says it in English; people who fill a form want all of them, in their language.
"""

import re
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from core.errors import FieldError
from core.i18n import mark

_AT_MOST = 50

REQUIRED = mark("Please fill this in.")
UNKNOWN_MEMBER = mark("This member is not known here.")
WRONG_TYPE = mark("This is of another kind than what is expected here.")
TOO_LONG = mark("This is too long.")
TOO_SHORT = mark("This is too short.")
OUT_OF_RANGE = mark("This number is out of range.")
INVALID = mark("This is not valid.")


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a call of the API takes: unknown members are refused."""


_PATTERNS = (
    (re.compile(r"missing required field"), "required", REQUIRED),
    (re.compile(r"contains unknown field"), "unknown_member", UNKNOWN_MEMBER),
    (re.compile(r"of length (<=|<)"), "too_long", TOO_LONG),
    (re.compile(r"of length (>=|>)"), "too_short", TOO_SHORT),
    (re.compile(r"out of range|Expected `(?:int|float|decimal)` [<>]"), "out_of_range", OUT_OF_RANGE),
    (re.compile(r"Expected `.+`, got `"), "wrong_type", WRONG_TYPE),
)
_NAMED = re.compile(r"(?:missing required|contains unknown) field `(.+?)`")
_AT = re.compile(r" - at `\$\.?(.*)`$")


def explain(message: str, field: str) -> FieldError:
    """One of msgspec's or Litestar's messages about ``field`` (or something below it) as ours."""
    if at := _AT.search(message):
        field = _join(field, re.sub(r"\[(\d+|\.\.\.)\]", r".\1", at[1]).strip("."))
    if named := _NAMED.search(message):
        field = _join(field, named[1])
    for pattern, code, text in _PATTERNS:
        if pattern.search(message):
            return FieldError(field, code, text)
    return FieldError(field, "invalid", INVALID)


def _join(above: str, name: str) -> str:
    return f"{above}.{name}" if above and name else above or name


def _bare(kind: Any) -> Any:
    """Without ``Annotated`` and ``| None``."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        rest = [one for one in get_args(kind) if one is not NoneType and one is not msgspec.UnsetType]
        return _bare(rest[0]) if len(rest) == 1 else kind
    return kind


def faults(value: object, kind: Any, field: str = "") -> list[FieldError]:
    """All faults of ``value`` (plain JSON) as a ``kind``."""
    found: list[FieldError] = []
    bare = _bare(kind)
    if isinstance(value, dict) and isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        known = msgspec.structs.fields(bare)
        for one in known:
            name = _join(field, one.encode_name)
            if one.encode_name in value:
                found += faults(value[one.encode_name], one.type, name)
            elif one.required:
                found.append(FieldError(name, "required", REQUIRED))
        if bare.__struct_config__.forbid_unknown_fields:
            names = {one.encode_name for one in known}
            found += [
                FieldError(_join(field, str(extra)[:100]), "unknown_member", UNKNOWN_MEMBER)
                for extra in value
                if extra not in names
            ]
    elif isinstance(value, list) and get_origin(bare) in (list, tuple, set, frozenset) and get_args(bare):
        for at, item in enumerate(value):
            found += faults(item, get_args(bare)[0], _join(field, str(at)))
            if len(found) >= _AT_MOST:
                break
    if not found:
        try:
            msgspec.convert(value, kind, strict=False)
        except (msgspec.ValidationError, ValueError, TypeError) as fault:
            found.append(explain(str(fault), field))
    return found[:_AT_MOST]
