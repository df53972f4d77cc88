import httpx
import pytest

from core.accounts.roles import Role
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio
AT = "/admin/gate/incidents"


async def test_the_crew_writes_down_who_is_missed_and_how_it_ended(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.gate)
    lost = await send_form(client, AT, kind="lost_person", place="", what="灰色外套", mobile="123")
    assert lost.status_code == 422
    assert lost.text.count('class="error"') == 2
    assert ">灰色外套</textarea>" in lost.text
    done = await send_form(client, AT, kind="lost_person", place="2号馆", what="灰色外套", person="示例 老人")
    assert done.status_code == 303
    at = done.headers["location"]
    assert "示例 老人" in (await client.get(at)).text
    assert "现场服务台" in (await client.get("/admin")).text
    assert (await send_form(client, f"{at}/handle", at, text="")).status_code == 422
    assert (await send_form(client, f"{at}/handle", at, text="家人接走")).status_code == 303
    assert "示例 老人" not in (await client.get(AT)).text
    assert "示例 老人" in (await client.get(f"{AT}?state=&q=老人")).text
    assert (await send_form(client, f"{at}/reopen", at)).status_code == 303
    assert "示例 老人" in (await client.get(AT)).text


async def test_a_note_for_the_next_shift_stands_below(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.gate)
    assert (await send_form(client, f"{AT}/notes", AT, text="")).status_code == 422
    assert (await send_form(client, f"{AT}/notes", AT, text="轮椅 3 号没气")).status_code == 303
    assert "轮椅 3 号没气" in (await client.get(AT)).text


async def test_odd_questions_are_answered(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.gate)
    for odd in ("?kind=nothing", "?state=nothing", "?q=%25", "?q=" + "长" * 300):
        assert (await client.get(AT + odd)).status_code == 200
    assert (await client.get(f"{AT}?cursor=x")).status_code == 422
    assert (await client.get(f"{AT}/99")).status_code == 404
    at = (await send_form(client, AT, kind="other", place="x", what="x")).headers["location"]
    assert (await send_form(client, f"{at}/explode", at)).status_code == 404
    assert (await send_form(client, AT, kind="other", place="x", what="x", happened_at="soon")).status_code == 422
