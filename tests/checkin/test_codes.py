"""The codes of badges: what docs/codes.md promises, and that nothing else passes."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import base45
import pytest
import qrcode
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given, settings
from hypothesis import strategies as st
from qrcode.util import MODE_ALPHA_NUM, QRData

from checkin import codes
from checkin.codes import Claims, Parsed
from checkin.tables import BadgeKind

PAGE = (Path(__file__).parents[2] / "docs" / "codes.md").read_text("utf-8")
VECTORS: Any = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["private"]))
PUBLIC = KEY.public_key().public_bytes_raw()
KEYS = dict.fromkeys(VECTORS["keys"], PUBLIC)

DAYS = st.lists(st.dates(date(2000, 1, 2), date(2179, 6, 6)), max_size=31, unique=True).map(lambda d: tuple(sorted(d)))
NEAR = st.builds(
    lambda first, more: tuple(sorted({first + timedelta(days=n) for n in more})),
    st.dates(date(2000, 1, 2), date(2179, 5, 1)),
    st.sets(st.integers(0, 23), min_size=1),
)
CLAIMS = st.builds(
    Claims, st.sampled_from(BadgeKind), st.integers(1, 255), st.integers(0, 2**40 - 1), st.one_of(DAYS, NEAR)
)
GOOD = codes.make(KEY, Claims(BadgeKind.visitor, 1, 77, ()))


def judged(code: str) -> str:
    parsed = codes.parse(codes.normalized(code))
    if parsed is None:
        return "unknown_code"
    return "signed" if codes.verify(parsed, KEYS) else "bad_signature"


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda v: v["kind"])
def test_the_vectors_of_the_docs_are_made_and_read_as_they_stand_there(vector: Any) -> None:
    days = None if vector["days"] is None else tuple(map(date.fromisoformat, vector["days"]))
    claims = Claims(BadgeKind(vector["kind"]), vector["key"], int(vector["uid"], 16), days)
    payload = bytes.fromhex(vector["payload"])
    assert PUBLIC.hex() == VECTORS["public"]
    assert codes.parse(vector["code"]) == Parsed(claims, payload, KEY.sign(codes.CONTEXT + payload))
    assert judged(vector["code"]) == "signed"
    if days is not None:
        assert codes.payload_of(claims) == payload
        assert codes.make(KEY, claims) == vector["code"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda v: v["why"])
def test_what_the_docs_call_refused_is_refused_for_that_reason(vector: Any) -> None:
    assert judged(vector["code"]) == vector["reason"]


@pytest.mark.parametrize("vector", VECTORS["typed"])
def test_scanners_and_hands_may_add_what_the_docs_allow(vector: Any) -> None:
    assert codes.normalized(vector["typed"]) == vector["code"]


@given(CLAIMS)
@example(Claims(BadgeKind.visitor, 1, 0, ()))
@example(Claims(BadgeKind.group, 255, 2**40 - 1, tuple(date(2026, 9, 1) + timedelta(days=n) for n in range(24))))
@example(Claims(BadgeKind.crew, 1, 5, (date(1999, 12, 31),)))
@example(Claims(BadgeKind.crew, 1, 5, (date(2179, 6, 7),)))
def test_a_code_says_what_went_into_it(claims: Claims) -> None:
    code = codes.make(KEY, claims)
    assert (len(code), code.strip(), codes.normalized(code)) == (117, code, code)
    parsed = codes.parse(code)
    assert parsed is not None
    assert codes.verify(parsed, {claims.key: PUBLIC})
    assert (parsed.claims.kind, parsed.claims.key, parsed.claims.uid) == (claims.kind, claims.key, claims.uid)
    # Days that don't fit are left to the list, never cut short.
    assert parsed.claims.days in (claims.days, None)
    if claims.days and (claims.days[-1] - claims.days[0]).days < 23 and claims.days[0] >= date(2000, 1, 2):
        assert parsed.claims.days == (claims.days if claims.days[0] <= date(2179, 6, 6) else None)


def test_a_code_fits_a_qr_code_of_version_5_at_level_m() -> None:
    picture = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
    picture.add_data(QRData(GOOD))
    picture.make(fit=True)
    assert (picture.version, picture.data_list[0].mode) == (5, MODE_ALPHA_NUM)


@given(st.integers(0, 76 * 8 - 1))
def test_no_bit_can_be_turned(bit: int) -> None:
    raw = bytearray(base45.b45decode(GOOD[3:]))
    raw[bit // 8] ^= 1 << bit % 8
    assert judged(codes.PREFIX + base45.b45encode(bytes(raw)).decode()) != "signed"


@settings(max_examples=500)
@given(
    st.one_of(
        st.text(),
        st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=114, max_size=114).map("YB:".__add__),
        st.binary(min_size=76, max_size=76).map(lambda raw: "YB:" + base45.b45encode(raw).decode()),
        st.binary(max_size=4096).map(lambda raw: raw.decode("latin-1")),
        st.integers(0, 116).map(lambda n: GOOD[:n]),
        st.tuples(st.integers(0, 117), st.characters()).map(lambda at: GOOD[: at[0]] + at[1] + GOOD[at[0] + 1 :]),
    )
)
@example("ﷺ" * 4096)
@example("\ud800" * 117)
def test_nothing_else_passes_and_nothing_breaks(text: str) -> None:
    if codes.normalized(text) != GOOD:
        assert judged(text) in ("unknown_code", "bad_signature")


def test_a_signature_made_for_something_else_is_none_of_ours() -> None:
    payload = codes.payload_of(Claims(BadgeKind.visitor, 1, 77, ()))
    other = codes.PREFIX + base45.b45encode(payload + KEY.sign(payload)).decode()
    assert judged(other) == "bad_signature"


def test_another_editions_key_of_the_same_number_signs_nothing_here() -> None:
    parsed = codes.parse(GOOD)
    assert parsed is not None
    assert not codes.verify(parsed, {1: Ed25519PrivateKey.generate().public_key().public_bytes_raw()})
    assert not codes.verify(parsed, {})


@pytest.mark.parametrize(("key", "uid"), [(0, 1), (256, 1), (1, -1), (1, 2**40)])
def test_numbers_out_of_range_make_no_code(key: int, uid: int) -> None:
    with pytest.raises(ValueError, match="Claims"):
        codes.payload_of(Claims(BadgeKind.visitor, key, uid, ()))
