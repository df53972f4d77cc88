"""Personal columns of mail. A mail that waits for somebody erased is withdrawn."""

from collections.abc import Sequence
from typing import Any

from core.mail.tables import MailBounce, MailMessage, MailState
from core.privacy.registry import ERASED_EMAIL, Holding, Scope, erased_email
from core.search import among

_WAITING = [MailState.queued.value, MailState.kept.value, MailState.sending.value]


def _to(column: Any) -> Any:
    def find(scope: Scope) -> Sequence[Any]:
        return [among(column, scope.emails)] if scope.emails else []

    return find


async def _erase(ids: list[int], values: dict[Any, object]) -> None:
    """A sender that holds one just now loses its claim, and the server may have it already."""
    await MailMessage.delete().where(MailMessage.id.is_in(ids), MailMessage.state.is_in(_WAITING))
    await MailMessage.update(dict(values)).where(MailMessage.id.is_in(ids))


HOLDINGS = [
    Holding(
        MailMessage,
        {"to_address": ERASED_EMAIL, "to_name": "", "subject": "", "text": "", "html": "", "last_answer": ""},
        _to(MailMessage.to_address),
        near=_to(MailMessage.to_address),
        erase=_erase,
        mentions=True,
        shown=("template", "state", "created_at", "sent_at"),
    ),
    Holding(
        MailBounce, {"address": erased_email(0), "answer": ""}, _to(MailBounce.address), delete=True, shown=("at",)
    ),
]
EXCEPTIONS: dict[str, str] = {}
