"""What a badge's QR code holds. The only place that makes codes."""

import secrets

#: Tells our codes from any other in the hall.
PREFIX = "YB"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: fits QR's alphanumeric mode


def new_code() -> str:
    """130 random bits: it can be looked up, not guessed."""
    return f"{PREFIX}:" + "".join(secrets.choice(_ALPHABET) for _ in range(26))


def new_serial() -> str:
    """Nine digits in no order, so that none tells how many there are."""
    return str(100_000_000 + secrets.randbelow(900_000_000))
