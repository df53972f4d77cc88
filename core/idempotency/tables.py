"""Answers that were given under an ``Idempotency-Key``."""

from piccolo.columns import Bytea, Integer, Serial, Timestamptz, Varchar
from piccolo.table import Table


class KeptAnswer(Table, tablename="kept_answer"):
    """Neither the key nor the answer can be read from here: ``claim`` is a keyed hash of who, where and the key,
    and the answer is encrypted by a key that only the ``Idempotency-Key`` and the secret together give."""

    id: Serial
    claim = Varchar(length=64, unique=True)
    #: Keyed hash of the body that was sent.
    sent = Varchar(length=64)
    #: 0 while the first call is still at work (never seen from outside its transaction).
    status = Integer(default=0)
    answer = Bytea(default=b"")
    created_at = Timestamptz(index=True)
