"""Copies of the chain's head outside the chain, so that a tail that was cut off shows."""

import os
from pathlib import Path

from core.audit.rules import Head
from core.audit.tables import AuditAnchor
from core.config import settings


def head_file() -> Path:
    return settings().data_dir / "ledger-head"


def parse(text: str) -> Head | None:
    """``POSITION:HASH``."""
    position, _, hash = text.strip().partition(":")
    if not position.isdecimal() or len(hash) != 64 or not set(hash) <= set("0123456789abcdef"):
        return None
    return Head(int(position), hash)


def keep(head: Head) -> None:
    """Writes the head beside the database, whole or not at all, and never back to an earlier one."""
    path = head_file()
    kept = read()
    if kept and kept.position >= head.position:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(f"{head}\n")
    fresh.replace(path)


def read() -> Head | None:
    try:
        return parse(head_file().read_text())
    except (OSError, UnicodeDecodeError):
        return None


async def known_heads() -> list[tuple[str, Head]]:
    """Where each stands, and what it says."""
    known = [
        (f"the head mailed to {row['sent_to']}", Head(row["position"], row["hash"]))
        for row in await AuditAnchor.select().order_by(AuditAnchor.position)
    ]
    if kept := read():
        known.append((str(head_file()), kept))
    return known
