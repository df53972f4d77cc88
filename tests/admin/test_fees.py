import httpx
import pytest

from core.accounts.roles import CLI, Role
from exhibitors.queries import fees as queries
from exhibitors.services import booths
from tests.expo import an_edition
from tests.halls import a_firm, a_hall
from tests.world import csrf_in, send_form, sign_in

pytestmark = pytest.mark.anyio


def price(n: int, **typed: str) -> dict[str, str]:
    row = {"zone": "", "kind": "", "open_sides": "0", "origin": "", "per": "booth", "yuan": "", **typed}
    return {f"price-{n}-{name}": value for name, value in row.items()}


async def test_terms_and_prices_are_set_at_the_desk(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    at = "/admin/booths/fees"
    rows = {
        **price(0, kind="standard", yuan="8,800"),
        **price(1, kind="raw", per="m2", yuan="８００．５０"),
        **price(2),
    }
    terms = {"charges": "1", "hold_days": "7", "warn_days": "2", "pay_to": "示例展览公司\n示例银行 0000"}
    lost = await send_form(client, at, **{**rows, **terms, "hold_days": "soon", "price-1-yuan": "cheap"})
    assert lost.status_code == 422
    assert 'value="cheap"' in lost.text
    assert lost.text.count('class="error"') == 2
    assert (await send_form(client, at, charges="1", **price(0))).status_code == 422
    assert (await send_form(client, at, **rows, **terms)).status_code == 303
    found = await queries.terms(edition)
    prices = [(price.kind, price.per.value, price.fen) for price in found.prices]
    assert prices == [
        ("standard", "booth", 880_000),
        ("raw", "m2", 80_050),
    ]
    assert (found.hold_days, found.charges, found.until_paid) == (7, True, False)
    assert 'value="8,800.00"' in (await client.get(at)).text


async def test_a_transfer_is_recorded_and_taken_back_and_the_invoice_written(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition)
    await sign_in(client, Role.organizer)
    await send_form(client, "/admin/booths/fees", charges="1", hold_days="0", **price(0, yuan="8800"))
    await booths.give(CLI, edition, number, ["A101"])
    at = f"/admin/exhibitors/{number}/statement"
    assert "8,800.00" in (await client.get(at)).text
    assert number in (await client.get("/admin/booths/fees")).text
    lost = await send_form(client, f"{at}/payment", at, yuan="0", day="yesterday")
    assert lost.status_code == 422
    assert lost.text.count('class="error"') == 2
    done = await send_form(
        client, f"{at}/payment", at, yuan="8800", day="2026-09-01", reference="流水 7", submission="x"
    )
    assert done.status_code == 303
    one = await queries.statement(edition, number)
    assert one.outstanding == 0
    assert (await send_form(client, f"{at}/reverse", at, payment=str(one.payments[0].id), note="")).status_code == 422
    for odd in ("x", "", "99999"):
        assert (await send_form(client, f"{at}/reverse", at, payment=odd, note="x")).status_code == 404
    assert (
        await send_form(client, f"{at}/reverse", at, payment=str(one.payments[0].id), note="记错")
    ).status_code == 303
    assert (await queries.statement(edition, number)).outstanding == 880_000
    assert (await send_form(client, f"{at}/invoice", at, title="", email="nobody")).status_code == 422
    assert (await send_form(client, f"{at}/invoice", at, title="示例有限公司")).status_code == 303
    assert 'value="示例有限公司"' in (await client.get(at)).text
    assert (await client.get("/admin/exhibitors/000000/statement")).status_code == 404


async def test_an_exhibitor_reads_its_own_statement_and_nobody_else_s(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition)
    await booths.give(CLI, edition, number, ["A101"])
    await sign_in(client, Role.exhibitor)
    assert (await client.get(f"/portal/{number}/statement")).status_code == 404
    await client.post("/logout", data={"_csrf": csrf_in((await client.get("/account")).text)})
    await sign_in(client, Role.organizer)
    page = await client.get(f"/portal/{number}/statement")
    assert page.status_code == 200
    assert "A101" in page.text
    saved = await send_form(client, f"/portal/{number}/statement", title="示例有限公司", tax_number="９１")
    assert saved.status_code == 303
    assert (await queries.statement(edition, number)).invoice.tax_number == "91"
