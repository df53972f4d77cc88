"""The unified social credit code (统一社会信用代码, GB 32100-2015) and what its beginning says."""

import re

from stdnum.cn import uscc

from core import text
from core.i18n import mark
from exhibitors.tables import Kind

_CODE_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")


def credit_code(typed: str) -> str:
    """GB 32100-2015: 18 characters without I O Z S V, the region as six digits. The check digit is another
    question, since real codes that fail it exist."""
    found = re.sub(r"[-‐-―]", "", text.code(typed))
    if not _CODE_FORM.fullmatch(found):
        message = mark("A unified social credit code has 18 digits and capital letters, without I, O, Z, S and V.")
        raise text.Fault("form", message)
    return found


def check_digit_fits(code: str) -> bool:
    return bool(uscc.calc_check_digit(code[:17]) == code[17])


#: 登记管理部门 and 机构类别: who registered it and as what. The many others say nothing about the kind.
_BEGINNINGS = {
    "11": Kind.public_body,
    "12": Kind.institution,
    "51": Kind.social_organization,
    "52": Kind.social_organization,
    "53": Kind.social_organization,
    "91": Kind.company,
    "92": Kind.company,
    "93": Kind.company,
}


def kind_of_code(code: str) -> Kind | None:
    """What an organisation of this code most likely is."""
    return _BEGINNINGS.get(code[:2])
