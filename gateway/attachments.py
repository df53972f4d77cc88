"""A file field over the tries of its form: what was accepted once need not be chosen again when another field fails.

::

    async with sent_upload(request) as sent:
        field = await attached(request, sent, "file", PICTURE, required=CHOOSE)
    if field.fault or other_faults:
        return show(..., kept={"file": await field.kept()}, errors={"file": field.fault} if field.fault else {})
    await services.attach(..., field.ready)

The template gives the field by ``upload`` of ``components.html``: with what is kept it has a signed value beside it,
for this person and this form alone.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Any

import msgspec
from litestar import Request

from core.config import secret_key
from core.files import held, rules
from core.files.held import FORM, Held, Ready
from core.files.rules import Accepts
from core.files.services import Checked
from core.text import Fault
from gateway.access import actor_of
from gateway.uploads import Upload

_MAC = 16


class Kept(msgspec.Struct, frozen=True):
    """For the form's next try. ``value`` is signed."""

    name: str
    size: int
    value: str


class Attachment(msgspec.Struct):
    """``ready`` when there is a file, ``fault`` the source text of what is wrong."""

    owner: str
    place: str
    ready: Ready | None = None
    fault: str = ""
    #: Chosen at an earlier try; a faulty one at this try does not take its place.
    before: Held | None = None
    #: Kept under another kind than its name claims.
    is_other: bool = False

    async def kept(self) -> Kept | None:
        """Keeps what was accepted now, where there is room for it."""
        found = self.ready
        if isinstance(found, Checked):
            found = await held.hold(self.owner, found)
            self.ready = found or self.ready
        found = found or self.before
        return None if found is None else Kept(found.name, found.size, _signed(self.owner, self.place, found.id))


def _mac(owner: str, place: str, file: bytes) -> bytes:
    made = blake2b(digest_size=_MAC, key=secret_key("held"))
    for part in (owner.encode(), place.encode(), file):
        made.update(part + b"\0")
    return made.digest()


def _signed(owner: str, place: str, file: int) -> str:
    packed = str(file).encode()
    return urlsafe_b64encode(_mac(owner, place, packed) + packed).decode().rstrip("=")


async def _before(owner: str, place: str, value: str) -> Held | None:
    """What is unsigned, another's, of another form or gone counts as nothing chosen."""
    try:
        raw = urlsafe_b64decode(value.encode("ascii") + b"=" * (-len(value) % 4))
    except ValueError:
        return None
    mac, packed = raw[:_MAC], raw[_MAC:]
    if not packed or not hmac.compare_digest(mac, _mac(owner, place, packed)):
        return None
    return await held.held(owner, int(packed))


async def attached(
    request: Request[Any, Any, Any], sent: Upload, name: str, accepts: Accepts, *, required: str = "", form: str = ""
) -> Attachment:
    """The file of a field: chosen now, or at an earlier try of the form.

    ``required`` is the source text for a field without a file; ``form`` a secret of the form, by which somebody who is
    not signed in is known.
    """
    actor = actor_of(request)
    owner = FORM + form if actor.id is None else actor.key
    place = f"{request.scope['path']}#{name}"
    value = sent.form.text(f"kept-{name}", 200)
    before = await _before(owner, place, value) if value and not sent.form.text(f"drop-{name}", 10) else None
    found = Attachment(owner, place, before=before)
    errors: dict[str, str] = {}
    checked = await sent.examined(name, accepts, errors, required="" if before else required)
    found.fault = errors.get(name, "")
    if checked is not None:
        found.ready, found.is_other = checked, sent.is_other(name, checked)
    elif before is not None and not found.fault:
        try:
            rules.fitting(before.form, accepts)
            found.ready = before
        except Fault as fault:  # the form's other fields ask for another kind of file now
            found.fault = fault.message
    return found
