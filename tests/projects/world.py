"""A project as programs hand it in."""

from typing import Any

import httpx


def a_project(**other: Any) -> dict[str, Any]:
    return {
        "title": "示例康养社区",
        "title_en": "Sample care community",
        "owner": "示例养老集团",
        "fields": ["medical_care_integration", "long_term_care"],
        "summary": "三百张床位的医养结合社区。\n\n寻找运营方。",
        "region": "示例区",
        "investment": "1200000000",
        "funding_sought": "300000000.50",
        "cooperation": ["investment", "operation"],
        "needs": ["smrt"],
        "offers": ["INST"],
        "stage": "building",
        "contact": {"name": "示例联系人", "mobile": "138 0013 8000", "email": "Project@Example.com"},
        **other,
    }


async def added(client: httpx.AsyncClient, headers: dict[str, str], **other: Any) -> dict[str, Any]:
    made = await client.post("/api/v1/projects", json=a_project(**other), headers=headers)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found
