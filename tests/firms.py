"""Invented applications. Region 990000 belongs to nobody, so no such credit code can be real."""

from typing import Any

from stdnum.cn import uscc


def credit_code(n: int) -> str:
    """A well-formed one that can't be real."""
    body = f"91990000MA{n:07d}"
    return body + str(uscc.calc_check_digit(body))


def application(n: int = 1, **other: Any) -> dict[str, Any]:
    return {
        "name": f"宁波示例护理用品{n}号有限公司",
        "name_en": f"Sample Care Supplies No. {n}",
        "credit_code": credit_code(n),
        "category": "NURS",
        "fields": ["informatization"],
        "contact": {"name": "示例 联系人", "mobile": "138 0013 8000", "email": f"firm{n}@example.com"},
        "booth": {"kind": "standard", "count": 2},
        "privacy_version": "1",
        **other,
    }
