"""The desk's own forms with what nobody types: each value in each field, one after the other, never a 500."""

import re

import httpx
import pytest

from core.accounts.roles import Role
from core.editions.queries import stored_edition
from tests.admin.test_editions import typed
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio

HOSTILE = {
    "NUL": "a\x00b",
    "half a pair": "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"),
    "no text": "\ufffe\uffff\u202e\u200b",
    "markup": '"><script>alert(1)</script>{{ 7*7 }}{% x %}',
    "a line of a header": "a\r\nSet-Cookie: planted=1",
    "SQL": "'); DROP TABLE edition; --",
    "very long": "护" * 20_000,
    "a large number": "9" * 400,
    "no number": "-1e309",
    "digits of elsewhere": "٣²½",
    "a day that is none": "2026-02-30",
    "a day before all": "0001-01-01T00:00",
    "a day after all": "9999-12-31T23:59",
    "a path": "../../etc/passwd",
}


@pytest.mark.parametrize("value", list(HOSTILE.values()), ids=list(HOSTILE))
async def test_an_edition_takes_it_or_says_what_is_wrong(client: httpx.AsyncClient, value: str) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    form = typed((await client.get("/admin/editions/2026")).text)
    # One of each kind of field; the rows of a list are read alike.
    named = {re.sub(r"\[\d+\]", "", name): name for name in form if name not in ("_csrf", "slug")}
    for name in named.values():
        sent = await client.post("/admin/editions/2026", data={**form, name: value})
        assert sent.status_code in (303, 422), (name, sent.status_code)
        assert "planted" not in str(sent.headers)
        assert "<script>alert" not in sent.text
    for page in ("/", "/admin", "/admin/editions/2026", "/api/v1/edition", "/exhibitors", "/agenda.ics"):
        assert (await client.get(page)).status_code == 200, page
    assert (await stored_edition("2026")).days


@pytest.mark.parametrize("value", list(HOSTILE.values()), ids=list(HOSTILE))
async def test_lists_and_actions_of_mail_and_jobs_stand_it(client: httpx.AsyncClient, value: str) -> None:
    await an_edition()
    await sign_in(client, Role.admin)
    for page in ("/admin/mail", "/admin/jobs", "/admin/audit", "/admin/people", "/admin/exhibitors"):
        names = ("state", "status", "q", "cursor", "kind", "before", "from", "to", "actor", "page")
        for params in ({"cursor": value[:1500]}, {"q": value[:1500]}, dict.fromkeys(names, value[:100])):
            answer = await client.get(page, params=params)
            assert answer.status_code in (200, 400, 404, 414, 422), (page, params, answer.status_code)
            assert "<script>alert" not in answer.text
    for path in (
        "/admin/mail/all/x",
        "/admin/mail/1/open",
        "/admin/jobs/1/x",
        "/admin/mail/99999999999999999999/retry",
    ):
        sent = await send_form(client, path, at="/admin/mail", reason=value, to=value, state=value)
        assert sent.status_code in (200, 303, 400, 404, 422), (path, sent.status_code)
