"""What the statement's pages of the organizers' and the exhibitor's desk share: reading the invoice form."""

from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from exhibitors.queries.fees import Invoice
from exhibitors.rules.booths import REQUIRED
from exhibitors.tables import DepositAct
from gateway.forms import Form

#: An entry of a deposit, as both desks say it.
DEPOSIT_ACTS = {
    DepositAct.paid: mark("Paid"),
    DepositAct.returned: mark("Given back"),
    DepositAct.kept: mark("Withheld"),
}
_LONGEST = {
    "title": 200,
    "tax_number": 40,
    "address": 200,
    "phone": 40,
    "bank": 200,
    "account": 60,
    "email": 254,
}


def invoice_of(form: Form) -> Invoice:
    """:raises InvalidInput: each fault at its field."""
    errors: list[FieldError] = []
    found: dict[str, str] = {}
    for name, longest in _LONGEST.items():
        try:
            typed = form.text(name, 2000)
            if name == "email":
                value = text.email(typed) if typed.strip() else ""
            elif name in ("tax_number", "account"):
                value = text.code(typed)
            else:
                value = text.line(typed)
            if name == "title" and not value:
                raise text.Fault("required", REQUIRED)
            if len(value) > longest:
                raise text.Fault("too_long", mark("This is too long."))
            found[name] = value
        except text.Fault as fault:
            errors.append(FieldError(name, fault.code, fault.message))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return Invoice(**found)
