"""The trail's own personal data is erased by :func:`core.audit.services.erase_beside`, for rows never change."""

from core.audit.tables import AuditAnchor, AuditSetting
from core.privacy.registry import Holding

HOLDINGS = [
    Holding(AuditAnchor, {}, lambda _scope: (), texts=("sent_to",)),
    Holding(AuditSetting, {}, lambda _scope: (), texts=("head_to",)),
]
EXCEPTIONS = {
    "audit_entry.name": "erased beside the chain",
    "audit_entry.name_digest": "a keyed digest whose salt is erased",
    "audit_entry.name_salt": "goes with the name",
    "audit_entry.name_erased_by": "an entry's id",
    "audit_entry.note": "chained: whoever writes one is asked to name nobody",
}
